//! Ways to bend a good input. Each is small and knows no format, so that a shrunk list of them says what broke.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Values that parsers of TOML and JSON stumble over.
const VALUES: [&str; 26] = [
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "1e999",
    "-0.0",
    "nan",
    "null",
    "true",
    "\"\"",
    "\"\\u0000\"",
    "\"../../../etc/passwd\"",
    "\"/dev/zero\"",
    "\"\\u202e\\u200b\"",
    "[]",
    "{}",
    "[{}]",
    "\"99:99\"",
    "\"2026-02-30\"",
    "\"9999-12-31T23:59:59\"",
    "\"%s%n{{ x }}\"",
    "\"\\ud83d\\ude00\u{0301}\"",
];

/// Numbers that lengths and counts break at.
const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 40,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// Longest input that a bend makes, bytes.
const BYTES_MAX: usize = 4 << 20;

/// Deepest nesting that is tried: beyond any parser's own bound.
const DEPTH_MAX: usize = 20_000;

/// What inputs are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Bytes,
}

/// One way.
#[derive(Debug, Clone)]
pub enum Bend {
    Flip(Index, u8),
    Set(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Insert(Index, Vec<u8>),
    Number {
        at: Index,
        bytes: usize,
        value: u64,
        is_big: bool,
    },
    Move(Index, Index, usize),
    LineGone(Index),
    LineTwice(Index, usize),
    LinesSwapped(Index, Index),
    /// What stands after an `=` or `:` becomes another value.
    Value(Index, String),
    /// A value inside so many brackets.
    Nest(Index, usize, bool),
    /// A run of digits becomes another one.
    Digits(Index, u64),
}

/// From one to six bends for inputs of `kind`.
pub fn bends(kind: Kind) -> BoxedStrategy<Vec<Bend>> {
    match kind {
        Kind::Text => vec(prop_oneof![6 => text(), 1 => bytes()], 1..6).boxed(),
        Kind::Bytes => vec(bytes(), 1..6).boxed(),
    }
}

fn bytes() -> impl Strategy<Value = Bend> {
    let at = any::<Index>;
    prop_oneof![
        2 => (at(), 0..8u8).prop_map(|(at, bit)| Bend::Flip(at, bit)),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Bend::Set(at, byte)),
        1 => at().prop_map(Bend::Cut),
        1 => (at(), 1..200usize).prop_map(|(at, length)| Bend::Remove(at, length)),
        1 => (at(), 1..200usize, 1..400usize).prop_map(|(at, length, times)| Bend::Repeat(at, length, times)),
        1 => (at(), vec(any::<u8>(), 1..40)).prop_map(|(at, more)| Bend::Insert(at, more)),
        3 => (at(), select(vec![1, 2, 4, 8]), number(), any::<bool>())
            .prop_map(|(at, bytes, value, is_big)| Bend::Number { at, bytes, value, is_big }),
        1 => (at(), at(), 1..200usize).prop_map(|(from, to, length)| Bend::Move(from, to, length)),
    ]
}

fn text() -> impl Strategy<Value = Bend> {
    let at = any::<Index>;
    prop_oneof![
        2 => at().prop_map(Bend::LineGone),
        1 => (at(), 1..50usize).prop_map(|(at, times)| Bend::LineTwice(at, times)),
        1 => (at(), at()).prop_map(|(one, other)| Bend::LinesSwapped(one, other)),
        5 => (at(), value()).prop_map(|(at, value)| Bend::Value(at, value)),
        1 => (at(), 1..DEPTH_MAX, any::<bool>()).prop_map(|(at, depth, curly)| Bend::Nest(at, depth, curly)),
        1 => (at(), 1..20usize, any::<bool>()).prop_map(|(at, depth, curly)| Bend::Nest(at, depth, curly)),
        3 => (at(), number()).prop_map(|(at, number)| Bend::Digits(at, number)),
    ]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![3 => select(NUMBERS.to_vec()), 1 => any::<u64>(), 2 => 0..100u64]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(VALUES.to_vec()).prop_map(str::to_owned),
        1 => number().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| format!("{number:e}")),
        1 => "\\PC{0,20}".prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => (1..70_000usize).prop_map(|length| format!("\"{}\"", "长".repeat(length / 3))),
    ]
}

/// `good` after `bends`.
pub fn bent(good: &[u8], bends: &[Bend]) -> Vec<u8> {
    bends.iter().fold(good.to_vec(), |bytes, bend| {
        let mut after = if bytes.is_empty() { bytes } else { one(bytes, bend) };
        after.truncate(BYTES_MAX);
        after
    })
}

fn one(mut bytes: Vec<u8>, bend: &Bend) -> Vec<u8> {
    let length = bytes.len();
    let span = |at: &Index, most: usize| {
        let from = at.index(length);
        from..(from + most).min(length)
    };
    match bend {
        Bend::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Bend::Set(at, byte) => bytes[at.index(length)] = *byte,
        Bend::Cut(at) => bytes.truncate(at.index(length)),
        Bend::Remove(at, most) => drop(bytes.drain(span(at, *most))),
        Bend::Repeat(at, most, times) => {
            let span = span(at, *most);
            let more = bytes[span.clone()].repeat(*times);
            bytes.splice(span.end..span.end, more);
        }
        Bend::Insert(at, more) => drop(bytes.splice(span(at, 0), more.iter().copied())),
        Bend::Number { at, bytes: width, value, is_big } => {
            let span = span(at, *width);
            let written = if *is_big { value.to_be_bytes() } else { value.to_le_bytes() };
            let part = if *is_big { &written[8 - span.len()..] } else { &written[..span.len()] };
            bytes[span].copy_from_slice(part);
        }
        Bend::Move(from, to, most) => {
            let part: Vec<u8> = bytes.drain(span(from, *most)).collect();
            let to = to.index(bytes.len() + 1);
            bytes.splice(to..to, part);
        }
        Bend::LineGone(at) => {
            return lines(&bytes, |lines| {
                lines.remove(at.index(lines.len()));
            });
        }
        Bend::LineTwice(at, times) => {
            return lines(&bytes, |lines| {
                let at = at.index(lines.len());
                lines.splice(at..at, vec![lines[at]; *times]);
            });
        }
        Bend::LinesSwapped(one, other) => {
            return lines(&bytes, |lines| {
                let count = lines.len();
                lines.swap(one.index(count), other.index(count));
            });
        }
        Bend::Value(at, value) => {
            let span = value_at(&bytes, at);
            bytes.splice(span, value.bytes());
        }
        Bend::Nest(at, depth, is_curly) => {
            let span = value_at(&bytes, at);
            let (open, close) = if *is_curly { ("{\"a\":", "}") } else { ("[", "]") };
            let inner = String::from_utf8_lossy(&bytes[span.clone()]).into_owned();
            let nested = [open.repeat(*depth), inner, close.repeat(*depth)].concat();
            bytes.splice(span, nested.into_bytes());
        }
        Bend::Digits(at, number) => {
            let spans = runs(&bytes, |byte| byte.is_ascii_digit());
            if !spans.is_empty() {
                bytes.splice(spans[at.index(spans.len())].clone(), number.to_string().into_bytes());
            }
        }
    }
    bytes
}

/// Lines of a file, or pieces between commas of a text in one line.
fn lines(bytes: &[u8], change: impl FnOnce(&mut Vec<&[u8]>)) -> Vec<u8> {
    let mark = if bytes.contains(&b'\n') { b'\n' } else { b',' };
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == mark).collect();
    change(&mut lines);
    lines.join(&mark)
}

/// Where some value stands: after `=` or `:`, to the end of its line, its comma or its bracket.
fn value_at(bytes: &[u8], at: &Index) -> std::ops::Range<usize> {
    let starts: Vec<usize> = (0..bytes.len()).filter(|&at| matches!(bytes[at], b'=' | b':')).collect();
    let from = if starts.is_empty() { at.index(bytes.len()) } else { starts[at.index(starts.len())] + 1 };
    let ends = |byte: &u8| matches!(byte, b'\n' | b',' | b'}' | b']');
    let length = bytes[from..].iter().position(ends).unwrap_or(bytes.len() - from);
    from..from + length
}

fn runs(bytes: &[u8], is_in: impl Fn(&u8) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..bytes.len()).filter(|&at| is_in(&bytes[at])) {
        match found.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end += 1,
            None => found.push(at..at + 1),
        }
    }
    found
}
