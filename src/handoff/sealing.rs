//! The stores of kiosk and desk with what visitors said sealed: words go in and come out, the files hold none. Must not know who
//! carries them.

use std::path::Path;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::privacy::vault::KEY_ENDING;
use crate::privacy::{Class, Vault, VaultError, is_sealed};
use crate::store::{DeskBatch, DeskStore, OpenVisit, OutboxStore, StoreError, Waiting};

#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The outbox of one kiosk; bodies are sealed by the key beside its file. Blocking.
pub struct SealedOutbox {
    store: OutboxStore,
    vault: Vault,
}

/// What a desk keeps; cases and booked calls are sealed by the key beside its file. Blocking.
pub struct SealedDesk {
    /// Accounts, records and parcels' numbers, which hold no word of a visitor.
    pub store: DeskStore,
    vault: Vault,
}

impl SealedOutbox {
    /// Opens the file and its key, both made when absent. Plain bodies of an earlier usher are sealed, and a key that is due
    /// is renewed; not so on a disk that can only be read.
    ///
    /// # Errors
    /// [`SealingError`], each variant with what to do.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, SealingError> {
        let vault = Vault::open(&path.with_extension(KEY_ENDING), now)?;
        let mut outbox = Self { store: OutboxStore::open(path)?, vault };
        if !outbox.store.is_read_only() {
            outbox.seal_anew()?;
            outbox.renew_if_due(now)?;
        }
        Ok(outbox)
    }

    /// # Errors
    /// As [`OutboxStore::revive`].
    pub fn revive(&mut self) -> Result<bool, StoreError> {
        self.store.revive()
    }

    /// As [`OutboxStore::put`], with plain bodies.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is written then.
    pub fn put(&mut self, visit: Option<&OpenVisit>, parcels: &[(String, String, String)]) -> Result<(), StoreError> {
        let seal = |(id, handoff, body): &(String, String, String)| {
            (id.clone(), handoff.clone(), self.vault.seal(Class::Handover, id, body.as_bytes()))
        };
        let sealed: Vec<_> = parcels.iter().map(seal).collect();
        self.store.put(visit, &sealed)
    }

    /// The parcel that has waited longest, with its plain body. One that cannot be opened is told and erased: it would hold
    /// up all others for ever.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn oldest(&mut self) -> Result<Option<Waiting>, StoreError> {
        while let Some(waiting) = self.store.oldest()? {
            match plain(&self.vault, Class::Handover, &waiting.id, &waiting.body) {
                Ok(body) => return Ok(Some(Waiting { body: body.to_string(), ..waiting })),
                Err(error) => {
                    tracing::error!(%error, "a parcel cannot be opened and is dropped");
                    self.store.done(waiting.key)?;
                }
            }
        }
        Ok(None)
    }

    /// # Errors
    /// As [`OutboxStore::done`].
    pub fn done(&mut self, key: i64) -> Result<(), StoreError> {
        self.store.done(key)
    }

    /// # Errors
    /// As [`OutboxStore::close`].
    pub fn close(&mut self, handoff: &str) -> Result<(), StoreError> {
        self.store.close(handoff)
    }

    /// # Errors
    /// As [`OutboxStore::open_visits`].
    pub fn open_visits(&mut self) -> Result<Vec<OpenVisit>, StoreError> {
        self.store.open_visits()
    }

    /// # Errors
    /// As [`OutboxStore::waiting`].
    pub fn waiting(&mut self) -> Result<u64, StoreError> {
        self.store.waiting()
    }

    /// Replaces a key that is older than a day: afterwards nobody can read what it sealed, wherever a copy lies. Asked once an hour.
    ///
    /// # Errors
    /// [`SealingError`]; former keys stay until it succeeds.
    pub fn renew_if_due(&mut self, now: Timestamp) -> Result<bool, SealingError> {
        if !self.vault.is_due(now) {
            return Ok(false);
        }
        self.vault.rotate(now)?;
        self.seal_anew()?;
        self.vault.forget_former()?;
        Ok(true)
    }

    fn seal_anew(&mut self) -> Result<(), SealingError> {
        let mut anew = Vec::new();
        for row in self.store.all()? {
            if let Some(body) = sealed_anew(&self.vault, Class::Handover, &row.id, &row.body) {
                anew.push((row.key, body));
            }
        }
        if !anew.is_empty() {
            self.store.replace(&anew)?;
        }
        Ok(())
    }
}

impl SealedDesk {
    /// As [`SealedOutbox::open`].
    ///
    /// # Errors
    /// [`SealingError`], each variant with what to do.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, SealingError> {
        let vault = Vault::open(&path.with_extension(KEY_ENDING), now)?;
        let mut desk = Self { store: DeskStore::open(path)?, vault };
        if !desk.store.is_read_only() {
            desk.seal_anew()?;
            desk.renew_if_due(now)?;
        }
        Ok(desk)
    }

    /// As [`DeskStore::write`], with plain bodies.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is written then.
    pub fn write(&mut self, batch: &DeskBatch) -> Result<(), StoreError> {
        let seal = |class, (id, body): &(String, String)| (id.clone(), self.vault.seal(class, id, body.as_bytes()));
        let sealed = DeskBatch {
            saved: batch.saved.iter().map(|case| seal(Class::DeskCase, case)).collect(),
            callbacks: batch.callbacks.iter().map(|call| seal(Class::Callback, call)).collect(),
            ..batch.clone()
        };
        self.store.write(&sealed)
    }

    /// The plain bodies of the open cases; one that cannot be opened is told and left.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cases(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = self.store.cases()?;
        Ok(rows.iter().filter_map(|(id, body)| self.told(Class::DeskCase, id, body)).collect())
    }

    /// Booked calls `(id, seconds since 1970, plain body)`, oldest first; one that cannot be opened is told and left.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn callbacks(&mut self) -> Result<Vec<(String, i64, String)>, StoreError> {
        let rows = self.store.callbacks()?;
        let open = |(id, at, body): (String, i64, String)| {
            let body = self.told(Class::Callback, &id, &body)?;
            Some((id, at, body))
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    /// As [`SealedOutbox::renew_if_due`].
    ///
    /// # Errors
    /// [`SealingError`].
    pub fn renew_if_due(&mut self, now: Timestamp) -> Result<bool, SealingError> {
        if !self.vault.is_due(now) {
            return Ok(false);
        }
        self.vault.rotate(now)?;
        self.seal_anew()?;
        self.vault.forget_former()?;
        Ok(true)
    }

    fn seal_anew(&mut self) -> Result<(), SealingError> {
        let anew = |class, (id, body): (String, String)| {
            let body = sealed_anew(&self.vault, class, &id, &body)?;
            Some((id, body))
        };
        let cases: Vec<_> = self.store.cases()?.into_iter().filter_map(|row| anew(Class::DeskCase, row)).collect();
        let calls = self.store.callbacks()?.into_iter().map(|(id, _, body)| (id, body));
        let calls: Vec<_> = calls.filter_map(|row| anew(Class::Callback, row)).collect();
        if !cases.is_empty() || !calls.is_empty() {
            self.store.replace(&cases, &calls)?;
        }
        Ok(())
    }

    fn told(&self, class: Class, id: &str, body: &str) -> Option<String> {
        plain(&self.vault, class, id, body)
            .inspect_err(|error| tracing::error!(%error, "a row cannot be opened and is left"))
            .ok()
            .map(|body| body.to_string())
    }
}

/// `body` under the current key, when it is not yet; what no key opens stays as it is.
fn sealed_anew(vault: &Vault, class: Class, id: &str, body: &str) -> Option<String> {
    if vault.is_current(body) {
        return None;
    }
    // An earlier usher wrote the JSON itself.
    if !is_sealed(body) {
        return Some(vault.seal(class, id, body.as_bytes()));
    }
    let body = plain(vault, class, id, body).ok()?;
    Some(vault.seal(class, id, body.as_bytes()))
}

fn plain(vault: &Vault, class: Class, id: &str, sealed: &str) -> Result<Zeroizing<String>, VaultError> {
    let bytes = vault.open_sealed(class, id, sealed)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| VaultError::Altered { class: class.word(), id: id.into() })?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANTED: &str = "my grandmother's purple suitcase";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn parcel(id: &str) -> [(String, String, String); 1] {
        [(id.into(), "c".into(), format!("{{\"need\":\"{PLANTED}\"}}"))]
    }

    /// Files under `folder` that hold the planted sentence: databases, logs, keys, whatever there is.
    fn found_in(folder: &Path) -> Vec<String> {
        let holds = |bytes: &[u8]| bytes.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes());
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.filter(|file| holds(&std::fs::read(file.path()).unwrap())).map(|file| format!("{file:?}")).collect()
    }

    #[test]
    fn no_file_holds_a_word_while_a_hand_over_waits_nor_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        let mut outbox = SealedOutbox::open(&path, at(0)).unwrap();
        outbox.put(None, &parcel("c/request")).unwrap();
        assert_eq!(found_in(folder.path()), [""; 0]);
        drop(outbox);
        let mut outbox = SealedOutbox::open(&path, at(1)).unwrap();
        let waiting = outbox.oldest().unwrap().unwrap();
        assert!(waiting.body.contains(PLANTED));
        outbox.done(waiting.key).unwrap();
        assert_eq!(found_in(folder.path()), [""; 0]);
    }

    #[test]
    fn plain_rows_of_before_are_sealed_at_the_first_opening_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        let mut before = OutboxStore::open(&path).unwrap();
        for number in 0..20 {
            before.put(None, &parcel(&format!("c-{number}"))).unwrap();
        }
        assert_ne!(found_in(folder.path()), [""; 0]);
        drop(before);
        let mut outbox = SealedOutbox::open(&path, at(0)).unwrap();
        assert_eq!(found_in(folder.path()), [""; 0]);
        assert_eq!(outbox.waiting().unwrap(), 20);
        assert!(outbox.oldest().unwrap().unwrap().body.contains(PLANTED));
    }

    #[test]
    fn a_renewed_key_opens_what_waits_and_the_old_one_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        let mut outbox = SealedOutbox::open(&path, at(0)).unwrap();
        outbox.put(None, &parcel("c/request")).unwrap();
        let before = outbox.store.oldest().unwrap().unwrap().body;
        assert!(outbox.renew_if_due(at(2 * 24 * 3600)).unwrap());
        assert!(outbox.oldest().unwrap().unwrap().body.contains(PLANTED));
        let error = outbox.vault.open_sealed(Class::Handover, "c/request", &before).unwrap_err();
        assert!(error.to_string().starts_with("the key of a hand-over is gone"), "{error}");
    }

    #[test]
    fn a_lost_key_loses_what_waited_and_nothing_that_comes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        SealedOutbox::open(&path, at(0)).unwrap().put(None, &parcel("c/request")).unwrap();
        std::fs::remove_file(folder.path().join("kiosk.seal")).unwrap();
        let mut outbox = SealedOutbox::open(&path, at(1)).unwrap();
        outbox.put(None, &parcel("d/request")).unwrap();
        assert_eq!(outbox.oldest().unwrap().unwrap().id, "d/request");
        assert_eq!(outbox.waiting().unwrap(), 1);
    }

    #[test]
    fn a_desks_cases_and_calls_are_sealed_and_its_records_have_no_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let mut desk = SealedDesk::open(&path, at(0)).unwrap();
        let batch = DeskBatch {
            parcels: vec!["c/callback".into()],
            saved: vec![("c".into(), PLANTED.into())],
            callbacks: vec![("c/callback".into(), PLANTED.into())],
            ..DeskBatch::default()
        };
        desk.write(&batch).unwrap();
        assert_eq!(found_in(folder.path()), [""; 0]);
        drop(desk);
        let mut desk = SealedDesk::open(&path, at(3 * 24 * 3600)).unwrap();
        assert_eq!(desk.cases().unwrap(), [PLANTED]);
        assert_eq!(desk.callbacks().unwrap()[0].2, PLANTED);
        assert_eq!(found_in(folder.path()), [""; 0]);
    }
}
