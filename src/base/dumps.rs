//! No copy of this process's memory for a disk, nor for another process. Knows nothing of what is in it.

use rustix::io;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Forbids core dumps of this process and of the programs that it starts. Where a kernel hands dumps to a program, the limit alone does
/// not hold: the process is marked besides, which keeps other processes of the same user out of its memory, too.
///
/// # Errors
/// When the system refuses; the memory could be dumped then.
pub fn forbid() -> io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
}

#[cfg(test)]
mod tests {
    use rustix::process::{dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn no_dump_is_written_nor_handed_to_a_program() {
        forbid().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    }
}
