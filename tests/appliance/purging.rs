//! What was kept as long as the profile allows is erased from every file by the appliance itself.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use usher::admin::{AuditRow, audit};
use usher::appliance::open_admin_store;
use usher::base::secret::sha256_hex;
use usher::store::StatisticsStore;

use crate::server::Server;
use crate::support::own_data;

const PATIENCE: Duration = Duration::from_secs(60);

/// As the airport's profile has it.
const DAYS: i64 = 365;
const LOG_DAYS: i64 = 14;

fn ago(days: i64) -> Timestamp {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    at.round(jiff::Unit::Second).expect("the clock is of this age")
}

/// Lines of an audit log that were written on these days.
fn write_audit(data: &Path, days: &[i64]) {
    let mut store = open_admin_store(data).expect("the administration opens");
    let mut before = "0".repeat(64);
    for (seq, day) in (1..).zip(days) {
        let at = ago(*day).to_string();
        let line = format!(r#"{{"seq":{seq},"at":"{at}","who":"anna","what":"test","detail":""}}"#);
        before = sha256_hex(format!("{before}{line}").as_bytes());
        let row =
            AuditRow { seq, at, who: "anna".into(), what: "test".into(), detail: "".into(), hash: before.clone() };
        store.append_audit(&row, audit::LINES_MAX).expect("a line is written");
    }
    assert!(audit::verify(&mut store).expect("the log is read").is_whole());
}

#[tokio::test]
async fn statistics_logs_and_audit_go_when_the_profile_says_and_the_chain_still_holds() {
    let data = own_data("airport");
    let hours = [DAYS + 2, DAYS + 1, DAYS - 1].map(|days| ago(days).as_second() / 3600);
    let open = || StatisticsStore::open(&data.path().join("sites/airport/statistics.db")).expect("the file opens");
    open().update(&hours, &mut |_, _| "{}".into()).expect("hours are written");
    write_audit(data.path(), &[DAYS + 9, DAYS + 1, DAYS - 1, 3]);
    let logs = data.path().join("logs");
    std::fs::create_dir(&logs).expect("a folder can be made");
    let line = |days: i64| format!("{{\"seq\":1,\"at\":\"{}\",\"message\":\"{days} days ago\"}}\n", ago(days));
    std::fs::write(logs.join("usher.log"), line(LOG_DAYS + 5) + &line(LOG_DAYS - 5)).expect("a log is written");
    std::fs::write(logs.join("usher.1.log"), line(LOG_DAYS + 9) + &line(LOG_DAYS + 8)).expect("a log is written");
    // It looked yesterday: the clock is believed.
    std::fs::write(data.path().join("purge.last"), ago(1).as_second().to_string()).expect("it is noted");
    let server = Server::start_in(data.path(), "airport");
    let since = Instant::now();
    let log = || std::fs::read_to_string(logs.join("usher.log")).unwrap_or_default();
    let is_purged = || !log().contains("19 days ago") && !logs.join("usher.1.log").exists();
    while !is_purged() || !log().contains("kiosk page on") {
        assert!(since.elapsed() < PATIENCE, "old lines are still there: {}", log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(log().contains("\"9 days ago"), "{}", log());
    drop(server);
    let left: Vec<i64> = open().read(0..=i64::MAX).expect("hours are read").into_iter().map(|(hour, _)| hour).collect();
    assert_eq!(left, hours[2..]);
    let mut store = open_admin_store(data.path()).expect("the administration opens");
    let verdict = audit::verify(&mut store).expect("the log is read");
    assert_eq!((verdict.broken_at, verdict.lines), (None, 2));
    let written = audit::append(&mut store, "anna", "test", "").expect("a line is written");
    assert_eq!((written.seq, audit::verify(&mut store).expect("the log is read").is_whole()), (5, true));
}
