//! Coming in and going: the first owner, login, logout, one's own password.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::Reply;
use super::guard::{self, Who, check_page, cookie};
use super::{Admin, Secure, Viewer};
use crate::admin::{AdminError, Person};
use crate::http::given::Given;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct First {
    secret: String,
    name: String,
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    name: String,
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    old: String,
    new: String,
}

/// What the page shows before anybody is logged in. Never the secret.
pub async fn setup(State(admin): State<Arc<Admin>>, Extension(secure): Extension<Secure>) -> Reply<Json<Value>> {
    let needs_first = admin.people.needs_first().await?;
    let terms = admin.app.terms();
    let site = &terms.site;
    Ok(Json(json!({
        "needs_first": needs_first, "site": site.name, "kiosk": site.kiosk,
        "version": env!("CARGO_PKG_VERSION"), "tls": secure.0,
    })))
}

pub async fn first(
    State(admin): State<Arc<Admin>>,
    Extension(secure): Extension<Secure>,
    from: guard::From,
    headers: HeaderMap,
    Given(given): Given<First>,
) -> Reply {
    check_page(&headers)?;
    let person = admin.people.begin(&given.secret, &given.name, &given.password, from.0).await?;
    admin.note(&person.name, "first", "became the first owner").await;
    Ok(enter(&admin, &headers, person, secure))
}

pub async fn login(
    State(admin): State<Arc<Admin>>,
    Extension(secure): Extension<Secure>,
    from: guard::From,
    headers: HeaderMap,
    Given(given): Given<Credentials>,
) -> Reply {
    check_page(&headers)?;
    match admin.people.login(&given.name, &given.password, from.0).await {
        Ok(person) => {
            admin.note(&person.name, "login", &format!("from {}", from.0)).await;
            Ok(enter(&admin, &headers, person, secure))
        }
        Err(error) => {
            tracing::warn!(%error, from = %from.0, "an administration login was refused");
            // Refusals beyond the limit are not written down: they must not fill the audit log.
            if matches!(error, AdminError::Wrong) {
                admin.note("nobody", "login.refused", &format!("from {}", from.0)).await;
            }
            Err(error.into())
        }
    }
}

pub async fn logout(
    State(admin): State<Arc<Admin>>,
    Extension(secure): Extension<Secure>,
    who: Viewer,
) -> impl IntoResponse {
    admin.sessions.end(&who.token);
    admin.note(&who.person.name, "logout", "").await;
    (StatusCode::NO_CONTENT, [cookie("", secure)])
}

pub async fn me(who: Viewer) -> Json<Value> {
    Json(described(&who))
}

pub async fn change_password(
    State(admin): State<Arc<Admin>>,
    Extension(secure): Extension<Secure>,
    from: guard::From,
    who: Viewer,
    Given(given): Given<NewPassword>,
) -> Reply {
    let name = &who.person.name;
    let person = admin.people.change_own(name, &given.old, &given.new, from.0).await?;
    admin.sessions.end_of(name);
    admin.note(name, "password", "changed their own").await;
    let begun = admin.sessions.begin(name, &person.stamp, Instant::now());
    Ok((StatusCode::NO_CONTENT, [cookie(&begun.token, secure)]).into_response())
}

/// A new session under a new token; the one this browser had is over.
fn enter(admin: &Admin, headers: &HeaderMap, person: Person, secure: Secure) -> Response {
    if let Some(old) = guard::token(headers) {
        admin.sessions.end(old);
    }
    let begun = admin.sessions.begin(&person.name, &person.stamp, Instant::now());
    let set = [cookie(&begun.token, secure)];
    let who = Who { person, csrf: begun.csrf, token: begun.token };
    (set, Json(described(&who))).into_response()
}

fn described(who: &Who) -> Value {
    json!({"name": who.person.name, "role": who.person.role, "csrf": who.csrf})
}
