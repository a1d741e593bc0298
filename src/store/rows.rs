//! Rows of the knowledge tables as the domain's words.

use jiff::civil::DateTime;
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::knowledge::PassageRow;
use crate::domain::{Item, Language, Part};

pub(super) const ITEMS: &str =
    "SELECT key, id, language, answer, tags, valid_from, valid_until, media, place, hours, fees FROM items";

pub(super) fn items(connection: &Connection) -> rusqlite::Result<Vec<(i64, Item)>> {
    let mut query = connection.prepare(&format!("{ITEMS} ORDER BY key"))?;
    let found = query.query_map([], |row| Ok((row.get(0)?, item_of(row)?)))?;
    let mut items = found.collect::<rusqlite::Result<Vec<(i64, Item)>>>()?;
    let mut query = connection.prepare("SELECT item, text FROM phrasings ORDER BY item, position")?;
    let mut phrasings = query.query([])?;
    let mut at = 0;
    while let Some(row) = phrasings.next()? {
        let key: i64 = row.get(0)?;
        while items.get(at).is_some_and(|(item, _)| *item < key) {
            at += 1;
        }
        if let Some((_, item)) = items.get_mut(at) {
            item.questions.push(row.get(1)?);
        }
    }
    Ok(items)
}

pub(super) fn with_questions(connection: &Connection, key: i64, mut item: Item) -> rusqlite::Result<Item> {
    let mut query = connection.prepare_cached("SELECT text FROM phrasings WHERE item = ?1 ORDER BY position")?;
    item.questions = query.query_map([key], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(item)
}

pub(super) fn passages(connection: &Connection) -> rusqlite::Result<Vec<PassageRow>> {
    let mut query = connection.prepare(
        "SELECT passages.key, file, language, title, section, text
         FROM documents JOIN passages ON document = documents.key JOIN sentences ON passage = passages.key
         ORDER BY passages.key, position",
    )?;
    let mut found = query.query([])?;
    let mut passages: Vec<PassageRow> = Vec::new();
    while let Some(row) = found.next()? {
        let (key, sentence) = (row.get(0)?, row.get(5)?);
        match passages.last_mut().filter(|last| last.key == key) {
            Some(last) => last.part.sentences.push(sentence),
            None => passages.push(PassageRow {
                key,
                file: row.get(1)?,
                language: language(row, 2)?,
                title: row.get(3)?,
                part: Part { section: row.get(4)?, sentences: vec![sentence] },
            }),
        }
    }
    Ok(passages)
}

/// An item without its questions from a row of [`ITEMS`].
pub(super) fn item_of(row: &Row) -> rusqlite::Result<Item> {
    let tags: String = row.get(4)?;
    Ok(Item {
        id: row.get(1)?,
        language: language(row, 2)?,
        questions: Vec::new(),
        answer: row.get(3)?,
        tags: tags.lines().map(str::to_owned).collect(),
        valid_from: date(row, 5)?,
        valid_until: date(row, 6)?,
        media: row.get(7)?,
        place: row.get(8)?,
        hours: row.get(9)?,
        fees: row.get(10)?,
    })
}

fn language(row: &Row, column: usize) -> rusqlite::Result<Language> {
    row.get::<_, String>(column)?.parse().map_err(|error: String| unreadable(column, error.into()))
}

fn date(row: &Row, column: usize) -> rusqlite::Result<Option<DateTime>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|error: jiff::Error| unreadable(column, error.into()))).transpose()
}

fn unreadable(column: usize, error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error)
}

/// A passage whose sentences are all lost says nothing.
pub(super) fn drop_empty_passages(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM passages WHERE key NOT IN (SELECT passage FROM sentences)", []).map(|_| ())
}
