//! What a visitor is told when a camera shows nothing, in every language. Fixed sentences, chosen by kind.

use super::{CameraError, Grab};
use crate::domain::Language;

impl CameraError {
    /// What a visitor is told; never an address or a reason.
    pub fn told(&self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Busy { .. } => (
                "The cameras are in use at the moment. Please ask again in a minute.",
                "摄像头正在使用中，请稍后再问。",
            ),
            Self::Unknown { .. } | Self::Refused { .. } | Self::NotThere { .. } | Self::NoPicture { .. } => {
                ("I cannot show a picture of this place.", "我无法显示这个位置的画面。")
            }
            Self::Unreachable { .. } | Self::Stalled { .. } | Self::Ended { .. } | Self::Stopped { .. } => {
                ("The camera there gives no picture at the moment.", "那里的摄像头目前没有画面。")
            }
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

impl Grab {
    /// What has to be said of the pictures, if anything; the place and the time are said in any case.
    pub fn remark(&self, language: Language) -> Option<&'static str> {
        let (english, chinese) = match self {
            Self { is_live: false, .. } => ("This is a recording, not a live picture.", "这是录像，不是实时画面。"),
            Self { is_black: true, .. } => {
                ("It is dark there; the camera shows nothing.", "那里光线很暗，画面上看不到什么。")
            }
            Self { is_frozen: true, .. } => {
                ("The picture does not move; the camera may be stuck.", "画面没有变化，摄像头可能已停滞。")
            }
            Self { cut_short: Some(_), .. } => ("The camera stopped early.", "摄像头的画面中断了。"),
            _ => return None,
        };
        Some(match language {
            Language::English => english,
            Language::Chinese => chinese,
        })
    }
}
