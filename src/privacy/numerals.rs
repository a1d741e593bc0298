//! Digits as people write and say them: "138 1234", "one three eight", "double five", "一三八", "幺三九", as one run of
//! digits with its groups. Must not know what a number is for.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// Longest gap between two groups of one number, bytes: ") - " and the like.
const GAP_BYTES_MAX: usize = 3;

/// Digits that stand or are said together.
#[derive(Debug, Clone)]
pub struct Group {
    pub range: Range<usize>,
    /// `0..=9` each.
    pub digits: Vec<u8>,
    spoken: bool,
}

/// Groups that follow each other with nothing but separators between them.
#[derive(Debug, Clone, Default)]
pub struct Run {
    pub groups: Vec<Group>,
}

static ATOM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?P<written>[0-9]+) | (?P<chinese>[零〇一二三四五六七八九幺两洞拐]+)
        | \b(?:(?P<times>double|triple|treble)[\ -])?(?P<word>zero|oh|nought|naught|one|two|three|four|five|six|seven|eight|nine|hundred
          |ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)\b
        | \b(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\ -](?P<ones>one|two|three|four|five|six|seven|eight|nine))?\b",
    )
});

const WORDS: [(&str, &[u8]); 25] = [
    ("zero", &[0]),
    ("oh", &[0]),
    ("nought", &[0]),
    ("naught", &[0]),
    ("one", &[1]),
    ("two", &[2]),
    ("three", &[3]),
    ("four", &[4]),
    ("five", &[5]),
    ("six", &[6]),
    ("seven", &[7]),
    ("eight", &[8]),
    ("nine", &[9]),
    ("ten", &[1, 0]),
    ("eleven", &[1, 1]),
    ("twelve", &[1, 2]),
    ("thirteen", &[1, 3]),
    ("fourteen", &[1, 4]),
    ("fifteen", &[1, 5]),
    ("sixteen", &[1, 6]),
    ("seventeen", &[1, 7]),
    ("eighteen", &[1, 8]),
    ("nineteen", &[1, 9]),
    // "eight hundred" is how 800 begins.
    ("hundred", &[0, 0]),
    ("", &[]),
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The runs of `text`, in order; a run ends where `masked` begins (dates, amounts, addresses of machines).
pub fn runs(text: &str, masked: &[Range<usize>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut masks = masked.iter().peekable();
    for found in ATOM.captures_iter(text) {
        let Some(group) = group(&found) else { continue };
        while masks.next_if(|mask| mask.end <= group.range.start).is_some() {}
        if masks.peek().is_some_and(|mask| mask.start < group.range.end) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.goes_on(text, &group) => run.groups.push(group),
            _ => runs.push(Run { groups: vec![group] }),
        }
    }
    runs
}

fn group(found: &regex::Captures) -> Option<Group> {
    let range = found.get(0)?.range();
    if let Some(written) = found.name("written") {
        let digits = written.as_str().bytes().map(|byte| byte - b'0').collect();
        return Some(Group { range, digits, spoken: false });
    }
    if let Some(chinese) = found.name("chinese") {
        let digits = chinese.as_str().chars().filter_map(chinese_digit).collect();
        return Some(Group { range, digits, spoken: true });
    }
    let digits = match (found.name("word"), found.name("tens")) {
        (Some(word), _) => {
            let times = found
                .name("times")
                .map_or(1, |times| if times.as_str().eq_ignore_ascii_case("double") { 2 } else { 3 });
            word_digits(word.as_str()).repeat(times)
        }
        (_, Some(tens)) => {
            let place = TENS.iter().position(|word| word.eq_ignore_ascii_case(tens.as_str()))? as u8 + 2;
            let ones = found.name("ones").and_then(|ones| word_digits(ones.as_str()).first().copied());
            vec![place, ones.unwrap_or(0)]
        }
        _ => return None,
    };
    Some(Group { range, digits, spoken: true })
}

fn word_digits(word: &str) -> &'static [u8] {
    WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map_or(&[], |(_, digits)| digits)
}

fn chinese_digit(c: char) -> Option<u8> {
    Some(match c {
        '零' | '〇' | '洞' => 0,
        '一' | '幺' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' | '拐' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

impl Run {
    fn goes_on(&self, text: &str, next: &Group) -> bool {
        let Some(last) = self.groups.last() else { return true };
        let Some(gap) = text.get(last.range.end..next.range.start) else { return false };
        let both_spoken = last.spoken && next.spoken;
        let separates =
            |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')') || (both_spoken && matches!(c, ',' | '、' | '的'));
        // A full stop with a blank ends a sentence.
        gap.len() <= GAP_BYTES_MAX && gap.chars().all(separates) && !(gap.len() > 1 && gap.contains('.'))
    }

    pub fn range(&self) -> Range<usize> {
        let start = self.groups.first().map_or(0, |group| group.range.start);
        start..self.groups.last().map_or(start, |group| group.range.end)
    }

    pub fn digits(&self) -> Vec<u8> {
        self.groups.iter().flat_map(|group| group.digits.iter().copied()).collect()
    }

    pub fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.digits.len()).collect()
    }

    pub fn is_spoken(&self) -> bool {
        self.groups.iter().any(|group| group.spoken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let digits = |run: &Run| run.digits().iter().map(|digit| char::from(b'0' + digit)).collect();
        runs(text, &[]).iter().map(digits).collect()
    }

    #[test]
    fn written_and_spoken_digits_become_runs() {
        assert_eq!(read("138-1234 5678"), ["13812345678"]);
        assert_eq!(read("+1 (415) 555.0132"), ["14155550132"]);
        assert_eq!(read("one three eight, double five, oh, twenty two"), ["13855022"]);
        assert_eq!(read("一三八一二三四，幺拐洞"), ["1381234", "170"]);
        assert_eq!(read("3... 2... 1... 5, 6"), ["3", "2", "1", "5", "6"]);
    }

    #[test]
    fn a_mask_cuts_a_run() {
        assert_eq!(runs("2024-01-02 138", std::slice::from_ref(&(0..10))).len(), 1);
    }
}
