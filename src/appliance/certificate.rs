//! The certificate of what listens beyond loopback: the site's own, or one that is made here and renewed in time.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::ToSpan;
use jiff::civil::Date;
use sysinfo::System;

use crate::config::{Tls, TlsWord};

/// How long a certificate made here holds, days: browsers refuse more than 398.
const VALID_DAYS: i32 = 397;

/// It is renewed when it has so many days left.
const RENEW_DAYS: i32 = 30;

/// How often a running appliance looks.
pub const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// What the first line of a certificate made here begins with: how long it holds and for which names, before the PEM text.
const NOTE: &str = "usher: valid until ";

/// Chain and key, PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub chain: PathBuf,
    pub key: PathBuf,
    /// The names to renew it for; `None` for the site's own.
    names: Option<Vec<String>>,
}

/// The certificate for `address`; `None` where it is plain: on loopback, and where the site says so. One is made under `data/tls`
/// where none is named.
///
/// # Errors
/// When one cannot be made or written.
pub fn find(tls: Option<&Tls>, address: SocketAddr, data: &Path) -> anyhow::Result<Option<Certificate>> {
    match tls {
        Some(Tls::Word(TlsWord::Off)) => Ok(None),
        _ if address.ip().is_loopback() => Ok(None),
        Some(Tls::Own(own)) => {
            Ok(Some(Certificate { chain: own.certificate.clone(), key: own.key.clone(), names: None }))
        }
        Some(Tls::Word(TlsWord::SelfMade)) | None => {
            let folder = data.join("tls");
            std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            let names = Some(names(address));
            let certificate = Certificate { chain: folder.join("self.crt"), key: folder.join("self.key"), names };
            certificate.renew(jiff::Zoned::now().date())?;
            Ok(Some(certificate))
        }
    }
}

/// What this machine is called on its network.
pub fn host() -> String {
    System::host_name().ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".into())
}

fn names(address: SocketAddr) -> Vec<String> {
    let host = host();
    let mut names = vec!["localhost".to_string(), host.clone()];
    if !host.contains('.') {
        names.push(format!("{host}.local"));
    }
    if !address.ip().is_unspecified() {
        names.push(address.ip().to_string());
    }
    names.dedup();
    names
}

impl Certificate {
    /// Makes it anew when it is not there, ends within [`RENEW_DAYS`] of `today`, or was made for other names. Tells whether it did.
    ///
    /// # Errors
    /// When it cannot be made or written; what was there stays.
    pub fn renew(&self, today: Date) -> anyhow::Result<bool> {
        let Some(names) = &self.names else { return Ok(false) };
        let soon = today.checked_add(RENEW_DAYS.days())?;
        if self.key.exists() && noted(&self.chain).is_some_and(|(until, of)| until > soon && of == names.join(" ")) {
            return Ok(false);
        }
        let until = today.checked_add(VALID_DAYS.days())?;
        let (chain, key) = made(names, today, until)?;
        // The key first: a cut between the two leaves a certificate that is made again, for its note goes with it.
        let note = format!("{NOTE}{until} for {}\n", names.join(" "));
        let _ = std::fs::remove_file(&self.chain);
        super::write_secret(&self.key, &key)?;
        let part = self.chain.with_extension("part");
        std::fs::write(&part, note + &chain)
            .and_then(|()| std::fs::rename(&part, &self.chain))
            .with_context(|| format!("{} cannot be written", self.chain.display()))?;
        tracing::info!(%until, "made a certificate: {}", self.chain.display());
        Ok(true)
    }
}

fn made(names: &[String], today: Date, until: Date) -> anyhow::Result<(String, String)> {
    let mut params = rcgen::CertificateParams::new(names.to_vec()).context("a certificate could not be made")?;
    let day = |date: Date| rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8);
    // A phone whose clock is slow must not find it in the future.
    (params.not_before, params.not_after) = (day(today.checked_sub(1.day())?), day(until));
    params.distinguished_name.push(rcgen::DnType::CommonName, format!("usher {}", host()));
    let key = rcgen::KeyPair::generate().context("a key could not be made")?;
    let certificate = params.self_signed(&key).context("a certificate could not be made")?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// Until when a certificate made here holds, and for which names.
fn noted(chain: &Path) -> Option<(Date, String)> {
    let text = std::fs::read_to_string(chain).ok()?;
    let (until, names) = text.lines().next()?.strip_prefix(NOTE)?.split_once(" for ")?;
    Some((until.parse().ok()?, names.to_string()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use jiff::civil::date;

    use super::*;
    use crate::config::OwnCertificate;

    fn anywhere() -> SocketAddr {
        "0.0.0.0:8443".parse().unwrap()
    }

    #[test]
    fn one_is_made_kept_and_renewed_in_time() {
        let data = tempfile::tempdir().unwrap();
        let certificate = find(None, anywhere(), data.path()).unwrap().unwrap();
        let mode = std::fs::metadata(&certificate.key).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        crate::http::tls(&certificate.chain, &certificate.key).unwrap();

        let today = jiff::Zoned::now().date();
        let in_days = |days: i32| today.checked_add(days.days()).unwrap();
        let text = || std::fs::read_to_string(&certificate.chain).unwrap();
        let first = text();
        assert!(!certificate.renew(in_days(VALID_DAYS - RENEW_DAYS - 1)).unwrap());
        assert_eq!(text(), first);
        assert!(certificate.renew(in_days(VALID_DAYS - RENEW_DAYS)).unwrap());
        assert_ne!(text(), first);
        crate::http::tls(&certificate.chain, &certificate.key).unwrap();
        std::fs::write(&certificate.chain, "damaged").unwrap();
        assert!(certificate.renew(today).unwrap());
    }

    #[test]
    fn a_new_name_makes_a_new_one() {
        let data = tempfile::tempdir().unwrap();
        let mut certificate = find(None, anywhere(), data.path()).unwrap().unwrap();
        certificate.names = Some(vec!["192.0.2.7".into()]);
        assert!(certificate.renew(date(2026, 11, 23)).unwrap());
        assert!(!certificate.renew(date(2026, 11, 24)).unwrap());
    }

    #[test]
    fn loopback_is_plain_and_a_sites_own_is_left_alone() {
        let data = tempfile::tempdir().unwrap();
        let own = Tls::Own(OwnCertificate { certificate: "a.crt".into(), key: "a.key".into() });
        assert_eq!(find(Some(&own), "127.0.0.1:8080".parse().unwrap(), data.path()).unwrap(), None);
        assert_eq!(find(Some(&Tls::Word(TlsWord::Off)), anywhere(), data.path()).unwrap(), None);
        let found = find(Some(&own), anywhere(), data.path()).unwrap().unwrap();
        assert!(!found.renew(date(2100, 1, 1)).unwrap());
        assert!(!data.path().join("tls").exists());
    }
}
