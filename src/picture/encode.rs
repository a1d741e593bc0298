//! A picture written as a file's bytes. Knows no place to put them.

use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;

use super::PictureError;
use crate::domain::Picture;

/// A baseline JPEG; `quality` 1 to 100, 85 is a photograph's usual.
///
/// # Errors
/// [`PictureError::Unwritten`] when a side is longer than the 65,535 that JPEG counts.
pub fn to_jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    written("JPEG", JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)), picture)?;
    Ok(bytes)
}

/// An 8-bit RGB PNG, without loss.
///
/// # Errors
/// [`PictureError::Unwritten`], which no picture that fits memory gives.
pub fn to_png(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    written("PNG", PngEncoder::new(&mut bytes), picture)?;
    Ok(bytes)
}

fn written(format: &'static str, encoder: impl ImageEncoder, picture: &Picture) -> Result<(), PictureError> {
    encoder
        .write_image(picture.rgb(), picture.width(), picture.height(), image::ExtendedColorType::Rgb8)
        .map_err(|source| PictureError::Unwritten { format, source })
}
