//! PP-OCRv4's recogniser: what one flat line says. Knows nothing of pages.

use ort::session::Session;
use ort::value::TensorRef;

use super::boxes::Outline;
use super::ink::tightened;
use super::resample::Planes;
use super::spaces::{Letter, spaced};
use super::warp::flatten;
use crate::domain::Picture;

/// The model's line height in pixels.
const HEIGHT: usize = 48;

/// Strips are widened to a multiple of this with grey, so that fewer shapes of tensors come up.
const WIDTH_STEP: usize = 32;

/// Narrower strips are padded: the model was trained on 320 and guesses on very narrow ones.
const WIDTH_MIN: usize = 96;

/// Wider lines are squeezed: 66 letters as wide as high, or about 150 of Latin print.
const WIDTH_MAX: usize = 3200;

/// What a line says, and the mean probability of its characters, `0.0..=1.0`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spelled {
    pub(super) text: String,
    pub(super) confidence: f32,
}

/// Recognises one line. One at a time: a batch of six costs a third more a line than six alone, for it leaves the
/// cache, and pads all to the widest.
pub(super) fn spell(
    session: &mut Session,
    alphabet: &[String],
    picture: &Picture,
    outline: &Outline,
) -> ort::Result<Spelled> {
    let (strip, width) = strip(picture, &tightened(picture, outline));
    let shape = [1, 3, strip.height, strip.width];
    let outputs = session.run(ort::inputs![TensorRef::from_array_view((shape, &strip.values[..]))?])?;
    let (shape, scores) = outputs[0].try_extract_tensor::<f32>()?;
    let classes = shape.last().copied().and_then(|c| usize::try_from(c).ok()).unwrap_or(0);
    if classes != alphabet.len() {
        return Err(ort::Error::new(format!("{classes} classes for an alphabet of {}", alphabet.len())));
    }
    let (letters, confidence) = collapse(scores, alphabet);
    let step = strip.width as f32 / (scores.len() / classes).max(1) as f32;
    Ok(Spelled { text: spaced(&letters, &strip, width, step), confidence })
}

/// `[3, 48, width] f32`, BGR, `-1.0..=1.0`, grey (0.0) to the right of the line; and the line's own width.
fn strip(picture: &Picture, outline: &Outline) -> (Planes, usize) {
    let width = (HEIGHT as f32 * outline.length / outline.height.max(1.0)).ceil();
    let width = (width as usize).clamp(8, WIDTH_MAX);
    let mut planes = Planes::filled(width.next_multiple_of(WIDTH_STEP).max(WIDTH_MIN), HEIGHT, 0.0);
    flatten(picture, outline, &mut planes, width);
    (planes, width)
}

/// The alphabet by class: the blank, the dictionary in the model's metadata (a character a line), and the space.
pub(super) fn alphabet(dictionary: &str) -> Vec<String> {
    let characters = dictionary.lines().map(str::to_owned);
    std::iter::once(String::new()).chain(characters).chain([" ".to_owned()]).collect()
}

/// The best path of connectionist temporal classification (Graves et al., 2006): the likeliest class of each step,
/// repeats and blanks (class 0) left out; and the mean probability of what is left. `scores` is `[steps, classes]`.
fn collapse<'a>(scores: &[f32], alphabet: &'a [String]) -> (Vec<Letter<'a>>, f32) {
    let (mut letters, mut sum, mut before) = (Vec::<Letter<'a>>::new(), 0.0, 0);
    for (step, scores) in scores.chunks_exact(alphabet.len()).enumerate() {
        let (class, score) = likeliest(scores);
        if class != 0 && class == before {
            letters.iter_mut().last().into_iter().for_each(|letter| letter.last = step);
        } else if class != 0 {
            letters.push(Letter { text: &alphabet[class], first: step, last: step });
            sum += score;
        }
        before = class;
    }
    let confidence = if letters.is_empty() { 0.0 } else { sum / letters.len() as f32 };
    (letters, confidence)
}

fn likeliest(step: &[f32]) -> (usize, f32) {
    // the maximum first, in lanes that the compiler can keep in a vector register; its place after
    let mut lanes = [f32::NEG_INFINITY; 16];
    for part in step.chunks(16) {
        lanes.iter_mut().zip(part).for_each(|(lane, v)| *lane = if *v > *lane { *v } else { *lane });
    }
    let most = lanes.into_iter().fold(f32::NEG_INFINITY, f32::max);
    (step.iter().position(|v| *v == most).unwrap_or(0), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_the_blank_first_and_the_space_last() {
        assert_eq!(alphabet("a\n中\n"), ["", "a", "中", " "]);
    }

    #[test]
    fn repeats_join_unless_a_blank_parts_them() {
        let alphabet = alphabet("<\nA");
        let path = [2, 2, 0, 1, 1, 0, 1, 3, 2];
        let scores = path.iter().flat_map(|&best| (0..4).map(move |c| if c == best { 0.8 } else { 0.05 }));
        let scores = scores.collect::<Vec<f32>>();
        let (letters, confidence) = collapse(&scores, &alphabet);
        assert_eq!(
            letters.iter().map(|l| (l.text, l.first, l.last)).collect::<Vec<_>>(),
            [("A", 0, 1), ("<", 3, 4), ("<", 6, 6), (" ", 7, 7), ("A", 8, 8)]
        );
        assert!((confidence - 0.8).abs() < 1e-6);
    }

    #[test]
    fn a_step_of_nonsense_is_not_indexed_out_of_bounds() {
        assert_eq!(likeliest(&[f32::NAN; 20]).0, 0);
    }
}
