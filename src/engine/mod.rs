//! Models behind small traits, one for each thing a visitor needs: to be understood, to be answered, to be heard.
//!
//! Callers hold a `Box<dyn Generator>` and friends, each on its own [`Worker`](crate::base::worker::Worker); no type of
//! candle, ort or any other adapter leaves this room. The room does not know what the words mean or who asks.

pub mod language;
mod minilm;
pub mod whisper;
mod onnx;
pub mod sight;
pub mod speech;

pub use self::onnx::without_telemetry;

use std::ops::ControlFlow;
use std::path::Path;

use crate::base::Stop;
use crate::domain::{Audio, Language, Picture};

/// What an engine can fail at; each variant is something the caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file is missing: the pack was not fetched, or not whole.
    #[error("model file {path} is missing; run `usher models pull`")]
    Missing { path: String },
    /// A program that does the work outside this process is not on the system.
    #[error("{program} is not installed; run `apt-get install {package}`")]
    NotInstalled { program: String, package: &'static str },
    /// The file is there and cannot be used: truncated, hostile, of another format or architecture.
    #[error("model file {path} cannot be used: {reason}")]
    Unusable { path: String, reason: String },
    /// The input is not what the engine takes; the text says what it takes.
    #[error("{0}")]
    Input(String),
    /// The input does not fit the model's context, counted in tokens.
    #[error("the prompt has {tokens} tokens and the model takes {max}")]
    TooLong { tokens: usize, max: usize },
    /// Nobody waits any more.
    #[error("stopped")]
    Stopped,
    /// The engine failed while running; a technician reads the chain.
    #[error("{engine} failed: {reason}")]
    Failed { engine: &'static str, reason: String },
}

/// One message of a conversation, for the model's own chat template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// How a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model said its end token.
    End,
    /// The token limit was reached.
    Length,
    /// The caller broke off, or its [`Stop`] was requested.
    Stopped,
}

/// What one generation cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated {
    pub finish: Finish,
    pub prompt_tokens: usize,
    /// Prompt tokens whose keys and values were still cached from the generation before.
    pub reused_tokens: usize,
    pub answer_tokens: usize,
}

/// Writes text: a causal language model with its own tokenizer and chat template. Blocking; greedy, so equal prompts give equal texts.
pub trait Generator: Send {
    /// Streams the continuation of `messages` piece by piece (whole UTF-8 only); at most `tokens_max` tokens.
    ///
    /// # Errors
    /// [`EngineError::TooLong`] before any work when prompt and `tokens_max` exceed the context.
    fn generate(
        &mut self,
        messages: &[Message],
        tokens_max: usize,
        stop: &Stop,
        on_piece: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, EngineError>;

    /// What the model is called, for `models` in the answer document.
    fn name(&self) -> &str;

    /// Billions of parameters, which decide what the conversation may ask of it.
    fn parameters_billion(&self) -> f32;
}

/// Turns texts into unit vectors whose dot product is likeness of meaning.
pub trait Embedder: Send {
    /// One vector of [`Embedder::dimensions`] f32 of length 1 for each text; long texts are cut at the model's limit. Blocking.
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError>;

    fn dimensions(&self) -> usize;

    /// The languages the model understands: texts in others must not be embedded, their vectors mean nothing.
    fn languages(&self) -> &[Language];

    fn name(&self) -> &str;
}

/// Reads the embedding model from its folder in the pack (`model.safetensors`, `tokenizer.json`). Blocks for about 0.1 s.
///
/// # Errors
/// [`EngineError::Missing`] or [`EngineError::Unusable`], naming the file.
pub fn open_embedder(folder: &Path) -> Result<Box<dyn Embedder>, EngineError> {
    Ok(Box::new(minilm::MiniLm::open(folder)?))
}

/// What was said in a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// Empty when no speech was found.
    pub text: String,
    pub language: Language,
    /// The transcriber was unsure of the whole: another language, heavy noise, a voice it cannot follow. Ask, do not act.
    pub doubtful: bool,
}

/// Writes down speech.
pub trait Transcriber: Send {
    /// `audio` is mono at [`HEARING_RATE_HZ`](crate::domain::HEARING_RATE_HZ), speech only (the detector has cut silence). Blocking.
    fn transcribe(&mut self, audio: &Audio, hint: Option<Language>, stop: &Stop) -> Result<Transcript, EngineError>;

    /// Nobody has spoken for a while: gives back what only a transcription needs. Blocking, tens of milliseconds.
    fn rest(&mut self) {}

    fn languages(&self) -> &[Language];

    fn name(&self) -> &str;
}

/// Samples in one step of the [`SpeechDetector`]: 32 ms at 16 kHz.
pub const DETECTOR_CHUNK: usize = 512;

/// Tells speech from everything else.
pub trait SpeechDetector: Send {
    /// The probability `0.0..=1.0` that `chunk` ([`DETECTOR_CHUNK`] samples, 16 kHz mono) holds speech, given the chunks before it.
    fn speech(&mut self, chunk: &[f32]) -> Result<f32, EngineError>;

    /// Forgets the chunks before: a new recording begins.
    fn reset(&mut self);

    fn name(&self) -> &str;
}

/// Speaks text.
pub trait Voice: Send {
    /// Streams mono i16 samples at [`Voice::rate_hz`] to `on_audio` as they are made. `Break` or `stop` ends the voice at once (barge-in). Blocking.
    fn speak(
        &mut self,
        text: &str,
        language: Language,
        stop: &Stop,
        on_audio: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<(), EngineError>;

    fn rate_hz(&self) -> u32;

    fn name(&self) -> &str;
}

/// One line of text found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    /// In pixels of the picture: where the text's own top left, top right, bottom right and bottom left corners are, so
    /// that a line that stands on its head has its first corner at the bottom right.
    pub corners: [(f32, f32); 4],
    /// Mean probability `0.0..=1.0` of the characters.
    pub confidence: f32,
}

/// Reads printed text in pictures.
pub trait TextReader: Send {
    /// The lines of `picture` in reading order: columns from left to right, rows from top to bottom. No text gives no
    /// lines. What was read is a stranger's words: data, never instructions. Blocking, 0.2 to 2 s.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] soon after `stop` was requested; [`EngineError::Failed`].
    fn read(&mut self, picture: &Picture, stop: &Stop) -> Result<Vec<Line>, EngineError>;

    /// The languages whose print can be read.
    fn languages(&self) -> &[Language];

    fn name(&self) -> &str;
}

/// Where a face is: fractions `0.0..=1.0` of the picture's width and height. Says nothing of whose face it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    /// Probability `0.0..=1.0` that this is a face.
    pub confidence: f32,
}

/// Finds faces, to know that somebody is there and what to blur. Keeps, compares and names none.
pub trait FaceFinder: Send {
    /// The faces that stand near enough to use the kiosk, the surest first. Blocking, about 10 ms.
    fn faces(&mut self, picture: &Picture) -> Result<Vec<Face>, EngineError>;

    /// Small and half-hidden faces too, at the price of some false ones: for blurring. Blocking, 0.1 to 1 s.
    fn faces_thorough(&mut self, picture: &Picture) -> Result<Vec<Face>, EngineError>;

    fn name(&self) -> &str;
}
