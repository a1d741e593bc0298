//! What a code's text is when it is no travel paper: a link, a queue ticket, or just text. Opens nothing.

use std::fmt;

use url::Url;

/// Longest text kept, characters: a QR code holds 4,296 letters, a question 2,000.
const TEXT_CHARS_MAX: usize = 2_000;

/// Letters before, and digits of, a queue ticket's number: `A123`, `VIP-07`.
const TICKET_LETTERS_MAX: usize = 3;
const TICKET_DIGITS_MAX: usize = 4;

/// Where a link leads. It is shown, and never opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// As a browser shows it: lower case, punycode where it is not ASCII.
    pub host: String,
    /// Whether it is https.
    pub is_secure: bool,
}

/// Without the host, which tells what somebody holds up.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

/// The host of an http or https address, alone.
pub fn link(text: &str) -> Option<Link> {
    let address = Url::parse(text.trim()).ok()?;
    let is_secure = match address.scheme() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    Some(Link { host: address.host_str()?.to_owned(), is_secure })
}

/// A queue ticket's number in its usual spelling: `a-123` is `A123`.
pub fn ticket(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (prefix, rest) = text.split_at_checked(letters)?;
    let number = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
    let is_number = (1..=TICKET_DIGITS_MAX).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    ((1..=TICKET_LETTERS_MAX).contains(&letters) && is_number).then(|| format!("{prefix}{number}"))
}

/// The text for a screen: without control characters, cut at [`TEXT_CHARS_MAX`]. It stays untrusted.
pub fn plain(text: &str) -> String {
    let shown = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    shown.filter(|letter| !letter.is_control() && !is_invisible(*letter)).take(TEXT_CHARS_MAX).collect()
}

/// Characters that turn the order of others or hide: what is shown would not be what is read.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_a_link_is_kept() {
        let link = link(" HTTPS://Bank.Example.com@evil.example/pay?to=me#x ").unwrap();
        assert_eq!((link.host.as_str(), link.is_secure), ("evil.example", true));
        assert_eq!(super::link("http://bаnk.example/").unwrap().host, "xn--bnk-6cd.example");
    }

    #[test]
    fn other_schemes_are_no_links() {
        for text in ["javascript:alert(1)", "file:///etc/passwd", "WIFI:S:gate;;", "www.example.com", "https://", ""] {
            assert_eq!(link(text), None, "{text}");
        }
    }

    #[test]
    fn tickets_are_short_letters_and_digits() {
        for (text, number) in [("A123", "A123"), (" b-07 ", "B07"), ("VIP 3", "VIP3")] {
            assert_eq!(ticket(text).as_deref(), Some(number));
        }
        for text in ["123", "A", "ABCD1", "A12345", "A1B2", "A-", "À12", "甲12"] {
            assert_eq!(ticket(text), None, "{text}");
        }
    }

    #[test]
    fn text_loses_what_hides_and_keeps_the_rest() {
        assert_eq!(plain("挂号\u{202E}\n\0 No. 5"), "挂号  No. 5");
        assert_eq!(plain(&"字".repeat(5_000)).chars().count(), TEXT_CHARS_MAX);
    }
}
