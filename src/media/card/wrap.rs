//! Text into lines that fit: between words, between ideographs, inside a word only where nothing else helps.

use unicode_segmentation::UnicodeSegmentation;

use super::measure::width;

/// Most lines of one text: a card of them is taller than any screen.
pub(super) const LINES_MAX: usize = 40;
const ELLIPSIS: char = '…';
/// A last line below this share of the width looks lost.
const SHORT: f64 = 0.3;
/// Shares of the width that are tried to give it company, and most lines for which it is worth it.
const NARROWER: [f64; 5] = [0.93, 0.86, 0.79, 0.72, 0.65];
const BALANCED_MAX: usize = 5;
/// Marks that never begin a line (W3C, Requirements for Chinese Text Layout, 3.1.5).
const NEVER_FIRST: &str = "，。、；：？！）》〉」』】〕”’…—～·％,.;:?!)]}%°";
/// Marks that never end one.
const NEVER_LAST: &str = "（《〈「『【〔“‘([{$¥€£";

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub width: f64,
    pub size: f64,
    pub is_bold: bool,
}

impl Setting {
    fn of(&self, text: &str) -> f64 {
        width(text, self.size, self.is_bold)
    }

    fn fits(&self, text: &str) -> bool {
        self.of(text) <= self.width
    }
}

/// `text` in at most `lines_max` lines, none wider than the setting; what does not fit ends in an ellipsis. A last line
/// is not left with one short word where narrower lines help. A box narrower than one character yields nothing.
pub(super) fn wrap(text: &str, setting: Setting, lines_max: usize) -> Vec<String> {
    let lines_max = lines_max.clamp(1, LINES_MAX);
    let lines = filled(text, setting, lines_max);
    let is_short =
        |lines: &[String]| lines.len() > 1 && lines.last().is_some_and(|last| setting.of(last) < SHORT * setting.width);
    let hyphens = |lines: &[String]| lines.iter().filter(|line| line.ends_with('-')).count();
    if !is_short(&lines) || lines.len() > BALANCED_MAX {
        return lines;
    }
    let narrower =
        NARROWER.iter().map(|share| filled(text, Setting { width: share * setting.width, ..setting }, lines_max));
    let mut good =
        narrower.filter(|tried| tried.len() == lines.len() && hyphens(tried) <= hyphens(&lines) && !is_short(tried));
    good.next().unwrap_or(lines)
}

/// As full as each line can be.
fn filled(text: &str, setting: Setting, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if setting.fits(&format!("{line}{}", piece.trim_end())) {
            line.push_str(piece);
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(std::mem::take(&mut line).trim().to_owned());
        }
        line = broken(piece.trim_start(), setting, &mut lines);
        // One more than are kept tells that something is left over.
        if lines.len() > lines_max {
            break;
        }
    }
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        let last = lines.pop().unwrap_or_default();
        lines.push(with_ellipsis(&last, setting));
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// `text` on one line, its end replaced by an ellipsis where it does not fit.
pub(super) fn cut(text: &str, setting: Setting) -> String {
    if setting.fits(text) { text.to_owned() } else { with_ellipsis(text, setting) }
}

/// The largest size up to the setting's at which `text` fits on one line, and not below `least`.
pub(super) fn fit(text: &str, setting: Setting, least: f64) -> f64 {
    let needs = setting.of(text);
    let size = if needs > setting.width { setting.size * setting.width / needs } else { setting.size };
    // Rounded down, so that rounding cannot make it wider.
    ((size * 2.0).floor() / 2.0).max(least.min(setting.size))
}

/// Puts what is wider than a line onto lines of its own; the rest is the new line.
fn broken(piece: &str, setting: Setting, lines: &mut Vec<String>) -> String {
    let mut line = String::new();
    for letter in piece.graphemes(true) {
        let hyphen = if joins(&line, letter) { "-" } else { "" };
        // The hyphen that may follow has its room kept.
        if setting.fits(&format!("{line}{letter}-")) || line.is_empty() && setting.fits(letter) {
            line.push_str(letter);
            continue;
        }
        if lines.len() > LINES_MAX || !setting.fits(letter) {
            return line;
        }
        line.push_str(hyphen);
        lines.push(std::mem::replace(&mut line, letter.to_owned()));
    }
    line
}

/// Whether a hyphen belongs between the end of `line` and `letter`.
fn joins(line: &str, letter: &str) -> bool {
    let is_latin = |c: char| c.is_alphabetic() && c < '\u{250}';
    line.chars().next_back().is_some_and(is_latin) && letter.chars().next().is_some_and(is_latin)
}

fn with_ellipsis(text: &str, setting: Setting) -> String {
    let mut kept = text.trim_end_matches(ELLIPSIS).to_owned();
    loop {
        let told = format!("{}{ELLIPSIS}", kept.trim_end());
        if setting.fits(&told) {
            return told;
        }
        let Some((last, _)) = kept.grapheme_indices(true).next_back() else { return String::new() };
        kept.truncate(last);
    }
}

/// Pieces that a line may end after: a word with its spaces, a word's part up to its hyphen or slash, an ideograph with
/// the marks that belong to it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, &str)> = text.grapheme_indices(true).collect();
    for pair in letters.windows(2) {
        let [(_, before), (at, after)] = *pair else { continue };
        if may_break(before, after) && !is_clock(&text[..at], &text[at..]) {
            pieces.push(&text[start..at]);
            start = at;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

fn may_break(before: &str, after: &str) -> bool {
    let is_in = |marks: &str, letter: &str| marks.contains(letter.chars().next().unwrap_or(' '));
    if after.starts_with(' ') || is_in(NEVER_FIRST, after) || is_in(NEVER_LAST, before) {
        return false;
    }
    // Not inside "9 am-12:30 pm" or "24/7".
    let joins_words = matches!(before, "-" | "/") && !after.starts_with(|c: char| c.is_ascii_digit());
    before == " " || joins_words || is_wide(before) || is_wide(after)
}

/// Inside "Sat 9 am": between the day, the number, and the half of the day.
fn is_clock(before: &str, after: &str) -> bool {
    let (before, starts) = (before.trim_end(), |words: &[&str]| words.iter().any(|word| after.starts_with(word)));
    let is_half = starts(&["am", "pm", "noon"]) && before.ends_with(|c: char| c.is_ascii_digit());
    let is_day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().any(|day| before.ends_with(day));
    is_half || is_day && after.starts_with(|c: char| c.is_ascii_digit())
}

/// Written without spaces: ideographs, kana and their marks.
fn is_wide(letter: &str) -> bool {
    letter.chars().next().is_some_and(|c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}'))
}

#[cfg(test)]
mod tests {
    use super::{Setting, cut, fit, wrap};
    use crate::media::card::measure::width;

    fn at(width: f64) -> Setting {
        Setting { width, size: 40.0, is_bold: true }
    }

    #[test]
    fn no_line_is_wider_than_its_box_and_no_word_is_lost() {
        let texts = [
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft am Ufer",
            "请到T1航站楼三层（D岛和E岛之间）的问询台，工作人员会说英语；Wi-Fi免费，密码见“屏幕”。",
            "Keep 24/7 9 am-12:30 pm https://example.org/a/very/long/path?with=query&and=more#there",
            "e\u{301}e\u{301}e\u{301} 👩👧👦 ครับผม مرحبا",
        ];
        for text in texts {
            for box_width in [60.0, 90.0, 200.0, 333.3, 700.0, 5_000.0] {
                let lines = wrap(text, at(box_width), 40);
                for line in &lines {
                    assert!(width(line, 40.0, true) <= box_width, "{line} in {box_width}");
                    let is_torn = line.starts_with(['，', '。', '）', '”', ' ']) || line.ends_with(['（', '“', ' ']);
                    assert!(box_width < 100.0 || !is_torn, "{line}");
                }
                let plain = |text: &str| text.replace([' ', '-'], "");
                if box_width > 100.0 {
                    assert_eq!(plain(&lines.concat()), plain(text), "{box_width}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_says_so() {
        let lines = wrap("one two three four five six seven eight nine ten", at(200.0), 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && width(&lines[1], 40.0, true) <= 200.0, "{lines:?}");
        assert_eq!(cut("one", at(200.0)), "one");
        assert!(cut("one two three four five", at(200.0)).ends_with('…'));
        assert!(wrap("word", at(10.0), 3).is_empty() && wrap("", at(100.0), 3).is_empty());
        let size = fit("登机口登机口", at(200.0), 20.0);
        assert!(width("登机口登机口", size, true) <= 200.0 && size > 30.0, "{size}");
        assert_eq!(fit("登机口登机口", at(10.0), 20.0), 20.0);
    }

    #[test]
    fn a_last_line_is_not_left_alone() {
        let lines = wrap("T1 islands B and F; T2 island K; level 3", at(744.0), 4);
        assert!(lines.len() == 2 && lines[1].len() > 4, "{lines:?}");
        assert_eq!(
            wrap("Mon-Fri 9 am-4:30 pm, Sat 9 am-12:30 pm", at(700.0), 4),
            ["Mon-Fri 9 am-4:30 pm,", "Sat 9 am-12:30 pm"]
        );
    }
}
