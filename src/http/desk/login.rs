//! Agents come in and go. A session lives in memory: a restart asks everybody again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Desk;
use crate::handoff::AccountError;
use crate::handoff::desk::wire::Profile;
use crate::http::error::Fault;

const COOKIE: &str = "usher_desk";

/// A shift.
const SESSION_MAX: Duration = Duration::from_secs(12 * 3600);

/// More sessions than a desk has agents; the oldest goes first.
const SESSIONS_MAX: usize = 500;

/// Who is logged in.
#[derive(Default)]
pub struct Logins(Mutex<HashMap<String, (Profile, Instant)>>);

impl Logins {
    fn begin(&self, profile: Profile) -> String {
        let token = crate::base::secret::random_key();
        let mut sessions = self.sessions();
        sessions.retain(|_, (_, since)| since.elapsed() < SESSION_MAX);
        if sessions.len() >= SESSIONS_MAX
            && let Some(oldest) = sessions.iter().min_by_key(|(_, (_, since))| *since).map(|(token, _)| token.clone())
        {
            sessions.remove(&oldest);
        }
        sessions.insert(token.clone(), (profile, Instant::now()));
        token
    }

    /// The agent of a request's cookie.
    pub fn who(&self, headers: &HeaderMap) -> Option<Profile> {
        let token = cookie(headers)?;
        self.sessions()
            .get(token)
            .filter(|(_, since)| since.elapsed() < SESSION_MAX)
            .map(|(profile, _)| profile.clone())
    }

    fn end(&self, headers: &HeaderMap) {
        if let Some(token) = cookie(headers) {
            self.sessions().remove(token);
        }
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Profile, Instant)>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

#[derive(Deserialize)]
pub struct Credentials {
    name: String,
    password: String,
}

pub async fn login(State(desk): State<Arc<Desk>>, headers: HeaderMap, Json(given): Json<Credentials>) -> Response {
    if !super::super::realtime::same_origin(&headers) {
        return forbidden().into_response();
    }
    if matches!(desk.accounts.is_empty().await, Ok(true)) {
        return Fault {
            status: StatusCode::CONFLICT,
            kind: "no_agents",
            message: "nobody can log in yet".into(),
            hint: "add a person: usher desk agent add NAME --display \"Name\" --languages en,zh",
        }
        .into_response();
    }
    match desk.accounts.login(&given.name, &given.password).await {
        Ok(profile) => {
            tracing::info!(agent = profile.name, "an agent logged in");
            let token = desk.logins.begin(profile.clone());
            (cookies(&format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"), desk.is_secure), Json(profile))
                .into_response()
        }
        Err(error) => {
            let mut reply = refused(&error).into_response();
            if matches!(error, AccountError::TooMany) {
                reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            reply
        }
    }
}

fn refused(error: &AccountError) -> Fault {
    let (status, kind, hint) = match error {
        AccountError::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "wait a minute, then try again"),
        AccountError::Wrong => (StatusCode::UNAUTHORIZED, "wrong_login", "check the name and the password"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "failed", "read the log, run `usher doctor`"),
    };
    tracing::warn!(%error, "a login was refused");
    Fault { status, kind, message: error.to_string(), hint }
}

pub async fn logout(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    desk.logins.end(&headers);
    (
        cookies(&format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"), desk.is_secure),
        StatusCode::NO_CONTENT,
    )
        .into_response()
}

pub async fn me(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    match desk.logins.who(&headers) {
        Some(profile) => Json(profile).into_response(),
        None => nobody().into_response(),
    }
}

pub fn nobody() -> Fault {
    Fault {
        status: StatusCode::UNAUTHORIZED,
        kind: "not_logged_in",
        message: "nobody is logged in".into(),
        hint: "log in at /desk",
    }
}

pub fn forbidden() -> Fault {
    Fault {
        status: StatusCode::FORBIDDEN,
        kind: "forbidden",
        message: "this door serves pages of this appliance only".into(),
        hint: "open the page from the appliance itself",
    }
}

fn cookies(text: &str, is_secure: bool) -> HeaderMap {
    let text = if is_secure { format!("{text}; Secure") } else { text.to_string() };
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}
