//! Events in, lines out; files that turn over; a disk that takes nothing; fields that must not be there.

use std::fs;
use std::time::Instant;

use tracing_subscriber::layer::SubscriberExt;

use super::file::Files;
use super::line::WITHHELD;
use super::*;

fn logged(logs: &Arc<Logs>, events: impl FnOnce()) {
    tracing::subscriber::with_default(tracing_subscriber::registry().with(logs.layer()), events);
}

#[test]
fn an_event_is_a_line_of_json_with_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    let logs = Logs::open(Some(folder.path()));
    logged(&logs, || {
        tracing::warn!(visit.id = "v-1", duration_ms = 12.5, count = 3u64, ready = true, "a turn was\nslow");
    });
    assert!(logs.flush(Duration::from_secs(10)));
    let text = fs::read_to_string(folder.path().join("usher.log")).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!((line["seq"].as_u64(), line["level"].as_str()), (Some(1), Some("warn")));
    assert_eq!(line["message"], "a turn was slow");
    assert_eq!(line["fields"], serde_json::json!({"visit.id": "v-1", "duration_ms": 12.5, "count": 3, "ready": true}));
    assert!(line["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
}

#[test]
fn words_and_secrets_are_withheld_and_long_fields_cut() {
    let logs = Logs::open(None);
    let long = "长".repeat(5_000);
    logged(&logs, || {
        tracing::info!(question = "where is my bag", login.password = ?"hunter2", reason = long, "{long}");
    });
    let line = logs.page(Rank::Trace, 0, 1).lines.remove(0);
    assert_eq!((&line.fields["question"], &line.fields["login.password"]), (&"withheld".into(), &"withheld".into()));
    assert_eq!(line.fields["reason"].as_str().unwrap().chars().count(), 401);
    assert_eq!(line.message.chars().count(), 1_001);
}

#[test]
fn a_page_is_filtered_and_goes_on_where_the_last_ended() {
    let logs = Logs::open(None);
    logged(&logs, || {
        for number in 0..1_500 {
            tracing::debug!(number, "small");
            if number % 100 == 0 {
                tracing::error!(number, "grave");
            }
        }
    });
    let newest = logs.page(Rank::Error, 0, 3).lines;
    assert_eq!(
        newest.iter().map(|line| line.fields["number"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1_200, 1_300, 1_400]
    );
    let after = logs.page(Rank::Error, newest[0].seq, 1).lines;
    assert_eq!(after, newest[1..2]);
    assert_eq!(logs.page(Rank::Trace, 0, usize::MAX).lines.len(), 500);
    assert!(logs.page(Rank::Trace, u64::MAX, 10).lines.is_empty());
    assert!("loud".parse::<Rank>().unwrap_err().contains("use error, warn"));
}

#[test]
fn files_turn_over_by_size_and_the_oldest_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Files::new(folder.path(), 100, 3);
    for number in 0..20 {
        files.write(format!("line {number:02} {}\n", "x".repeat(40)).as_bytes()).unwrap();
    }
    let read = |age| fs::read_to_string(files.path(age)).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    assert!(read(0).starts_with("line 18") && read(1).starts_with("line 16") && read(2).starts_with("line 14"));
    // A second start goes on in the same file, and turns it over when it is full.
    let mut again = Files::new(folder.path(), 100, 3);
    again.write(b"line 20\n").unwrap();
    assert_eq!(read(0), "line 20\n");
    assert!(read(1).starts_with("line 18"));
}

#[test]
fn a_disk_that_takes_nothing_costs_lines_and_no_time_and_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("logs");
    // A file where the folder should be: nothing can be made below it.
    fs::write(&place, "in the way").unwrap();
    let logs = Logs::open(Some(&place));
    let started = Instant::now();
    logged(&logs, || (0..100).for_each(|number| tracing::info!(number, "line")));
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(logs.flush(Duration::from_secs(10)));
    assert_eq!(logs.lost(), 100);
    fs::remove_file(&place).unwrap();
    logged(&logs, || tracing::info!("the disk is back"));
    assert!(logs.flush(Duration::from_secs(10)));
    assert!(fs::read_to_string(place.join("usher.log")).unwrap().contains("the disk is back"));
    assert_eq!((logs.lost(), logs.page(Rank::Info, 0, 500).lines.len()), (100, 101));
}

/// `/dev/full` refuses every write as a full disk does.
#[test]
fn a_full_disk_tears_no_later_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Files::new(folder.path(), 1 << 20, 3);
    std::os::unix::fs::symlink("/dev/full", files.path(0)).unwrap();
    let error = files.write(b"lost\n").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    fs::remove_file(files.path(0)).unwrap();
    files.write(b"{}\n").unwrap();
    assert_eq!(fs::read_to_string(files.path(0)).unwrap(), "\n{}\n");
}

/// Our own code names no such field: what is withheld at run time is withheld from others alone.
#[test]
fn no_log_line_of_ours_has_a_field_for_words_or_secrets() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let event = regex::Regex::new(r"(?s)tracing::(?:error|warn|info|debug|trace)!\((.*?)\);").unwrap();
    let field = regex::Regex::new(r"(?:^|[,(\s%?.])([a-z_]+)\s*(?:=[^=]|,)").unwrap();
    let (mut folders, mut seen, mut faults) = (vec![source], 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            if entry.ends_with("logs/tests.rs") || entry.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(&entry).unwrap();
            for found in event.captures_iter(&text) {
                seen += 1;
                let fields = found[1].split('"').next().unwrap_or_default();
                let bad = field.captures_iter(fields).find(|name| WITHHELD.contains(&&name[1]));
                faults.extend(bad.map(|name| format!("{}: {}", entry.display(), &name[1])));
            }
        }
    }
    assert!(seen > 5, "events are found at all");
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn old_lines_go_and_new_ones_come_after_what_stayed() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Files::new(folder.path(), 10_000, 3);
    let day = |day: i64| Timestamp::from_second(1_800_000_000 + day * 24 * 3600).unwrap();
    let line = |at: i64| format!("{{\"seq\":1,\"at\":\"{}\",\"message\":\"day {at}\"}}\n", day(at));
    fs::write(files.path(1), line(0) + &line(1)).unwrap();
    fs::write(files.path(2), "torn\n").unwrap();
    files.write((line(2) + "{\"torn\n" + &line(4) + &line(9)).as_bytes()).unwrap();
    files.forget_before(day(0)).unwrap();
    assert!(files.path(1).exists(), "a line of the last moment stays");
    files.forget_before(day(3)).unwrap();
    files.write(line(10).as_bytes()).unwrap();
    assert!(!files.path(1).exists());
    let kept = fs::read_to_string(files.path(0)).unwrap();
    assert_eq!(kept, line(4) + &line(9) + &line(10));
    assert_eq!(fs::read_to_string(files.path(2)).unwrap(), "torn\n", "what has no time is rotation's");
}
