//! One camera with its secrets in hand: which way it is asked, and how its faults are named.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderMap;

use super::decode::Sink;
use super::settings::{Camera, Kind};
use super::{CameraError, OpenError, file, mjpeg, rtsp, snapshot};
use crate::fetch::{self, Ask, Client, Credentials, FetchError, Reply};

/// Longest reason in an error: a camera's own words may be long.
const REASON_CHARS_MAX: usize = 160;

/// A camera that can be asked.
pub struct Source {
    pub name: String,
    pub camera: Camera,
    pub credentials: Option<Credentials>,
    headers: HeaderMap,
    client: Client,
}

impl Source {
    pub fn open(name: &str, camera: &Camera) -> Result<Self, OpenError> {
        let fault = |key: &str, reason: String| OpenError { key: format!("camera.{name}.{key}"), reason };
        let headers = match &camera.headers_file {
            Some(path) => fetch::headers(path).map_err(|error| fault("headers_file", error.to_string()))?,
            None => HeaderMap::new(),
        };
        let credentials = camera.credentials_file.as_deref().map(Credentials::read).transpose();
        let credentials = credentials.map_err(|error| fault("credentials_file", error.to_string()))?;
        let client =
            Client::open(camera.certificate.as_deref()).map_err(|error| fault("certificate", error.to_string()))?;
        Ok(Self { name: name.into(), camera: camera.clone(), credentials, headers, client })
    }

    /// Hands pictures to `sink` until it is done.
    pub async fn run(&self, sink: &mut Sink) -> Result<(), CameraError> {
        match self.camera.kind {
            Kind::Snapshot => snapshot::run(self, sink).await,
            Kind::Mjpeg => mjpeg::run(self, sink).await,
            Kind::Rtsp => rtsp::run(self, sink).await,
            Kind::File => file::run(self, sink).await,
        }
    }

    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.camera.timeout_ms.into())
    }

    pub fn url(&self) -> Result<Url, CameraError> {
        self.camera.url().map_err(|reason| self.no_picture(&reason))
    }

    /// Asks the camera over HTTP; the reply is a good one.
    pub async fn get(&self, deadline: tokio::time::Instant) -> Result<Reply, CameraError> {
        let url = self.url()?;
        let ask = Ask { url: &url, headers: &self.headers, json: None, credentials: self.credentials.as_ref() };
        let reply = self.client.send(ask, deadline).await.map_err(|error| self.failed(error))?;
        if reply.is_good() { Ok(reply) } else { Err(self.status(reply.status())) }
    }

    /// Before the first byte of a reply, or within it.
    pub fn failed(&self, error: FetchError) -> CameraError {
        match error {
            FetchError::Slow => self.stalled(),
            FetchError::Unreachable(reason) => self.unreachable(&reason),
            FetchError::TooLarge(_) => self.no_picture(&error.to_string()),
        }
    }

    pub fn status(&self, status: u16) -> CameraError {
        let (camera, at) = self.here();
        match status {
            401 | 403 => CameraError::Refused { camera, at },
            404 | 410 | 454 => CameraError::NotThere { camera, at, status },
            500.. => self.unreachable(&format!("it answered {status}")),
            _ => self.no_picture(&format!("it answered {status}")),
        }
    }

    pub fn unreachable(&self, reason: &str) -> CameraError {
        let (camera, at) = self.here();
        CameraError::Unreachable { camera, at, reason: tidy(reason) }
    }

    pub fn stalled(&self) -> CameraError {
        let (camera, at) = self.here();
        CameraError::Stalled { camera, at, timeout_ms: self.camera.timeout_ms }
    }

    pub fn ended(&self, reason: &str) -> CameraError {
        let (camera, at) = self.here();
        CameraError::Ended { camera, at, reason: tidy(reason) }
    }

    pub fn no_picture(&self, reason: &str) -> CameraError {
        let (camera, at) = self.here();
        CameraError::NoPicture { camera, at, reason: tidy(reason) }
    }

    fn here(&self) -> (String, String) {
        (self.name.clone(), self.camera.shown())
    }
}

/// The first line of a reason, without control characters and without the secret parts of addresses in it.
fn tidy(reason: &str) -> String {
    let words = reason.lines().next().unwrap_or_default().split_whitespace();
    let words = words.map(|word| if word.contains("://") { fetch::shown(word) } else { word.to_owned() });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cameras_words_are_one_line_without_secrets() {
        let said = "401 for rtsp://admin:geheim@cam/live?pwd=geheim\nsecond: geheim";
        assert_eq!(tidy(said), "401 for rtsp://cam/live");
    }
}
