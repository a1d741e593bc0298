//! What visitors are told, how long what is kept, and the report for the operator's impact assessment.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::checks::with_own_style;
use super::fault::{Reply, failed};
use super::{Admin, Viewer};
use crate::domain::Language;
use crate::privacy::profile::Feature;
use crate::privacy::report::{Report, report};
use crate::privacy::retention;

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let terms = admin.app.terms();
    let profile = &terms.privacy.profile;
    let notices: Vec<Value> = Feature::ALL
        .into_iter()
        .flat_map(|feature| profile.features.get(&feature).into_iter().flatten().map(move |name| (feature, name)))
        .map(|(feature, name)| {
            let text = Language::ALL
                .map(|language| (language.code(), terms.privacy.notice(name, language)))
                .into_iter()
                .collect::<BTreeMap<_, _>>();
            json!({"feature": feature.word(), "text": text})
        })
        .collect();
    let kept = retention::table(&profile.retention).into_iter();
    let retention: Vec<Value> = kept
        .map(
            |line| json!({"class": line.class.word(), "term": line.kept, "kept": line.kept.words(), "where": line.place, "why": line.why}),
        )
        .collect();
    Ok(Json(json!({
        "profile": profile.id, "chosen": terms.privacy.is_chosen, "operator": terms.privacy.operator,
        "notices": notices, "retention": retention,
    })))
}

pub async fn printed(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply {
    let facts = admin.clone();
    let facts = tokio::task::spawn_blocking(move || (facts.facts)()).await;
    let facts = facts.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
    let told: Report = report(facts, &admin.app.terms().privacy.profile);
    Ok(with_own_style(told.html()))
}
