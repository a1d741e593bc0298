//! Memory: what is left against what the next turn needs, what lies in swap, and whether the system had to stop programs.

use super::disk::size;
use super::{Line, Places};
use crate::domain::told;

/// Swap that is full to more than this share slows every visit; a little of it is what the system never needs again.
const SWAP_SHARE_MAX: f64 = 0.5;

/// What memory there is, bytes. Also what a page or a metric shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    pub total: u64,
    /// What can be had without anything going to swap, within the service's own limit.
    pub available: u64,
    pub swap_total: u64,
    pub swap_used: u64,
    /// Programs that the system stopped for want of memory since it started.
    pub killed: u64,
}

impl Memory {
    /// `None` where `/proc/meminfo` is not there.
    pub fn read(places: &Places) -> Option<Self> {
        let text = places.text("proc/meminfo")?;
        let of = |key: &str| field(&text, key).map(|kib| kib.saturating_mul(1 << 10));
        let (swap_total, swap_free) = (of("SwapTotal:").unwrap_or(0), of("SwapFree:").unwrap_or(0));
        let available = of("MemAvailable:")?;
        Some(Self {
            total: of("MemTotal:")?,
            available: within_limit(places).map_or(available, |limit| limit.min(available)),
            swap_total,
            swap_used: swap_total.saturating_sub(swap_free),
            killed: places.text("proc/vmstat").and_then(|text| field(&text, "oom_kill")).unwrap_or(0),
        })
    }
}

/// `need_bytes`: what must be available, a turn's peak for example. Below it is bad, below one and a half times it doubtful.
pub fn memory(places: &Places, need_bytes: u64) -> Line {
    match Memory::read(places) {
        Some(memory) => judge(&memory, need_bytes),
        None => Line::warning(
            "memory",
            told!("available memory is unknown", "无法得知可用内存"),
            told!("check that /proc is mounted", "请检查 /proc 是否已挂载"),
        ),
    }
}

fn judge(memory: &Memory, need_bytes: u64) -> Line {
    let free = told!("{} of {} available", "可用 {}，共 {}", size(memory.available), size(memory.total));
    let needed = told!(free => "{free}; {} are needed", "{free}；需要 {}", size(need_bytes));
    let repair = told!(
        "stop other programs, choose a smaller pack, or raise the service's MemoryMax where it has one",
        "请停止其他程序，选用较小的模型包；服务若设有 MemoryMax，请调高"
    );
    if memory.available < need_bytes {
        return Line::bad("memory", needed, repair);
    }
    if memory.killed > 0 {
        let finding = told!(free => "{free}; the system stopped {} programs for want of memory since it started",
            "{free}；系统启动以来因内存不足终止了 {} 个程序", memory.killed);
        let repair = told!(
            "read `journalctl -k` for which; choose a smaller pack",
            "请用 `journalctl -k` 查看是哪些程序，并选用较小的模型包"
        );
        return Line::warning("memory", finding, repair);
    }
    if memory.available < need_bytes.saturating_add(need_bytes / 2) {
        return Line::warning("memory", needed, repair);
    }
    if memory.swap_used as f64 > memory.swap_total as f64 * SWAP_SHARE_MAX {
        let finding = told!(free => "{free}; {} of {} swap is in use", "{free}；交换空间已用 {}，共 {}",
            size(memory.swap_used), size(memory.swap_total));
        return Line::warning("memory", finding, repair);
    }
    Line::good("memory", free)
}

/// `key value ...`, as both files have it.
fn field(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What systemd's MemoryMax leaves to this service (cgroup v2); `None` without a limit. File pages that can be dropped do not count.
fn within_limit(places: &Places) -> Option<u64> {
    let groups = places.text("proc/self/cgroup")?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let of = |file: &str| format!("sys/fs/cgroup/{group}/{file}");
    let limit: u64 = places.number(&of("memory.max"))?;
    let used: u64 = places.number(&of("memory.current"))?;
    let cached = places.text(&of("memory.stat")).and_then(|text| field(&text, "inactive_file")).unwrap_or(0);
    Some(limit.saturating_sub(used.saturating_sub(cached)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;
    use crate::checks::places::tests::system;

    const MIB: u64 = 1 << 20;
    const MEMINFO: &str = "MemTotal:        4096000 kB\nMemFree:          100000 kB\nMemAvailable:    2048000 kB\n\
        SwapTotal:        409600 kB\nSwapFree:         399600 kB\n";

    #[test]
    fn the_systems_figures_are_read() {
        let (_folder, places) =
            system(&[("proc/meminfo", MEMINFO), ("proc/vmstat", "nr_free_pages 25000\noom_kill 2\n")]);
        let memory = Memory::read(&places).unwrap();
        assert_eq!((memory.available, memory.swap_used, memory.killed), (2_000 * MIB, 10_000 << 10, 2));
    }

    #[test]
    fn the_services_own_limit_counts_when_it_is_nearer() {
        let group = "sys/fs/cgroup/system.slice/usher.service";
        let (_folder, places) = system(&[
            ("proc/meminfo", MEMINFO),
            ("proc/self/cgroup", "0::/system.slice/usher.service\n"),
            (&format!("{group}/memory.max"), "1073741824"),
            (&format!("{group}/memory.current"), "943718400"),
            (&format!("{group}/memory.stat"), "anon 1\ninactive_file 104857600\n"),
        ]);
        assert_eq!(Memory::read(&places).unwrap().available, 1_073_741_824 - 943_718_400 + 104_857_600);
        let (_folder, places) =
            system(&[("proc/meminfo", MEMINFO), ("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.max", "max")]);
        assert_eq!(Memory::read(&places).unwrap().available, 2_000 * MIB);
    }

    #[test]
    fn head_room_kills_and_swap_are_judged() {
        let plenty =
            Memory { total: 4_000 * MIB, available: 2_000 * MIB, swap_total: 400 * MIB, swap_used: 0, killed: 0 };
        assert_eq!(judge(&plenty, 400 * MIB).finding.en, "2000 MiB of 4000 MiB available");
        assert_eq!(judge(&Memory { available: 300 * MIB, ..plenty }, 400 * MIB).health, Health::Bad);
        assert_eq!(judge(&Memory { available: 500 * MIB, ..plenty }, 400 * MIB).health, Health::Warning);
        assert_eq!(judge(&Memory { killed: 1, ..plenty }, 400 * MIB).health, Health::Warning);
        assert_eq!(judge(&Memory { swap_used: 300 * MIB, ..plenty }, 400 * MIB).health, Health::Warning);
        assert_eq!(judge(&Memory { swap_total: 0, ..plenty }, 400 * MIB).health, Health::Good);
    }

    #[test]
    fn a_file_that_is_cut_off_is_unknown() {
        assert_eq!(memory(&system(&[("proc/meminfo", "MemTotal: many kB")]).1, 1).health, Health::Warning);
    }
}
