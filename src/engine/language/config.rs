//! The shape of a model, read from its GGUF metadata. Knows the architectures usher decodes and how their keys are
//! named; knows nothing of tensors or arithmetic.

use candle_core::quantized::gguf_file::Value;

use super::gguf::{Metadata, ModelFile};
use crate::engine::EngineError;

/// Bounds on declared dimensions, well above any model a kiosk can hold: they keep products of two far from overflow.
const LAYERS_MAX: usize = 256;
const WIDTH_MAX: usize = 1 << 17;
const HEADS_MAX: usize = 1 << 10;
const VOCABULARY_MAX: usize = 1 << 20;
/// Widest attention head: Gemma's have 256.
pub(crate) const HEAD_WIDTH_MAX: usize = 512;

/// Which dimensions of a head form the pairs that a rotary position turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Neighbours `(2i, 2i + 1)`: `llama` files, whose query and key rows the converter has permuted.
    Neighbours,
    /// Halves `(i, i + n/2)`: `qwen3` files.
    Halves,
}

/// Hyperparameters of one model. Every count is at least 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub architecture: String,
    pub name: String,
    pub layers: usize,
    pub width: usize,
    pub feed_forward: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_width: usize,
    pub vocabulary: usize,
    /// Positions the model was trained for.
    pub context_tokens: usize,
    pub norm_epsilon: f32,
    pub rotation: Rotation,
    /// Leading dimensions of each head that are rotated; even.
    pub rotated: usize,
    pub rope_base: f32,
    /// Positions are divided by this (linear scaling); 1 when the model is not scaled.
    pub rope_divisor: f32,
    /// Queries and keys are normalised head by head before rotation.
    pub qk_norm: bool,
}

impl Config {
    /// # Errors
    /// [`EngineError::Unusable`] naming the key that is missing, wrong or not supported.
    pub(crate) fn read(file: &ModelFile) -> Result<Self, EngineError> {
        Keys::new(file.metadata()).and_then(|keys| keys.config(file)).map_err(|reason| file.unusable(reason))
    }
}

/// The metadata seen through one architecture's prefix.
struct Keys<'a> {
    metadata: &'a Metadata,
    architecture: &'a str,
}

impl<'a> Keys<'a> {
    fn new(metadata: &'a Metadata) -> Result<Self, String> {
        let architecture = match metadata.get("general.architecture") {
            Some(Value::String(name)) => name.as_str(),
            _ => return Err("general.architecture is missing".into()),
        };
        match architecture {
            "llama" | "qwen3" => Ok(Self { metadata, architecture }),
            other => Err(format!("architecture {other} is not supported; usher decodes llama and qwen3")),
        }
    }

    fn config(&self, file: &ModelFile) -> Result<Config, String> {
        self.refuse_unsupported()?;
        let width = self.count("embedding_length", WIDTH_MAX)?;
        let heads = self.count("attention.head_count", HEADS_MAX)?;
        let kv_heads = self.count_or("attention.head_count_kv", heads, HEADS_MAX)?;
        let head_width = self.count_or("attention.key_length", width / heads, HEAD_WIDTH_MAX)?;
        let rotated = self.count_or("rope.dimension_count", head_width, head_width)?;
        if !heads.is_multiple_of(kv_heads) {
            return Err(format!("{heads} attention heads cannot share {kv_heads} key heads"));
        }
        if self.count_or("attention.value_length", head_width, WIDTH_MAX)? != head_width {
            return Err("keys and values of different width are not supported".into());
        }
        if head_width > HEAD_WIDTH_MAX {
            return Err(format!("attention heads of {head_width} are wider than {HEAD_WIDTH_MAX}"));
        }
        if !rotated.is_multiple_of(2) {
            return Err(format!("rope.dimension_count is {rotated}, not even"));
        }
        Ok(Config {
            architecture: self.architecture.into(),
            name: self.name(),
            layers: self.count("block_count", LAYERS_MAX)?,
            width,
            feed_forward: self.count("feed_forward_length", WIDTH_MAX)?,
            heads,
            kv_heads,
            head_width,
            vocabulary: vocabulary(file)?,
            context_tokens: self.count("context_length", usize::MAX)?,
            norm_epsilon: self.positive("attention.layer_norm_rms_epsilon")?.ok_or("the norm epsilon is missing")?,
            rotation: if self.architecture == "llama" { Rotation::Neighbours } else { Rotation::Halves },
            rotated,
            rope_base: self.positive("rope.freq_base")?.unwrap_or(10_000.0),
            rope_divisor: self.rope_divisor()?,
            qk_norm: self.architecture == "qwen3",
        })
    }

    fn refuse_unsupported(&self) -> Result<(), String> {
        for key in ["expert_count", "attention.sliding_window"] {
            if self.get(key).is_some_and(|value| whole(value) != Some(0)) {
                return Err(format!(
                    "{}.{key} is set: mixtures of experts and windows are not supported",
                    self.architecture
                ));
            }
        }
        Ok(())
    }

    fn rope_divisor(&self) -> Result<f32, String> {
        match self.get("rope.scaling.type") {
            None => Ok(self.positive("rope.scale_linear")?.unwrap_or(1.0)),
            Some(Value::String(kind)) if kind == "none" => Ok(1.0),
            Some(Value::String(kind)) if kind == "linear" => Ok(self.positive("rope.scaling.factor")?.unwrap_or(1.0)),
            Some(other) => Err(format!("rope scaling {other:?} is not supported; usher knows none and linear")),
        }
    }

    fn name(&self) -> String {
        match self.metadata.get("general.name") {
            Some(Value::String(name)) if !name.is_empty() => name.clone(),
            _ => self.architecture.into(),
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.metadata.get(&format!("{}.{key}", self.architecture))
    }

    fn count(&self, key: &str, max: usize) -> Result<usize, String> {
        let value = self.get(key).ok_or_else(|| format!("{}.{key} is missing", self.architecture))?;
        match whole(value) {
            Some(count) if (1..=max).contains(&count) => Ok(count),
            _ => Err(format!("{}.{key} is {value:?}, not a number from 1 to {max}", self.architecture)),
        }
    }

    fn count_or(&self, key: &str, default: usize, max: usize) -> Result<usize, String> {
        if self.get(key).is_some() { self.count(key, max) } else { Ok(default.max(1)) }
    }

    fn positive(&self, key: &str) -> Result<Option<f32>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::F32(number)) if number.is_finite() && *number > 0.0 => Ok(Some(*number)),
            Some(other) => Err(format!("{}.{key} is {other:?}, not a positive number", self.architecture)),
        }
    }
}

/// The vocabulary is what the embedding has rows for; the metadata's own count is optional and sometimes wrong.
fn vocabulary(file: &ModelFile) -> Result<usize, String> {
    match file.tensor("token_embd.weight") {
        Some(([rows, _], _)) if *rows <= VOCABULARY_MAX => Ok(*rows),
        Some((shape, _)) => Err(format!("token_embd.weight has the impossible shape {shape:?}")),
        None => Err("tensor token_embd.weight is missing".into()),
    }
}

/// A non-negative whole number of whatever width the writer chose.
fn whole(value: &Value) -> Option<usize> {
    match *value {
        Value::U8(n) => Some(n.into()),
        Value::U16(n) => Some(n.into()),
        Value::U32(n) => usize::try_from(n).ok(),
        Value::U64(n) => usize::try_from(n).ok(),
        Value::I8(n) => usize::try_from(n).ok(),
        Value::I16(n) => usize::try_from(n).ok(),
        Value::I32(n) => usize::try_from(n).ok(),
        Value::I64(n) => usize::try_from(n).ok(),
        _ => None,
    }
}
