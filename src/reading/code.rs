//! What a decoder found: a code's kind, content and place. Knows nothing of what the content means.

use std::fmt;

/// The kinds of code that are looked for: those on boarding passes, tickets, bills and baggage tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// ISO/IEC 24778.
    Aztec,
    /// ISO/IEC 16022.
    DataMatrix,
    /// ISO/IEC 16390, interleaved two of five.
    Itf,
    /// ISO/IEC 15438.
    Pdf417,
    /// ISO/IEC 18004.
    Qr,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Aztec, Self::DataMatrix, Self::Itf, Self::Pdf417, Self::Qr];
}

/// A place in the picture, pixels from its top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// One code that was read whole: its own check was right.
#[derive(Clone, PartialEq)]
pub struct Code {
    pub format: Format,
    /// The content as text; bytes that are no text in any likely encoding stand here as ISO 8859-1.
    pub text: String,
    /// The content as encoded.
    pub bytes: Vec<u8>,
    /// Top left, top right, bottom right, bottom left of the code as it is read.
    pub corners: [Point; 4],
}

/// Without the content: boarding passes name their holders.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({:?}, {} bytes)", self.format, self.bytes.len())
    }
}
