//! Words as small pictures: captions, the label in the corner, the stamp on a camera picture. Knows no time.

use std::fmt::Write as _;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Node, Tree};

use super::wrap;
use super::{ClipError, Fonts};
use crate::base::escape;
use crate::domain::Language;

/// Letters of captions, pixels of a 720 pixel frame: the first size that fits is taken.
const CAPTION_SIZES: [f32; 8] = [40.0, 38.0, 36.0, 34.0, 32.0, 30.0, 28.0, 26.0];
/// From here on there are three lines instead of two.
const SMALL: f32 = 30.0;
const LINE_HEIGHT: f32 = 1.3;
/// What pieces are measured at; widths grow in proportion.
const MEASURED_AT: f32 = 40.0;
/// Behind captions and labels: dark enough for white letters on every picture (contrast 7:1 on white ground).
const INK: &str = "#101a22";

/// A caption's lines and the size they fit at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Laid {
    pub lines: Vec<String>,
    /// Pixels of the frame.
    pub size: f32,
}

/// Writes words for frames of one height.
pub(super) struct Lettering<'a> {
    fonts: &'a Fonts,
    families: &'static str,
    /// Frame height / 720.
    scale: f32,
}

impl<'a> Lettering<'a> {
    pub fn new(fonts: &'a Fonts, language: Language, frame_height: u32) -> Self {
        let families = match language {
            Language::English => "Noto Sans, Noto Sans CJK SC, sans-serif",
            Language::Chinese => "Noto Sans CJK SC, Noto Sans, sans-serif",
        };
        Self { fonts, families, scale: frame_height as f32 / 720.0 }
    }

    /// Breaks a caption into lines of at most `width` pixels, at the largest size that fits.
    ///
    /// # Errors
    /// [`ClipError::Script`] when it fits at no size.
    pub fn lay(&self, text: &str, width: f32) -> Result<Laid, ClipError> {
        let least = CAPTION_SIZES[CAPTION_SIZES.len() - 1] * self.scale / MEASURED_AT;
        let whole = wrap::pieces(text);
        let wide = self.widths(&whole)?;
        let pieces: Vec<String> = whole
            .iter()
            .zip(&wide)
            .flat_map(|(piece, &wide)| match wide * least > width {
                true => wrap::letters(piece).collect(),
                false => vec![piece.clone()],
            })
            .collect();
        let widths = if pieces.len() == whole.len() { wide } else { self.widths(&pieces)? };
        let fit = |base: f32| {
            let size = base * self.scale;
            let widths: Vec<f32> = widths.iter().map(|wide| wide * size / MEASURED_AT).collect();
            let lines_max = if base > SMALL { 2 } else { 3 };
            wrap::lines(&pieces, &widths, width, lines_max).map(|lines| Laid { lines, size })
        };
        let chars = text.chars().count();
        CAPTION_SIZES.into_iter().find_map(fit).ok_or_else(|| {
            ClipError::script(format!("a caption of {chars} characters does not fit three lines"), "split it in two")
        })
    }

    /// The lines in white on a dark band of `width` by `height` pixels, in the middle of what is above its lowest `bar`.
    pub fn band(&self, laid: Option<&Laid>, width: u32, height: u32, bar: u32) -> Result<Pixmap, ClipError> {
        let mut svg = self.open(width, height);
        let _ = write!(svg, "<rect width=\"{width}\" height=\"{height}\" fill=\"{INK}\" fill-opacity=\"0.9\"/>");
        let lines = laid.map_or(&[][..], |laid| &laid.lines);
        let size = laid.map_or(1.0, |laid| laid.size);
        let top = (height.saturating_sub(bar) as f32 - lines.len() as f32 * size * LINE_HEIGHT) / 2.0;
        for (number, line) in lines.iter().enumerate() {
            // Letters sit on their line at some 0.36 of their size under its middle.
            let baseline = top + (number as f32 + 0.5) * size * LINE_HEIGHT + 0.36 * size;
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{baseline}\" font-size=\"{size}\" font-weight=\"500\" text-anchor=\"middle\" \
                 fill=\"#ffffff\">{}</text>",
                width / 2,
                escape(line)
            );
        }
        self.draw(&(svg + "</svg>"), width, height)
    }

    /// White words on a dark pill that is as wide as they are; `width_max` pixels at most, its words made smaller for it.
    pub fn pill(&self, words: &str, size: f32, width_max: f32, radius_share: f32) -> Result<Pixmap, ClipError> {
        let size = size * self.scale;
        let wide = self.widths(&[words.to_owned()])?.first().copied().unwrap_or(0.0) / MEASURED_AT;
        let size = size.min((width_max - size * 1.4) / wide.max(1.0));
        let (width, height) = ((wide * size + size * 1.4).ceil() as u32, (size * 1.75).ceil() as u32);
        let mut svg = self.open(width, height);
        let _ = write!(
            svg,
            "<rect width=\"{width}\" height=\"{height}\" rx=\"{}\" fill=\"{INK}\" fill-opacity=\"0.82\"/><text x=\"{}\" \
             y=\"{}\" font-size=\"{size}\" font-weight=\"500\" text-anchor=\"middle\" fill=\"#ffffff\">{}</text>",
            height as f32 * radius_share,
            width as f32 / 2.0,
            height as f32 / 2.0 + 0.36 * size,
            escape(words)
        );
        self.draw(&(svg + "</svg>"), width, height)
    }

    fn open(&self, width: u32, height: u32) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"{}\" \
             xml:space=\"preserve\">",
            self.families
        )
    }

    fn draw(&self, svg: &str, width: u32, height: u32) -> Result<Pixmap, ClipError> {
        let failed = ClipError::failed("lettering");
        let tree = Tree::from_str(svg, &self.fonts.options()).map_err(|error| failed(&error))?;
        let mut drawn = Pixmap::new(width, height).ok_or_else(|| failed(&"no room for a word"))?;
        resvg::render(&tree, Transform::identity(), &mut drawn.as_mut());
        Ok(drawn)
    }

    /// Widths of the pieces as they are shaped, pixels at [`MEASURED_AT`].
    fn widths(&self, pieces: &[String]) -> Result<Vec<f32>, ClipError> {
        let mut svg = self.open(64, 64);
        for (number, piece) in pieces.iter().enumerate() {
            let words = escape(piece);
            let _ =
                write!(svg, "<text id=\"p{number}\" font-size=\"{MEASURED_AT}\" font-weight=\"500\">{words}</text>");
        }
        let tree = Tree::from_str(&(svg + "</svg>"), &self.fonts.options());
        let tree = tree.map_err(|error| ClipError::failed("lettering")(&error))?;
        let wide = |number: usize| match tree.node_by_id(&format!("p{number}")) {
            Some(Node::Text(text)) => text.bounding_box().width(),
            _ => 0.0,
        };
        Ok((0..pieces.len()).map(wide).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(language: Language, text: &str) -> Result<Laid, ClipError> {
        Lettering::new(&Fonts::open().unwrap(), language, 720).lay(text, 1160.0)
    }

    #[test]
    fn short_captions_are_large_and_long_ones_smaller_in_more_lines() {
        let short = laid(Language::Chinese, "前往B22登机口").unwrap();
        assert_eq!((short.lines.len(), short.size), (1, 40.0));
        let long = laid(Language::Chinese, &"请沿着指示牌前往国际出发安检口，".repeat(6)).unwrap();
        assert!(long.lines.len() == 3 && long.size <= 30.0, "{long:?}");
        let english =
            laid(Language::English, "Take the lift to level 3, then follow the yellow signs to gate B22.").unwrap();
        assert!(english.lines.len() <= 2 && english.size >= 36.0, "{english:?}");
    }

    #[test]
    fn no_line_is_wider_than_the_band_as_it_is_shaped() {
        let fonts = Fonts::open().unwrap();
        let lettering = Lettering::new(&fonts, Language::English, 720);
        let long = format!("See https://example.org/{} for more", "very-long-path/".repeat(9));
        for text in [long.as_str(), "AVAVAVA To We ".repeat(9).as_str(), "国航CA1234航班".repeat(9).as_str()] {
            let laid = lettering.lay(text, 1160.0).unwrap();
            let widths = lettering.widths(&laid.lines).unwrap();
            assert!(widths.iter().all(|wide| wide * laid.size / MEASURED_AT <= 1166.0), "{laid:?} {widths:?}");
        }
    }

    #[test]
    fn what_fits_at_no_size_is_refused_with_the_repair() {
        let said = laid(Language::Chinese, &"登".repeat(200)).unwrap_err().to_string();
        assert_eq!(
            said,
            "the clip's script cannot be used: a caption of 200 characters does not fit three lines; split it in two"
        );
    }

    #[test]
    fn markup_in_a_caption_is_only_text() {
        let fonts = Fonts::open().unwrap();
        let lettering = Lettering::new(&fonts, Language::English, 720);
        let laid = lettering.lay("</text><image href=\"x\"/> & \u{1}", 1160.0).unwrap();
        assert!(lettering.band(Some(&laid), 1280, 144, 8).is_ok());
    }
}
