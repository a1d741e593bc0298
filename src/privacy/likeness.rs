//! How much the spelling of an unknown word is like that of names, and how much like that of English words. Counted from the
//! facts when it is first asked; knows no word.

use std::sync::LazyLock;

use super::words::facts;

/// a to z, and the edge of a word.
const SYMBOLS: usize = 27;

/// Added to every count, so that what was never seen is rare and not impossible.
const SMOOTHING: f32 = 0.5;

/// Three letters in a row: the logarithm of how much more often the third follows the two in names than in words.
static RATIOS: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let names = Counts::of(facts().filter(|(_, known)| known.is_name() && !known.ordinary).map(|(word, _)| word));
    let words = Counts::of(facts().filter(|(_, known)| known.ordinary && !known.is_name()).map(|(word, _)| word));
    (0..SYMBOLS.pow(3)).map(|place| names.chance(place).ln() - words.chance(place).ln()).collect()
});

struct Counts {
    threes: Vec<f32>,
    pairs: Vec<f32>,
}

impl Counts {
    fn of(words: impl Iterator<Item = &'static str>) -> Self {
        let mut counts = Self { threes: vec![0.0; SYMBOLS.pow(3)], pairs: vec![0.0; SYMBOLS.pow(2)] };
        for place in words.flat_map(places) {
            counts.threes[place] += 1.0;
            counts.pairs[place / SYMBOLS] += 1.0;
        }
        counts
    }

    /// How probable the third letter of `place` is after its first two.
    fn chance(&self, place: usize) -> f32 {
        (self.threes[place] + SMOOTHING) / (self.pairs[place / SYMBOLS] + SMOOTHING * SYMBOLS as f32)
    }
}

/// The natural logarithm of how many times likelier `word` is spelled so as a name than as an English word. `word` is
/// [plain](super::words::plain); other letters than a to z count as an edge.
pub fn likeness(word: &str) -> f32 {
    places(word).map(|place| RATIOS[place]).sum()
}

/// The threes of letters of a word with its edges, each below `SYMBOLS` cubed.
fn places(word: &str) -> impl Iterator<Item = usize> {
    let edge = std::iter::once(0);
    let letters =
        word.bytes().map(|letter| if letter.is_ascii_lowercase() { usize::from(letter - b'a') + 1 } else { 0 });
    let (mut first, mut second) = (0, 0);
    letters.chain(edge).map(move |third| {
        let place = (first * SYMBOLS + second) * SYMBOLS + third;
        (first, second) = (second, third);
        place
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_tells_names_from_words_that_nobody_wrote_down() {
        // None of them is in the facts.
        for name in ["wojtasinski", "ettelgemma", "kristbjornsdottir", "belisarios"] {
            assert!(likeness(name) > 2.0, "{name}: {}", likeness(name));
        }
        for word in ["unscrewing", "reclinableness", "forgetfully", "resendable"] {
            assert!(likeness(word) < -2.0, "{word}: {}", likeness(word));
        }
    }
}
