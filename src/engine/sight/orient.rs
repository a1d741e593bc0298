//! PP-OCR's angle classifier: whether a line stands on its head. Knows nothing of what it says.

use ort::session::Session;
use ort::value::TensorRef;

use super::boxes::Outline;
use super::resample::Planes;
use super::warp::flatten;
use crate::domain::Picture;

/// The model's strip in pixels; shorter lines are padded with grey, longer ones squeezed.
const WIDTH: usize = 192;
const HEIGHT: usize = 48;

/// The probability `0.0..=1.0` that the line has to be read from its other end.
pub(super) fn upside_down(session: &mut Session, picture: &Picture, outline: &Outline) -> ort::Result<f32> {
    let mut strip = Planes::filled(WIDTH, HEIGHT, 0.0);
    let width = (HEIGHT as f32 * outline.length / outline.height.max(1.0)).ceil();
    flatten(picture, outline, &mut strip, (width as usize).clamp(8, WIDTH));
    let shape = [1, 3, HEIGHT, WIDTH];
    let outputs = session.run(ort::inputs![TensorRef::from_array_view((shape, &strip.values[..]))?])?;
    let (_, scores) = outputs[0].try_extract_tensor::<f32>()?;
    scores.get(1).copied().ok_or_else(|| ort::Error::new("no second class"))
}
