//! Whisper's encoder and decoder over candle, from full or quantized weights: features in, scores of the next token
//! out. Knows no tokens and no languages.
//!
//! candle's decoder keeps the keys of the sound and not those of the text, so every step reads all tokens again: cheap
//! for the handful that a spoken question has. Its GELU is the tanh approximation, where Whisper was trained with the
//! exact one: scores differ by a thousandth of their spread (the golden test measures it).

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use candle_core::quantized::gguf_file::Content;
use candle_core::{DType, Device, IndexOp, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::whisper::{Config, model, quantized_model};

use super::mel::FRAMES;
use crate::engine::EngineError;

/// Widest state: large has 1,280.
const WIDTH_MAX: usize = 2048;
/// Most layers on a side: large has 32.
const LAYERS_MAX: usize = 48;
/// Most tokens: the multilingual vocabularies have 51,866.
const VOCABULARY_MAX: usize = 1 << 17;
/// Longest text that is decoded: every published model has 448 positions.
const POSITIONS_MAX: usize = 4096;

/// A loaded model and the sound it listens to.
pub(super) struct Model {
    weights: Weights,
    config: Config,
    /// What the encoder made of the sound: `[1, 1500, width]` f32.
    sound: Option<Tensor>,
    /// The sound is new: keys kept from the one before are void.
    fresh: bool,
}

enum Weights {
    Full(model::Whisper),
    Quantized(quantized_model::Whisper),
}

impl Model {
    /// Reads `model.safetensors`, or else the one `*.gguf` in `folder`, whose names are those of transformers.
    ///
    /// # Errors
    /// [`EngineError::Missing`] without either, [`EngineError::Unusable`] when the file and `config` do not fit.
    pub fn open(folder: &Path, config: Config) -> Result<Self, EngineError> {
        let safetensors = folder.join("model.safetensors");
        let (path, weights) = if safetensors.is_file() {
            let weights = full(&safetensors, config.clone());
            (safetensors, weights)
        } else {
            let gguf = gguf_in(folder).ok_or_else(|| missing(&safetensors))?;
            let weights = quantized(&gguf, config.clone());
            (gguf, weights)
        };
        let weights = weights.map_err(|error| unusable(&path, error.to_string()))?;
        Ok(Self { weights, config, sound: None, fresh: true })
    }

    /// Listens to a spectrogram of `[mel_bins, FRAMES]`; the scores that follow are about it.
    pub fn listen(&mut self, features: Vec<f32>) -> Result<(), EngineError> {
        let features =
            Tensor::from_vec(features, (1, self.config.num_mel_bins, FRAMES), &Device::Cpu).map_err(failed)?;
        let sound = match &mut self.weights {
            Weights::Full(whisper) => whisper.encoder.forward(&features, true),
            Weights::Quantized(whisper) => whisper.encoder.forward(&features, true),
        };
        self.sound = Some(sound.map_err(failed)?);
        self.fresh = true;
        Ok(())
    }

    /// The score of every token to follow `tokens`, of the sound listened to last.
    pub fn scores(&mut self, tokens: &[u32]) -> Result<Vec<f32>, EngineError> {
        let sound = self.sound.as_ref().ok_or_else(|| EngineError::Input("nothing was listened to".into()))?;
        let fresh = std::mem::replace(&mut self.fresh, false);
        scores(&mut self.weights, tokens, sound, fresh).map_err(failed)
    }

    /// What the encoder made of the sound, `[1500, width]` row by row; empty before anything was listened to.
    pub fn sound(&self) -> Result<Vec<f32>, EngineError> {
        let values = self.sound.as_ref().map(|sound| sound.flatten_all()?.to_vec1()).transpose().map_err(failed)?;
        Ok(values.unwrap_or_default())
    }
}

/// Reads and checks `config.json`: sizes come from a stranger's file and decide what is allocated.
pub(super) fn read_config(path: &Path) -> Result<Config, EngineError> {
    let text = std::fs::read_to_string(path).map_err(|_| missing(path))?;
    let config: Config = serde_json::from_str(&text).map_err(|error| unusable(path, error.to_string()))?;
    let heads_fit = |heads: usize| heads > 0 && config.d_model.is_multiple_of(heads);
    let sizes = [
        ("num_mel_bins", [80, 128].contains(&config.num_mel_bins)),
        ("max_source_positions", config.max_source_positions * 2 == FRAMES),
        ("d_model", (4..=WIDTH_MAX).contains(&config.d_model) && config.d_model.is_multiple_of(2)),
        ("encoder_attention_heads", heads_fit(config.encoder_attention_heads)),
        ("decoder_attention_heads", heads_fit(config.decoder_attention_heads)),
        ("encoder_layers", (1..=LAYERS_MAX).contains(&config.encoder_layers)),
        ("decoder_layers", (1..=LAYERS_MAX).contains(&config.decoder_layers)),
        ("vocab_size", (8..=VOCABULARY_MAX).contains(&config.vocab_size)),
        ("max_target_positions", (8..=POSITIONS_MAX).contains(&config.max_target_positions)),
    ];
    match sizes.iter().find(|(_, fits)| !fits) {
        Some((name, _)) => Err(unusable(path, format!("{name} is not that of a Whisper model"))),
        None => Ok(config),
    }
}

fn full(path: &Path, config: Config) -> candle_core::Result<Weights> {
    let tensors: HashMap<String, Tensor> = candle_core::safetensors::load(path, &Device::Cpu)?;
    let weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    model::Whisper::load(&weights, config).map(Weights::Full)
}

fn quantized(path: &Path, config: Config) -> candle_core::Result<Weights> {
    // Read once for its errors: a truncated file is said before gigabytes are allocated.
    Content::read(&mut File::open(path)?)?;
    let weights = quantized_model::VarBuilder::from_gguf(path, &Device::Cpu)?;
    quantized_model::Whisper::load(&weights, config).map(Weights::Quantized)
}

fn gguf_in(folder: &Path) -> Option<std::path::PathBuf> {
    let files = std::fs::read_dir(folder).ok()?;
    files.filter_map(|file| Some(file.ok()?.path())).filter(|path| path.extension().is_some_and(|e| e == "gguf")).min()
}

fn scores(weights: &mut Weights, tokens: &[u32], sound: &Tensor, fresh: bool) -> candle_core::Result<Vec<f32>> {
    let last = tokens.len().saturating_sub(1);
    let tokens = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
    let scores = match weights {
        Weights::Full(whisper) => {
            let states = whisper.decoder.forward(&tokens, sound, fresh)?;
            whisper.decoder.final_linear(&states.i((.., last..=last))?)?
        }
        Weights::Quantized(whisper) => {
            let states = whisper.decoder.forward(&tokens, sound, fresh)?;
            whisper.decoder.final_linear(&states.i((.., last..=last))?)?
        }
    };
    scores.flatten_all()?.to_vec1()
}

pub(super) fn missing(path: &Path) -> EngineError {
    EngineError::Missing { path: path.display().to_string() }
}

pub(super) fn unusable(path: &Path, reason: String) -> EngineError {
    EngineError::Unusable { path: path.display().to_string(), reason }
}

fn failed(error: candle_core::Error) -> EngineError {
    EngineError::Failed { engine: "whisper", reason: error.to_string() }
}
