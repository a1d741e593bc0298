//! Named states of a machine that serves on although something is wrong with it: for the technician's pages, probes and metrics.

/// One state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The data's disk takes no writes.
    DiskReadOnly,
    /// The system's clock says a time that is known to be over.
    ClockWrong,
}

impl Trouble {
    pub const ALL: [Self; 2] = [Self::DiskReadOnly, Self::ClockWrong];

    pub fn word(self) -> &'static str {
        match self {
            Self::DiskReadOnly => "disk_read_only",
            Self::ClockWrong => "clock_wrong",
        }
    }

    /// What does not work meanwhile, for a technician.
    pub fn reason(self) -> &'static str {
        match self {
            Self::DiskReadOnly => {
                "the disk can only be read: visitors are answered; statistics, logs, changes and hand-overs are not written"
            }
            Self::ClockWrong => {
                "the clock says a time that is over: opening hours and dates of answers are wrong until it is set"
            }
        }
    }

    pub fn repair(self) -> &'static str {
        match self {
            Self::DiskReadOnly => {
                "`mount -o remount,rw` where the disk was mounted so; else restart, and when it stays so replace the disk"
            }
            Self::ClockWrong => "`timedatectl set-time`, and let the site's time server keep it",
        }
    }
}
