//! Bounds on knowledge that is imported. They are far above any real site; what passes them is a mistake, and is named.

/// Files of one import.
pub const FILES_MAX: usize = 1_000;

/// Folders inside folders that are looked into.
pub const FOLDERS_DEEP_MAX: usize = 8;

/// Bytes of one file: 10,000 phrasings are about 1 MB.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// Bytes of one JSON line.
pub const LINE_BYTES_MAX: usize = 256 << 10;

/// Phrasings of one item. The largest intent of banking77 has 187.
pub const PHRASINGS_MAX: usize = 1_000;

pub const PHRASING_CHARS_MAX: usize = 500;

/// Characters of an answer: five minutes of speech.
pub const ANSWER_CHARS_MAX: usize = 4_000;

/// Characters of an id, tag, place, hours, fees, media reference or file name.
pub const SHORT_CHARS_MAX: usize = 200;

pub const TAGS_MAX: usize = 50;

/// Items and document parts of one import, and vectors that search holds: 200,000 vectors of 384 f32 are 300 MB.
pub const ENTRIES_MAX: usize = 50_000;
pub const VECTORS_MAX: usize = 200_000;

/// Characters of one sentence; longer ones are cut at a clause, then anywhere.
pub const SENTENCE_CHARS_MAX: usize = 600;

/// Characters of one document part; what stands under one heading is divided between paragraphs beyond it. The
/// embedding model reads 256 tokens, about 1,200 characters of English.
pub const PART_CHARS_MAX: usize = 1_200;
