//! The age of the certificate that the pages are served with. Whether key and certificate belong together is found where they
//! are loaded.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use x509_parser::pem::Pem;

use super::Line;

/// Largest file that is read: a chain has three certificates of two KiB.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// Certificates of one file that are looked at.
const CHAIN_MAX: usize = 16;

const REPAIR: &str = "renew the certificate and restart usher; delete a self-made one and restart to have it made anew";

/// Days left from which a technician has one more visit to renew it.
const DAYS_WARNING: i64 = 30;

/// From when until when, seconds since 1970.
struct Validity {
    from: i64,
    until: i64,
}

/// The chain in the PEM file at `path`.
pub fn certificate(path: &Path, now: Timestamp) -> Line {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)) {
        Ok(_) => judge(&bytes, now),
        Err(error) => {
            let finding = format!("cannot read {}: {error}", path.display());
            Line::bad("certificate", finding, "check the path in the site file and that usher's user may read it")
        }
    }
}

/// The chain in `pem`: what ends first decides.
pub fn judge(pem: &[u8], now: Timestamp) -> Line {
    let chain = match chain(pem) {
        Ok(chain) => chain,
        Err(reason) => {
            let repair = "give the file that begins with -----BEGIN CERTIFICATE-----, your own certificate first";
            return Line::bad("certificate", reason, repair);
        }
    };
    let from = chain.iter().map(|one| one.from).max().unwrap_or_default();
    let until = chain.iter().map(|one| one.until).min().unwrap_or_default();
    judge_validity(&Validity { from, until }, now)
}

fn judge_validity(validity: &Validity, now: Timestamp) -> Line {
    let (until, seconds) = (day(validity.until), now.as_second());
    if seconds < validity.from {
        let repair = "check the kiosk's clock first; otherwise wait for that day or take another certificate";
        return Line::bad("certificate", format!("not valid before {}", day(validity.from)), repair);
    }
    let left = SignedDuration::from_secs(validity.until.saturating_sub(seconds)).as_hours().div_euclid(24);
    if left < 0 {
        return Line::bad("certificate", format!("expired on {until}"), REPAIR);
    }
    if left < DAYS_WARNING {
        return Line::warning("certificate", format!("{left} days left, until {until}"), REPAIR);
    }
    Line::good("certificate", format!("{left} days left, until {until}"))
}

fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| "a day without end".into(), |day| day.strftime("%Y-%m-%d").to_string())
}

fn chain(pem: &[u8]) -> Result<Vec<Validity>, String> {
    let mut chain = Vec::new();
    for block in Pem::iter_from_buffer(pem).take(CHAIN_MAX) {
        let block = block.map_err(|error| format!("the file is no PEM: {error}"))?;
        if block.label != "CERTIFICATE" {
            continue;
        }
        let certificate = block.parse_x509().map_err(|error| format!("the certificate cannot be read: {error}"))?;
        let validity = certificate.validity();
        chain.push(Validity { from: validity.not_before.timestamp(), until: validity.not_after.timestamp() });
    }
    if chain.is_empty() { Err("the file holds no certificate".into()) } else { Ok(chain) }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;
    use crate::checks::Health;

    fn made(from: (i32, u8, u8), until: (i32, u8, u8)) -> String {
        let mut params = CertificateParams::new(vec!["kiosk.example".to_string()]).unwrap();
        (params.not_before, params.not_after) =
            (date_time_ymd(from.0, from.1, from.2), date_time_ymd(until.0, until.1, until.2));
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    fn on(day: &str, pem: &str) -> Line {
        judge(pem.as_bytes(), format!("{day}T12:00:00Z").parse().unwrap())
    }

    #[test]
    fn days_are_counted_down() {
        let pem = made((2026, 1, 1), (2027, 1, 1));
        assert_eq!(on("2026-06-01", &pem).health, Health::Good);
        let soon = on("2026-12-20", &pem);
        assert_eq!((soon.health, soon.finding.as_str()), (Health::Warning, "11 days left, until 2027-01-01"));
        assert_eq!(on("2026-12-31", &pem).finding, "0 days left, until 2027-01-01");
        assert_eq!(on("2027-01-01", &pem).finding, "expired on 2027-01-01");
        assert_eq!(on("2025-12-31", &pem).finding, "not valid before 2026-01-01");
    }

    #[test]
    fn what_ends_first_in_a_chain_decides() {
        let chain = made((2026, 1, 1), (2036, 1, 1)) + &made((2026, 1, 1), (2026, 7, 1));
        assert_eq!(on("2026-08-01", &chain).health, Health::Bad);
    }

    #[test]
    fn other_files_are_refused_with_the_repair() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(on("2026-06-01", &key).finding, "the file holds no certificate");
        assert_eq!(on("2026-06-01", "no pem").finding, "the file holds no certificate");
        let cut = made((2026, 1, 1), (2027, 1, 1)).replace("MII", "AAA");
        assert_eq!(on("2026-06-01", &cut).health, Health::Bad);
        let half = &made((2026, 1, 1), (2027, 1, 1))[..200];
        assert_eq!(on("2026-06-01", half).health, Health::Bad);
        assert!(certificate(Path::new("/nowhere/at.pem"), Timestamp::UNIX_EPOCH).finding.starts_with("cannot read"));
    }
}
