//! What this process takes of the machine: memory, file handles, processor time. Reads /proc by `sysinfo`, which counts processor
//! time in milliseconds; the metrics crate's own reader counts whole seconds.

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

/// `None`: the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Process {
    pub resident_bytes: Option<u64>,
    pub open_fds: Option<usize>,
    pub max_fds: Option<usize>,
    pub cpu_s: Option<f64>,
    /// Seconds since 1970.
    pub started_s: Option<u64>,
}

impl Process {
    /// Looks now. Blocks for well under a millisecond.
    pub fn look() -> Self {
        Self::try_look().unwrap_or_default()
    }

    fn try_look() -> Option<Self> {
        let own = sysinfo::get_current_pid().ok()?;
        let mut system = System::new().ok()?;
        let kind = ProcessRefreshKind::nothing().with_memory().with_cpu().without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), false, kind);
        let process = system.process(own)?;
        Some(Self {
            resident_bytes: Some(process.memory()),
            open_fds: process.open_files(),
            max_fds: process.open_files_limit(),
            cpu_s: Some(process.accumulated_cpu_time() as f64 / 1_000.0),
            started_s: Some(process.start_time()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_file_and_touched_memory_are_seen() {
        let before = Process::look();
        let files: Vec<std::fs::File> = (0..40).map(|_| std::fs::File::open("/proc/self/stat").unwrap()).collect();
        let memory = std::hint::black_box(vec![7u8; 256 << 20]);
        let after = Process::look();
        // Other tests of this process open and close files of their own; forty are more than they do at once.
        assert!(after.open_fds.unwrap() >= before.open_fds.unwrap() + 20, "{before:?} {after:?}");
        assert!(after.resident_bytes.unwrap() >= before.resident_bytes.unwrap() + (64 << 20));
        assert!(after.cpu_s.unwrap() >= before.cpu_s.unwrap() && after.max_fds.unwrap() > 40);
        assert!(after.started_s.unwrap() > 1_600_000_000);
        drop((files, memory));
    }
}
