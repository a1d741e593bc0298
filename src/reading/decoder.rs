//! The code decoder, zxing-cpp. The only file that names it. Knows grey planes; decides nothing about how often to try.

use zxingcpp::{Barcode, BarcodeFormat, BarcodeReader, Binarizer, ImageFormat, ImageView, PointI, TextMode};

use super::code::{Code, Format};
use super::plane::Plane;
use super::text;

/// Most codes taken from one picture: a sheet of tags has a dozen; a poster of noise must not cost more.
const CODES_MAX: i32 = 16;

/// How a grey plane becomes black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// Against the neighbourhood's mean: uneven light.
    Local,
    /// One for the whole plane, at the histogram's valley: even light, low contrast.
    Global,
    /// The plane is black and white already.
    Fixed,
}

/// A decoder's result with what speaks for it.
pub struct Read {
    pub code: Code,
    /// Scan lines that agree, for linear codes.
    pub lines: i32,
}

/// Every code of `formats` in `plane`, corners in the picture's pixels. Empty when the plane cannot be looked at.
pub fn read(plane: &Plane, formats: &[Format], threshold: Threshold) -> Vec<Read> {
    let Ok(view) = ImageView::from_slice(&plane.luma, plane.width, plane.height, ImageFormat::Lum) else {
        return Vec::new();
    };
    let found = reader(formats, threshold).from(view).unwrap_or_default();
    found.iter().filter(|code| code.is_valid()).filter_map(|code| as_read(code, plane)).collect()
}

fn reader(formats: &[Format], threshold: Threshold) -> BarcodeReader {
    let formats: Vec<BarcodeFormat> = formats.iter().map(|&format| theirs(format)).collect();
    let binarizer = match threshold {
        Threshold::Local => Binarizer::LocalAverage,
        Threshold::Global => Binarizer::GlobalHistogram,
        Threshold::Fixed => Binarizer::FixedThreshold,
    };
    BarcodeReader::new()
        .formats(formats)
        .binarizer(binarizer)
        .text_mode(TextMode::Plain)
        .max_number_of_symbols(CODES_MAX)
}

fn as_read(code: &Barcode, plane: &Plane) -> Option<Read> {
    let format = ours(code.symbology())?;
    let bytes = code.bytes();
    let text = text::of(&bytes, code.text(), code.has_eci());
    let place = code.position();
    let corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
        .map(|PointI { x, y }| plane.in_picture(x as f32, y as f32));
    Some(Read { code: Code { format, text, bytes, corners }, lines: code.line_count() })
}

fn theirs(format: Format) -> BarcodeFormat {
    match format {
        Format::Aztec => BarcodeFormat::AztecCode,
        Format::DataMatrix => BarcodeFormat::DataMatrix,
        Format::Itf => BarcodeFormat::ITF,
        Format::Pdf417 => BarcodeFormat::PDF417,
        Format::Qr => BarcodeFormat::QRCode,
    }
}

fn ours(format: BarcodeFormat) -> Option<Format> {
    match format {
        BarcodeFormat::Aztec | BarcodeFormat::AztecCode => Some(Format::Aztec),
        BarcodeFormat::DataMatrix => Some(Format::DataMatrix),
        BarcodeFormat::ITF => Some(Format::Itf),
        BarcodeFormat::PDF417 => Some(Format::Pdf417),
        BarcodeFormat::QRCode => Some(Format::Qr),
        _ => None,
    }
}
