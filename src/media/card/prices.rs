//! An item's `fees` as a table, where every part of it is a thing and its price; otherwise it stays as it is written.

use std::sync::LazyLock;

use regex::Regex;

const PRICE: &str = r"(?:\$\d[\d,]*(?:\.\d+)?(?:-\d+)?|\d+(?:\.\d+)?%)";
static PRICE_FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^({PRICE}) (\S.*)$")));
static PRICE_LAST: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^(.*\S) ?({PRICE})$")));
static ANY_PRICE: LazyLock<Regex> = LazyLock::new(|| pattern(PRICE));
/// What a price is counted by, at the end of the last part and meant for all of them.
static UNIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*\S) ((?:per|an?|each) [a-z]+)$"));
static UNIT_HAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(每[天年月周晚日人件次页])(.+)$"));
/// Words that point at the part before, so that a part is no thing of its own.
const POINTING: [&str; 8] = ["then", "per", "a", "an", "each", "or", "之后", "起"];
const CHARS_MAX: usize = 200;

/// Things with prices.
#[derive(Debug, PartialEq)]
pub(super) struct Prices {
    /// What every price is counted by: "per day".
    pub unit: Option<String>,
    /// Thing and price.
    pub rows: Vec<(String, String)>,
    /// What holds for all of them: "half price up to 4 hours".
    pub note: Option<String>,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("our own pattern is written right")
}

/// `None` unless two or more things have a price each.
pub(super) fn read(fees: &str) -> Option<Prices> {
    if fees.chars().count() > CHARS_MAX {
        return None;
    }
    let (listed, note) = fees.split_once([';', '；']).map_or((fees, None), |(listed, note)| (listed, Some(note)));
    // A second list would need a second table.
    if note.is_some_and(|note| ANY_PRICE.is_match(note)) {
        return None;
    }
    let (parts, unit) = without_unit(parts(listed));
    let rows = parts.iter().map(|part| row(part)).collect::<Option<Vec<_>>>().filter(|rows| rows.len() > 1)?;
    Some(Prices { unit, rows, note: note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty()) })
}

/// Split at commas that stand in no number.
fn parts(listed: &str) -> Vec<String> {
    listed.replace('，', ", ").split(", ").map(|part| part.trim().to_owned()).collect()
}

/// The unit belongs to all prices when the last English part or the first Chinese one alone has it.
fn without_unit(mut parts: Vec<String>) -> (Vec<String>, Option<String>) {
    let count = parts.iter().filter(|part| UNIT.is_match(part) || UNIT_HAN.is_match(part)).count();
    if count != 1 || parts.len() < 2 {
        return (parts, None);
    }
    if let Some(found) = parts.first().and_then(|part| UNIT_HAN.captures(part)) {
        let (unit, rest) = (found[1].to_owned(), found[2].to_owned());
        parts[0] = rest;
        return (parts, Some(unit));
    }
    if let Some(found) = parts.last().and_then(|part| UNIT.captures(part)) {
        let (rest, unit) = (found[1].to_owned(), found[2].to_owned());
        parts.pop();
        parts.push(rest);
        return (parts, Some(unit));
    }
    (parts, None)
}

fn row(part: &str) -> Option<(String, String)> {
    let (thing, price) = match (PRICE_FIRST.captures(part), PRICE_LAST.captures(part)) {
        (Some(found), None) => (found[2].to_owned(), found[1].to_owned()),
        (None, Some(found)) => (found[1].to_owned(), found[2].to_owned()),
        _ => return None,
    };
    let points = POINTING.iter().any(|word| thing == *word || thing.starts_with(&format!("{word} ")));
    let is_thing = !points && !thing.starts_with("之后") && !ANY_PRICE.is_match(&thing);
    is_thing.then_some((thing, price))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_table_says_what_the_words_say_or_there_is_none() {
        let told = |fees| {
            let prices = read(fees)?;
            let rows: Vec<String> = prices.rows.iter().map(|(thing, price)| format!("{thing}={price}")).collect();
            Some(format!("{} {} {}", prices.unit.unwrap_or_default(), rows.join("|"), prices.note.unwrap_or_default()))
        };
        let cases = [
            ("$12 suitcase, $18 oversize", " suitcase=$12|oversize=$18 "),
            (
                "$8 small, $12 suitcase, $18 oversize per day; half price up to 4 hours",
                "per day small=$8|suitcase=$12|oversize=$18 half price up to 4 hours",
            ),
            ("每天小包$8，行李箱$12，超大件$18；4小时内半价", "每天 小包=$8|行李箱=$12|超大件=$18 4小时内半价"),
            ("Classic $40, Platinum $160", " Classic=$40|Platinum=$160 "),
        ];
        for (fees, table) in cases {
            assert_eq!(told(fees).as_deref(), Some(table), "{fees}");
        }
        let whole = [
            "Free",
            "$12 per kilogram",
            "$4 first hour, then $3 per hour",
            "首小时$4，之后每小时$3",
            "$80, $150 or $280 a year; key deposit $100",
            "$15 a month; 0.8% debit, 1.6% credit",
            "$50; first deposit $1,000",
            "$2 per hour, $10 per day at most",
            "",
        ];
        for fees in whole {
            assert_eq!(told(fees), None, "{fees}");
        }
    }
}
