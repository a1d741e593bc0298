//! Puts a value into a TOML text's tree, or takes one out, and leaves the comments, the order and the style of everything
//! else as they are. Knows no schema and no file.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, TableLike, Value};

use super::document::{entry_index, json_of};

/// Puts `new` at `path`; tables on the way are made. A table that is there is changed name by name, so that its comments stay.
///
/// # Errors
/// Why it cannot stand there.
pub fn put(root: &mut Table, path: &[String], new: &Json) -> Result<(), String> {
    put_in(root, Style::Root, path, new)
}

/// What a table's new entries look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A table becomes a `[section]`.
    Root,
    /// A table of plain values stands on one line; one that holds tables becomes a `[section]`.
    Section,
    /// Everything stands on one line.
    Inline,
}

fn put_in(table: &mut dyn TableLike, style: Style, path: &[String], new: &Json) -> Result<(), String> {
    let [name, rest @ ..] = path else { return join(table, style, new) };
    if !table.contains_key(name) {
        let value =
            rest.iter().rev().fold(new.clone(), |inner, step| Json::Object(Map::from_iter([(step.clone(), inner)])));
        let item = item_of(&value, style)?;
        let end = if style == Style::Inline { take_end(table) } else { None };
        table.insert(name, item);
        give_end(table, end);
        return Ok(());
    }
    let item = table.get_mut(name).ok_or_else(|| format!("'{name}' is gone"))?;
    put_item(item, rest, new)
}

/// Takes out what stands at `path`; whether something stood there.
pub fn remove(table: &mut dyn TableLike, path: &[String]) -> bool {
    match path {
        [] => false,
        [name] => take_out(table, name),
        [name, rest @ ..] => table.get_mut(name).is_some_and(|item| remove_item(item, rest)),
    }
}

fn put_item(item: &mut Item, path: &[String], new: &Json) -> Result<(), String> {
    if let Some(tables) = item.as_array_of_tables_mut() {
        return match path {
            [] => put_tables(item, new),
            [step, rest @ ..] => {
                let index = table_index(tables, step)?;
                let table = tables.get_mut(index).ok_or_else(|| format!("there is no entry '{step}'"))?;
                put_in(table, Style::Section, rest, new)
            }
        };
    }
    if path.is_empty() && !new.is_object() && item.is_table() {
        *item = Item::Value(fresh(new)?);
        return Ok(());
    }
    match item {
        Item::Table(table) => put_in(table, Style::Section, path, new),
        Item::Value(value) => put_value(value, path, new),
        _ => Err("nothing can stand here".into()),
    }
}

fn put_value(value: &mut Value, path: &[String], new: &Json) -> Result<(), String> {
    match (&mut *value, path) {
        (Value::InlineTable(table), []) if new.is_object() => join(table, Style::Inline, new),
        (Value::Array(array), []) if new.is_array() => put_entries(array, new),
        (_, []) => {
            replace(value, new)?;
            Ok(())
        }
        (Value::InlineTable(table), path) => put_in(table, Style::Inline, path, new),
        (Value::Array(array), [step, rest @ ..]) => {
            let count = array.len();
            let entries: Vec<Json> = array.iter().map(|entry| json_of(&Item::Value(entry.clone()))).collect();
            let index = entry_index(&entries, step).and_then(|index| array.get_mut(index));
            put_value(index.ok_or_else(|| format!("there is no entry '{step}'; there are {count}"))?, rest, new)
        }
        (_, [step, ..]) => Err(format!("nothing can stand below it at '{step}'")),
    }
}

/// Another value in the same place: the blanks and the comment around the old one stay; an equal one stays as it was typed.
fn replace(value: &mut Value, new: &Json) -> Result<(), String> {
    if json_of(&Item::Value(value.clone())) == *new {
        return Ok(());
    }
    let decor = value.decor().clone();
    *value = fresh(new)?;
    *value.decor_mut() = decor;
    Ok(())
}

/// Makes a table say what `new` says: entry by entry, and what `new` does not name goes.
fn join(table: &mut dyn TableLike, style: Style, new: &Json) -> Result<(), String> {
    let Some(entries) = new.as_object() else { return Err("a table is needed here".into()) };
    let kept = |name: &str| entries.get(name).is_some_and(|value| !value.is_null());
    let gone: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).filter(|name| !kept(name)).collect();
    for name in &gone {
        take_out(table, name);
    }
    for (name, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
        put_in(table, style, std::slice::from_ref(name), value)?;
    }
    Ok(())
}

fn put_entries(array: &mut Array, new: &Json) -> Result<(), String> {
    let entries = new.as_array().map(Vec::as_slice).unwrap_or_default();
    while array.len() > entries.len() {
        take_entry(array, array.len() - 1);
    }
    for (index, entry) in entries.iter().enumerate() {
        match array.get_mut(index) {
            Some(value) => put_value(value, &[], entry)?,
            None => array.push(fresh(entry)?),
        }
    }
    Ok(())
}

fn put_tables(item: &mut Item, new: &Json) -> Result<(), String> {
    let entries = new.as_array().map(Vec::as_slice).unwrap_or_default();
    let (Some(tables), false) = (item.as_array_of_tables_mut(), entries.is_empty()) else {
        *item = Item::Value(fresh(new)?);
        return Ok(());
    };
    while tables.len() > entries.len() {
        tables.remove(tables.len() - 1);
    }
    for (index, entry) in entries.iter().enumerate() {
        match tables.get_mut(index) {
            Some(table) => join(table, Style::Section, entry)?,
            None => tables.push(following(tables, table_of(entry)?)),
        }
    }
    Ok(())
}

/// A new entry stands behind the last one, after a blank line.
fn following(tables: &ArrayOfTables, mut table: Table) -> Table {
    table.set_position(tables.iter().last().and_then(Table::position));
    table.decor_mut().set_prefix("\n");
    table
}

fn item_of(new: &Json, style: Style) -> Result<Item, String> {
    let holds_tables = |entry: &Json| entry.is_object() || is_list_of_tables(entry);
    let nests = new.as_object().is_some_and(|entries| style == Style::Root || entries.values().any(holds_tables));
    if style != Style::Inline && nests {
        return Ok(Item::Table(table_of(new)?));
    }
    if style != Style::Inline && is_list_of_tables(new) {
        let tables: Result<Vec<Table>, String> = new.as_array().into_iter().flatten().map(table_of).collect();
        return Ok(Item::ArrayOfTables(ArrayOfTables::from_iter(tables?)));
    }
    Ok(Item::Value(fresh(new)?))
}

fn is_list_of_tables(value: &Json) -> bool {
    value.as_array().is_some_and(|entries| !entries.is_empty() && entries.iter().all(Json::is_object))
}

/// A section, after a blank line.
fn table_of(new: &Json) -> Result<Table, String> {
    let mut table = Table::new();
    for (name, value) in new.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        table.insert(name, item_of(value, Style::Section)?);
    }
    table.decor_mut().set_prefix("\n");
    Ok(table)
}

/// `new` on one line.
fn fresh(new: &Json) -> Result<Value, String> {
    Ok(match new {
        Json::Null => return Err("a list has no empty entries".into()),
        Json::Bool(flag) => (*flag).into(),
        Json::String(text) => text.as_str().into(),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(_)) if number.is_u64() => return Err(format!("{number} is too large a number")),
            (None, Some(number)) => number.into(),
            _ => return Err(format!("{number} is too large a number")),
        },
        Json::Array(entries) => Value::Array(entries.iter().map(fresh).collect::<Result<Array, String>>()?),
        Json::Object(entries) => {
            let mut table = InlineTable::new();
            for (name, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
                table.insert(name, fresh(value)?);
            }
            Value::InlineTable(table)
        }
    })
}

fn remove_item(item: &mut Item, path: &[String]) -> bool {
    if let Some(table) = item.as_table_like_mut() {
        return remove(table, path);
    }
    let [step, rest @ ..] = path else { return false };
    if let Some(tables) = item.as_array_of_tables_mut() {
        let Ok(index) = table_index(tables, step) else { return false };
        if rest.is_empty() {
            tables.remove(index);
            return true;
        }
        return tables.get_mut(index).is_some_and(|table| remove(table, rest));
    }
    item.as_array_mut().is_some_and(|array| remove_entry(array, step, rest))
}

fn remove_entry(array: &mut Array, step: &str, rest: &[String]) -> bool {
    let entries: Vec<Json> = array.iter().map(|entry| json_of(&Item::Value(entry.clone()))).collect();
    let Some(index) = entry_index(&entries, step).filter(|index| *index < array.len()) else { return false };
    if rest.is_empty() {
        take_entry(array, index);
        return true;
    }
    array.get_mut(index).and_then(Value::as_inline_table_mut).is_some_and(|table| remove(table, rest))
}

/// Takes an entry out of a list; the comment behind the entry before it, which the parser counts to this one, stays.
fn take_entry(array: &mut Array, index: usize) {
    let removed = array.remove(index);
    let prefix = removed.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let Some((comment, _)) = prefix.rsplit_once('\n').filter(|(comment, _)| comment.contains('#')) else { return };
    if let Some(next) = array.get_mut(index) {
        let own = next.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
        let own = if own.contains('\n') { own } else { format!("\n{own}") };
        return next.decor_mut().set_prefix(format!("{comment}{own}"));
    }
    let own = array.trailing().as_str().unwrap_or_default().to_owned();
    let own = if own.contains('\n') { own } else { format!("\n{own}") };
    array.set_trailing(format!("{comment}{own}"));
}

/// The blanks behind the last value of a table, taken off.
fn take_end(table: &mut dyn TableLike) -> Option<String> {
    let last = table.iter_mut().last().and_then(|(_, item)| item.as_value_mut())?;
    let end = last.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default().to_owned();
    last.decor_mut().set_suffix("");
    Some(end)
}

/// Puts blanks behind the last value, unless it has a comment of its own there.
fn give_end(table: &mut dyn TableLike, end: Option<String>) {
    let last = table.iter_mut().last().and_then(|(_, item)| item.as_value_mut());
    let (Some(end), Some(last)) = (end, last) else { return };
    if last.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default().is_empty() {
        last.decor_mut().set_suffix(end);
    }
}

/// Takes `name` out; comments on the lines above it stay, before the entry that follows.
fn take_out(table: &mut dyn TableLike, name: &str) -> bool {
    let comments = |item: &Item, key: Option<&toml_edit::Key>| {
        let decor = match item {
            Item::Table(table) => Some(table.decor()),
            _ => key.map(toml_edit::Key::leaf_decor),
        };
        decor.and_then(|decor| decor.prefix()?.as_str()).filter(|text| text.contains('#')).map(str::to_owned)
    };
    let above = table.get(name).and_then(|item| comments(item, table.key(name)));
    let next = table.iter().skip_while(|(key, _)| *key != name).nth(1).map(|(key, _)| key.to_owned());
    let is_last = next.is_none() && table.get(name).is_some_and(Item::is_value);
    let end = if is_last { take_end(table) } else { None };
    let found = table.remove(name).is_some();
    // In a section the end of a line is its comment, and goes with it; on one line it is the blank before the brace.
    give_end(table, end.filter(|end| !end.contains('#')));
    if let (Some(above), Some(next)) = (above, next) {
        prepend(table, &next, &above);
    }
    found
}

fn prepend(table: &mut dyn TableLike, name: &str, comments: &str) {
    let join = |decor: &mut toml_edit::Decor| {
        let own = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
        decor.set_prefix(format!("{comments}{own}"));
    };
    if let Some(Item::Table(section)) = table.get_mut(name) {
        return join(section.decor_mut());
    }
    if let Some(mut key) = table.key_mut(name) {
        join(key.leaf_decor_mut());
    }
}

fn table_index(tables: &ArrayOfTables, step: &str) -> Result<usize, String> {
    let by_id = || tables.iter().position(|table| table.get("id").and_then(Item::as_str) == Some(step));
    let index = step.parse().ok().or_else(by_id).filter(|index| *index < tables.len());
    index.ok_or_else(|| format!("there is no entry '{step}'; there are {}", tables.len()))
}
