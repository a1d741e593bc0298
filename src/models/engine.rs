//! What a model is for (its role) and what serves it (its engine), as a pack names them. Paths only: no engine is loaded here.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a model does for the visitor or for another model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Writes answers.
    Language,
    /// Places texts by meaning.
    Embedding,
    /// Writes down speech.
    Hearing,
    /// Tells speech from everything else.
    Detection,
    /// Reads text in pictures.
    Reading,
    /// Speaks.
    Voice,
    /// Sees faces and things.
    Sight,
    /// The library that runs ONNX models.
    Runtime,
}

impl Role {
    /// The word used in packs, lists and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Embedding => "embedding",
            Self::Hearing => "hearing",
            Self::Detection => "detection",
            Self::Reading => "reading",
            Self::Voice => "voice",
            Self::Sight => "sight",
            Self::Runtime => "runtime",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How an embedding model makes one vector of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean over the tokens.
    #[default]
    Mean,
    /// The vector of the first token.
    First,
}

/// The engine that serves a model, with the files it needs. In a pack the paths are relative to the models folder;
/// from [`Installed`](super::Installed) they are whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Engine {
    /// A causal language model with its tokenizer and chat template, one GGUF file.
    Gguf {
        weights: PathBuf,
        /// The model is trusted to word answers from documents, under guard. Otherwise sentences are picked.
        #[serde(default)]
        words_answers: bool,
    },
    /// A BERT encoder. `prefix` goes before every text, for models trained so.
    BertSafetensors {
        weights: PathBuf,
        tokenizer: PathBuf,
        #[serde(default)]
        pooling: Pooling,
        #[serde(default)]
        prefix: String,
    },
    /// Moonshine speech recognition, ONNX.
    Moonshine { encoder: PathBuf, decoder: PathBuf, tokenizer: PathBuf },
    /// Whisper speech recognition, float weights.
    WhisperSafetensors { weights: PathBuf, config: PathBuf, tokenizer: PathBuf },
    /// Whisper speech recognition, quantised weights.
    WhisperGguf { weights: PathBuf, config: PathBuf, tokenizer: PathBuf },
    /// Silero speech detection, ONNX.
    Silero { weights: PathBuf },
    /// PP-OCR: finds lines, reads them, turns them upright, ONNX.
    Ppocr { detector: PathBuf, recogniser: PathBuf, orienter: PathBuf },
    /// Ultra-Light face detection, ONNX.
    UltraLight { weights: PathBuf },
    /// The ONNX Runtime library, loaded while running.
    Onnxruntime { library: PathBuf },
    /// eSpeak NG as a program of its own: found on `PATH`, never in the models folder.
    Espeak { program: String },
}

impl Engine {
    /// The role this engine can serve; a pack that says otherwise is refused.
    pub fn role(&self) -> Role {
        match self {
            Self::Gguf { .. } => Role::Language,
            Self::BertSafetensors { .. } => Role::Embedding,
            Self::Moonshine { .. } | Self::WhisperSafetensors { .. } | Self::WhisperGguf { .. } => Role::Hearing,
            Self::Silero { .. } => Role::Detection,
            Self::Ppocr { .. } => Role::Reading,
            Self::UltraLight { .. } => Role::Sight,
            Self::Onnxruntime { .. } => Role::Runtime,
            Self::Espeak { .. } => Role::Voice,
        }
    }

    /// The word for this engine in packs, as serde spells it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Gguf { .. } => "gguf",
            Self::BertSafetensors { .. } => "bert-safetensors",
            Self::Moonshine { .. } => "moonshine",
            Self::WhisperSafetensors { .. } => "whisper-safetensors",
            Self::WhisperGguf { .. } => "whisper-gguf",
            Self::Silero { .. } => "silero",
            Self::Ppocr { .. } => "ppocr",
            Self::UltraLight { .. } => "ultra-light",
            Self::Onnxruntime { .. } => "onnxruntime",
            Self::Espeak { .. } => "espeak",
        }
    }

    /// Every file the engine needs; none for a program of the system.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.clone().paths_mut().into_iter().map(std::mem::take).collect()
    }

    /// The same engine with its files under `root`.
    pub(super) fn under(&self, root: &Path) -> Self {
        let mut whole = self.clone();
        for path in whole.paths_mut() {
            *path = root.join(&path);
        }
        whole
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Gguf { weights, .. } | Self::Silero { weights } | Self::UltraLight { weights } => vec![weights],
            Self::BertSafetensors { weights, tokenizer, .. } => vec![weights, tokenizer],
            Self::Moonshine { encoder, decoder, tokenizer } => vec![encoder, decoder, tokenizer],
            Self::WhisperSafetensors { weights, config, tokenizer }
            | Self::WhisperGguf { weights, config, tokenizer } => vec![weights, config, tokenizer],
            Self::Ppocr { detector, recogniser, orienter } => vec![detector, recogniser, orienter],
            Self::Onnxruntime { library } => vec![library],
            Self::Espeak { .. } => Vec::new(),
        }
    }
}
