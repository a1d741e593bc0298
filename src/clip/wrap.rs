//! Lines: where a caption may be broken, and into which lines it is. Widths come from outside; knows no font.

use unicode_segmentation::UnicodeSegmentation as _;

/// May not begin a line (after the usual rules of Chinese typesetting, GB/T 15834).
const NOT_FIRST: &str = "，。！？；：、）》」』】〉”’…—～·%％°℃,.!?;:)]}";
/// May not end a line.
const NOT_LAST: &str = "（《「『【〈“‘([{¥$￥";

/// Whether a line may be broken before and after `c`: Han, kana, and their punctuation.
fn is_square(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
        || "“”‘’…—".contains(c)
}

/// `text` in pieces that stay whole; a space that ends a piece is dropped where the line is broken.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()) {
        let joins = match (last, c) {
            (' ', ' ') => continue,
            (_, ' ') => true,
            (' ', _) => false,
            (a, b) if NOT_FIRST.contains(b) || NOT_LAST.contains(a) => true,
            (a, b) => !is_square(a) && !is_square(b),
        };
        match pieces.last_mut().filter(|_| joins) {
            Some(piece) => piece.push(c),
            None if c == ' ' => {}
            None => pieces.push(c.into()),
        }
        last = c;
    }
    pieces
}

/// A piece that fits no line, letter by letter.
pub(super) fn letters(piece: &str) -> impl Iterator<Item = String> {
    piece.graphemes(true).map(Into::into)
}

/// The fewest lines of at most `width`, as even as they get; `None` when they are more than `lines_max`. `widths` are those
/// of `pieces`, in the same unit.
pub(super) fn lines(pieces: &[String], widths: &[f32], width: f32, lines_max: usize) -> Option<Vec<String>> {
    let fewest = fill(pieces, widths, width)?;
    let (mut low, mut high, mut best) = (0.0, width, fewest);
    if best.len() > lines_max {
        return None;
    }
    // Twelve halvings: to a quarter of a pixel.
    for _ in 0..12 {
        let middle = (low + high) / 2.0;
        match fill(pieces, widths, middle).filter(|lines| lines.len() <= best.len()) {
            Some(evener) => (best, high) = (evener, middle),
            None => low = middle,
        }
    }
    Some(best)
}

fn fill(pieces: &[String], widths: &[f32], width: f32) -> Option<Vec<String>> {
    let mut lines: Vec<(String, f32)> = Vec::new();
    for (piece, &wide) in pieces.iter().zip(widths) {
        if wide > width {
            return None;
        }
        match lines.last_mut() {
            Some((line, used)) if *used + wide <= width => {
                line.push_str(piece);
                *used += wide;
            }
            _ => lines.push((piece.clone(), wide)),
        }
    }
    Some(lines.into_iter().map(|(line, _)| line.trim_end().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares are 2 wide, letters 1.
    fn broken(text: &str, width: f32) -> Vec<String> {
        let pieces = pieces(text);
        let wide = |piece: &String| piece.chars().map(|c| if is_square(c) { 2.0 } else { 1.0 }).sum();
        let widths: Vec<f32> = pieces.iter().map(wide).collect();
        lines(&pieces, &widths, width, 9).unwrap()
    }

    #[test]
    fn latin_breaks_at_spaces_and_evenly() {
        assert_eq!(broken("Turn left after the bakery and go up", 30.0), ["Turn left after the", "bakery and go up"]);
    }

    #[test]
    fn chinese_breaks_between_letters_but_not_before_a_comma_or_inside_a_code() {
        assert_eq!(broken("前往登机口，请乘坐电梯", 10.0), ["前往登机", "口，请乘", "坐电梯"]);
        assert_eq!(broken("请到B22登机口", 9.0), ["请到B22", "登机口"]);
        for width in 8..30 {
            for line in broken("您的航班“CA1234”已改到（T3）B22登机口。", width as f32 + 2.0) {
                let first = line.chars().next().unwrap();
                assert!(!NOT_FIRST.contains(first), "{line}");
            }
        }
    }
}
