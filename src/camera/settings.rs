//! The site's cameras as a technician types them: `[camera.NAME]` in a site file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::Url;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Language, Localised};
use crate::fetch;

/// Most cameras of one kiosk.
const CAMERAS_MAX: usize = 32;

/// The cameras of a site, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, Camera>);

/// One camera that explanations may show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    pub title: Localised,
    /// Where it looks, as it is written into the picture.
    pub place: Localised,
    pub kind: Kind,
    /// Its address; for `file` a picture, a folder of pictures, an `.mjpeg` or a `.y4m`, beside the site file.
    /// User and password stand in `credentials_file`, never here.
    pub source: String,
    /// Most pictures a second.
    #[serde(default = "fps_max")]
    pub fps_max: u32,
    /// File with `Name: value` lines for `snapshot` and `mjpeg`.
    pub headers_file: Option<PathBuf>,
    /// File with `user:password`, for Basic and Digest.
    pub credentials_file: Option<PathBuf>,
    /// Certificate that the camera must show, PEM, when no public authority signed it.
    pub certificate: Option<PathBuf>,
    /// Whether faces are made unrecognisable before anybody sees a picture.
    #[serde(default = "yes")]
    pub blur_faces: bool,
    /// How long a finished grab is given to others who ask, seconds. Nothing is ever written to the disk.
    #[serde(default = "keep_s")]
    pub keep_s: u32,
    /// Longest wait for the first picture and between two pictures, milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u32,
}

/// How a camera is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One picture for each HTTP request.
    Snapshot,
    /// One HTTP reply of many JPEG pictures.
    Mjpeg,
    /// H.264 over RTSP, interleaved in its TCP connection.
    Rtsp,
    /// A recording, for tests and demos: never shown as live.
    File,
}

fn fps_max() -> u32 {
    2
}

fn yes() -> bool {
    true
}

fn keep_s() -> u32 {
    5
}

fn timeout_ms() -> u32 {
    5_000
}

impl Settings {
    /// The same with its files found beside `file`, the configuration that names them.
    pub fn beside(mut self, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new("."));
        for camera in self.0.values_mut() {
            let secrets = [&mut camera.headers_file, &mut camera.credentials_file, &mut camera.certificate];
            secrets.into_iter().flatten().for_each(|path| *path = folder.join(&*path));
            if camera.kind == Kind::File {
                camera.source = folder.join(&camera.source).to_string_lossy().into_owned();
            }
        }
        self
    }

    /// Checks everything but the secret files, which are read at the start.
    ///
    /// # Errors
    /// The key and what to do about it.
    pub fn check(&self, languages: &[Language]) -> Result<(), (String, String)> {
        if self.0.len() > CAMERAS_MAX {
            return Err(("camera".into(), format!("{} are too many, {CAMERAS_MAX} are allowed", self.0.len())));
        }
        self.0.iter().try_for_each(|(name, camera)| {
            camera.check(name, languages).map_err(|(key, reason)| (format!("camera.{name}{key}"), reason))
        })
    }
}

impl Camera {
    fn check(&self, name: &str, languages: &[Language]) -> Result<(), (String, String)> {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Err((String::new(), format!("'{name}' is not lower case letters, digits and hyphens")));
        }
        for (key, text) in [(".title", &self.title), (".place", &self.place)] {
            if let Some(language) = languages.iter().find(|language| !text.0.contains_key(language)) {
                return Err((key.into(), format!("has no text for '{language}', which `languages` names")));
            }
        }
        self.check_source().map_err(|reason| (".source".to_owned(), reason))?;
        within(".fps_max", self.fps_max, 1, 4)?;
        within(".keep_s", self.keep_s, 0, 60)?;
        within(".timeout_ms", self.timeout_ms, 200, 15_000)
    }

    fn check_source(&self) -> Result<(), String> {
        let schemes: &[&str] = match self.kind {
            Kind::Snapshot | Kind::Mjpeg => &["http", "https"],
            Kind::Rtsp => &["rtsp"],
            Kind::File if self.source.contains("://") => return Err("a file has no ://; give its path".into()),
            Kind::File => return Ok(()),
        };
        let url = self.url().map_err(|error| format!("cannot be read as an address: {error}"))?;
        if !schemes.contains(&url.scheme()) || url.host_str().is_none() {
            return Err(format!("begins with {}:, and this kind needs {}://", url.scheme(), schemes.join(":// or ")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user or a password; put user:password into credentials_file".into());
        }
        Ok(())
    }

    /// The camera's address.
    ///
    /// # Errors
    /// When it is none.
    pub fn url(&self) -> Result<Url, String> {
        Url::parse(&self.source).map_err(|error| error.to_string())
    }

    /// Where it is, without anything secret.
    pub fn shown(&self) -> String {
        if self.kind == Kind::File { self.source.clone() } else { fetch::shown(&self.source) }
    }
}

fn within(key: &str, value: u32, min: u32, max: u32) -> Result<(), (String, String)> {
    if (min..=max).contains(&value) { Ok(()) } else { Err((key.into(), format!("{value} is outside {min} to {max}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(line: &str) -> String {
        let text = format!(
            "[hold-3]\ntitle = {{ en = 'Hold 3', zh = '3号货舱' }}\nplace = {{ en = 'Hold 3', zh = '3号货舱' }}\n{line}"
        );
        let settings: Settings = toml::from_str(&text).unwrap();
        let (key, reason) = settings.check(&Language::ALL).err().unwrap_or_default();
        format!("{key}: {reason}")
    }

    #[test]
    fn faults_name_their_key_and_no_password() {
        assert_eq!(faults("kind = 'rtsp'\nsource = 'rtsp://10.0.0.9/live'"), ": ");
        let said = faults("kind = 'rtsp'\nsource = 'rtsp://admin:geheim@10.0.0.9/live'");
        assert!(
            said.starts_with("camera.hold-3.source: holds a user or a password") && !said.contains("geheim"),
            "{said}"
        );
        let said = faults("kind = 'mjpeg'\nsource = 'rtsp://10.0.0.9/live'");
        assert_eq!(said, "camera.hold-3.source: begins with rtsp:, and this kind needs http:// or https://");
        assert_eq!(faults("kind = 'file'\nsource = 'a'\nfps_max = 25"), "camera.hold-3.fps_max: 25 is outside 1 to 4");
    }
}
