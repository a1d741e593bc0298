//! The tables, as steps from the oldest file to the newest. A step that was released is never edited: the next one corrects it.

use rusqlite_migration::{Error, M, MigrationDefinitionError, Migrations};

use super::{File, StoreError};

/// What a file holds; each kind grows by its own steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Knowledge,
    Kiosk,
    Desk,
    Statistics,
    Admin,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Knowledge, Self::Kiosk, Self::Desk, Self::Statistics, Self::Admin];

    /// The file's name in the folder of a site.
    pub fn file(self) -> &'static str {
        match self {
            Self::Knowledge => "knowledge.db",
            Self::Kiosk => "kiosk.db",
            Self::Desk => "desk.db",
            Self::Statistics => "statistics.db",
            Self::Admin => "admin.db",
        }
    }

    /// The kind of the file called `name`.
    pub fn of_file(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.file() == name)
    }

    /// The schema that this program writes; a file of a higher one is of a newer usher.
    pub(super) fn version(self) -> u32 {
        self.steps().len() as u32
    }

    pub(super) fn steps(self) -> &'static [M<'static>] {
        match self {
            Self::Knowledge => const { &[M::up(KNOWLEDGE)] },
            Self::Kiosk => const { &[M::up(KIOSK), M::up(KIOSK_SEALED)] },
            Self::Desk => const { &[M::up(DESK), M::up(DESK_SEALED)] },
            Self::Statistics => const { &[M::up(STATISTICS)] },
            Self::Admin => const { &[M::up(ADMIN)] },
        }
    }
}

/// Hand-overs of this kiosk that are open, and what has still to reach a desk, in order. A parcel is erased when it is delivered.
const KIOSK: &str = "
    CREATE TABLE visits (
        handoff TEXT PRIMARY KEY,
        rule TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        code TEXT NOT NULL,
        token TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE outbox (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        handoff TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
";

/// A desk's cases while they are open, records without words when they are over, and who may come in. `parcels` remembers which
/// were taken, so that the same one again does nothing.
const DESK: &str = "
    CREATE TABLE parcels (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX parcels_at ON parcels (at);
    CREATE TABLE cases (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE records (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        body TEXT NOT NULL,
        gap TEXT NOT NULL,
        stars INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE callbacks (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE agents (name TEXT PRIMARY KEY, body TEXT NOT NULL, password TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE kiosks (name TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// Counts of an hour, hours since 1970: the caller's JSON, so that a new count needs no step.
const STATISTICS: &str = "
    CREATE TABLE hours (hour INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
";

/// Who may administer the appliance, and the audit log. AUTOINCREMENT remembers the highest line number ever given, so that
/// lines cut off the end are missed too; `audit_base` has one row once old lines were let go.
const ADMIN: &str = "
    CREATE TABLE people (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        password TEXT NOT NULL,
        since INTEGER NOT NULL,
        stamp TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TABLE audit_base (seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
";

/// Bodies come sealed by the caller from here on. An older usher must not open such a file: it would drop what it cannot read.
const KIOSK_SEALED: &str = "ALTER TABLE outbox RENAME COLUMN body TO sealed;";

/// As [`KIOSK_SEALED`]; records have no words and stay plain.
const DESK_SEALED: &str = "
    ALTER TABLE cases RENAME COLUMN body TO sealed;
    ALTER TABLE callbacks RENAME COLUMN body TO sealed;
";

/// Items, documents and what is searched. `entries` has one row for each phrasing, answer and document part; `words`
/// is the index over their texts, which come segmented so that the tokenizer sees Chinese as words too. `vectors` is keyed by model and content: an
/// unchanged text is never embedded twice, and a changed model finds none.
const KNOWLEDGE: &str = "
    CREATE TABLE items (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        language TEXT NOT NULL,
        answer TEXT NOT NULL,
        tags TEXT NOT NULL,
        valid_from TEXT,
        valid_until TEXT,
        media TEXT,
        place TEXT,
        hours TEXT,
        fees TEXT,
        UNIQUE (id, language)
    ) STRICT;
    CREATE TABLE phrasings (
        item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (item, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE documents (
        key INTEGER PRIMARY KEY,
        file TEXT NOT NULL UNIQUE,
        language TEXT NOT NULL,
        title TEXT NOT NULL,
        source TEXT NOT NULL
    ) STRICT;
    CREATE TABLE passages (
        key INTEGER PRIMARY KEY,
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        section TEXT NOT NULL
    ) STRICT;
    CREATE INDEX passages_document ON passages (document);
    CREATE TABLE sentences (
        passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (passage, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE entries (
        key INTEGER PRIMARY KEY,
        language TEXT NOT NULL,
        item INTEGER REFERENCES items ON DELETE CASCADE,
        passage INTEGER REFERENCES passages ON DELETE CASCADE,
        CHECK ((item IS NULL) <> (passage IS NULL))
    ) STRICT;
    CREATE INDEX entries_item ON entries (item);
    CREATE INDEX entries_passage ON entries (passage);
    CREATE VIRTUAL TABLE words USING fts5 (
        text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER entries_deleted AFTER DELETE ON entries BEGIN
        DELETE FROM words WHERE rowid = old.key;
    END;
    CREATE TABLE vectors (
        model TEXT NOT NULL,
        digest BLOB NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (model, digest)
    ) STRICT, WITHOUT ROWID;
";

pub(super) fn bring_up_to_date(file: &mut File, kind: Kind) -> Result<(), StoreError> {
    let path = file.path.clone();
    Migrations::from_slice(kind.steps()).to_latest(&mut file.connection).map_err(|error| match error {
        Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => StoreError::Newer { path },
        Error::RusqliteError { err, .. } => file.error(err),
        other => StoreError::Damaged { path, found: other.to_string() },
    })
}

#[cfg(test)]
mod tests;
