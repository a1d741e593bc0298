//! What a visitor holds up, from its codes or its lines of text. Decides nothing about answers.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;

use super::attempts;
use super::bcbp::{self, BoardingPass};
use super::code::{Code, Format};
use super::content::{self, Link};
use super::mrz::{self, TravelDocument};
use super::tag::{self, BaggageTag};
use crate::base::Stop;
use crate::domain::Picture;

/// One thing that was read. All text in it is the visitor's: untrusted, and personal.
#[derive(Clone, PartialEq)]
pub enum Seen {
    BoardingPass(Box<BoardingPass>),
    BaggageTag(BaggageTag),
    TravelDocument(Box<TravelDocument>),
    /// A queue ticket's number: `A123`.
    QueueTicket(String),
    Link(Link),
    Text(String),
}

/// The kind without the content.
impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BoardingPass(_) => "BoardingPass",
            Self::BaggageTag(_) => "BaggageTag",
            Self::TravelDocument(_) => "TravelDocument",
            Self::QueueTicket(_) => "QueueTicket",
            Self::Link(_) => "Link",
            Self::Text(_) => "Text",
        })
    }
}

/// What the codes in `picture` say, each thing once. Looks for at most `budget` (see [`attempts::codes`]); blocks.
pub fn codes_seen(picture: &Picture, today: Date, budget: Duration, stop: &Stop) -> Vec<Seen> {
    let mut seen = Vec::new();
    for code in attempts::codes(picture, budget, stop) {
        let one = seen_in_code(&code, today);
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

/// What one code says.
pub fn seen_in_code(code: &Code, today: Date) -> Seen {
    if let Ok(pass) = bcbp::parse(&code.text, today) {
        return Seen::BoardingPass(Box::new(pass));
    }
    if let (Format::Itf, Ok(tag)) = (code.format, tag::parse(&code.text)) {
        return Seen::BaggageTag(tag);
    }
    content::link(&code.text)
        .map(Seen::Link)
        .or_else(|| content::ticket(&code.text).map(Seen::QueueTicket))
        .unwrap_or_else(|| Seen::Text(content::plain(&code.text)))
}

/// The travel document whose zone is among lines that OCR read; `None` when there is none, or its checks fail.
pub fn seen_in_lines<S: AsRef<str>>(lines: &[S], today: Date) -> Option<Seen> {
    mrz::parse(lines, today).ok().map(|document| Seen::TravelDocument(Box::new(document)))
}
