//! Documents, search as a visitor's question would find, gaps that agents named, items that end soon.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::chain;
use crate::conversation::{Decision, Known, decide};
use crate::domain::{Language, Origin, Passage};
use crate::http::admin::fault::{Reply, invalid, unknown};
use crate::http::admin::{Admin, Technician, Viewer};
use crate::http::error::Fault;
use crate::http::given::{Asked, Given, Named};
use crate::knowledge::Found;

/// Days ahead that may be asked about.
const DAYS_MAX: i32 = 3_650;
const DAYS: i32 = 30;

/// Characters of a search; a visitor's question has as many.
const TEXT_CHARS_MAX: usize = crate::base::limits::QUESTION_CHARS_MAX;

pub async fn documents(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let listed = admin.know(|knowledge| knowledge.list()).await?;
    let documents: Vec<Value> = listed
        .iter()
        .filter(|entry| entry.kind == "document")
        .map(|entry| json!({"name": entry.name, "language": entry.language, "passages": entry.texts}))
        .collect();
    Ok(Json(documents.into()))
}

pub async fn remove_document(
    State(admin): State<Arc<Admin>>,
    who: Technician,
    Named(name): Named<String>,
) -> Reply<StatusCode> {
    let wanted = name.clone();
    if !admin.know(move |knowledge| knowledge.remove_document(&wanted)).await? {
        return Err(unknown("there is no such document"));
    }
    admin.note(&who.person.name, "knowledge.remove", &name).await;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    text: String,
    language: Option<Language>,
}

pub async fn search(State(admin): State<Arc<Admin>>, _who: Viewer, Given(given): Given<Search>) -> Reply<Json<Value>> {
    if given.text.trim().is_empty() || given.text.chars().count() > TEXT_CHARS_MAX {
        return Err(invalid(format!("type a question of 1 to {TEXT_CHARS_MAX} characters")));
    }
    let conversation = &admin.app.conversation;
    let first = admin.app.terms().site.languages.first().copied().unwrap_or(Language::English);
    let language = given.language.or(Language::of_text(&given.text)).unwrap_or(first);
    let now = conversation.clock.now();
    let found = admin.know(move |knowledge| knowledge.search(&given.text, language, now)).await?;
    let known = Known { passages: &found.passages, ..Known::default() };
    let would = match decide(known, conversation.thresholds) {
        Decision::Approved(_) | Decision::FromDocuments(_) => "answer",
        Decision::Clarify(_) => "clarify",
        _ => "decline",
    };
    let passages: Vec<Value> = found.passages.iter().map(|passage| shown(passage, &found)).collect();
    Ok(Json(json!({"passages": passages, "would": would})))
}

fn shown(passage: &Passage, found: &Found) -> Value {
    let (document, section) = match &passage.origin {
        Origin::Item { id } => (id.as_str(), passage.title.as_str()),
        Origin::Document { file, section } => (file.as_str(), section.as_str()),
    };
    json!({"document": document, "section": section, "quote": found.pick(passage).join(" "), "score": passage.score})
}

pub async fn gaps(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let Some(desk) = &admin.desk else { return Ok(Json(json!([]))) };
    let gaps = desk.gaps.list().await.map_err(|error| Fault {
        status: StatusCode::SERVICE_UNAVAILABLE,
        kind: "failed",
        message: chain(error),
        hint: "try again in a moment",
    })?;
    let shown = gaps.iter().map(|gap| json!({"text": gap.text, "count": gap.count, "last": gap.last.to_string()}));
    Ok(Json(shown.collect()))
}

#[derive(Deserialize)]
pub struct Ahead {
    days: Option<i32>,
}

pub async fn expiring(State(admin): State<Arc<Admin>>, _who: Viewer, Asked(asked): Asked<Ahead>) -> Reply<Json<Value>> {
    let days = asked.days.unwrap_or(DAYS).clamp(0, DAYS_MAX);
    let now = admin.app.conversation.clock.now();
    let until = now.checked_add(days.days()).map_err(|error| invalid(error.to_string()))?;
    let items = admin.know(move |knowledge| knowledge.expiring(until)).await?;
    let shown = items.iter().map(|item| {
        json!({
            "id": item.id, "language": item.language, "question": item.questions.first(),
            "valid_until": item.valid_until.map(|date| date.to_string()), "expired": !item.is_valid(now),
        })
    });
    Ok(Json(shown.collect()))
}
