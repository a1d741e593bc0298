//! Secrets that stand in files: header lines, and a user with a password. Files that everybody can read are refused.

use std::io::Read;
use std::path::Path;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Longest secret file, bytes: a bearer token has one or two thousand.
const FILE_BYTES_MAX: u64 = 16 << 10;

/// Most header lines: a backend asks for one or two.
const HEADERS_MAX: usize = 16;

/// Headers that steer the connection itself; a file may not set them.
const NOT_OURS: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "upgrade"];

/// What is wrong with a secret file. No text holds a line of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the secret file {path} cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("the secret file {path} can be read by everybody; run `chmod o-rwx {path}`")]
    Open { path: String },
    #[error("the secret file {path} line {line}: {reason}")]
    Line { path: String, line: usize, reason: &'static str },
}

/// A user and a password. Its debug text shows neither.
#[derive(Clone)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(..)")
    }
}

impl Credentials {
    /// Reads `user:password` from the first line of a file; the password may hold colons.
    ///
    /// # Errors
    /// [`SecretError`] naming the file and the repair.
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        let text = text(path)?;
        let line = text.lines().next().unwrap_or_default().trim();
        let parts = line.split_once(':').filter(|(user, _)| !user.is_empty());
        let (user, password) = parts.ok_or_else(|| SecretError::Line {
            path: path.display().to_string(),
            line: 1,
            reason: "write user:password",
        })?;
        Ok(Self { user: user.into(), password: password.into() })
    }
}

/// Reads `Name: value` lines; empty lines and lines that begin with `#` are skipped. The values are marked as secret.
///
/// # Errors
/// [`SecretError`] naming the file, the line and the repair.
pub fn headers(path: &Path) -> Result<HeaderMap, SecretError> {
    let mut headers = HeaderMap::new();
    for (index, line) in text(path)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = header(line).map_err(|reason| SecretError::Line {
            path: path.display().to_string(),
            line: index + 1,
            reason,
        })?;
        if headers.len() == HEADERS_MAX {
            let reason = "too many headers; 16 are enough";
            return Err(SecretError::Line { path: path.display().to_string(), line: index + 1, reason });
        }
        headers.append(name, value);
    }
    Ok(headers)
}

fn header(line: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let (name, value) = line.split_once(':').ok_or("write Name: value")?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| "this is not the name of a header")?;
    if NOT_OURS.contains(&name.as_str()) {
        return Err("this header is set by usher itself; delete the line");
    }
    let mut value =
        HeaderValue::from_str(value.trim()).map_err(|_| "the value has characters that no header may have")?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn text(path: &Path) -> Result<String, SecretError> {
    let unreadable =
        |error: std::io::Error| SecretError::Unreadable { path: path.display().to_string(), reason: error.to_string() };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata().map_err(unreadable)?.permissions().mode() & 0o007 != 0 {
            return Err(SecretError::Open { path: path.display().to_string() });
        }
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    fn file(folder: &tempfile::TempDir, text: &str, mode: u32) -> PathBuf {
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn headers_are_read_and_marked_secret() {
        let folder = tempfile::tempdir().unwrap();
        let read =
            headers(&file(&folder, "# key of the kiosk\n\nAuthorization: Bearer a:b\nX-Site: 7\n", 0o640)).unwrap();
        assert_eq!(read["authorization"], "Bearer a:b");
        assert!(read["authorization"].is_sensitive());
        assert!(!format!("{read:?}").contains("Bearer"));
    }

    #[test]
    fn a_file_that_everybody_reads_is_refused_with_the_repair() {
        let folder = tempfile::tempdir().unwrap();
        let error = headers(&file(&folder, "A: secret-value\n", 0o644)).unwrap_err().to_string();
        assert!(error.contains("chmod o-rwx") && !error.contains("secret-value"), "{error}");
    }

    #[test]
    fn a_bad_line_is_named_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let error = headers(&file(&folder, "A: b\nsecret-value\n", 0o600)).unwrap_err().to_string();
        assert!(error.contains("line 2: write Name: value") && !error.contains("secret-value"), "{error}");
        let error = headers(&file(&folder, "Host: elsewhere\n", 0o600)).unwrap_err().to_string();
        assert!(error.contains("set by usher itself"), "{error}");
    }

    #[test]
    fn a_password_may_hold_colons() {
        let folder = tempfile::tempdir().unwrap();
        let read = Credentials::read(&file(&folder, "viewer:a:b\n", 0o600)).unwrap();
        assert_eq!((read.user.as_str(), read.password.as_str()), ("viewer", "a:b"));
        assert_eq!(format!("{read:?}"), "Credentials(..)");
    }
}
