//! What a process takes, as /proc tells it; and quantiles.

use std::time::Duration;

/// Resident memory, MiB.
pub fn resident_mib(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process lives");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("the kernel tells VmRSS");
    let kib: f64 = line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("a number of KiB");
    kib / 1024.0
}

/// Open file handles.
pub fn handles(process: u32) -> usize {
    std::fs::read_dir(format!("/proc/{process}/fd")).expect("the process lives").count()
}

/// Processor time since its start, as the kernel counts it: hundredths of a second.
pub fn processor_s(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process lives");
    // The name may hold spaces; what follows its bracket does not.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|word| word.parse::<f64>().ok()).expect("a number of ticks");
    (ticks(11) + ticks(12)) / 100.0
}

/// The middle and the 95th of a hundred, milliseconds.
pub fn quantiles(times: &mut [Duration]) -> String {
    if times.is_empty() {
        return "no times".into();
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    format!("median {:.1} ms, p95 {:.1} ms, longest {:.1} ms ({} times)", at(0.5), at(0.95), at(1.0), times.len())
}
