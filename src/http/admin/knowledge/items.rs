//! Single items: list, read, write, remove.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{language, short, whole};
use crate::domain::Language;
use crate::http::admin::fault::{Reply, invalid, unknown};
use crate::http::admin::upload::too_large;
use crate::http::admin::{Admin, Technician, Viewer};
use crate::http::given::{Asked, Named};

/// Largest item, bytes: the longest line of an items file, as a page spells it.
const ITEM_BYTES_MAX: usize = 512 << 10;

/// Items of one look.
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 500;

/// Facts of an item, which stand beside its other fields in an items file.
const FACTS: [&str; 3] = ["place", "hours", "fees"];

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    query: String,
    language: Option<Language>,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

pub async fn list(State(admin): State<Arc<Admin>>, _who: Viewer, Asked(asked): Asked<Wanted>) -> Reply<Json<Value>> {
    let limit = asked.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    let page =
        admin.know(move |knowledge| knowledge.items(&asked.query, asked.language, (asked.offset, limit))).await?;
    let items: Vec<Value> = page.items.iter().map(short).collect();
    Ok(Json(json!({"total": page.total, "items": items})))
}

pub async fn show(
    State(admin): State<Arc<Admin>>,
    _who: Viewer,
    Named((id, code)): Named<(String, String)>,
) -> Reply<Json<Value>> {
    let language = language(&code)?;
    let item = admin.know(move |knowledge| knowledge.item(&id, language)).await?;
    item.map(|item| Json(whole(&item))).ok_or_else(|| unknown("there is no such item"))
}

pub async fn put(
    State(admin): State<Arc<Admin>>,
    who: Technician,
    Named((id, code)): Named<(String, String)>,
    body: Body,
) -> Reply<Json<Value>> {
    let bytes = to_bytes(body, ITEM_BYTES_MAX).await.map_err(|_| too_large(ITEM_BYTES_MAX as u64))?;
    let given = serde_json::from_slice(&bytes).map_err(|error| invalid(format!("this is no JSON: {error}")))?;
    let line = line(given)?;
    if line["id"] != id.as_str() || line["language"] != language(&code)?.code() {
        return Err(invalid("id and language must be those of the address"));
    }
    let text = line.to_string();
    let item = admin.know(move |knowledge| knowledge.put_item(&text)).await?;
    admin.note(&who.person.name, "knowledge.put", &format!("{} in {}", item.id, item.language)).await;
    Ok(Json(whole(&item)))
}

pub async fn remove(
    State(admin): State<Arc<Admin>>,
    who: Technician,
    Named((id, code)): Named<(String, String)>,
) -> Reply<StatusCode> {
    let (language, wanted) = (language(&code)?, id.clone());
    if !admin.know(move |knowledge| knowledge.remove_item(&wanted, language)).await? {
        return Err(unknown("there is no such item"));
    }
    admin.note(&who.person.name, "knowledge.remove", &format!("{id} in {language}")).await;
    Ok(StatusCode::NO_CONTENT)
}

/// An item as a line of an items file: the facts beside the other fields, and nothing where there is nothing.
fn line(given: Value) -> Reply<Value> {
    let Value::Object(mut fields) = given else { return Err(invalid("an item is a JSON object")) };
    if let Some(facts) = fields.remove("facts").filter(|facts| !facts.is_null()) {
        let Value::Object(facts) = facts else { return Err(invalid("facts is a JSON object")) };
        for (name, value) in facts {
            if !FACTS.contains(&name.as_str()) {
                return Err(invalid(format!("there is no fact '{name}'; there are {}", FACTS.join(", "))));
            }
            fields.insert(name, value);
        }
    }
    // An empty field of a form is no value.
    fields.retain(|name, value| !value.is_null() && (value != "" || matches!(name.as_str(), "id" | "answer")));
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_writes_what_it_read() {
        let page = json!({"id": "a", "language": "en", "questions": ["A?"], "answer": "B.", "tags": [],
            "valid_from": null, "valid_until": "", "media": null, "facts": {"place": "Hall 1", "hours": null, "fees": ""}});
        let line = line(page).ok().unwrap();
        let want =
            json!({"id": "a", "language": "en", "questions": ["A?"], "answer": "B.", "tags": [], "place": "Hall 1"});
        assert_eq!(line, want);
    }

    #[test]
    fn odd_shapes_are_refused() {
        for bad in [json!([]), json!({"facts": []}), json!({"facts": {"colour": "red"}})] {
            assert!(line(bad.clone()).is_err(), "{bad}");
        }
    }
}
