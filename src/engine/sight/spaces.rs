//! Puts back the spaces between words that the recogniser leaves out, from the gaps in the ink. Knows nothing of words.
//!
//! The model was trained on Chinese, which has none, and writes "Yournewcard" for "Your new card", which no search finds.

use super::resample::Planes;
use crate::domain::is_han;

/// The narrowest gap between words, in pixels of a strip 48 high, whose letters are about 30: a space is 0.25 to 0.33 of
/// the letters' size in most founts, and letters stand 0.05 to 0.15 apart.
const WORD_GAP_MIN: f32 = 6.5;

/// Gaps of two kinds: the wider are this many times the narrower on average. Where they are of one kind, a gap between
/// words has to be this many times the median, and this wide, to be one.
const KINDS_APART: f32 = 2.0;
const ODD_GAP: f32 = 2.5;
const ODD_GAP_MIN: f32 = 9.0;

/// A figure 1 stands alone in the width of the other figures, so that a gap beside it has to be this much wider.
const BESIDE_ONE: f32 = 1.6;

/// A column has ink when its contrast is this share of the line's best columns (their 95th percentile).
const INK_SHARE: f32 = 0.25;

/// Rows left out at the top and bottom of the strip, where a neighbouring line may show.
const ROWS_SKIPPED: usize = 4;

/// A gap further than this many steps of the model from any meeting of two letters belongs to none.
const STEPS_OFF_MAX: f32 = 2.0;

/// One letter as the model gave it: its first and last step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Letter<'a> {
    pub(super) text: &'a str,
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Letter<'_> {
    /// Whether a space may stand beside it: not in Chinese, and not beside another space.
    fn takes_space(&self) -> bool {
        self.text.chars().all(|c| c != ' ' && !is_han(c) && !is_wide_mark(c))
    }
}

/// Full-width punctuation, which carries its own gap.
fn is_wide_mark(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}')
}

/// The text of `letters`, whose line fills the left `width` columns of `strip`; `step` is the columns of one step.
pub(super) fn spaced(letters: &[Letter<'_>], strip: &Planes, width: usize, step: f32) -> String {
    // the filler of machine readable zones: those lines have no spaces (ICAO Doc 9303, part 3, section 4.1)
    let machine_readable = letters.iter().filter(|letter| letter.text == "<").count() > 1;
    let mut after = vec![false; letters.len()];
    if !machine_readable {
        let gaps = gaps(strip, width);
        let least = word_gap(&gaps);
        for (from, to) in gaps.into_iter().filter(|(from, to)| (to - from) as f32 >= least) {
            let Some(index) = meeting(letters, (from + to) as f32 / 2.0, step) else { continue };
            let enough = if beside_one(&letters[index..]) { least * BESIDE_ONE } else { least };
            after[index] = (to - from) as f32 >= enough;
        }
    }
    let part = |(letter, space): (&Letter<'_>, bool)| [letter.text, if space { " " } else { "" }].concat();
    letters.iter().zip(after).map(part).collect()
}

/// The letter after which a gap with its middle at `column` lies, when a space may stand there.
fn meeting(letters: &[Letter<'_>], column: f32, step: f32) -> Option<usize> {
    let off = |pair: &[Letter<'_>]| ((pair[0].last + pair[1].first + 1) as f32 / 2.0 * step - column).abs();
    let nearest = letters.windows(2).enumerate().min_by(|a, b| off(a.1).total_cmp(&off(b.1)));
    let (index, pair) = nearest.filter(|(_, pair)| off(pair) <= STEPS_OFF_MAX * step)?;
    pair.iter().all(Letter::takes_space).then_some(index)
}

fn beside_one(letters: &[Letter<'_>]) -> bool {
    let [a, b, ..] = letters else { return false };
    let figure = |letter: &Letter<'_>| letter.text.chars().all(|c| c.is_ascii_digit());
    figure(a) && figure(b) && (a.text == "1" || b.text == "1")
}

/// The runs of columns without ink between columns with ink, as (first, after the last).
fn gaps(strip: &Planes, width: usize) -> Vec<(usize, usize)> {
    let contrast = (0..width.min(strip.width)).map(|x| contrast(strip, x)).collect::<Vec<_>>();
    let mut sorted = contrast.clone();
    sorted.sort_by(f32::total_cmp);
    let Some(best) = sorted.get(sorted.len() * 95 / 100) else { return Vec::new() };
    let inked = (0..contrast.len()).filter(|x| contrast[*x] > best * INK_SHARE).collect::<Vec<_>>();
    inked.windows(2).filter(|pair| pair[1] - pair[0] > 1).map(|pair| (pair[0] + 1, pair[1])).collect()
}

/// The range of brightness in a column.
fn contrast(strip: &Planes, x: usize) -> f32 {
    let plane = strip.width * strip.height;
    let at = |y: usize| (0..3).map(|p| strip.values[p * plane + y * strip.width + x]).sum::<f32>() / 3.0;
    let rows = ROWS_SKIPPED..strip.height.saturating_sub(ROWS_SKIPPED);
    let (least, most) = rows.map(at).fold((f32::MAX, f32::MIN), |(l, m), v| (l.min(v), m.max(v)));
    (most - least).max(0.0)
}

/// The width from which a gap parts words: between the two kinds of gaps where there are two, told apart by the
/// threshold of greatest variance between them (Otsu, 1979).
fn word_gap(gaps: &[(usize, usize)]) -> f32 {
    let mut widths = gaps.iter().map(|(from, to)| (to - from) as f32).collect::<Vec<_>>();
    widths.sort_by(f32::total_cmp);
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len().max(1) as f32;
    let variance = |cut: usize| {
        let (narrow, wide) = widths.split_at(cut);
        narrow.len() as f32 * wide.len() as f32 * (mean(wide) - mean(narrow)).powi(2)
    };
    let Some(cut) = (1..widths.len()).max_by(|a, b| variance(*a).total_cmp(&variance(*b))) else { return WORD_GAP_MIN };
    let (narrow, wide) = widths.split_at(cut);
    if mean(wide) > KINDS_APART * mean(narrow) {
        return WORD_GAP_MIN.max((widths[cut - 1] + widths[cut]) / 2.0);
    }
    ODD_GAP_MIN.max(ODD_GAP * widths[widths.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters as black bars 10 wide on white, `gaps[i]` columns after the i-th, and as one step of 4 columns in each middle.
    fn line<'a>(texts: &[&'a str], gaps: &[usize]) -> (Vec<Letter<'a>>, Planes) {
        let mut strip = Planes::filled(400, 48, 1.0);
        let (mut x, mut letters) = (4, Vec::new());
        for (text, gap) in texts.iter().zip(gaps) {
            for at in (0..3 * 48).filter(|row| (10..38).contains(&(row % 48))).map(|row| row * 400 + x) {
                strip.values[at..at + 10].fill(-1.0);
            }
            letters.push(Letter { text, first: (x + 5) / 4, last: (x + 5) / 4 });
            x += 10 + gap;
        }
        (letters, strip)
    }

    fn read(texts: &[&str], gaps: &[usize]) -> String {
        let (letters, strip) = line(texts, gaps);
        spaced(&letters, &strip, 400, 4.0)
    }

    #[test]
    fn wide_gaps_part_words_and_narrow_ones_do_not() {
        assert_eq!(read(&["a", "t", "1", "4"], &[3, 12, 3, 0]), "at 14");
        assert_eq!(read(&["1", "8", "1", "8"], &[5, 7, 4, 0]), "1818");
        assert_eq!(read(&["7", "4", "1", "2", "A"], &[2, 10, 3, 14, 0]), "7412 A");
    }

    #[test]
    fn chinese_and_machine_readable_lines_take_no_space() {
        assert_eq!(read(&["登", "机", "口"], &[3, 14, 0]), "登机口");
        assert_eq!(read(&["A", "<", "<", "B"], &[3, 14, 3, 0]), "A<<B");
    }

    #[test]
    fn a_blank_strip_and_a_line_without_letters_are_borne() {
        assert_eq!(spaced(&[], &Planes::filled(96, 48, 0.0), 96, 8.0), "");
    }
}
