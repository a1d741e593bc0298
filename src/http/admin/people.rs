//! Who may log in: for owners.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Reply, invalid};
use super::{Admin, Owner};
use crate::admin::{Person, Role};
use crate::http::given::{Given, Named};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct New {
    name: String,
    role: Role,
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    role: Option<Role>,
    password: Option<String>,
}

pub async fn list(State(admin): State<Arc<Admin>>, _who: Owner) -> Reply<Json<Value>> {
    let people: Vec<Value> = admin.people.list().await?.iter().map(shown).collect();
    Ok(Json(people.into()))
}

pub async fn add(
    State(admin): State<Arc<Admin>>,
    who: Owner,
    Given(given): Given<New>,
) -> Reply<(StatusCode, Json<Value>)> {
    admin.people.add(&given.name, given.role, &given.password).await?;
    admin.note(&who.person.name, "people.add", &format!("{} as {}", given.name, given.role)).await;
    let person = admin.people.person(&given.name).await?;
    Ok((StatusCode::CREATED, Json(person.as_ref().map_or(Value::Null, shown))))
}

pub async fn change(
    State(admin): State<Arc<Admin>>,
    who: Owner,
    Named(name): Named<String>,
    Given(given): Given<Change>,
) -> Reply<Json<Value>> {
    if given.role.is_none() && given.password.is_none() {
        return Err(invalid("name a role, a password or both"));
    }
    admin.people.change(&name, given.role, given.password.as_deref()).await?;
    admin.sessions.end_of(&name);
    let role = given.role.map_or_else(String::new, |role| format!(", now {role}"));
    let password = if given.password.is_some() { ", a new password" } else { "" };
    admin.note(&who.person.name, "people.change", &format!("{name}{role}{password}")).await;
    let person = admin.people.person(&name).await?;
    Ok(Json(person.as_ref().map_or(Value::Null, shown)))
}

pub async fn remove(State(admin): State<Arc<Admin>>, who: Owner, Named(name): Named<String>) -> Reply<StatusCode> {
    admin.people.remove(&name).await?;
    admin.sessions.end_of(&name);
    admin.note(&who.person.name, "people.remove", &name).await;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(person: &Person) -> Value {
    json!({"name": person.name, "role": person.role, "since": person.since.to_string()})
}
