//! The age of the certificate that the pages are served with. Whether key and certificate belong together is found where they
//! are loaded.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use x509_parser::pem::Pem;

use super::Line;
use crate::domain::{Told, told};

/// Largest file that is read: a chain has three certificates of two KiB.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// Certificates of one file that are looked at.
const CHAIN_MAX: usize = 16;

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
            let finding = told!("cannot read {}: {error}", "无法读取 {}：{error}", path.display());
            let repair = told!(
                "check the path in the site file and that usher's user may read it",
                "请检查站点文件中的路径，以及 usher 的用户是否有权读取"
            );
            Line::bad("certificate", finding, repair)
        }
    }
}

/// The chain in `pem`: what ends first decides.
pub fn judge(pem: &[u8], now: Timestamp) -> Line {
    let chain = match chain(pem) {
        Ok(chain) => chain,
        Err(reason) => {
            let repair = told!(
                "give the file that begins with -----BEGIN CERTIFICATE-----, your own certificate first",
                "请提供以 -----BEGIN CERTIFICATE----- 开头的文件，自己的证书放在最前"
            );
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
        let from = day(validity.from);
        let repair = told!(
            "check the kiosk's clock first; otherwise wait for that day or take another certificate",
            "请先检查终端的时钟；时钟若无误，请等到那一天或换用其他证书"
        );
        return Line::bad("certificate", told!(from => "not valid before {from}", "{from} 起才有效"), repair);
    }
    let repair = told!(
        "renew the certificate and restart usher; delete a self-made one and restart to have it made anew",
        "请续签证书并重启 usher；自签的证书删除后重启即重新生成"
    );
    let left = SignedDuration::from_secs(validity.until.saturating_sub(seconds)).as_hours().div_euclid(24);
    if left < 0 {
        return Line::bad("certificate", told!(until => "expired on {until}", "已于 {until} 过期"), repair);
    }
    let finding = told!(until => "{left} days left, until {until}", "剩余 {left} 天，有效期至 {until}");
    if left < DAYS_WARNING {
        return Line::warning("certificate", finding, repair);
    }
    Line::good("certificate", finding)
}

fn day(seconds: i64) -> Told {
    match Timestamp::from_second(seconds) {
        Ok(day) => Told::same(day.strftime("%Y-%m-%d").to_string()),
        Err(_) => told!("a day without end", "无限期"),
    }
}

fn chain(pem: &[u8]) -> Result<Vec<Validity>, Told> {
    let mut chain = Vec::new();
    for block in Pem::iter_from_buffer(pem).take(CHAIN_MAX) {
        let block = block.map_err(|error| told!("the file is no PEM: {error}", "文件不是 PEM 格式：{error}"))?;
        if block.label != "CERTIFICATE" {
            continue;
        }
        let certificate = block
            .parse_x509()
            .map_err(|error| told!("the certificate cannot be read: {error}", "证书无法读取：{error}"))?;
        let validity = certificate.validity();
        chain.push(Validity { from: validity.not_before.timestamp(), until: validity.not_after.timestamp() });
    }
    if chain.is_empty() { Err(told!("the file holds no certificate", "文件中没有证书")) } else { Ok(chain) }
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
        assert_eq!((soon.health, soon.finding.en.as_str()), (Health::Warning, "11 days left, until 2027-01-01"));
        assert_eq!(on("2026-12-31", &pem).finding.en, "0 days left, until 2027-01-01");
        assert_eq!(on("2027-01-01", &pem).finding.en, "expired on 2027-01-01");
        assert_eq!(on("2025-12-31", &pem).finding.en, "not valid before 2026-01-01");
    }

    #[test]
    fn what_ends_first_in_a_chain_decides() {
        let chain = made((2026, 1, 1), (2036, 1, 1)) + &made((2026, 1, 1), (2026, 7, 1));
        assert_eq!(on("2026-08-01", &chain).health, Health::Bad);
    }

    #[test]
    fn other_files_are_refused_with_the_repair() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(on("2026-06-01", &key).finding.en, "the file holds no certificate");
        assert_eq!(on("2026-06-01", "no pem").finding.en, "the file holds no certificate");
        let cut = made((2026, 1, 1), (2027, 1, 1)).replace("MII", "AAA");
        assert_eq!(on("2026-06-01", &cut).health, Health::Bad);
        let half = &made((2026, 1, 1), (2027, 1, 1))[..200];
        assert_eq!(on("2026-06-01", half).health, Health::Bad);
        assert!(certificate(Path::new("/nowhere/at.pem"), Timestamp::UNIX_EPOCH).finding.en.starts_with("cannot read"));
    }
}
