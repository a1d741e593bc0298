//! Bytes become a picture: JPEG, PNG, WebP, GIF, BMP; the first frame of moving ones; upright by EXIF; on white.
//!
//! The peak of a 12-megapixel JPEG is its decoded pixels twice (once while it is turned upright): see `limits`.

use std::io::{Cursor, ErrorKind};

use image::error::ImageError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::limits::{DECODER_BYTES_MAX, PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE_KEPT, PICTURE_SIDE_MAX};
use super::turn::{Turn, mirrored, turned};
use super::{PictureError, jpeg, scale};
use crate::domain::Picture;

/// Bytes searched for the opening tag of an SVG: comments and a document type may stand before it.
const DRAWING_SEARCHED_BYTES: usize = 4_096;

/// Makes a file's bytes a picture of at most [`PICTURE_SIDE_KEPT`] a side. Blocks.
///
/// # Errors
/// [`PictureError`], whose text says what would fit.
pub fn open(bytes: &[u8]) -> Result<Picture, PictureError> {
    if bytes.len() > PICTURE_BYTES_MAX {
        return Err(PictureError::TooManyBytes { bytes: bytes.len() });
    }
    if is_drawing(bytes) {
        return Err(PictureError::Drawing);
    }
    if jpeg::is_jpeg(bytes) && !jpeg::is_whole(bytes) {
        return Err(PictureError::Truncated);
    }
    let (decoded, orientation) = decode(bytes)?;
    let picture = on_white(decoded).ok_or(PictureError::NotAPicture)?;
    Ok(upright(scale::scaled_to_fit(picture, PICTURE_SIDE_KEPT), orientation))
}

fn decode(bytes: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PictureError::Truncated)?;
    if reader.format().is_none() {
        return Err(PictureError::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    // A damaged EXIF block costs the orientation, not the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(refused)?, orientation))
}

fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width.max(height) > PICTURE_SIDE_MAX {
        return Err(PictureError::TooLong { width, height });
    }
    if u64::from(width) * u64::from(height) > PICTURE_PIXELS_MAX {
        return Err(PictureError::TooManyPixels { width, height });
    }
    Ok(())
}

fn refused(error: ImageError) -> PictureError {
    if ends_early(&error) {
        return PictureError::Truncated;
    }
    match error {
        error @ (ImageError::Unsupported(_) | ImageError::Limits(_)) => PictureError::Unsupported(error),
        error => PictureError::Damaged(error),
    }
}

/// Whether an end of file lies at the root: each decoder wraps it in errors of its own.
fn ends_early(error: &ImageError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::UnexpectedEof) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_drawing(bytes: &[u8]) -> bool {
    let start = bytes.get(..DRAWING_SEARCHED_BYTES).unwrap_or(bytes);
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    text.starts_with(b"<") && start.windows(4).any(|four| four.eq_ignore_ascii_case(b"<svg"))
}

fn on_white(decoded: DynamicImage) -> Option<Picture> {
    let (width, height) = (decoded.width(), decoded.height());
    let rgb = match decoded {
        DynamicImage::ImageRgb8(pixels) => pixels.into_raw(),
        DynamicImage::ImageLuma8(pixels) => pixels.as_raw().iter().flat_map(|&luma| [luma; 3]).collect(),
        DynamicImage::ImageLumaA8(pixels) => {
            let (pixels, _) = pixels.as_raw().as_chunks::<2>();
            pixels.iter().flat_map(|&[luma, alpha]| [over_white(luma, alpha); 3]).collect()
        }
        DynamicImage::ImageRgba8(pixels) => flattened(pixels.as_raw()),
        DynamicImage::ImageLumaA16(_) | DynamicImage::ImageRgba16(_) | DynamicImage::ImageRgba32F(_) => {
            flattened(decoded.into_rgba8().as_raw())
        }
        opaque => opaque.into_rgb8().into_raw(),
    };
    Picture::new(width, height, rgb)
}

/// `[n, 4]` with alpha to `[n, 3]` on white.
fn flattened(rgba: &[u8]) -> Vec<u8> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let mut rgb = vec![0; pixels.len() * 3];
    let (out, _) = rgb.as_chunks_mut::<3>();
    for (out, &[r, g, b, alpha]) in out.iter_mut().zip(pixels) {
        *out = [over_white(r, alpha), over_white(g, alpha), over_white(b, alpha)];
    }
    rgb
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// EXIF orientation 1 to 8 (CIPA DC-008, tag 0x0112) undone.
fn upright(picture: Picture, orientation: Orientation) -> Picture {
    match orientation {
        Orientation::NoTransforms => picture,
        Orientation::Rotate90 => turned(&picture, Turn::Right),
        Orientation::Rotate180 => turned(&picture, Turn::Over),
        Orientation::Rotate270 => turned(&picture, Turn::Left),
        Orientation::FlipHorizontal => mirrored(picture),
        Orientation::FlipVertical => mirrored(turned(&picture, Turn::Over)),
        Orientation::Rotate90FlipH => mirrored(turned(&picture, Turn::Right)),
        Orientation::Rotate270FlipH => mirrored(turned(&picture, Turn::Left)),
    }
}
