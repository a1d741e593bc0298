//! Asks a machine of the site over HTTP: no redirect, no proxy, no cookie, a deadline for every wait, a bound on every body,
//! and secrets that come from files and are never shown. Does not know what is asked, nor for whom.

mod client;
mod secret;

pub use client::{Ask, Client, Reply};
pub use secret::{Credentials, SecretError, headers};

/// What can go wrong between here and the other machine. No text holds an address's secrets: user, password and query are left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("no whole reply came in time")]
    Slow,
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    #[error("the reply is longer than {0} bytes")]
    TooLarge(usize),
}

/// What a technician has to put right before anything can be asked.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the certificate {path} cannot be used: {reason}; it must be one PEM certificate")]
    Certificate { path: String, reason: String },
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// Whether words to `url` stay on this machine or are encrypted.
pub fn is_private(url: &str) -> bool {
    match reqwest::Url::parse(url) {
        Ok(url) => url.scheme() == "https" || is_loopback(&url),
        Err(_) => false,
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// The address as it may be shown: scheme, host, port and path.
pub fn shown(url: &str) -> String {
    let Some(mut url) = reqwest::Url::parse(url).ok().filter(reqwest::Url::has_host) else {
        return "an address that cannot be read".into();
    };
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for addresses that cannot have a user, and those need no clearing.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_an_address_are_not_shown() {
        assert_eq!(shown("http://admin:pw@10.0.0.9:81/snap.jpg?pwd=123#x"), "http://10.0.0.9:81/snap.jpg");
        assert_eq!(shown("rtsp://admin:pw@cam/live"), "rtsp://cam/live");
        assert_eq!(shown("admin:pw"), "an address that cannot be read");
        assert_eq!(shown("no address pw"), "an address that cannot be read");
    }

    #[test]
    fn only_encrypted_or_local_is_private() {
        assert!(
            is_private("https://status.example/tags")
                && is_private("http://127.0.0.1:9100/")
                && is_private("http://[::1]/")
        );
        assert!(!is_private("http://10.0.0.9/") && !is_private("http://127.0.0.1.evil.example/") && !is_private("x"));
        assert!(!is_private("http://localhost@evil.example/"));
    }
}
