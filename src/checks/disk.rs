//! The disk of the data folder: room, whether it can be written and how fast, and how worn it is. Knows no file of usher's.

mod wear;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::Line;
use crate::domain::told;
pub use wear::wear;

/// What is written in one step, bytes: a page of SQLite and of most file systems.
const WRITE_BYTES: usize = 4 << 10;

/// Writes that are measured; their median is steady at this number and costs a slow card a second.
const WRITES: usize = 16;

/// No further write is begun after this: a card that needs 250 ms for one is found out with four.
const WRITING_MAX: Duration = Duration::from_secs(4);

/// A median above this makes visitors wait for the outbox. Chosen: good cards need 5 to 50 ms for a write that is synced.
const MEDIAN_MAX: Duration = Duration::from_millis(100);

/// One write above this is a card that is at its end, or a disk that is busy with something else.
const WORST_MAX: Duration = Duration::from_millis(1_000);

/// Free inodes below which logs and clips can no longer be made.
const INODES_MIN: u64 = 2_000;

/// What is measured of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    pub median: Duration,
    pub worst: Duration,
    pub writes: usize,
}

/// Free space for everybody's files, free inodes, and whether the file system takes writes at all. `need_bytes`: below it is
/// bad, below twice as much doubtful.
pub fn space(data: &Path, need_bytes: u64) -> Line {
    let there = data.ancestors().find(|folder| folder.exists()).unwrap_or(data);
    let Ok(told) = statvfs(there) else {
        let finding = told!("free space of {} is unknown", "无法得知 {} 的剩余空间", there.display());
        return Line::warning("disk", finding, told!("check that the disk is mounted", "请检查磁盘是否已挂载"));
    };
    let free = told.f_bavail.saturating_mul(told.f_frsize);
    let total = told.f_blocks.saturating_mul(told.f_frsize);
    let is_read_only = told.f_flag.contains(StatVfsMountFlags::RDONLY);
    // A file system without inodes of its own (btrfs, overlay) tells 0 of 0.
    let inodes = (told.f_files > 0).then_some(told.f_favail);
    judge_space(&Space { free, total, is_read_only, inodes }, need_bytes)
}

struct Space {
    free: u64,
    total: u64,
    is_read_only: bool,
    inodes: Option<u64>,
}

fn judge_space(space: &Space, need_bytes: u64) -> Line {
    let free = told!("{} free of {}", "剩余 {}，共 {}", size(space.free), size(space.total));
    let need = size(need_bytes);
    let make_room = told!(
        "free space in the data folder: remove models that are not in use, old backups and logs",
        "请清理数据文件夹：删除不用的模型、旧备份和旧日志"
    );
    if space.is_read_only {
        let finding =
            told!(free => "disk_read_only: the disk is read-only, {free}", "disk_read_only：磁盘为只读，{free}");
        let repair = told!(
            "the system made it read-only after an error: restart; when it stays so, copy the data and replace the disk",
            "系统因出错将其设为只读：请重启；若仍如此，请备份数据并更换磁盘"
        );
        return Line::bad("disk", finding, repair);
    }
    if space.free < need_bytes {
        return Line::bad("disk", told!(free => "{free}; {need} are needed", "{free}；需要 {need}"), make_room);
    }
    if let Some(inodes) = space.inodes.filter(|&inodes| inodes < INODES_MIN) {
        let finding =
            told!(free => "{free}, but room for {inodes} more files only", "{free}，但只能再存 {inodes} 个文件");
        return Line::bad("disk", finding, told!("remove small files, mostly old logs", "请删除小文件，多为旧日志"));
    }
    if space.free < need_bytes.saturating_mul(2) {
        let finding =
            told!(free => "{free}; below {need} nothing can be replaced", "{free}；低于 {need} 就无法再替换文件");
        return Line::warning("disk", finding, make_room);
    }
    Line::good("disk", free)
}

/// How long a write of 4 KiB takes until the disk has it, measured in a file in `data` that is gone afterwards.
pub fn writing(data: &Path) -> Line {
    match measure(data) {
        Ok(latency) => judge_writing(latency),
        Err(error) => {
            let finding = told!("cannot write in {}: {error}", "无法写入 {}：{error}", data.display());
            let repair = told!(
                "check that the folder belongs to usher's user and the disk is not read-only or full",
                "请检查文件夹是否属于 usher 的用户，以及磁盘是否只读或已满"
            );
            Line::bad("disk writing", finding, repair)
        }
    }
}

/// # Errors
/// When the file cannot be made, written or synced.
pub fn measure(data: &Path) -> io::Result<Latency> {
    let file = Scratch::create(data)?;
    let (begun, mut took) = (Instant::now(), Vec::with_capacity(WRITES));
    while took.len() < WRITES && begun.elapsed() < WRITING_MAX {
        let started = Instant::now();
        (&file.file).write_all(&[0x5A; WRITE_BYTES])?;
        file.file.sync_data()?;
        took.push(started.elapsed());
    }
    took.sort();
    let at = |index: usize| took.get(index).copied().unwrap_or_default();
    Ok(Latency { median: at(took.len() / 2), worst: at(took.len().saturating_sub(1)), writes: took.len() })
}

fn judge_writing(latency: Latency) -> Line {
    let Latency { median, worst, writes } = latency;
    let finding = told!(
        "{writes} writes: median {}, worst {}",
        "写入 {writes} 次：中位 {}，最慢 {}",
        millis(median),
        millis(worst)
    );
    if median > MEDIAN_MAX {
        let repair = told!(
            "the disk is too slow: replace the card by an SSD or an industrial card",
            "磁盘太慢：请将存储卡换成固态硬盘或工业级存储卡"
        );
        return Line::bad("disk writing", finding, repair);
    }
    if worst > WORST_MAX {
        let repair = told!(
            "run the self-test again; when it stays so, plan to replace the card",
            "请再次自检；若仍如此，请安排更换存储卡"
        );
        return Line::warning("disk writing", finding, repair);
    }
    Line::good("disk writing", finding)
}

/// A file that is removed however the measurement ends.
struct Scratch {
    file: File,
    path: PathBuf,
}

impl Scratch {
    /// What a power cut left of an earlier one is taken over.
    fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(".usher-disk-check");
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        Ok(Self { file, path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the file of the disk's check stays; it is 64 KiB");
        }
    }
}

/// Bytes in the unit that has one to four digits.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..0x280_0000 => format!("{} KiB", bytes >> 10),
        0x280_0000..0x2_8000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;

    const GIB: u64 = 1 << 30;

    fn of(free: u64) -> Space {
        Space { free, total: 32 * GIB, is_read_only: false, inodes: Some(100_000) }
    }

    #[test]
    fn room_is_held_against_what_is_needed() {
        assert_eq!(judge_space(&of(20 * GIB), GIB).health, Health::Good);
        assert_eq!(judge_space(&of(GIB + 1), GIB).health, Health::Warning);
        let bad = judge_space(&of(GIB / 2), GIB);
        assert_eq!((bad.health, bad.finding.en.as_str()), (Health::Bad, "512 MiB free of 32 GiB; 1024 MiB are needed"));
        assert!(judge_space(&Space { is_read_only: true, ..of(20 * GIB) }, GIB).finding.en.contains("read-only"));
        assert_eq!(judge_space(&Space { inodes: Some(7), ..of(20 * GIB) }, GIB).health, Health::Bad);
        assert_eq!(judge_space(&Space { inodes: None, ..of(20 * GIB) }, GIB).health, Health::Good);
    }

    #[test]
    fn a_folder_yet_to_be_made_is_on_the_disk_of_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(space(&folder.path().join("not/yet"), 1).health, Health::Good);
        assert_eq!(space(folder.path(), u64::MAX).health, Health::Bad);
    }

    #[test]
    fn writes_are_measured_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let latency = measure(folder.path()).unwrap();
        assert!(latency.writes > 0 && latency.worst >= latency.median && latency.median > Duration::ZERO);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_bad() {
        let folder = tempfile::tempdir().unwrap();
        let line = writing(&folder.path().join("missing"));
        assert_eq!(line.health, Health::Bad);
        assert!(line.finding.en.starts_with("cannot write in "), "{line:?}");
    }

    #[test]
    fn slow_is_bad_and_one_hiccup_is_doubtful() {
        let latency = |median, worst| Latency {
            median: Duration::from_millis(median),
            worst: Duration::from_millis(worst),
            writes: 16,
        };
        assert_eq!(judge_writing(latency(6, 40)).finding.en, "16 writes: median 6.0 ms, worst 40.0 ms");
        assert_eq!(judge_writing(latency(6, 40)).health, Health::Good);
        assert_eq!(judge_writing(latency(6, 1_400)).health, Health::Warning);
        assert_eq!(judge_writing(latency(180, 300)).health, Health::Bad);
    }
}
