//! E-mail addresses, written and spoken, IP addresses, and URLs that carry a user. Knows forms, not whose they are.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::{Kind, pattern};

/// Han letters are left out of the name before the @: in "邮箱是li@example.cn" they are not part of it.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[\p{Latin}\p{Cyrillic}\p{Greek}0-9][\p{Latin}\p{Cyrillic}\p{Greek}\p{M}0-9._%+'-]*[ ]?@[ ]?[\p{Latin}\p{Cyrillic}\p{Greek}0-9-]+(?:\.[\p{Latin}\p{Cyrillic}\p{Greek}0-9-]+)+",
    )
});

/// "anna dot lee at example dot com", "zhangwei艾特example点com".
static SPOKEN_EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:[a-z0-9._-]+\ (?:dot|underscore|dash|hyphen)\ )*(?:[a-z0-9._-]+\ ){0,2}?[a-z0-9._-]+(?:\ at\ (?:the\ )?|\ ?(?:艾特|圈a|at)\ ?)[a-z0-9-]+
          (?:(?:\ dot\ |\ ?点\ ?)[a-z0-9-]+)*(?:\ dot\ |\ ?点\ ?)(?:com|net|org|cn|edu|gov|io|info|co|uk|de|fr|hk|tw|jp|us|eu)\b",
    )
});

static URL_WITH_USER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/@]+@[^\s，。；]+"));

static IP: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[0-9a-f:.]*[:.][0-9a-f:.]*[0-9a-f]"));

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    for (form, kind) in [(&EMAIL, Kind::Email), (&SPOKEN_EMAIL, Kind::Email), (&URL_WITH_USER, Kind::Network)] {
        candidates.extend(form.find_iter(&folded.text).map(|found| Candidate::new(found.range(), kind, Sure::Proven)));
    }
    for found in IP.find_iter(&folded.text) {
        let text = found.as_str();
        let is_ip = text.parse::<Ipv4Addr>().is_ok() || (text.len() > 6 && text.parse::<Ipv6Addr>().is_ok());
        if is_ip {
            candidates.push(Candidate::new(found.range(), Kind::Network, Sure::Proven));
        }
    }
}
