//! How the board is: heat, throttling, load, memory, disk. Read from /sys and /proc under a root that tests replace; changes nothing.
//! Knows no model and no visitor.

use std::fs;
use std::path::{Path, PathBuf};

use sysinfo::{DiskRefreshKind, Disks};

use super::trouble::Trouble;
use crate::base::Clock;
use crate::base::disk::is_read_only;

/// Above this the processor is about to slow itself (Pi: 80 °C soft limit, 85 °C hard); below [`COOL_C`] it has recovered.
const HOT_C: f64 = 80.0;
const COOL_C: f64 = 74.0;

/// Above this the board may switch itself off (Intel's junction limit is 100 °C, the Pi's 85 °C is enforced by its firmware).
const CRITICAL_C: f64 = 92.0;
const LESS_CRITICAL_C: f64 = 86.0;

/// A sensor that tells less or more is broken, °C.
const BELIEVED_C: std::ops::RangeInclusive<f64> = -40.0..=130.0;

/// Now under-voltage, frequency capped, throttled, soft temperature limit: the low bits of the firmware's get_throttled.
const THROTTLED_NOW: u32 = 0xf;
const UNDER_VOLTAGE: u32 = 0x1;

/// Sensors and folders that are looked through; more than any board has.
const ENTRIES_MAX: usize = 64;

/// One look. `None`: this board does not tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Board {
    /// What the firmware calls it: `Raspberry Pi 5 Model B Rev 1.0`.
    pub name: Option<String>,
    pub temperature_c: Option<f64>,
    pub throttled: Option<bool>,
    /// The power supply is too weak; Pi only.
    pub under_voltage: Option<bool>,
    /// Mean of a minute.
    pub load: Option<f64>,
    /// Bytes; of the control group where it grants less than the board has.
    pub memory_total: Option<u64>,
    pub memory_available: Option<u64>,
    /// Bytes of the data's disk.
    pub disk_total: Option<u64>,
    pub disk_free: Option<u64>,
    pub read_only: Option<bool>,
    /// The system's clock says a time that is known to be over.
    pub clock_wrong: bool,
    pub heat: Heat,
}

impl Board {
    /// What is wrong with the machine that visitors do not notice yet, by name.
    pub fn troubles(&self) -> Vec<Trouble> {
        let is_read_only = self.read_only == Some(true);
        let all = [(is_read_only, Trouble::DiskReadOnly), (self.clock_wrong, Trouble::ClockWrong)];
        all.into_iter().filter_map(|(is_so, trouble)| is_so.then_some(trouble)).collect()
    }
}

/// The temperature with hysteresis, so that nothing flaps around a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heat {
    #[default]
    Cool,
    Hot,
    Critical,
}

impl Heat {
    /// The heat after `before` at a temperature; an unknown temperature is no heat.
    pub fn after(before: Self, temperature_c: Option<f64>) -> Self {
        let Some(now) = temperature_c else { return Self::Cool };
        if now >= CRITICAL_C || (before == Self::Critical && now > LESS_CRITICAL_C) {
            Self::Critical
        } else if now >= HOT_C || (before != Self::Cool && now > COOL_C) {
            Self::Hot
        } else {
            Self::Cool
        }
    }
}

/// Looks at one board.
pub struct Probe {
    root: PathBuf,
    data: PathBuf,
    clock: Option<Clock>,
    /// The processors' own counts of having been slowed, at the last look.
    slowed: Option<u64>,
    heat: Heat,
}

impl Probe {
    /// `root` is `/` but in tests; `data` lies on the disk that is told of.
    pub fn new(root: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), data: data.into(), clock: None, slowed: None, heat: Heat::Cool }
    }

    /// Looks at `clock`, too.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Looks now. Blocks for some milliseconds.
    pub fn look(&mut self) -> Board {
        let temperature_c = self.temperature();
        self.heat = Heat::after(self.heat, temperature_c);
        let firmware = self.firmware();
        let (memory_total, memory_available) = self.memory();
        let disk = disk(&self.data);
        Board {
            name: self.name(),
            temperature_c,
            throttled: firmware.map(|bits| bits & THROTTLED_NOW != 0).or_else(|| self.slowed_since()),
            under_voltage: firmware.map(|bits| bits & UNDER_VOLTAGE != 0),
            load: self.read("proc/loadavg").and_then(|text| text.split(' ').next()?.parse().ok()),
            memory_total,
            memory_available,
            disk_total: disk.map(|disk| disk.0),
            disk_free: disk.map(|disk| disk.1),
            read_only: Some(is_read_only(&self.data)),
            clock_wrong: self.clock.as_ref().is_some_and(Clock::is_wrong),
            heat: self.heat,
        }
    }

    fn name(&self) -> Option<String> {
        let told = self.read("proc/device-tree/model").or_else(|| self.read("sys/class/dmi/id/product_name"))?;
        let name: String = told.chars().filter(|c| !c.is_control()).take(80).collect();
        Some(name.trim().to_string()).filter(|name| !name.is_empty())
    }

    /// The hottest sensor that can be believed.
    fn temperature(&self) -> Option<f64> {
        self.entries("sys/class/thermal")
            .filter(|zone| name_of(zone).starts_with("thermal_zone"))
            .filter_map(|zone| fs::read_to_string(zone.join("temp")).ok()?.trim().parse::<f64>().ok())
            .map(|thousandths| thousandths / 1_000.0)
            .filter(|celsius| BELIEVED_C.contains(celsius))
            .reduce(f64::max)
    }

    /// The Pi's firmware: `get_throttled` in a folder whose name ends on `firmware`, one or two levels down, by kernel version.
    fn firmware(&self) -> Option<u32> {
        let platform = self.entries("sys/devices/platform").flat_map(|folder| {
            let inner = entries(&folder).filter(|inner| name_of(inner).contains("firmware")).collect::<Vec<_>>();
            inner.into_iter().chain(Some(folder))
        });
        platform
            .filter(|folder| name_of(folder).contains("firmware"))
            .find_map(|folder| fs::read_to_string(folder.join("get_throttled")).ok())
            .and_then(|text| u32::from_str_radix(text.trim().trim_start_matches("0x"), 16).ok())
    }

    /// Whether the processors were slowed since the last look (x86 counts it); `None` where they do not tell.
    fn slowed_since(&mut self) -> Option<bool> {
        let counts: Vec<u64> = self
            .entries("sys/devices/system/cpu")
            .filter_map(|cpu| {
                let count = fs::read_to_string(cpu.join("thermal_throttle/package_throttle_count")).ok()?;
                count.trim().parse().ok()
            })
            .collect();
        let highest = counts.into_iter().max()?;
        let before = self.slowed.replace(highest);
        Some(before.is_some_and(|before| highest > before))
    }

    /// Total and available bytes: the board's, or the control group's where that is less.
    fn memory(&self) -> (Option<u64>, Option<u64>) {
        let Some(told) = self.read("proc/meminfo") else { return (None, None) };
        let total = field(&told, "MemTotal:").map(|kib| kib << 10);
        let available = field(&told, "MemAvailable:").map(|kib| kib << 10);
        let Some((most, used)) = self.granted() else { return (total, available) };
        let left = most.saturating_sub(used);
        (total.map(|total| total.min(most)), available.map(|available| available.min(left)))
    }

    /// What the service's control group may have and has, without the file pages that can be given back.
    fn granted(&self) -> Option<(u64, u64)> {
        let own = self.read("proc/self/cgroup")?;
        let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
        if Path::new(path).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
            return None;
        }
        let group = Path::new("sys/fs/cgroup").join(path);
        let most = self.read(group.join("memory.max"))?.trim().parse().ok()?;
        let used: u64 = self.read(group.join("memory.current"))?.trim().parse().ok()?;
        let pages = self.read(group.join("memory.stat")).and_then(|stat| field(&stat, "inactive_file"));
        Some((most, used.saturating_sub(pages.unwrap_or(0))))
    }

    fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    fn entries(&self, folder: &str) -> impl Iterator<Item = PathBuf> + use<> {
        entries(&self.root.join(folder))
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).take(ENTRIES_MAX)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The number after `name` in lines of `name number`.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

/// Total bytes and free bytes of the disk that `data` lies on.
fn disk(data: &Path) -> Option<(u64, u64)> {
    let place = data.ancestors().find(|folder| folder.exists())?.canonicalize().ok()?;
    let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage()).ok()?;
    let mounted = disks.iter().filter(|disk| place.starts_with(disk.mount_point()));
    let disk = mounted.max_by_key(|disk| disk.mount_point().as_os_str().len())?;
    Some((disk.total_space(), disk.available_space()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A board made of files.
    struct Fake(tempfile::TempDir);

    impl Fake {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn put(&self, path: &str, text: &str) -> &Self {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            self
        }

        fn probe(&self) -> Probe {
            Probe::new(self.0.path(), self.0.path())
        }
    }

    #[test]
    fn a_pi_tells_its_name_its_hottest_sensor_and_a_weak_supply() {
        let pi = Fake::new();
        pi.put("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
            .put("sys/class/thermal/thermal_zone0/temp", "61350\n")
            .put("sys/class/thermal/thermal_zone1/temp", "58000\n")
            .put("sys/class/thermal/thermal_zone2/temp", "-274000\n")
            .put("sys/class/thermal/cooling_device0/temp", "99000\n")
            .put("sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled", "50005\n")
            .put("proc/loadavg", "1.25 0.80 0.60 2/300 4711\n");
        let board = pi.probe().look();
        assert_eq!(board.name.as_deref(), Some("Raspberry Pi 5 Model B Rev 1.0"));
        assert_eq!((board.temperature_c, board.load), (Some(61.35), Some(1.25)));
        assert_eq!((board.throttled, board.under_voltage), (Some(true), Some(true)));
    }

    #[test]
    fn what_was_throttled_before_is_not_throttled_now() {
        let pi = Fake::new();
        pi.put("sys/devices/platform/soc/soc:firmware/get_throttled", "0xf0000\n");
        let board = pi.probe().look();
        assert_eq!((board.throttled, board.under_voltage), (Some(false), Some(false)));
    }

    #[test]
    fn a_pc_is_throttled_while_its_count_rises() {
        let pc = Fake::new();
        let count = |n: u32| {
            pc.put("sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count", &format!("{n}\n"));
        };
        count(7);
        let mut probe = pc.probe();
        assert_eq!(probe.look().throttled, Some(false), "seven times before usher came");
        count(9);
        assert_eq!(probe.look().throttled, Some(true));
        assert_eq!(probe.look().throttled, Some(false));
    }

    #[test]
    fn the_control_group_bounds_memory_and_file_pages_can_be_given_back() {
        let pc = Fake::new();
        pc.put("proc/meminfo", "MemTotal:        8000000 kB\nMemFree: 1 kB\nMemAvailable:    6000000 kB\n");
        let mut probe = pc.probe();
        assert_eq!(probe.look().memory_available, Some(6_000_000 << 10));
        let group = "sys/fs/cgroup/system.slice/usher.service";
        pc.put("proc/self/cgroup", "0::/system.slice/usher.service\n")
            .put(&format!("{group}/memory.max"), "1000000000\n")
            .put(&format!("{group}/memory.current"), "900000000\n")
            .put(&format!("{group}/memory.stat"), "anon 500\ninactive_file 300000000\n");
        let board = probe.look();
        assert_eq!((board.memory_total, board.memory_available), (Some(1_000_000_000), Some(400_000_000)));
        pc.put(&format!("{group}/memory.max"), "max\n");
        assert_eq!(probe.look().memory_total, Some(8_000_000 << 10));
        pc.put("proc/self/cgroup", "0::/../../etc\n");
        assert_eq!(probe.look().memory_total, Some(8_000_000 << 10));
    }

    #[test]
    fn a_board_that_tells_nothing_or_nonsense_is_unknown() {
        let bare = Fake::new();
        bare.put("sys/class/thermal/thermal_zone0/temp", "hot")
            .put("proc/loadavg", "")
            .put("proc/meminfo", "MemTotal: x kB");
        let board = bare.probe().look();
        let told = (board.temperature_c, board.throttled, board.load, board.memory_total, board.name);
        assert_eq!(told, (None, None, None, None, None));
        assert!(board.disk_total.unwrap() >= board.disk_free.unwrap(), "the disk is the real one");
        assert_eq!(board.read_only, Some(false));
    }

    #[test]
    fn heat_leaves_later_than_it_comes() {
        let mut heat = Heat::Cool;
        let mut after = |celsius| {
            heat = Heat::after(heat, celsius);
            heat
        };
        let course = [79.9, 80.0, 76.0, 74.0, 93.0, 87.0, 86.0, 75.0, 73.0].map(|celsius| after(Some(celsius)));
        use Heat::{Cool, Critical, Hot};
        assert_eq!(course, [Cool, Hot, Hot, Cool, Critical, Critical, Hot, Hot, Cool]);
        assert_eq!(after(None), Cool);
    }
}
