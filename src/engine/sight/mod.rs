//! Sight: pictures to lines of text, and to places of faces. Knows nothing of cameras, codes, questions or people.
//!
//! Read: [`detect`] says where print is, [`boxes`] outlines it, [`ink`] tightens the outline and [`warp`] lays each
//! line flat, [`recognise`] spells it, [`spaces`] parts its words, [`orient`] is asked about doubtful lines only, [`order`] puts the lines in reading order.

mod boxes;
mod detect;
mod faces;
mod ink;
mod order;
mod orient;
mod reader;
mod recognise;
mod resample;
mod spaces;
mod warp;

use std::path::Path;

use super::{EngineError, FaceFinder, TextReader};

/// The three models of a reader.
#[derive(Debug, Clone, Copy)]
pub struct ReadingFiles<'a> {
    pub detector: &'a Path,
    pub recogniser: &'a Path,
    pub orienter: &'a Path,
}

/// Opens PP-OCRv4 (Chinese and English). `runtime` is the ONNX Runtime library, the same path for every model of the
/// process. Blocking, about 0.3 s.
///
/// # Errors
/// [`EngineError::Missing`] or [`EngineError::Unusable`], with the file's path.
pub fn open_ppocr(runtime: &Path, files: ReadingFiles<'_>) -> Result<Box<dyn TextReader>, EngineError> {
    Ok(Box::new(reader::Ppocr::open(runtime, files)?))
}

/// Opens the Ultra-Light face detector RFB-320 from `model`. Blocking, 20 ms.
///
/// # Errors
/// As [`open_ppocr`].
pub fn open_ultra_light(runtime: &Path, model: &Path) -> Result<Box<dyn FaceFinder>, EngineError> {
    Ok(Box::new(faces::UltraLight::open(runtime, model)?))
}
