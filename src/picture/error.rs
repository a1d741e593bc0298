//! Why bytes did not become a picture, with what would fit. Knows no visitor's language.

use super::limits::{PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE_MAX};

/// What can be wrong with a picture from outside.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the file has {bytes} bytes; a picture of up to {} MiB fits", PICTURE_BYTES_MAX >> 20)]
    TooManyBytes { bytes: usize },
    #[error("the picture is {width} x {height} pixels; up to {} million pixels fit", PICTURE_PIXELS_MAX / 1_000_000)]
    TooManyPixels { width: u32, height: u32 },
    #[error("the picture is {width} x {height} pixels; sides of up to {PICTURE_SIDE_MAX} fit")]
    TooLong { width: u32, height: u32 },
    #[error("this is no picture; a JPEG, PNG, WebP, GIF or BMP file fits")]
    NotAPicture,
    #[error("this is an SVG drawing, which is not opened; a JPEG or PNG of it fits")]
    Drawing,
    #[error("the picture ends too early; send the whole file again")]
    Truncated,
    #[error("the picture is damaged; another JPEG or PNG of the same thing fits")]
    Damaged(#[source] image::ImageError),
    #[error("this kind of picture is not opened; saved as a usual 8-bit JPEG or PNG it fits")]
    Unsupported(#[source] image::ImageError),
    #[error("the picture could not be written as {format}")]
    Unwritten { format: &'static str, source: image::ImageError },
}
