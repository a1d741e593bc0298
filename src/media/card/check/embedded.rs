//! Pictures inside a card: PNG, JPEG or SVG, small, and nothing that grows when it is opened.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use crate::media::card::error::{Fault, fault};

/// Most pixels: a screen of 1920 x 1080, twice over.
const PIXELS_MAX: u64 = 4 << 20;
const REPAIR: &str = "give a PNG, JPEG or SVG of at most 384 kB and 4 megapixels";

/// A checked picture that may stand in a card as `data:` address.
#[derive(Clone, PartialEq, Eq)]
pub struct Embedded {
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Embedded {
    /// Largest file, bytes.
    pub const BYTES_MAX: usize = 384 << 10;

    /// Takes a PNG or JPEG file; `None` for anything else, and for what is too large.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        Self::checked(bytes).ok().filter(|picture| picture.media_type != "image/svg+xml")
    }

    pub(in crate::media::card) fn checked(bytes: Vec<u8>) -> Result<Self, Fault> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(fault(format!("a picture has {} bytes", bytes.len()), REPAIR));
        }
        if let Some((media_type, width, height)) = raster(&bytes) {
            let pixels = u64::from(width) * u64::from(height);
            if pixels == 0 || pixels > PIXELS_MAX {
                return Err(fault(format!("a picture has {width} by {height} pixels"), REPAIR));
            }
            return Ok(Self { media_type, bytes });
        }
        let text = std::str::from_utf8(&bytes).ok().filter(|text| text.trim_start().starts_with('<'));
        let text = text.ok_or_else(|| fault("a picture is neither PNG, JPEG nor SVG", REPAIR))?;
        super::inspect_nested(text)?;
        Ok(Self { media_type: "image/svg+xml", bytes })
    }

    /// Reads what stands in an `href`.
    pub(super) fn from_address(address: &str) -> Result<Self, Fault> {
        let cut: String = address.chars().take(40).collect();
        let foreign = || fault(format!("an image from '{cut}'"), "use only data:image/png, jpeg or svg+xml;base64,");
        let rest = address.strip_prefix("data:").ok_or_else(foreign)?;
        let (media_type, rest) = rest.split_once(";base64,").ok_or_else(foreign)?;
        if rest.len() > Self::BYTES_MAX * 4 / 3 + 4 {
            return Err(fault(format!("a picture of {} letters", rest.len()), REPAIR));
        }
        let bytes = STANDARD.decode(rest).map_err(|_| fault("a picture that is no base64", REPAIR))?;
        let picture = Self::checked(bytes)?;
        if picture.media_type != media_type {
            return Err(fault(format!("a picture that calls itself '{media_type}' and is none"), REPAIR));
        }
        Ok(picture)
    }

    pub(super) fn is_svg(&self) -> bool {
        self.media_type == "image/svg+xml"
    }
}

impl std::fmt::Debug for Embedded {
    /// Never the bytes: they may show somebody.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Embedded({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

impl Serialize for Embedded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("data:{};base64,{}", self.media_type, STANDARD.encode(&self.bytes)))
    }
}

/// Type, width and height of a PNG (ISO 15948, 11.2.2) or a JPEG (ITU T.81, B.2.2), from its header.
fn raster(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let at = |from: usize| Some(u32::from_be_bytes(bytes.get(from..from + 4)?.try_into().ok()?));
        return Some(("image/png", at(16)?, at(20)?));
    }
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        // Start of frame, but not the tables and the arithmetic that share its range.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let size = |from: usize| Some(u32::from(u16::from_be_bytes(rest.get(from..from + 2)?.try_into().ok()?)));
            return Some(("image/jpeg", size(7)?, size(5)?));
        }
        rest = rest.get(2 + length.max(2)..)?;
    }
}
