//! What a visitor's phone may fetch: one answer under an address that nobody can guess, for some minutes. No cookie, no script,
//! and no other page of the kiosk: these routes have a listener of their own.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::media::served;
use super::{App, error, fixed};
use crate::base::escape;
use crate::domain::Language;
use crate::showing::{Media, Taken};

/// Nothing but this page's own pictures, clip and style.
const POLICY: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = include_str!("pages/phone/phone.css");

/// The routes of the phones' listener.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/take/{token}", get(page))
        .route("/take/{token}/{thing}", get(thing))
        .route("/phone.css", get(style))
        .with_state(app)
        .fallback(error::not_found)
        .layer(fixed(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], STYLE)
}

async fn page(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    match app.showing.takeaways.get(&token) {
        Some(taken) => Html(document(&app, &token, &taken)).into_response(),
        None => error::not_found().await.into_response(),
    }
}

async fn thing(
    State(app): State<Arc<App>>,
    Path((token, thing)): Path<(String, usize)>,
    headers: HeaderMap,
) -> Response {
    let taken = app.showing.takeaways.get(&token);
    match taken.as_ref().and_then(|taken| taken.media.get(thing)) {
        Some((_, made)) => served(made.clone(), &headers).await,
        None => error::not_found().await.into_response(),
    }
}

fn document(app: &App, token: &str, taken: &Taken) -> String {
    let language = taken.language;
    let (code, sources, until) = match language {
        Language::English => ("en", "From", "This page goes after ten minutes. Nothing about you is on it."),
        Language::Chinese => ("zh-CN", "来源", "本页十分钟后失效，其中没有您的个人信息。"),
    };
    let site = escape(app.terms().site.name.get(language));
    let shown: String = taken.media.iter().enumerate().map(|(at, (media, _))| figure(token, at, media)).collect();
    let named: Vec<String> = taken.sources.iter().map(|source| escape(&source.section)).collect();
    let from =
        if named.is_empty() { String::new() } else { format!("<p class=source>{sources}: {}</p>", named.join(", ")) };
    format!(
        "<!doctype html><html lang={code}><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <meta name=robots content=noindex><title>{site}</title><link rel=stylesheet href=/phone.css>\
         <header>{site}</header><main><p class=answer>{}</p>{shown}{from}</main><footer>{until}</footer></html>",
        escape(&taken.text)
    )
}

fn figure(token: &str, at: usize, media: &Media) -> String {
    let (url, title, alt) = (format!("/take/{token}/{at}"), escape(&media.title), escape(&media.alt));
    let label = media.label.as_deref().map(|label| format!("<p class=label>{}</p>", escape(label))).unwrap_or_default();
    let inner = if media.kind == "clip" {
        format!("<video controls playsinline src=\"{url}\" aria-label=\"{alt}\"></video>{label}")
    } else {
        format!("<img src=\"{url}\" alt=\"{alt}\">")
    };
    format!("<figure>{inner}<figcaption>{title}</figcaption></figure>")
}
