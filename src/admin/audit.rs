//! The audit log: who did what and when, each line chained to the one before by SHA-256. A line that was changed, taken out or
//! cut off is named by its number. It holds no password, no question and no answer.
//!
//! The chain shows tampering by whoever does not know the whole chain; an attacker who owns the machine can write all of it
//! anew. Export the log, or note its last hash, where that matters.

use jiff::Timestamp;
use serde::Serialize;

use crate::base::secret::sha256_hex;
use crate::store::{AdminStore, AuditBase, AuditRow, StoreError};

/// Lines kept: years of a busy technician, about 30 MB. Beyond it the oldest tenth goes.
pub const LINES_MAX: i64 = 100_000;

/// Lines of one look.
pub const LOOK_LINES_MAX: i64 = 500;

/// Characters of one detail.
const DETAIL_CHARS_MAX: usize = 500;

/// Another process may append in the same instant; more often than this it is no accident.
const TRIES_MAX: usize = 5;

/// The hash before the first line.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The number of the first line that is wrong or missing.
    pub broken_at: Option<i64>,
    pub lines: usize,
}

impl Verdict {
    pub fn is_whole(self) -> bool {
        self.broken_at.is_none()
    }
}

/// What is hashed, as JSON in this order without spaces, after the previous line's hash.
#[derive(Serialize)]
struct Canonical<'a> {
    seq: i64,
    at: &'a str,
    who: &'a str,
    what: &'a str,
    detail: &'a str,
}

/// Appends a line. Blocking.
///
/// # Errors
/// [`StoreError`].
pub fn append(store: &mut AdminStore, who: &str, what: &str, detail: &str) -> Result<AuditRow, StoreError> {
    let detail: String = detail.chars().filter(|c| !c.is_control()).take(DETAIL_CHARS_MAX).collect();
    let mut tries = 0;
    loop {
        tries += 1;
        let row = next(store.audit_end()?, who, what, &detail);
        match store.append_audit(&row, LINES_MAX) {
            Ok(()) => return Ok(row),
            Err(StoreError::Failed { .. }) if tries < TRIES_MAX => {}
            Err(error) => return Err(error),
        }
    }
}

fn next(end: Option<AuditBase>, who: &str, what: &str, detail: &str) -> AuditRow {
    let at = Timestamp::now().round(jiff::Unit::Second).unwrap_or_else(|_| Timestamp::now());
    next_at(end, at.to_string(), who, what, detail)
}

fn next_at(end: Option<AuditBase>, at: String, who: &str, what: &str, detail: &str) -> AuditRow {
    let (seq, before) = end.map_or((1, BEGINNING.to_string()), |end| (end.seq + 1, end.hash));
    let mut row = AuditRow { seq, at, who: who.into(), what: what.into(), detail: detail.into(), hash: String::new() };
    row.hash = hash(&before, &row);
    row
}

fn hash(before: &str, row: &AuditRow) -> String {
    let AuditRow { seq, at, who, what, detail, .. } = row;
    let line = Canonical { seq: *seq, at, who, what, detail };
    let line = serde_json::to_string(&line).expect("numbers and texts are JSON");
    sha256_hex(format!("{before}{line}").as_bytes())
}

/// Lets the lines go that are older than `before`; what is left can still be verified. A chain that was changed from outside is
/// kept whole: it is evidence. How many went. Blocking.
///
/// # Errors
/// [`StoreError`]; nothing went then.
pub fn forget_before(store: &mut AdminStore, before: Timestamp) -> Result<usize, StoreError> {
    let mut last_old = None;
    store.walk_audit(&mut |row| {
        let is_old = row.at.parse::<Timestamp>().is_ok_and(|at| at < before);
        last_old = is_old.then_some(row.seq).or(last_old);
        is_old
    })?;
    match last_old {
        Some(last) if verify(store)?.is_whole() => store.forget_audit(last),
        _ => Ok(0),
    }
}

/// Goes through the whole chain; a tenth of a second for a full log. Blocking.
///
/// # Errors
/// [`StoreError`].
pub fn verify(store: &mut AdminStore) -> Result<Verdict, StoreError> {
    let base = store.audit_base()?;
    let (mut last, mut before) = base.map_or((0, BEGINNING.to_string()), |base| (base.seq, base.hash));
    let (mut broken_at, mut lines) = (None, 0);
    store.walk_audit(&mut |row| {
        lines += 1;
        let is_next = row.seq == last + 1;
        if !is_next || row.hash != hash(&before, &row) {
            // A gap is named by the line that is missing.
            broken_at = Some(if is_next { row.seq } else { last + 1 });
            return false;
        }
        (last, before) = (row.seq, row.hash);
        true
    })?;
    if broken_at.is_none() && last < store.audit_highest()? {
        broken_at = Some(last + 1);
    }
    Ok(Verdict { broken_at, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &std::path::Path) -> AdminStore {
        let mut store = AdminStore::open(&folder.join("admin.db")).unwrap();
        for n in 1..=5 {
            let row = append(&mut store, "anna", "knowledge.put", &format!("item \"n{n}\"\n")).unwrap();
            assert_eq!((row.seq, row.detail), (n, format!("item \"n{n}\"")));
        }
        store
    }

    fn tampered(sql: &str) -> Option<i64> {
        let folder = tempfile::tempdir().unwrap();
        drop(written(folder.path()));
        crate::store::execute_for_tests(&folder.path().join("admin.db"), sql);
        let mut store = AdminStore::open(&folder.path().join("admin.db")).unwrap();
        verify(&mut store).unwrap().broken_at
    }

    #[test]
    fn a_whole_chain_is_whole_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = written(folder.path());
        assert_eq!(verify(&mut store).unwrap(), Verdict { broken_at: None, lines: 5 });
        drop(store);
        let mut store = AdminStore::open(&folder.path().join("admin.db")).unwrap();
        append(&mut store, "console", "people.add", "ben").unwrap();
        assert_eq!(verify(&mut store).unwrap(), Verdict { broken_at: None, lines: 6 });
        assert_eq!(store.audit(Some(3), 10).unwrap().iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn tampering_names_the_line() {
        assert_eq!(tampered("UPDATE audit SET detail = 'nothing' WHERE seq = 3"), Some(3));
        assert_eq!(tampered("UPDATE audit SET who = 'ben' WHERE seq = 1"), Some(1));
        assert_eq!(tampered("DELETE FROM audit WHERE seq = 2"), Some(2));
        assert_eq!(tampered("DELETE FROM audit WHERE seq >= 4"), Some(4), "a cut end is missed");
        assert_eq!(tampered("DELETE FROM audit"), Some(1));
        assert_eq!(tampered("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 5"), Some(5));
        assert_eq!(tampered("UPDATE audit SET seq = 9 WHERE seq = 5"), Some(5));
    }

    #[test]
    fn lines_beyond_their_time_go_and_the_chain_is_anchored() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AdminStore::open(&folder.path().join("admin.db")).unwrap();
        let day = |day: i64| Timestamp::from_second(1_800_000_000 + day * 24 * 3600).unwrap();
        for n in 0..6 {
            let end = store.audit_end().unwrap();
            let row = next_at(end, day(n).to_string(), "anna", "test", "");
            store.append_audit(&row, LINES_MAX).unwrap();
        }
        assert_eq!(forget_before(&mut store, day(0)).unwrap(), 0);
        assert_eq!(forget_before(&mut store, day(4)).unwrap(), 4);
        assert_eq!(verify(&mut store).unwrap(), Verdict { broken_at: None, lines: 2 });
        append(&mut store, "anna", "test", "").unwrap();
        assert_eq!(forget_before(&mut store, Timestamp::MAX).unwrap(), 3);
        let row = append(&mut store, "anna", "after the last went", "").unwrap();
        assert_eq!((row.seq, verify(&mut store).unwrap()), (8, Verdict { broken_at: None, lines: 1 }));
    }

    #[test]
    fn a_log_that_was_tampered_with_is_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        drop(written(folder.path()));
        let path = folder.path().join("admin.db");
        crate::store::execute_for_tests(&path, "UPDATE audit SET who = 'ben' WHERE seq = 2");
        let mut store = AdminStore::open(&path).unwrap();
        assert_eq!(forget_before(&mut store, Timestamp::MAX).unwrap(), 0);
        assert_eq!(verify(&mut store).unwrap().broken_at, Some(2));
    }

    #[test]
    fn old_lines_go_and_the_rest_still_holds() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AdminStore::open(&folder.path().join("admin.db")).unwrap();
        for n in 0..25 {
            let row = next(store.audit_end().unwrap(), "anna", "test", &n.to_string());
            store.append_audit(&row, 20).unwrap();
        }
        let verdict = verify(&mut store).unwrap();
        assert_eq!(verdict.broken_at, None);
        assert!(verdict.lines <= 20 && store.audit_base().unwrap().is_some(), "{verdict:?}");
        assert_eq!(store.audit_end().unwrap().unwrap().seq, 25);
    }
}
