//! Postcodes that stand alone: said to be one, behind a town or a state, or where a place is due. Knows no address around them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pattern;
use super::postal::POSTCODE;
use super::words::{known, plain};

/// The shortest that counts beside the word: smaller numbers there are counts.
const BYTES_MIN: usize = 4;

/// A sentence that speaks of postcodes: the numbers in it are some.
static ABOUT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)[^.!\n]{0,60}\b(?:zip|post(?:al)?[ -]?codes?)\b[^.!\n]{0,80}"));

static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b{POSTCODE}\b")));

/// Behind the abbreviation of a state of the United States, beside "near", or last after a word of place: "in 10001?".
static PLACED: LazyLock<Regex> = LazyLock::new(|| {
    const STATE: &str = r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])";
    const ZIP: &str = r"[0-9]{5}(?:-[0-9]{4})?";
    pattern(&format!(
        r"\b(?:{STATE},? (?P<state>{ZIP})\b|(?i:near|nearest to|close to|closest to) (?P<near>{ZIP})\b|(?i:in|around|from) (?:the )?(?P<last>{ZIP})(?:[.,?!\n]|$| area))"
    ))
});

/// "Lansing, 48911": a place and a postcode.
static BEHIND_TOWN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<town>\p{Lu}\p{L}+),? (?P<code>[0-9]{5,6}(?:-[0-9]{4})?)\b"));

/// The postcodes of `text` that stand alone.
pub fn postcodes(text: &str) -> impl Iterator<Item = Range<usize>> {
    let said = ABOUT.find_iter(text).flat_map(|about| {
        let codes = CODE.find_iter(about.as_str()).filter(|code| code.len() >= BYTES_MIN);
        codes.map(move |code| about.start() + code.start()..about.start() + code.end())
    });
    let placed = PLACED.captures_iter(text).filter_map(|found| {
        let code = found.name("state").or(found.name("near")).or(found.name("last"))?;
        Some(code.range())
    });
    let behind = BEHIND_TOWN.captures_iter(text).filter_map(|found| {
        let known = known(&plain(found.name("town")?.as_str()));
        (known.place && !known.ordinary).then_some(found.name("code")?.range())
    });
    said.chain(placed).chain(behind)
}
