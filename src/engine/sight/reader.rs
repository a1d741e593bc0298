//! A whole reading with PP-OCRv4: detect, spell, turn what is doubtful, put in order. Knows nothing of geometry's inside.

use std::path::Path;

use ort::session::Session;

use super::boxes::Outline;
use super::recognise::{Spelled, alphabet, spell};
use super::{ReadingFiles, detect, order, orient};
use crate::base::Stop;
use crate::domain::{Language, Picture};
use crate::engine::{EngineError, Line, TextReader, onnx};

/// Lines read of one picture, the tallest first kept: more is a page nobody holds up to be asked about.
const LINES_MAX: usize = 150;

/// Below this a line is asked whether it stands on its head; upright print is rarely read with less.
const DOUBTFUL_BELOW: f32 = 0.85;

/// Probability from which the classifier is believed (PP-OCR's `cls_thresh`).
const UPSIDE_DOWN_ABOVE: f32 = 0.9;

/// Lines below this are dropped: texture read as letters (RapidOCR's `text_score`).
const DROPPED_BELOW: f32 = 0.5;

/// Longer sides are refused: the caller has bounded its pictures (12 megapixels are 4,000 x 3,000).
const SIDE_MAX: u32 = 12_000;

pub(super) struct Ppocr {
    detector: Session,
    recogniser: Session,
    orienter: Session,
    alphabet: Vec<String>,
}

impl Ppocr {
    pub(super) fn open(runtime: &Path, files: ReadingFiles<'_>) -> Result<Self, EngineError> {
        let recogniser = onnx::session(runtime, files.recogniser)?;
        let dictionary = recogniser.metadata().ok().and_then(|metadata| metadata.custom("character"));
        let dictionary = dictionary.ok_or_else(|| EngineError::Unusable {
            path: files.recogniser.display().to_string(),
            reason: "its metadata has no `character`, the dictionary".to_owned(),
        })?;
        Ok(Self {
            detector: onnx::session(runtime, files.detector)?,
            orienter: onnx::session(runtime, files.orienter)?,
            recogniser,
            alphabet: alphabet(&dictionary),
        })
    }

    /// Spells one line, from the other end too when it is doubtful. `turned` says whether the line before was on its head:
    /// then the classifier is asked first, for a page turned as a whole would be spelled twice.
    fn spell(&mut self, picture: &Picture, outline: &Outline, turned: bool) -> ort::Result<(Outline, Spelled)> {
        if turned && self.upside_down(picture, outline)? {
            let outline = outline.turned();
            return Ok((outline, spell(&mut self.recogniser, &self.alphabet, picture, &outline)?));
        }
        let spelled = spell(&mut self.recogniser, &self.alphabet, picture, outline)?;
        if turned || spelled.confidence >= DOUBTFUL_BELOW || !self.upside_down(picture, outline)? {
            return Ok((*outline, spelled));
        }
        let other = spell(&mut self.recogniser, &self.alphabet, picture, &outline.turned())?;
        let better = other.confidence > spelled.confidence;
        Ok(if better { (outline.turned(), other) } else { (*outline, spelled) })
    }

    fn upside_down(&mut self, picture: &Picture, outline: &Outline) -> ort::Result<bool> {
        Ok(orient::upside_down(&mut self.orienter, picture, outline)? > UPSIDE_DOWN_ABOVE)
    }
}

impl TextReader for Ppocr {
    fn read(&mut self, picture: &Picture, stop: &Stop) -> Result<Vec<Line>, EngineError> {
        if picture.width().max(picture.height()) > SIDE_MAX {
            return Err(EngineError::Input(format!("a picture to be read has sides of at most {SIDE_MAX} pixels")));
        }
        let mut outlines = detect::lines(&mut self.detector, picture, stop)?;
        outlines.sort_by(|a, b| b.height.total_cmp(&a.height));
        outlines.truncate(LINES_MAX);
        let (mut read, mut turned) = (Vec::with_capacity(outlines.len()), false);
        for outline in &outlines {
            if stop.is_requested() {
                return Err(EngineError::Stopped);
            }
            let (placed, spelled) = self.spell(picture, outline, turned).map_err(failed)?;
            turned = placed.along != outline.along;
            if spelled.confidence >= DROPPED_BELOW && !spelled.text.trim().is_empty() {
                read.push((placed, spelled));
            }
        }
        Ok(in_order(read))
    }

    fn languages(&self) -> &[Language] {
        &Language::ALL
    }

    fn name(&self) -> &str {
        "ppocr-v4"
    }
}

fn in_order(mut read: Vec<(Outline, Spelled)>) -> Vec<Line> {
    let outlines = read.iter().map(|(outline, _)| *outline).collect::<Vec<_>>();
    let line = |index: usize| {
        let (outline, spelled) = &mut read[index];
        let text = std::mem::take(&mut spelled.text).trim().to_owned();
        Line { text, corners: outline.corners(), confidence: spelled.confidence }
    };
    order::reading_order(&outlines).into_iter().map(line).collect()
}

fn failed(error: ort::Error) -> EngineError {
    EngineError::Failed { engine: "ppocr-v4", reason: error.to_string() }
}
