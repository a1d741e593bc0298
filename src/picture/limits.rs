//! The bounds on pictures from outside, with the reason for each. Knows numbers only.

/// Largest file, bytes: a 40-megapixel photograph at a phone's usual quality is about 15 MB.
pub const PICTURE_BYTES_MAX: usize = 16 << 20;

/// Most pixels that are decoded. At three bytes a pixel, 120 MB; phones save 12 or 24 million.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;

/// Longest side in pixels: a strip of 16,384 by 2,441 is still within [`PICTURE_PIXELS_MAX`].
pub const PICTURE_SIDE_MAX: u32 = 16_384;

/// Longest side that is kept, pixels. A printed A4 page at 300 dpi is 3,508 high; reading gains nothing above.
pub const PICTURE_SIDE_KEPT: u32 = 4_096;

/// Most bytes a decoder may take for itself beside the file: 40 million pixels of 16-bit RGBA.
pub const DECODER_BYTES_MAX: u64 = PICTURE_PIXELS_MAX * 8;
