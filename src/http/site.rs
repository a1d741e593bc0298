//! `GET /api/site`: what the page shows before anything is asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};

use super::{App, Privacy};
use crate::domain::{Language, Site, Told, Topic};

/// A model of the pack that does not serve, with the command that repairs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingModel {
    pub role: String,
    pub model: String,
    #[serde(serialize_with = "Told::english")]
    pub repair: Told,
    /// For technicians; visitors' pages are not told.
    #[serde(skip)]
    pub state: Gone,
}

/// Why a model does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Its files are not here, or not whole.
    Missing,
    /// Its files were here at the start, and it could not be used.
    Failed,
    /// It was missing at the start and is here now: it serves after the next one.
    Fetched,
}

pub async fn show(State(app): State<Arc<App>>) -> Json<Value> {
    let labels = labels(&app).await;
    let terms = app.terms();
    let Site { id, name, kiosk, languages, time_zone, greeting, prompt, theme, contact, topics, .. } = &terms.site;
    let topics: Vec<Value> = topics.iter().map(|topic| shown(topic, &labels)).collect();
    Json(json!({
        "id": id, "name": name, "kiosk": kiosk, "languages": languages, "time_zone": time_zone, "greeting": greeting, "prompt": prompt,
        "theme": theme, "contact": contact, "topics": topics, "idle_seconds": terms.idle_seconds,
        "notice": notice(&app), "notices": notices(&terms.privacy), "missing": app.missing(), "hears": app.conversation.engines.hears(),
    }))
}

/// What visitors are told of a lower rung, by language; null when all is well.
fn notice(app: &App) -> Value {
    let level = app.telemetry.level();
    let texts = Language::ALL.map(|language| (language.code().to_string(), level.sentence(language).map(Value::from)));
    match texts.into_iter().map(|(code, text)| Some((code, text?))).collect::<Option<serde_json::Map<_, _>>>() {
        Some(texts) => Value::Object(texts),
        None => Value::Null,
    }
}

/// What the site's country wants visitors to read, by name and language.
fn notices(privacy: &Privacy) -> Value {
    let texts = |name: &String| {
        let of = |language: Language| (language.code().to_string(), Value::from(privacy.notice(name, language)));
        Value::Object(Language::ALL.map(of).into_iter().collect())
    };
    Value::Object(privacy.profile.notices.keys().map(|name| (name.clone(), texts(name))).collect())
}

/// First phrasings by item and language.
type Labels = Vec<(String, Language, String)>;

/// The first phrasing of every item that a topic names, valid today. Empty when the knowledge worker is busy: tiles then show no questions
/// until the page asks again.
async fn labels(app: &App) -> Labels {
    let wanted: Vec<String> = app.terms().site.topics.iter().flat_map(|topic| topic.items.clone()).collect();
    let languages = app.terms().site.languages.clone();
    let now = app.conversation.clock.now();
    let pending = app.conversation.knowledge.call(move |knowledge, _| {
        let mut labels = Labels::new();
        for id in wanted {
            for &language in &languages {
                if let Ok(Some(item)) = knowledge.item(&id, language)
                    && item.is_valid(now)
                    && let Some(label) = item.questions.first()
                {
                    labels.push((id.clone(), language, label.clone()));
                }
            }
        }
        labels
    });
    match pending {
        Ok(pending) => pending.await.map(|timed| timed.value).unwrap_or_default(),
        Err(_) => Labels::new(),
    }
}

fn shown(topic: &Topic, labels: &Labels) -> Value {
    let items: Vec<Value> = topic.items.iter().filter_map(|id| question(id, labels)).collect();
    json!({"id": topic.id, "icon": topic.icon, "label": topic.label, "items": items})
}

fn question(id: &str, labels: &Labels) -> Option<Value> {
    let label: serde_json::Map<String, Value> = labels
        .iter()
        .filter(|(item, ..)| item == id)
        .map(|(_, language, text)| (language.code().to_string(), Value::from(text.as_str())))
        .collect();
    (!label.is_empty()).then(|| json!({"item": id, "label": label}))
}
