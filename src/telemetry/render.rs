//! Prometheus' text 0.0.4: what was counted, and what is just now. Pure; the caller has looked at the present.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{Encoder, TextEncoder};

use super::board::Board;
use super::ladder::Level;
use super::metrics::Metrics;
use super::process::Process;
use super::trouble::Trouble;
use crate::base::worker;

/// What the reply's `Content-Type` says.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// The present, read when it was asked for.
#[derive(Debug, Default)]
pub struct Present<'a> {
    pub version: &'a str,
    pub ready: bool,
    pub level: Level,
    pub visits: usize,
    /// People whom the camera saw waiting.
    pub queue: usize,
    /// Two workers of one name (ears for two languages) are told as one.
    pub workers: Vec<(&'static str, &'a worker::Gauge)>,
    /// Role, name and bytes of every loaded model whose size is known.
    pub models: Vec<(&'a str, &'a str, u64)>,
    pub board: Board,
    pub process: Process,
    /// Parcels for a desk that still wait; `None` where the site has none.
    pub outbox: Option<u64>,
    /// Log lines that no file took.
    pub log_lines_lost: u64,
}

/// The whole page.
pub fn render(metrics: &Metrics, present: &Present) -> String {
    let mut families = metrics.registry.gather();
    families.extend(appliance(present));
    families.extend(workers(&present.workers));
    families.extend(board(&present.board));
    families.extend(process(&present.process));
    families.retain(|family| !family.get_metric().is_empty());
    families.sort_by(|one, other| one.name().cmp(other.name()));
    let mut page = Vec::new();
    // Writing to memory fails only for a family without a name or a metric, and there is none.
    if let Err(error) = TextEncoder::new().encode(&families, &mut page) {
        tracing::error!(%error, "the metrics cannot be written");
    }
    String::from_utf8_lossy(&page).into_owned()
}

fn appliance(present: &Present) -> Vec<MetricFamily> {
    let models = present.models.iter();
    let bytes = models.map(|(role, model, bytes)| (vec![("role", *role), ("model", *model)], *bytes as f64));
    let levels = Level::ALL.map(|level| (vec![("level", level.word())], f64::from(u8::from(level == present.level))));
    vec![
        family(
            "usher_build_info",
            "The running version.",
            MetricType::GAUGE,
            [(vec![("version", present.version)], 1.0)],
        ),
        gauge(
            "usher_ready",
            "Whether a golden question was answered since start.",
            Some(f64::from(u8::from(present.ready))),
        ),
        family("usher_level", "The rung of the ladder that visitors are served on.", MetricType::GAUGE, levels),
        gauge("usher_visits", "Visits that are open.", Some(present.visits as f64)),
        gauge("usher_queue_people", "People whom the camera saw last.", Some(present.queue as f64)),
        family("usher_model_memory_bytes", "Memory of a loaded model.", MetricType::GAUGE, bytes),
        gauge("usher_outbox_parcels", "Parcels that wait for a desk.", present.outbox.map(|waiting| waiting as f64)),
        counter("usher_log_lines_lost_total", "Log lines that no file took.", Some(present.log_lines_lost as f64)),
    ]
}

/// Counts of all workers of one name.
#[derive(Default)]
struct Work {
    waiting: f64,
    done: f64,
    refused: f64,
    dropped: f64,
    queued_s: f64,
    ran_s: f64,
}

impl Work {
    fn add(&mut self, gauge: &worker::Gauge) {
        let micros = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed) as f64 / 1e6;
        self.waiting += gauge.waiting.load(Ordering::Relaxed) as f64;
        self.done += gauge.done.load(Ordering::Relaxed) as f64;
        self.refused += gauge.refused.load(Ordering::Relaxed) as f64;
        self.dropped += gauge.dropped.load(Ordering::Relaxed) as f64;
        self.queued_s += micros(&gauge.queued_us);
        self.ran_s += micros(&gauge.ran_us);
    }
}

fn workers(gauges: &[(&'static str, &worker::Gauge)]) -> Vec<MetricFamily> {
    let mut work: BTreeMap<&str, Work> = BTreeMap::new();
    gauges.iter().for_each(|(name, gauge)| work.entry(name).or_default().add(gauge));
    let of = |read: fn(&Work) -> f64| work.iter().map(move |(name, work)| (vec![("worker", *name)], read(work)));
    let ended = work.iter().flat_map(|(name, work)| {
        [("done", work.done), ("refused", work.refused), ("dropped", work.dropped)]
            .map(|(result, count)| (vec![("worker", *name), ("result", result)], count))
    });
    vec![
        family("usher_worker_waiting_jobs", "Jobs that wait for a worker.", MetricType::GAUGE, of(|work| work.waiting)),
        family("usher_worker_jobs_total", "Jobs by how they ended.", MetricType::COUNTER, ended),
        family(
            "usher_worker_queued_seconds_total",
            "Time that jobs waited.",
            MetricType::COUNTER,
            of(|work| work.queued_s),
        ),
        family("usher_worker_run_seconds_total", "Time that jobs ran.", MetricType::COUNTER, of(|work| work.ran_s)),
    ]
}

fn board(board: &Board) -> Vec<MetricFamily> {
    let truth = |told: Option<bool>| told.map(|told| f64::from(u8::from(told)));
    let bytes = |told: Option<u64>| told.map(|bytes| bytes as f64);
    let now = board.troubles();
    let troubles = Trouble::ALL.map(|one| (vec![("state", one.word())], f64::from(u8::from(now.contains(&one)))));
    vec![
        gauge("usher_board_temperature_celsius", "The hottest sensor of the board.", board.temperature_c),
        gauge("usher_board_throttled", "Whether the board runs slower than it could.", truth(board.throttled)),
        gauge("usher_board_load1", "Processes that want to run, mean of a minute.", board.load),
        gauge("usher_board_memory_total_bytes", "Memory of the board.", bytes(board.memory_total)),
        gauge("usher_board_memory_available_bytes", "Memory that can still be had.", bytes(board.memory_available)),
        gauge("usher_board_disk_total_bytes", "Size of the data's disk.", bytes(board.disk_total)),
        gauge("usher_board_disk_free_bytes", "Room on the data's disk.", bytes(board.disk_free)),
        gauge("usher_board_disk_read_only", "Whether the data's disk takes no writes.", truth(board.read_only)),
        family(
            "usher_trouble",
            "Named states of a machine that serves on although something is wrong.",
            MetricType::GAUGE,
            troubles,
        ),
    ]
}

fn process(process: &Process) -> Vec<MetricFamily> {
    vec![
        gauge(
            "process_resident_memory_bytes",
            "Resident memory of usher.",
            process.resident_bytes.map(|bytes| bytes as f64),
        ),
        gauge("process_open_fds", "Open file handles of usher.", process.open_fds.map(|fds| fds as f64)),
        gauge("process_max_fds", "File handles that usher may open.", process.max_fds.map(|fds| fds as f64)),
        gauge(
            "process_start_time_seconds",
            "Start of usher, seconds since 1970.",
            process.started_s.map(|at| at as f64),
        ),
        counter("process_cpu_seconds_total", "Processor time of usher.", process.cpu_s),
    ]
}

/// A gauge without labels; nothing when it is not known.
fn gauge(name: &str, help: &str, value: Option<f64>) -> MetricFamily {
    family(name, help, MetricType::GAUGE, value.map(|value| (Vec::new(), value)))
}

fn counter(name: &str, help: &str, value: Option<f64>) -> MetricFamily {
    family(name, help, MetricType::COUNTER, value.map(|value| (Vec::new(), value)))
}

fn family<'a>(
    name: &str,
    help: &str,
    kind: MetricType,
    series: impl IntoIterator<Item = (Vec<(&'a str, &'a str)>, f64)>,
) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.into());
    family.set_help(help.into());
    family.set_field_type(kind);
    family.set_metric(series.into_iter().map(|(labels, value)| one(kind, &labels, value)).collect());
    family
}

fn one(kind: MetricType, labels: &[(&str, &str)], value: f64) -> Metric {
    let pairs = labels.iter().map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).into());
        pair.set_value((*value).into());
        pair
    });
    let mut metric = Metric::from_label(pairs.collect());
    if kind == MetricType::COUNTER {
        let mut counter = Counter::default();
        counter.set_value(value);
        metric.set_counter(counter);
    } else {
        let mut gauge = Gauge::default();
        gauge.set_value(value);
        metric.set_gauge(gauge);
    }
    metric
}

#[cfg(test)]
mod tests;
