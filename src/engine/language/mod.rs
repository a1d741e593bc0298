//! Text written by a local language model: usher's own decoder of quantized GGUF files.
//!
//! A model file is opened with distrust (`gguf`) and its shape read from its metadata (`config`). Its weights keep the bits
//! they were quantized to, in an order that suits vector instructions (`pack` -> `matrix`); `weights` names them. A forward
//! pass (`decoder`, and `batch` layer by layer) turns tokens into logits over a pool of parking threads (`pool`) with kernels
//! chosen for the processor (`kernels`), and keeps keys and values flat (`cache`), so that a conversation that shares its
//! beginning with the one before need not be read again. Text becomes tokens by the file's own tokenizer (`vocabulary` ->
//! `pieces` -> `tokenizer`) and conversations become text by its chat template (`template`), joined in `prompt`, which keeps
//! visitors' words from giving orders; `generator` writes the answer.
//!
//! The room does not know who asks or what is asked; it knows one file at a time.

mod activations;
mod batch;
mod buffer;
mod cache;
mod config;
mod decoder;
mod generator;
mod gguf;
mod kernels;
mod matrix;
mod metadata;
mod pack;
mod pieces;
mod pool;
pub mod prompt;
mod rope;
pub mod template;
pub mod tokenizer;
mod vocabulary;
#[cfg(test)]
mod tests;
mod weights;

use std::path::Path;

pub use decoder::Decoder;

use crate::engine::{EngineError, Generator};

/// Opens the model file at `path`. Blocks for as long as reading it takes.
///
/// # Errors
/// [`EngineError::Missing`], or [`EngineError::Unusable`] with the reason: truncated, hostile, of an unknown architecture, or
/// not made to converse.
pub fn open(path: &Path, settings: &Settings) -> Result<Box<dyn Generator>, EngineError> {
    Ok(Box::new(generator::Writer::open(path, settings)?))
}

/// Bytes that the cache of a full context of the model at `path` takes. Reads the file's header.
///
/// # Errors
/// As [`open`].
pub fn cache_bytes(path: &Path, settings: &Settings) -> Result<u64, EngineError> {
    let config = config::Config::read(&gguf::ModelFile::open(path)?)?;
    let context = settings.context_tokens_max.min(config.context_tokens);
    Ok(cache::Cache::bytes(&config, context).map_or(u64::MAX, |bytes| bytes as u64))
}

/// What a technician may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Threads that compute, the caller's among them; 1 starts none.
    pub threads: usize,
    /// Tokens of prompt and answer together; the model's own limit holds too. A full context of 4,096 takes 90 MiB with the
    /// starter model (its cache is touched only as far as it is used).
    pub context_tokens_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { threads: 1, context_tokens_max: 4_096 }
    }
}
