//! Reads a damaged table from both ends, and between two faults in ever smaller pieces. Knows no table by name but the index,
//! which is made anew from the others.

use rusqlite::types::Value;
use rusqlite::{Connection, ToSql, params_from_iter};

use super::Table;
use crate::store::File;
use crate::store::schema::Kind;

/// Attempts at one table. Each fault costs two; a table with more of them than this is worn through.
const PROBES_MAX: usize = 4096;

/// Copies what can be read of every table that the new file has. A row that breaks the table's rules is left behind.
pub(super) fn save(kind: Kind, damaged: &Connection, target: &File) -> rusqlite::Result<Vec<Table>> {
    target.connection.execute_batch("PRAGMA foreign_keys = OFF; BEGIN")?;
    let mut saved = Vec::new();
    for name in tables(&target.connection)? {
        saved.push(Reader::of(damaged, &target.connection, &name)?.save(name)?);
    }
    for (table, orphans) in orphans(kind) {
        let lost = target.connection.execute(orphans, [])?;
        if let Some(table) = saved.iter_mut().find(|saved| saved.name == *table && lost > 0) {
            table.rows_saved -= lost as u64;
            table.is_whole = false;
        }
    }
    target.connection.execute_batch("COMMIT; PRAGMA foreign_keys = ON")?;
    Ok(saved)
}

/// Tables that hold rows of their own: not the index of words and what belongs to it.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'words%'
         AND name <> 'entries' ORDER BY rowid",
    )?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Rows whose owner is lost.
fn orphans(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Knowledge => &[
            ("phrasings", "DELETE FROM phrasings WHERE item NOT IN (SELECT key FROM items)"),
            ("passages", "DELETE FROM passages WHERE document NOT IN (SELECT key FROM documents)"),
            ("sentences", "DELETE FROM sentences WHERE passage NOT IN (SELECT key FROM passages)"),
        ],
        Kind::Kiosk | Kind::Desk | Kind::Statistics | Kind::Admin => &[],
    }
}

/// One table of the damaged file.
struct Reader<'a> {
    damaged: &'a Connection,
    target: &'a Connection,
    insert: String,
    /// `SELECT` with the rowid first, where the table has one.
    select: String,
    /// Columns of the order: the rowid, or the primary key.
    order: Vec<String>,
    has_rowid: bool,
    probes: usize,
    rows_saved: u64,
    is_whole: bool,
}

impl<'a> Reader<'a> {
    fn of(damaged: &'a Connection, target: &'a Connection, name: &str) -> rusqlite::Result<Self> {
        let mut query = target.prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")?;
        let columns: Vec<(String, i64)> =
            query.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let has_rowid = target.prepare(&format!("SELECT rowid FROM {name} LIMIT 0")).is_ok();
        let mut key: Vec<(i64, String)> =
            columns.iter().filter(|(_, pk)| *pk > 0).map(|(name, pk)| (*pk, format!("\"{name}\""))).collect();
        key.sort();
        let names = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>();
        let marks = vec!["?"; names.len()].join(", ");
        let list = names.join(", ");
        let rowid = if has_rowid { "rowid, " } else { "" };
        Ok(Self {
            damaged,
            target,
            insert: format!("INSERT OR IGNORE INTO {name} ({list}) VALUES ({marks})"),
            select: format!("SELECT {rowid}{list} FROM {name}"),
            order: if has_rowid { vec!["rowid".into()] } else { key.into_iter().map(|(_, name)| name).collect() },
            has_rowid,
            probes: 0,
            rows_saved: 0,
            is_whole: true,
        })
    }

    fn save(mut self, name: String) -> rusqlite::Result<Table> {
        if self.has_rowid {
            self.between(i64::MIN, i64::MAX)?
        } else {
            self.both_ends()?
        }
        Ok(Table { name, rows_saved: self.rows_saved, is_whole: self.is_whole })
    }

    /// Rows with a rowid in `low..=high`: up to the first fault, down to the last one, then the two halves between.
    fn between(&mut self, low: i64, high: i64) -> rusqlite::Result<()> {
        if low > high || self.probes >= PROBES_MAX {
            return Ok(());
        }
        let (reached, whole) = self.run(false, Some((low, high)))?;
        if whole {
            return Ok(());
        }
        let low = reached.map_or(low, |rowid| rowid.saturating_add(1));
        let (reached, _) = self.run(true, Some((low, high)))?;
        let high = reached.map_or(high, |rowid| rowid.saturating_sub(1));
        // Nothing was read from either end: the fault is above these rows, or on both sides of the middle.
        let middle = low.midpoint(high);
        if low < high && (high.abs_diff(low) < u64::from(u32::MAX) || reached.is_some()) {
            self.between(low, middle)?;
            self.between(middle + 1, high)?;
        }
        Ok(())
    }

    fn both_ends(&mut self) -> rusqlite::Result<()> {
        let (_, whole) = self.run(false, None)?;
        if !whole {
            self.run(true, None)?;
        }
        Ok(())
    }

    /// Copies rows in order until a fault: the last rowid that was reached, and whether the end was.
    fn run(&mut self, descending: bool, within: Option<(i64, i64)>) -> rusqlite::Result<(Option<i64>, bool)> {
        self.probes += 1;
        let mut reached = None;
        let sql = self.sql(descending, within.is_some());
        let Ok(mut query) = self.damaged.prepare(&sql) else { return Ok((reached, self.fault())) };
        let bounds: Vec<&dyn ToSql> = match &within {
            Some((low, high)) => vec![low, high],
            None => Vec::new(),
        };
        let Ok(mut rows) = query.query(bounds.as_slice()) else { return Ok((reached, self.fault())) };
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok((reached, true)),
                Err(_) => return Ok((reached, self.fault())),
            };
            let mut values = Vec::new();
            while let Ok(value) = row.get::<_, Value>(values.len()) {
                values.push(value);
            }
            if self.has_rowid
                && let Value::Integer(rowid) = values.remove(0)
            {
                reached = Some(rowid);
            }
            match self.target.prepare_cached(&self.insert)?.execute(params_from_iter(values)) {
                Ok(rows) => self.rows_saved += rows as u64,
                // A value that the table's rules refuse is a fault of this row.
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                    self.is_whole = false;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn fault(&mut self) -> bool {
        self.is_whole = false;
        false
    }

    fn sql(&self, descending: bool, within: bool) -> String {
        let way = if descending { " DESC" } else { "" };
        let order = self.order.iter().map(|column| format!("{column}{way}")).collect::<Vec<_>>().join(", ");
        let within = if within { " WHERE rowid BETWEEN ?1 AND ?2" } else { "" };
        format!("{}{within} ORDER BY {order}", self.select)
    }
}
