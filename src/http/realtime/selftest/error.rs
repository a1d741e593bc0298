//! Why a page brought nothing, and what a technician does about it.

use super::TRY_MAX;
use crate::domain::{Told, told};

/// Why nothing was brought.
#[derive(Debug, thiserror::Error)]
pub enum TryError {
    #[error("no kiosk page is connected; open the kiosk's page, then try again")]
    NoPage,
    #[error("every kiosk page has a visitor; try again when it shows the greeting")]
    Busy,
    #[error("another test is under way; wait for its end")]
    Running,
    #[error("the test was stopped at the kiosk")]
    Stopped,
    #[error("the kiosk's page could not try it: {}; check the device and what the browser allows", .0.en)]
    Failed(Told),
    #[error("the kiosk's page gave no result within {} s; reload it and try again", TRY_MAX.as_secs())]
    Late,
    #[error("the kiosk's page sent a result that cannot be read: {0}")]
    Unreadable(&'static str),
}

impl TryError {
    pub fn told(&self) -> Told {
        match self {
            Self::NoPage => told!("{self}", "没有终端页面连接；请打开终端页面，再重试"),
            Self::Busy => told!("{self}", "每个终端页面都有访客；请在页面显示问候语时重试"),
            Self::Running => told!("{self}", "另一项测试正在进行；请等它结束"),
            Self::Stopped => told!("{self}", "测试已在终端处停止"),
            Self::Failed(Told { zh, .. }) => told!("{self}", "终端页面无法测试：{zh}；请检查设备和浏览器的权限"),
            Self::Late => {
                let seconds = TRY_MAX.as_secs();
                told!("{self}", "终端页面在 {seconds} s 内没有给出结果；请重新加载页面，再重试")
            }
            Self::Unreadable(why) => told!("{self}", "终端页面发来的结果无法读取：{why}"),
        }
    }
}
