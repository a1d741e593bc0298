//! `/media/made/ID`: a card, a map or a clip that was made for a visit. A clip is sent while it is made; a whole one takes ranges.

use std::ops::Range;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::{App, error};
use crate::clip::{Growing, Progress};
use crate::showing::Made;

/// Bytes handed to the connection at once.
const PIECE_BYTES: usize = 64 << 10;

const CLIP_TYPE: HeaderValue = HeaderValue::from_static("video/mp4");

pub async fn made(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match app.showing.made(&id) {
        Some(made) => match app.showing.play(made) {
            Some(made) => served(made, &headers).await,
            None => busy().into_response(),
        },
        None => error::not_found().await.into_response(),
    }
}

fn busy() -> error::Fault {
    error::Fault {
        status: StatusCode::SERVICE_UNAVAILABLE,
        kind: "busy",
        message: "other clips are being made".into(),
        hint: "try again in a moment",
    }
}

/// One thing as a reply.
pub async fn served(made: Made, headers: &HeaderMap) -> Response {
    match made {
        Made::Drawing(svg) => {
            let kind = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
            (kind, svg.to_string()).into_response()
        }
        Made::Clip(clip) => match (clip.progress(), range(headers)) {
            (Progress::Whole(length), Some(range)) => part(&clip, range, length),
            _ => whole(clip),
        },
        // What is only offered has no bytes yet; whoever plays it gets the clip.
        Made::Order(_) => error::not_found().await.into_response(),
    }
}

/// All of a clip, as it grows. A clip that breaks off ends the connection, so that nobody takes it for whole.
fn whole(clip: Growing) -> Response {
    let length = match clip.progress() {
        Progress::Whole(length) => Some(length),
        _ => None,
    };
    let pieces = stream::unfold((clip, 0), |(clip, sent)| async move {
        let progress = clip.beyond(sent).await;
        let piece = clip.read(sent..sent + PIECE_BYTES);
        match (piece.is_empty(), progress) {
            (false, _) => {
                let sent = sent + piece.len();
                Some((Ok(Bytes::from(piece)), (clip, sent)))
            }
            (true, Progress::Broken(_)) => {
                Some((Err(std::io::Error::other("the clip broke off")), (clip, usize::MAX / 2)))
            }
            (true, _) => None,
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, CLIP_TYPE);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    response
}

/// A part of a clip that is whole (RFC 9110, section 14).
fn part(clip: &Growing, wanted: (usize, Option<usize>), length: usize) -> Response {
    let (start, end) = (wanted.0, wanted.1.map_or(length, |last| last.saturating_add(1).min(length)));
    if start >= end {
        let size = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
        return (StatusCode::RANGE_NOT_SATISFIABLE, size).into_response();
    }
    let bytes = clip.read(Range { start, end });
    let said = [
        (header::CONTENT_TYPE, "video/mp4".to_string()),
        (header::CONTENT_RANGE, format!("bytes {start}-{}/{length}", end - 1)),
        (header::ACCEPT_RANGES, "bytes".to_string()),
        (header::CACHE_CONTROL, "no-store".to_string()),
    ];
    (StatusCode::PARTIAL_CONTENT, said, bytes).into_response()
}

/// `bytes=START-` or `bytes=START-LAST`; other forms are answered with the whole.
fn range(headers: &HeaderMap) -> Option<(usize, Option<usize>)> {
    let text = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (start, last) = text.split_once('-')?;
    let start = start.parse().ok()?;
    match last {
        "" => Some((start, None)),
        last => Some((start, Some(last.parse().ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(text).expect("it is a header"))])
    }

    #[test]
    fn ranges_are_read_and_odd_ones_are_the_whole() {
        assert_eq!(range(&asked("bytes=0-")), Some((0, None)));
        assert_eq!(range(&asked("bytes=5-9")), Some((5, Some(9))));
        for odd in ["bytes=-5", "bytes=5-3,7-9", "lines=1-2", "bytes=a-b"] {
            assert_eq!(range(&asked(odd)), None, "{odd}");
        }
    }

    #[test]
    fn a_part_is_told_with_its_place() {
        let clip = Growing::whole(vec![7; 10]);
        let reply = part(&clip, (5, Some(99)), 10);
        assert_eq!(
            (reply.status(), &reply.headers()[header::CONTENT_RANGE]),
            (StatusCode::PARTIAL_CONTENT, &HeaderValue::from_static("bytes 5-9/10"))
        );
        assert_eq!(part(&clip, (10, None), 10).status(), StatusCode::RANGE_NOT_SATISFIABLE);
    }
}
