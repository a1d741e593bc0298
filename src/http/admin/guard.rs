//! Who sends a request and whether they may: cookie, role, and that the request comes from this appliance's own page.
//!
//! The session names a person; role and stamp are read from the file each time, so that a removal, another role or another
//! password ends a session at once, whichever process made the change.

use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use sha2::{Digest, Sha256};

use super::Admin;
use super::fault::{Refusal, below, forged, nobody};
use crate::admin::{Person, Role};
use crate::http::realtime::same_origin;

const COOKIE: &str = "usher_admin";

/// The header that repeats the session's token.
const CSRF: &str = "x-usher-csrf";

/// Whether the listener speaks TLS: an extension of its router.
#[derive(Debug, Clone, Copy, Default)]
pub struct Secure(pub bool);

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Who {
    pub person: Person,
    pub csrf: String,
    pub token: String,
}

/// A role as a type.
pub trait Rank: Send + Sync {
    const ROLE: Role;
}

macro_rules! rank {
    ($($name:ident $role:ident $alias:ident),*) => {$(
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Rank for $name {
            const ROLE: Role = Role::$role;
        }
        pub type $alias = Allowed<$name>;
    )*};
}

rank!(AsViewer Viewer Viewer, AsTechnician Technician Technician, AsOwner Owner Owner);

/// Somebody who is logged in with at least the role `R`.
#[derive(Debug, Clone)]
pub struct Allowed<R>(Who, PhantomData<R>);

impl<R> Deref for Allowed<R> {
    type Target = Who;

    fn deref(&self) -> &Who {
        &self.0
    }
}

impl<R: Rank> FromRequestParts<Arc<Admin>> for Allowed<R> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Refusal> {
        let who = who(&parts.headers, admin).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            check_page(&parts.headers)?;
            check_csrf(&parts.headers, &who.csrf)?;
        }
        if who.person.role < R::ROLE {
            return Err(below(R::ROLE));
        }
        Ok(Self(who, PhantomData))
    }
}

async fn who(headers: &HeaderMap, admin: &Admin) -> Result<Who, Refusal> {
    let token = token(headers).ok_or_else(nobody)?;
    let seen = admin.sessions.find(token, Instant::now()).ok_or_else(nobody)?;
    let person = admin.people.person(&seen.name).await?;
    match person.filter(|person| person.stamp == seen.stamp) {
        Some(person) => Ok(Who { person, csrf: seen.csrf, token: token.into() }),
        None => {
            admin.sessions.end(token);
            Err(nobody())
        }
    }
}

/// The session's token in a request's cookie.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The header that sets the cookie to `token`; an empty one takes it away.
pub fn cookie(token: &str, secure: Secure) -> (header::HeaderName, HeaderValue) {
    let over_tls = if secure.0 { "; Secure" } else { "" };
    let gone = if token.is_empty() { "; Max-Age=0" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{over_tls}{gone}");
    (header::SET_COOKIE, HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("")))
}

/// Refuses what another site's page sends (Fetch Metadata; Origin where a browser does not send it).
///
/// # Errors
/// A refusal of kind `csrf`.
pub fn check_page(headers: &HeaderMap) -> Result<(), Refusal> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin") || !same_origin(headers) {
        return Err(forged("this request comes from another page"));
    }
    Ok(())
}

fn check_csrf(headers: &HeaderMap, wanted: &str) -> Result<(), Refusal> {
    let given = headers.get(CSRF).map(HeaderValue::as_bytes).unwrap_or_default();
    // Digests are compared: how many letters agree tells nothing.
    if Sha256::digest(given) == Sha256::digest(wanted.as_bytes()) {
        return Ok(());
    }
    Err(forged("the request does not carry the token of this login"))
}

/// Where a request comes from; nowhere known counts as one place.
#[derive(Debug, Clone, Copy)]
pub struct From(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Self(peer.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn the_cookie_is_found_among_others_and_no_other_is_taken_for_it() {
        assert_eq!(token(&headers(&[("cookie", "a=b; usher_admin=abc; c=d")])), Some("abc"));
        assert_eq!(token(&headers(&[("cookie", "not_usher_admin=abc; usher_administer=x")])), None);
        let (_, set) = cookie("abc", Secure(true));
        assert_eq!(set, "usher_admin=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(cookie("", Secure(false)).1.to_str().unwrap().ends_with("Strict; Max-Age=0"));
    }

    #[test]
    fn requests_of_other_pages_are_refused() {
        let own = [("host", "kiosk:8080"), ("origin", "http://kiosk:8080"), ("sec-fetch-site", "same-origin")];
        assert!(check_page(&headers(&own)).is_ok());
        assert!(check_page(&headers(&[("host", "kiosk:8080")])).is_ok(), "a program sends neither");
        for bad in [
            vec![("host", "kiosk:8080"), ("sec-fetch-site", "cross-site")],
            vec![("host", "kiosk:8080"), ("sec-fetch-site", "same-site")],
            vec![("host", "kiosk:8080"), ("sec-fetch-site", "none")],
            vec![("host", "kiosk:8080"), ("origin", "http://evil")],
            vec![("host", "kiosk:8080"), ("origin", "null")],
        ] {
            assert!(check_page(&headers(&bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_token_must_be_repeated() {
        assert!(check_csrf(&headers(&[("x-usher-csrf", "abc")]), "abc").is_ok());
        for bad in [vec![], vec![("x-usher-csrf", "")], vec![("x-usher-csrf", "abd")]] {
            assert!(check_csrf(&headers(&bad), "abc").is_err(), "{bad:?}");
        }
    }
}
