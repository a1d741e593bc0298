//! The client: one request, its reply's head, and its body under a bound.

use std::path::Path;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, StatusCode, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::{Instant, timeout_at};

use super::{Credentials, FetchError, OpenError};

/// Longest wait for a connection to the other machine, inside the caller's deadline.
const CONNECT: std::time::Duration = std::time::Duration::from_secs(3);

/// A request: headers come from a secret file, credentials answer the other machine's challenge.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    pub url: &'a Url,
    pub headers: &'a HeaderMap,
    /// A body makes it a POST.
    pub json: Option<&'a serde_json::Value>,
    pub credentials: Option<&'a Credentials>,
}

/// Requests to the machines of the site. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
}

impl Client {
    /// A client that trusts the public authorities, or the one given certificate (PEM) alone.
    ///
    /// # Errors
    /// [`OpenError`] when the certificate cannot be used.
    pub fn open(certificate: Option<&Path>) -> Result<Self, OpenError> {
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| OpenError::Client(error.to_string()))?
            .with_root_certificates(roots(certificate)?)
            .with_no_client_auth();
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .tls_backend_preconfigured(tls)
            .build()
            .map(|inner| Self { inner })
            .map_err(|error| OpenError::Client(error.to_string()))
    }

    /// Sends a request and waits for the reply's head. A challenge (Basic or Digest, RFC 7617 and 7616) is answered once.
    ///
    /// # Errors
    /// [`FetchError`]; a reply of any status is no error.
    pub async fn send(&self, ask: Ask<'_>, deadline: Instant) -> Result<Reply, FetchError> {
        let reply = self.once(ask, None, deadline).await?;
        let Some(credentials) = ask.credentials.filter(|_| reply.status() == 401) else { return Ok(reply) };
        match answer(&reply, ask, credentials) {
            Some(authorization) => self.once(ask, Some(authorization), deadline).await,
            None => Ok(reply),
        }
    }

    async fn once(&self, ask: Ask<'_>, proof: Option<HeaderValue>, deadline: Instant) -> Result<Reply, FetchError> {
        let mut request = self.inner.request(method(ask), ask.url.clone()).headers(ask.headers.clone());
        if let Some(proof) = proof {
            request = request.header(AUTHORIZATION, proof);
        }
        if let Some(json) = ask.json {
            request = request.json(json);
        }
        let inner = timeout_at(deadline, request.send()).await.map_err(|_| FetchError::Slow)?.map_err(unreachable)?;
        Ok(Reply { inner })
    }
}

fn method(ask: Ask<'_>) -> Method {
    if ask.json.is_some() { Method::POST } else { Method::GET }
}

fn roots(certificate: Option<&Path>) -> Result<rustls::RootCertStore, OpenError> {
    let mut roots = rustls::RootCertStore::empty();
    let Some(path) = certificate else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(roots);
    };
    let bad = |reason: String| OpenError::Certificate { path: path.display().to_string(), reason };
    let certificate = CertificateDer::from_pem_file(path).map_err(|error| bad(error.to_string()))?;
    roots.add(certificate).map_err(|error| bad(error.to_string()))?;
    Ok(roots)
}

/// The answer to the reply's challenge, when it is one that the credentials can answer.
fn answer(reply: &Reply, ask: Ask<'_>, credentials: &Credentials) -> Option<HeaderValue> {
    let mut asked = http_auth::PasswordClient::builder();
    for challenge in reply.inner.headers().get_all(WWW_AUTHENTICATE) {
        asked = asked.challenges(challenge.to_str().ok()?);
    }
    let path = match ask.url.query() {
        Some(query) => format!("{}?{query}", ask.url.path()),
        None => ask.url.path().to_owned(),
    };
    let proof = asked.build().ok()?.respond(&http_auth::PasswordParams {
        username: &credentials.user,
        password: &credentials.password,
        uri: &path,
        method: method(ask).as_str(),
        body: Some(&[]),
    });
    let mut proof = HeaderValue::from_str(&proof.ok()?).ok()?;
    proof.set_sensitive(true);
    Some(proof)
}

/// A reply whose body has not been read yet.
#[derive(Debug)]
pub struct Reply {
    inner: reqwest::Response,
}

impl Reply {
    pub fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    pub fn is_good(&self) -> bool {
        self.inner.status() == StatusCode::OK
    }

    /// The media type in lower case, without its parameters; empty when the reply names none.
    pub fn media_type(&self) -> String {
        let named = self.inner.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The whole body, of at most `bytes_max`. What the reply says of its own length is not believed.
    ///
    /// # Errors
    /// [`FetchError`] as soon as the bound or the deadline is passed.
    pub async fn body(mut self, bytes_max: usize, deadline: Instant) -> Result<Vec<u8>, FetchError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk(deadline).await? {
            if body.len() + chunk.len() > bytes_max {
                return Err(FetchError::TooLarge(bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The next bytes as they come; `None` at the end.
    ///
    /// # Errors
    /// [`FetchError`] when the connection breaks or the deadline is passed.
    pub async fn chunk(&mut self, deadline: Instant) -> Result<Option<Vec<u8>>, FetchError> {
        let chunk =
            timeout_at(deadline, self.inner.chunk()).await.map_err(|_| FetchError::Slow)?.map_err(unreachable)?;
        Ok(chunk.map(|bytes| bytes.to_vec()))
    }
}

/// The causes in one line; the address is left out, for its query may hold a secret.
fn unreachable(error: reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Slow;
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    FetchError::Unreachable(text)
}
