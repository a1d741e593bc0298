//! H.264 access units become pictures. The decoder is OpenH264; it sees no stream whose pictures are larger than the bound.

use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

use crate::domain::Picture;

/// Largest side of a stream's picture: 4K cameras send 3840 by 2160.
pub const SIDE_MAX: u32 = 4096;

/// Most pixels of a stream's picture.
pub const PIXELS_MAX: u32 = 3840 * 2160;

/// A stream's decoder. Heavy: for the thread that decodes.
pub struct Screen {
    decoder: Decoder,
    /// After a fault nothing is right until the next key picture.
    is_broken: bool,
}

impl Screen {
    /// # Errors
    /// When OpenH264 cannot be started.
    pub fn open() -> Result<Self, String> {
        // Without flushing, pictures leave in the order they are shown, also where the stream reorders them.
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder =
            Decoder::with_api_config(OpenH264API::from_source(), config).map_err(|error| error.to_string())?;
        Ok(Self { decoder, is_broken: true })
    }

    /// Decodes one access unit (annex B); gives a picture when one is ready, `is_key` or not, and `is_wanted`.
    ///
    /// # Errors
    /// When the stream is damaged here.
    pub fn decode(&mut self, unit: &[u8], is_key: bool, is_wanted: bool) -> Result<Decoded, String> {
        if self.is_broken && !is_key {
            return Ok(Decoded::Nothing);
        }
        self.is_broken = false;
        let decoded = self.decoder.decode(unit).map_err(|error| {
            self.is_broken = true;
            error.to_string()
        })?;
        let Some(decoded) = decoded else { return Ok(Decoded::Nothing) };
        if !is_wanted {
            return Ok(Decoded::Unwanted);
        }
        let (width, height) = decoded.dimensions();
        let (width, height) = (width as u32, height as u32);
        fits(width, height)?;
        let mut rgb = vec![0; width as usize * height as usize * 3];
        decoded.write_rgb8(&mut rgb);
        Picture::new(width, height, rgb).map(Decoded::Picture).ok_or_else(|| "an empty picture".into())
    }
}

/// What came of one access unit.
pub enum Decoded {
    Picture(Picture),
    /// A picture is there and nobody wants it: it was not converted.
    Unwanted,
    Nothing,
}

/// # Errors
/// When a picture of this size is not decoded.
pub fn fits(width: u32, height: u32) -> Result<(), String> {
    let fits = (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height) && width * height <= PIXELS_MAX;
    if fits { Ok(()) } else { Err(format!("pictures of {width}x{height}; choose a stream of at most 3840x2160")) }
}
