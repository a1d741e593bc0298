//! The bounds on what comes in from outside, with the reason for each. Rooms may add their own; these are the shared ones.

/// Longest question in characters: five minutes of fast speech is about 4,500; anything longer is not a question.
pub const QUESTION_CHARS_MAX: usize = 2_000;

/// Longest recording in seconds that is transcribed. Above it the visitor is asked to be brief.
pub const AUDIO_SECONDS_MAX: u32 = 60;

/// Largest audio file that is decoded, bytes: a minute of 48 kHz stereo 16-bit PCM is 11.5 MB.
pub const AUDIO_BYTES_MAX: usize = 16 << 20;

/// Longest text spoken in one answer, characters.
pub const SPOKEN_CHARS_MAX: usize = 2_000;
