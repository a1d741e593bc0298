//! What a visitor may hand to a business system: each kind is checked whole and written in one way before anything is asked.

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest free text that a system is asked for.
const TEXT_CHARS_MAX: usize = 64;

/// The kind of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Ten digits of a bag's licence plate (IATA Resolution 740): `0618123456`.
    BaggageTag,
    /// A flight's designator: `LB204`, `3X17A`.
    Flight,
    /// A day: `2026-11-23`.
    Date,
    /// A booking's reference: six letters and digits.
    Booking,
    /// An electronic ticket: thirteen digits.
    Ticket,
    /// A number of a queue: `A017`.
    QueueTicket,
    /// Anything else, bounded by `max` and `letters`.
    Text,
}

/// Which characters a text may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Letters {
    Digits,
    /// Latin letters, digits and hyphens; told in capitals.
    #[default]
    Code,
    /// Letters of any script, digits, spaces, hyphens and apostrophes.
    Words,
}

/// An input: `"baggage_tag"`, or `{ kind = "text", max = 20, letters = "code" }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Input {
    Known(Kind),
    Text(Text),
}

/// A text that has no kind of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub kind: Kind,
    /// Most characters.
    #[serde(default = "text_max")]
    pub max: usize,
    #[serde(default)]
    pub letters: Letters,
}

fn text_max() -> usize {
    20
}

impl Input {
    pub fn kind(self) -> Kind {
        match self {
            Self::Known(kind) => kind,
            Self::Text(text) => text.kind,
        }
    }

    /// # Errors
    /// What to write instead.
    pub fn check(self) -> Result<(), String> {
        match self {
            Self::Known(_) => Ok(()),
            Self::Text(text) if text.kind != Kind::Text => Err("max and letters belong to kind = \"text\"".into()),
            Self::Text(text) if !(1..=TEXT_CHARS_MAX).contains(&text.max) => {
                Err(format!("max = {} is outside 1 to {TEXT_CHARS_MAX}", text.max))
            }
            Self::Text(_) => Ok(()),
        }
    }

    /// The value as the system is asked for it; `None` when it is not of this kind.
    pub fn normalised(self, given: &str) -> Option<String> {
        // Longer than any kind even with spaces between: not looked at.
        if given.len() > TEXT_CHARS_MAX * 4 {
            return None;
        }
        let text = match self {
            Self::Text(text) => text,
            Self::Known(Kind::Text) => Text { kind: Kind::Text, max: text_max(), letters: Letters::Code },
            Self::Known(kind) => return of_kind(kind, given),
        };
        let given = given.trim();
        let fits = given.chars().count() <= text.max
            && given.chars().any(char::is_alphanumeric)
            && given.chars().all(|c| text.letters.has(c));
        fits.then(|| if text.letters == Letters::Words { given.into() } else { given.to_ascii_uppercase() })
    }
}

impl Letters {
    fn has(self, c: char) -> bool {
        match self {
            Self::Digits => c.is_ascii_digit(),
            Self::Code => c.is_ascii_alphanumeric() || c == '-',
            Self::Words => c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '’' | '·'),
        }
    }
}

fn of_kind(kind: Kind, given: &str) -> Option<String> {
    if kind == Kind::Date {
        let date: jiff::civil::Date = given.trim().parse().ok()?;
        return (given.trim().len() == 10).then(|| date.to_string());
    }
    // People and printers put spaces and hyphens into numbers.
    let code: String = given.chars().filter(|c| !matches!(c, ' ' | '-')).collect::<String>().to_ascii_uppercase();
    let digits = |count: usize| code.len() == count && code.bytes().all(|b| b.is_ascii_digit());
    let fits = match kind {
        Kind::BaggageTag => digits(10),
        Kind::Ticket => digits(13),
        Kind::Booking => code.len() == 6 && code.bytes().all(|b| b.is_ascii_alphanumeric()),
        Kind::QueueTicket => return queue_ticket(&code),
        Kind::Flight => return flight(&code),
        Kind::Date | Kind::Text => false,
    };
    fits.then_some(code)
}

/// Airline of two characters (IATA, at least one letter) or three letters (ICAO), one to four digits, one letter perhaps.
/// Zeros before the number are taken off: `LB0204` and `LB204` are one flight.
fn flight(code: &str) -> Option<String> {
    if !code.is_ascii() {
        return None;
    }
    let suffixed = code.ends_with(|c: char| c.is_ascii_alphabetic());
    let (body, suffix) = code.split_at(code.len() - usize::from(suffixed));
    let is_airline = |airline: &str| match airline.len() {
        2 => airline.bytes().all(|b| b.is_ascii_alphanumeric()) && airline.bytes().any(|b| b.is_ascii_alphabetic()),
        _ => airline.bytes().all(|b| b.is_ascii_alphabetic()),
    };
    // Three letters first: two would leave a letter in the number.
    let (airline, number) =
        [3, 2].into_iter().filter_map(|at| body.split_at_checked(at)).find(|(airline, number)| {
            is_airline(airline) && (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
        })?;
    let number: u16 = number.parse().ok().filter(|&number| number > 0)?;
    Some(format!("{airline}{number}{suffix}"))
}

/// One or two letters and one to four digits.
fn queue_ticket(code: &str) -> Option<String> {
    let at = code.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, number) = code.split_at(at);
    let fits = (1..=2).contains(&letters.len()) && (1..=4).contains(&number.len());
    (fits && number.bytes().all(|b| b.is_ascii_digit())).then(|| code.to_owned())
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(kind) => kind.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

/// By hand: an untagged enum would say "did not match any variant" and nothing of what is wrong.
impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Typed;
        impl<'de> Visitor<'de> for Typed {
            type Value = Input;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a kind like \"baggage_tag\", or { kind = \"text\", max = 20, letters = \"code\" }")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Input, E> {
                Kind::deserialize(StrDeserializer::new(name)).map(Input::Known)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Input, A::Error> {
                Text::deserialize(MapAccessDeserializer::new(map)).map(Input::Text)
            }
        }
        deserializer.deserialize_any(Typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: Kind, given: &str) -> Option<String> {
        Input::Known(kind).normalised(given)
    }

    #[test]
    fn numbers_are_written_in_one_way() {
        assert_eq!(known(Kind::BaggageTag, "0618 123-456").as_deref(), Some("0618123456"));
        assert_eq!(known(Kind::Flight, "lb 0204").as_deref(), Some("LB204"));
        assert_eq!(known(Kind::Flight, "3X17A").as_deref(), Some("3X17A"));
        assert_eq!(known(Kind::Flight, "SIA26").as_deref(), Some("SIA26"));
        assert_eq!(known(Kind::Date, "2026-11-23").as_deref(), Some("2026-11-23"));
        assert_eq!(known(Kind::Booking, "x7kq2m").as_deref(), Some("X7KQ2M"));
        assert_eq!(known(Kind::Ticket, "618-2401234567").as_deref(), Some("6182401234567"));
        assert_eq!(known(Kind::QueueTicket, "a 017").as_deref(), Some("A017"));
    }

    #[test]
    fn what_could_leave_its_place_is_refused() {
        for kind in
            [Kind::BaggageTag, Kind::Flight, Kind::Date, Kind::Booking, Kind::Ticket, Kind::QueueTicket, Kind::Text]
        {
            for bad in [
                "",
                "..",
                "../..",
                "a/b",
                "1\r\nHost: x",
                "%2e%2e",
                "１２３４５６７８９０",
                "{tag}",
                "a b\u{202e}",
                "0618123456\0",
            ] {
                assert_eq!(known(kind, bad), None, "{kind:?} {bad:?}");
            }
        }
        assert_eq!(known(Kind::Date, "2026-02-30"), None);
        assert_eq!(known(Kind::Flight, "LB0000"), None);
        assert_eq!(known(Kind::Flight, "12 34"), None);
    }

    #[test]
    fn a_text_has_its_own_bounds() {
        let words = Input::Text(Text { kind: Kind::Text, max: 6, letters: Letters::Words });
        assert_eq!(words.normalised(" 王小明 ").as_deref(), Some("王小明"));
        assert_eq!(words.normalised("seven letters"), None);
        assert_eq!(words.normalised("a/b"), None);
    }

    #[test]
    fn a_wrong_kind_is_answered_with_the_kinds() {
        #[derive(Debug, Deserialize)]
        struct File {
            #[allow(dead_code)]
            tag: Input,
        }
        let error = toml::from_str::<File>("tag = \"bagage_tag\"").unwrap_err().to_string();
        assert!(error.contains("unknown variant `bagage_tag`") && error.contains("`baggage_tag`"), "{error}");
        let error = toml::from_str::<File>("tag = { kind = \"text\", maximum = 3 }").unwrap_err().to_string();
        assert!(error.contains("unknown field `maximum`"), "{error}");
        let file: File = toml::from_str("tag = { kind = \"text\", max = 9, letters = \"digits\" }").unwrap();
        assert_eq!(file.tag, Input::Text(Text { kind: Kind::Text, max: 9, letters: Letters::Digits }));
    }
}
