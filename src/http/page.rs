//! The pages, embedded in the binary so that a kiosk needs no file beside it.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error;
use crate::base::secret::hex;

#[derive(RustEmbed)]
#[folder = "src/http/pages/kiosk"]
struct Kiosk;

/// The human agents' page.
#[derive(RustEmbed)]
#[folder = "src/http/pages/desk"]
struct Desk;

/// The technicians' page.
#[derive(RustEmbed)]
#[folder = "src/http/pages/admin"]
struct Admin;

/// What the pages share.
#[derive(RustEmbed)]
#[folder = "src/http/pages/shared"]
struct Shared;

pub async fn to_desk() -> axum::response::Redirect {
    axum::response::Redirect::temporary("/desk")
}

pub async fn to_admin() -> axum::response::Redirect {
    axum::response::Redirect::temporary("/admin")
}

pub async fn desk(headers: HeaderMap) -> Response {
    reply(Desk::get("index.html"), &headers).await
}

pub async fn desk_asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    reply(Desk::get(&path), &headers).await
}

pub async fn admin(headers: HeaderMap) -> Response {
    reply(Admin::get("index.html"), &headers).await
}

pub async fn admin_asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    reply(Admin::get(&path), &headers).await
}

pub async fn shared_asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    reply(Shared::get(&path), &headers).await
}

pub async fn kiosk(headers: HeaderMap) -> Response {
    reply(Kiosk::get("index.html"), &headers).await
}

pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    reply(Kiosk::get(&path), &headers).await
}

async fn reply(file: Option<EmbeddedFile>, headers: &HeaderMap) -> Response {
    match file {
        Some(file) => content(file, headers),
        None => error::not_found().await.into_response(),
    }
}

/// The file, or 304 when the browser has it: an update of usher is seen at once and nothing is sent twice.
fn content(file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let digest = hex(&file.metadata.sha256_hash()[..16]);
    let tag = format!("\"{digest}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let kind = file.metadata.mimetype().to_string();
    let fixed = [(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".into())];
    (fixed, file.data.into_owned()).into_response()
}
