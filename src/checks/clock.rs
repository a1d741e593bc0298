//! The clock: plausible, kept right by something, and without a jump since it was last looked at. Opening hours, validity
//! dates, certificates and the audit log rest on it; sets nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Line, Places};
use crate::base::{LIFE, WRITTEN};
use crate::domain::{Told, told};

/// A difference that a time service puts right without a word (it slews, or steps once after a start).
const DRIFT_MAX: SignedDuration = SignedDuration::from_secs(60);

/// A kiosk that was switched off for longer is rarer than a clock that is wrong.
const OFF_MAX: SignedDuration = SignedDuration::from_hours(180 * 24);

/// What the clocks said at one moment. Kept on the disk from one look to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub wall: Timestamp,
    /// Since the machine was started, with the time it slept.
    pub up: Duration,
    /// Which start that was.
    pub boot: String,
}

impl Moment {
    /// Now; `None` where the system does not tell how long it has been up.
    pub fn now(places: &Places) -> Option<Self> {
        let up = places.text("proc/uptime")?;
        let seconds = up.split_whitespace().next()?.parse().ok().filter(|seconds: &f64| seconds.is_finite())?;
        let boot = places.text("proc/sys/kernel/random/boot_id")?;
        Some(Self { wall: Timestamp::now(), up: Duration::try_from_secs_f64(seconds).ok()?, boot })
    }
}

/// How far the wall clock jumped between two looks, forwards or backwards; `None` when it ran as time does, as far as that can
/// be told.
pub fn jump(before: &Moment, now: &Moment) -> Option<SignedDuration> {
    let walked = now.wall.duration_since(before.wall);
    if before.boot == now.boot {
        let passed = SignedDuration::try_from(now.up.saturating_sub(before.up)).unwrap_or(SignedDuration::MAX);
        let jumped = walked.saturating_sub(passed);
        return (jumped.abs() > DRIFT_MAX).then_some(jumped);
    }
    // Between two starts nothing counted: only a clock that went back, or over months, gives itself away.
    (walked < -DRIFT_MAX || walked > OFF_MAX).then_some(walked)
}

/// The clock as it is; `before` is what an earlier look kept, `None` at the first. `edited`: when the site's knowledge was last
/// changed, which is over.
pub fn clock(places: &Places, before: Option<&Moment>, edited: Option<Timestamp>) -> Line {
    let now = Moment::now(places);
    let jumped = before.zip(now.as_ref()).and_then(|(before, now)| jump(before, now));
    judge(now.map_or_else(Timestamp::now, |now| now.wall), edited, jumped, is_synchronised(places))
}

fn judge(
    now: Timestamp,
    edited: Option<Timestamp>,
    jumped: Option<SignedDuration>,
    synchronised: Option<bool>,
) -> Line {
    let shown = now.strftime("%Y-%m-%d %H:%M UTC");
    let repair = told!(
        "set it (`timedatectl set-time`), let the site's time server keep it, and replace the clock's battery",
        "请校准（`timedatectl set-time`），由站点的时间服务器保持准确，并更换时钟电池"
    );
    if now < WRITTEN || now.duration_since(WRITTEN) > LIFE {
        let finding = told!("it is {shown}, which cannot be", "时钟显示 {shown}，不可能正确");
        return Line::bad("clock", finding, repair);
    }
    if let Some(edited) = edited.filter(|edited| edited.duration_since(now) > DRIFT_MAX) {
        let edited = edited.strftime("%Y-%m-%d %H:%M UTC");
        let finding = told!(
            "clock_wrong: it is {shown}, before the last change of the site's knowledge ({edited})",
            "clock_wrong：时钟显示 {shown}，早于站点知识的最后修改时间（{edited}）"
        );
        return Line::bad("clock", finding, repair);
    }
    if let Some(jumped) = jumped {
        let far = far(jumped);
        let finding = told!(far => "it is {shown}; the clock jumped {far} since the last self-test",
            "时钟显示 {shown}；自上次自检以来{far}");
        let repair = told!(
            "compare it with a watch; opening hours and dates of answers depend on it",
            "请与手表核对；开放时间和答案的日期都以它为准"
        );
        return Line::warning("clock", finding, repair);
    }
    match synchronised {
        Some(true) => Line::good("clock", told!("{shown}, kept right by a time service", "{shown}，由时间服务校准")),
        Some(false) => {
            let repair = told!(
                "compare it with a watch; name the site's time server in /etc/systemd/timesyncd.conf where there is one",
                "请与手表核对；站点若有时间服务器，请写入 /etc/systemd/timesyncd.conf"
            );
            Line::warning(
                "clock",
                told!("{shown}; no time service keeps it right", "{shown}；没有时间服务校准"),
                repair,
            )
        }
        None => {
            let finding =
                told!("{shown}; whether it is kept right cannot be told here", "{shown}；无法得知是否有时间服务校准");
            Line::good("clock", finding)
        }
    }
}

/// Whether the kernel's clock is disciplined (`STA_UNSYNC` of adjtimex(2) is clear), or systemd's time service says so.
fn is_synchronised(places: &Places) -> Option<bool> {
    if places.path("run/systemd/timesync/synchronized").exists() {
        return Some(true);
    }
    kernel_is_synchronised()
}

#[cfg(target_os = "linux")]
fn kernel_is_synchronised() -> Option<bool> {
    // SAFETY: timex is a plain structure of integers, for which zeros are a value: no mode bit is set, so nothing is changed.
    let mut told: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a structure that lives through the call, which writes into it alone.
    let state = unsafe { libc::adjtimex(&raw mut told) };
    (state >= 0).then_some(told.status & libc::STA_UNSYNC == 0)
}

#[cfg(not(target_os = "linux"))]
fn kernel_is_synchronised() -> Option<bool> {
    None
}

/// `3 days back`, `2 minutes ahead`.
fn far(jumped: SignedDuration) -> Told {
    let seconds = jumped.as_secs().unsigned_abs();
    let way = match seconds {
        0..7_200 => told!("{} minutes", "{} 分钟", seconds / 60),
        7_200..172_800 => told!("{} hours", "{} 小时", seconds / 3_600),
        _ => told!("{} days", "{} 天", seconds / 86_400),
    };
    if jumped.is_negative() {
        told!(way => "{way} back", "倒退了 {way}")
    } else {
        told!(way => "{way} ahead", "超前了 {way}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;
    use crate::checks::places::tests::system;

    fn moment(wall: &str, up_s: u64, boot: &str) -> Moment {
        Moment { wall: wall.parse().unwrap(), up: Duration::from_secs(up_s), boot: boot.into() }
    }

    #[test]
    fn within_one_start_the_wall_walks_as_fast_as_the_uptime() {
        let before = moment("2026-11-23T08:00:00Z", 1_000, "a");
        assert_eq!(jump(&before, &moment("2026-11-23T09:00:20Z", 4_600, "a")), None);
        assert_eq!(
            jump(&before, &moment("2027-11-23T09:00:00Z", 4_600, "a")),
            Some(SignedDuration::from_hours(365 * 24))
        );
        assert_eq!(far(jump(&before, &moment("2025-11-23T09:00:00Z", 4_600, "a")).unwrap()).en, "365 days back");
        assert_eq!(far(jump(&before, &moment("2026-11-23T08:00:00Z", 4_600, "a")).unwrap()).en, "60 minutes back");
    }

    #[test]
    fn between_two_starts_only_going_back_and_months_tell() {
        let before = moment("2026-11-23T08:00:00Z", 1_000, "a");
        assert_eq!(jump(&before, &moment("2026-12-20T08:00:00Z", 30, "b")), None);
        assert!(jump(&before, &moment("2026-11-23T07:00:00Z", 30, "b")).is_some());
        assert!(jump(&before, &moment("2027-11-23T08:00:00Z", 30, "b")).is_some());
    }

    #[test]
    fn an_impossible_year_is_bad_before_all_else() {
        let judged = |wall: &str, jumped, synchronised| judge(wall.parse().unwrap(), None, jumped, synchronised);
        assert_eq!(judged("1970-01-01T00:05:00Z", None, Some(true)).health, Health::Bad);
        assert_eq!(
            judged("2099-01-01T00:00:00Z", None, Some(true)).finding.en,
            "it is 2099-01-01 00:00 UTC, which cannot be"
        );
        let year = SignedDuration::from_hours(-365 * 24);
        assert_eq!(judged("2026-12-01T00:00:00Z", Some(year), Some(true)).health, Health::Warning);
        assert_eq!(judged("2026-12-01T00:00:00Z", None, Some(false)).health, Health::Warning);
        assert_eq!(judged("2026-12-01T00:00:00Z", None, Some(true)).health, Health::Good);
        assert_eq!(judged("2026-12-01T00:00:00Z", None, None).health, Health::Good);
        let edited = |at: &str| judge("2026-12-01T00:00:00Z".parse().unwrap(), at.parse().ok(), None, Some(true));
        assert_eq!(edited("2026-11-30T00:00:00Z").health, Health::Good);
        let behind = edited("2026-12-03T00:00:00Z");
        assert_eq!(behind.health, Health::Bad);
        assert!(behind.finding.en.contains("before the last change of the site's knowledge (2026-12-03"), "{behind:?}");
    }

    #[test]
    fn a_moment_is_read_from_the_system_and_kept_as_json() {
        let (_folder, places) =
            system(&[("proc/uptime", "86400.52 12.0\n"), ("proc/sys/kernel/random/boot_id", "b00t\n")]);
        let now = Moment::now(&places).unwrap();
        assert_eq!((now.up.as_secs(), now.boot.as_str()), (86_400, "b00t"));
        assert_eq!(serde_json::from_str::<Moment>(&serde_json::to_string(&now).unwrap()).unwrap(), now);
        assert!(Moment::now(&system(&[("proc/uptime", "NaN 1")]).1).is_none());
        assert!(Moment::now(&system(&[("proc/uptime", "-3 1"), ("proc/sys/kernel/random/boot_id", "b")]).1).is_none());
    }

    #[test]
    fn a_time_service_of_systemd_counts() {
        let (_folder, places) = system(&[("run/systemd/timesync/synchronized", "")]);
        assert_eq!(is_synchronised(&places), Some(true));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_is_asked_without_being_changed() {
        assert_eq!(kernel_is_synchronised(), kernel_is_synchronised());
        assert!(kernel_is_synchronised().is_some());
    }
}
