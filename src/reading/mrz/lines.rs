//! A zone's lines found among what an OCR read. Knows lengths and letters, no fields.

use zeroize::Zeroizing;

use super::Layout;

/// Characters of a zone's line, zeroed when dropped.
pub type Line = Zeroizing<Vec<u8>>;

/// Most lines looked at: a page of print is a hundred, and each is tried as the beginning of three layouts.
const LINES_MAX: usize = 200;

/// Longest line that may be one of a zone with some filling read twice.
const LINE_CHARS_MAX: usize = 60;

/// How many fillers an OCR may have lost or added in a line.
const FILLING_OFF_MAX: usize = 8;

/// The lines as a zone's characters: upper case, no blanks, the quotation marks that `<` is taken for put right; `None`
/// for lines that cannot belong to a zone.
pub fn cleaned<S: AsRef<str>>(lines: &[S]) -> Vec<Option<Line>> {
    lines.iter().take(LINES_MAX).map(|line| clean(line.as_ref())).collect()
}

fn clean(line: &str) -> Option<Line> {
    let mut clean = Line::new(Vec::with_capacity(2 * LINE_CHARS_MAX));
    for letter in line.chars().filter(|letter| !letter.is_whitespace()).take(LINE_CHARS_MAX + 1) {
        match letter {
            '«' | '《' => clean.extend(b"<<"),
            '‹' | '〈' | '＜' => clean.push(b'<'),
            letter if letter.is_ascii_alphanumeric() || letter == '<' => clean.push(letter.to_ascii_uppercase() as u8),
            _ => return None,
        }
    }
    let shortest = Layout::Td1.size().1 - FILLING_OFF_MAX;
    (shortest..=LINE_CHARS_MAX).contains(&clean.len()).then_some(clean)
}

/// The line at a length of `chars`: fillers are added to, or taken from, its longest run of them. `None` when it is too far
/// off. Whether that is right is for the check digits to say.
pub fn fitted(line: &Line, chars: usize) -> Option<Line> {
    let off = line.len().abs_diff(chars);
    if off > FILLING_OFF_MAX {
        return None;
    }
    let run = longest_run(line);
    let mut fitted = Line::new(Vec::with_capacity(chars));
    if line.len() <= chars {
        // A line without filling is one that was cut.
        let at = if off == 0 { line.len() } else { run.clone().map(|run| run.end)? };
        fitted.extend(&line[..at]);
        fitted.extend(std::iter::repeat_n(b'<', off));
        fitted.extend(&line[at..]);
    } else {
        let run = run.filter(|run| run.len() > off)?;
        fitted.extend(&line[..run.end - off]);
        fitted.extend(&line[run.end..]);
    }
    Some(fitted)
}

/// The longest run of fillers, the last of equals.
fn longest_run(line: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut longest = None::<std::ops::Range<usize>>;
    let mut start = 0;
    for (at, letter) in line.iter().enumerate() {
        if *letter != b'<' {
            start = at + 1;
        } else if at + 1 - start >= longest.as_ref().map_or(0, ExactSizeIterator::len) {
            longest = Some(start..at + 1);
        }
    }
    longest
}
