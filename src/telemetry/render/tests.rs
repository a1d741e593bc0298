//! The page as Prometheus reads it, judged by Prometheus' own tool.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;
use crate::base::worker::Worker;
use crate::domain::{Language, Route, Way};
use crate::telemetry::seen::{Door, Feeling, HandoverEnd, Refusal, Stages, TurnSeen};

fn counted() -> Metrics {
    let metrics = Metrics::new();
    let stages = Stages { answer: Some(7.0), turn: Some(40_000.0), ..Stages::default() };
    metrics.turn(&TurnSeen {
        route: Route::Answer,
        way: Way::Spoken,
        language: Language::Chinese,
        feeling: Feeling::Calm,
        stages,
    });
    metrics.refused(Refusal::Busy);
    metrics.asked_for_person();
    metrics.handover_ended(HandoverEnd::Solved);
    metrics.login_refused(Door::Desk);
    metrics
}

/// A page with everything on it; two workers share a name.
fn page() -> String {
    let ears: Vec<Worker<()>> = (0..2).map(|_| Worker::start("hearing", 4, ())).collect();
    for worker in &ears {
        worker.call(|(), _| ()).unwrap().wait().unwrap();
    }
    let present = Present {
        version: "0.1.0",
        ready: true,
        level: Level::SmallModel,
        visits: 2,
        queue: 3,
        workers: ears.iter().map(|worker| (worker.name(), worker.gauge())).collect(),
        models: vec![("language", "a \"quoted\\ model\n", 123)],
        board: Board { temperature_c: Some(61.5), throttled: Some(false), disk_free: Some(7), ..Board::default() },
        process: Process::look(),
        outbox: Some(4),
        log_lines_lost: 5,
    };
    render(&counted(), &present)
}

#[test]
fn every_figure_has_its_line() {
    let page = page();
    for line in [
        "usher_turns_total{language=\"zh\",route=\"answer\",way=\"spoken\"} 1",
        "usher_turns_total{language=\"en\",route=\"decline\",way=\"typed\"} 0",
        "usher_turns_refused_total{reason=\"busy\"} 1",
        "usher_handovers_asked_total 1",
        "usher_handovers_total{outcome=\"solved\"} 1",
        "usher_logins_refused_total{door=\"desk\"} 1",
        "usher_stage_duration_seconds_bucket{stage=\"answer\",le=\"0.005\"} 0",
        "usher_stage_duration_seconds_bucket{stage=\"answer\",le=\"0.01\"} 1",
        "usher_stage_duration_seconds_bucket{stage=\"turn\",le=\"10\"} 0",
        "usher_stage_duration_seconds_bucket{stage=\"turn\",le=\"+Inf\"} 1",
        "usher_stage_duration_seconds_count{stage=\"hear\"} 0",
        "usher_worker_jobs_total{worker=\"hearing\",result=\"done\"} 2",
        "usher_worker_waiting_jobs{worker=\"hearing\"} 0",
        "usher_model_memory_bytes{role=\"language\",model=\"a \\\"quoted\\\\ model\\n\"} 123",
        "usher_level{level=\"full\"} 0",
        "usher_level{level=\"small_model\"} 1",
        "usher_board_temperature_celsius 61.5",
        "usher_board_throttled 0",
        "usher_board_disk_free_bytes 7",
        "usher_outbox_parcels 4",
        "usher_log_lines_lost_total 5",
        "usher_queue_people 3",
        "usher_build_info{version=\"0.1.0\"} 1",
        "# TYPE usher_worker_jobs_total counter",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
    assert!(page.contains("\nprocess_open_fds ") && page.contains("\nprocess_cpu_seconds_total "));
}

#[test]
fn what_the_board_does_not_tell_is_not_told_as_zero() {
    let page = render(&Metrics::new(), &Present::default());
    assert!(!page.contains("temperature") && !page.contains("usher_outbox") && !page.contains("usher_worker"));
    assert!(page.contains("usher_level{level=\"contact\"} 1"));
}

/// Where setup puts it; a system's own does as well.
fn promtool() -> PathBuf {
    let data = std::env::var_os("USHER_DATA").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))
            .map(|home| home.join("usher"))
    });
    data.map(|data| data.join("tools/bin/promtool")).filter(|tool| tool.exists()).unwrap_or_else(|| "promtool".into())
}

#[test]
fn promtool_finds_no_fault() {
    for page in [page(), render(&Metrics::new(), &Present::default())] {
        let mut tool = Command::new(promtool())
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("promtool is not installed; run `./deploy/setup.sh tests`");
        tool.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
        let said = tool.wait_with_output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        assert!(said.status.success() && text.is_empty(), "{text}\n{page}");
    }
}
