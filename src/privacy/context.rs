//! What only the words around it betray: documents with letters, IBANs, booking references, secrets.

use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::{Kind, checksums, pattern};

/// What may stand between the word that announces and the value: "number is", "号码为：".
const LINK: &str = r"(?:\ ?(?:号码?|编号|编码|代码|码|no\.?|number|code|nr\.?|id))*\ ?(?:is|was|are|'s|reads|it\ says|says|sticker|=|:|\#|是|为|叫)*[\ ]?[:\#=]?[\ ]?";

fn announced(words: &str, value: &str) -> Regex {
    pattern(&format!("(?ix)(?:{words}){LINK}{value}"))
}

static DOCUMENT: LazyLock<Regex> = LazyLock::new(|| {
    announced(
        r"pass?port,?|\bppt\b|\bni\b|\bnat\ ins\b|\bdocument,?|identity\ card,?|id\ card,?|\bid\b,?|driver'?s?\ licen[cs]e|driving\ licen[cs]e,?|licen[cs]e,?|social\ security|\bssn\b|permit|visa|\bdni\b|\bnie\b|\bcpf\b|\bcurp\b|\bpesel\b|\bbsn\b|\bnric\b|\bfin\b|aadhaar|\bpan\ (?:card|number|no\.?)|\bcnic\b|emirates\ id|\bhkid\b|\btax\ id|\btin\b|\bnin\b|codice\ fiscale|personnummer|national\ insurance
        |护照|身份证|证件|通行证|回乡证|台胞证|驾驶证|驾照|军官证|社保卡?|准考证|签证",
        r"(?P<value>\p{Han}字第[0-9]{5,}号|[A-Z]{0,5}[\ -]?[0-9][A-Z0-9]*(?:[\ -][A-Z0-9]*[0-9][A-Z0-9]*)*(?:\([0-9A-Z]\)|[\ -](?-i:[B-HJ-Z])\b)?)",
    )
});

/// Chinese passports and travel permits: a letter, perhaps a second one, and the digits.
static PASSPORT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:E[A-HJ-NP-Z]\d{7}|[EGDSPHMCK]\d{8}(?:\d{2})?|[A-Z][12]\d{8})\b"));

/// Numbers that look like nothing else: British national insurance and driver (DVLA), Indian tax, Spanish identity card.
static OF_COUNTRIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]|[A-Z9]{5} ?[0-9]{6} ?[A-Z9]{2}[A-Z0-9]{3}|[A-Z]{5}[0-9]{4}[A-Z]|[0-9]{8}[A-HJ-NP-TV-Z])\b",
    )
});

/// Where documents are spoken of, letters and a long number are one of them.
static DOCUMENTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:pass?ports?|ppt|visas?|licen[cs]es?|id|identity|documents?|permits?|social security|national insurance|green card|brp|nie|dni|cedula|badge)\b",
    )
});
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:(?i:[a-z]{1,3}[0-9]{6,10}[a-z]{0,2})|[A-Z]{1,2}[ -][0-9]{6,10}(?:[ -][A-Z0-9])?)\b")
});
/// The same with letters between the digits.
static MIXED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z0-9]{8,10}\b"));

static HONG_KONG: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[A-Z]{1,2}[0-9]{6} ?\(?[0-9A]\)?"));

static IBAN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}(?:[ -]?[A-Z0-9]{1,3})?"));

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    announced(
        r"account|iban|membership|frequent\ flyer|会员|账号|帐号|账户|常旅客卡?|里程卡",
        r"(?P<value>[A-Z]{0,4}\ ?[0-9][A-Z0-9]{4,}(?:[\ -][A-Z0-9]*[0-9][A-Z0-9]*)*)",
    )
});

/// A reference has a digit or is written in capitals: "booking is late" has neither.
static BOOKING: LazyLock<Regex> = LazyLock::new(|| {
    announced(
        r"booking(?:\ ref(?:erence)?)?|reservation(?:\ ref(?:erence)?)?|confirmation|record\ locator|locator|\bpnr\b|(?:e-?)?ticket|\breference|\border|订座记录|订座|预订|预定|订单|机票|票号|\bpnr|确认码|记录",
        r"(?P<value>[A-Z0-9]{5,8}\b|[0-9]{3}-?[0-9]{10})",
    )
});

/// A record locator without a word that announces it: six characters in which letters and digits change twice at least. A flight, a seat
/// and an amount change once.
static LOCATOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z0-9]{6}\b"));

/// A PIN of digits, or the back of a card's three.
static SECRET_DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    announced(
        r"\bpin|\bcvv2?|\bcvc2?|security\ code|verification\ code|one[\ -]time\ (?:code|password)|\botp|passcode|access\ code|密码|口令|验证码|校验码|安全码|动态码|后三位|三位数|末三位",
        r"(?P<value>[0-9]{3,10}\b|(?:[0-9][\ -]){2,9}[0-9]\b|[零〇一二三四五六七八九幺两]{3,10}|(?:(?:double\ |triple\ )?(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b[\ ,-]*){3,10})",
    )
});

/// A password can be any word, so that something must say that it comes now.
static SECRET_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:\bpass(?:word|phrase|code)|\bpwd|密码|口令)\ ?(?:is|was|=|:|是|为)\ ?:?\ ?(?P<value>[!-~]*[0-9A-Z!-/@\#][!-~]{2,})",
    )
});

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let text = &folded.text;
    let mut all = |form: &Regex, kind, sure, fits: &dyn Fn(&str) -> bool| {
        for found in form.captures_iter(text) {
            let Some(value) = found.name("value").or(found.get(0)) else { continue };
            if fits(value.as_str()) {
                candidates.push(Candidate::new(value.range(), kind, sure));
            }
        }
    };
    all(&DOCUMENT, Kind::Document, Sure::Announced, &|value| digits(value) >= 5);
    all(&PASSPORT, Kind::Document, Sure::Form, &|_| true);
    all(&OF_COUNTRIES, Kind::Document, Sure::Form, &|_| true);
    if DOCUMENTS.is_match(text) {
        all(&NUMBERED, Kind::Document, Sure::Likely, &|value| !value.starts_with("ID ") && !value.starts_with("NO "));
        all(&MIXED, Kind::Document, Sure::Likely, &|value| digits(value) > 2 && is_mixed(value));
    }
    all(&HONG_KONG, Kind::Document, Sure::Proven, &checksums::hong_kong);
    all(&IBAN, Kind::Account, Sure::Proven, &is_iban);
    all(&ACCOUNT, Kind::Account, Sure::Announced, &|value| digits(value) >= 6);
    all(&BOOKING, Kind::Booking, Sure::Announced, &is_reference);
    all(&LOCATOR, Kind::Booking, Sure::Likely, &is_mixed);
    all(&SECRET_DIGITS, Kind::Secret, Sure::Announced, &|_| true);
    all(&SECRET_WORD, Kind::Secret, Sure::Announced, &is_password);
}

fn digits(value: &str) -> usize {
    value.bytes().filter(u8::is_ascii_digit).count()
}

/// A wrong check digit is a slip of the tongue; only a text of no such shape is none.
fn is_iban(value: &str) -> bool {
    checksums::iban(value) || digits(value) >= 12
}

fn is_reference(value: &str) -> bool {
    let has_digit = digits(value) > 0;
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_capital = value.bytes().all(|byte| byte.is_ascii_uppercase());
    (has_digit && (has_letter || value.len() >= 6)) || is_capital
}

fn is_mixed(value: &str) -> bool {
    let changes = value.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit());
    changes.count() > 1
}

/// "my password is wrong" names none.
fn is_password(value: &str) -> bool {
    let odd = |byte: u8| {
        byte.is_ascii_digit() || (byte.is_ascii_punctuation() && !matches!(byte, b'.' | b',' | b'?' | b'!' | b'\''))
    };
    value.bytes().any(odd) || value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
}
