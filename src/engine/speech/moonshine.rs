//! Moonshine: writes down English speech. An encoder over the raw samples, a decoder with a key-value cache, one token at
//! a time. Says how sure it is, and nothing where it guesses.

use std::path::{Path, PathBuf};

use ort::session::{RunOptions, Session, SessionInputValue};
use ort::value::{DynValue, Tensor, TensorRef, ValueType};
use tokenizers::Tokenizer;

use crate::base::Stop;
use crate::domain::{Audio, HEARING_RATE_HZ, Language};
use crate::engine::{EngineError, Transcriber, Transcript, onnx};

/// Start and end token (published generation configuration of the model).
const START: i64 = 1;
const END: i64 = 2;

/// No speaker says more: the authors' bound, which ends the loops that a decoder falls into.
const TOKENS_PER_SECOND_MAX: f32 = 6.5;

/// Geometric mean of the tokens' probabilities below which a transcript of [`JUDGED_TOKENS_MIN`] tokens is doubtful, and
/// below which it is dropped. In other languages and heavy noise the decoder writes fluent nonsense, and is unsure of it:
/// Mandarin clips (AISHELL speaker S0150, tuned on) give at most 0.56, half of them below 0.37; people's English sentences
/// at least 0.71 in quiet, 0.61 at 5 dB over kitchen noise; synthetic voices, when misheard, 0.4 to 0.6.
const DOUBTFUL_BELOW: f32 = 0.575;
const DROPPED_BELOW: f32 = 0.37;

/// Single letters and digits are often right below both: there is little to be sure from.
const JUDGED_TOKENS_MIN: usize = 4;

/// The encoder's three strided convolutions need 0.1 s; shorter sounds are padded with silence to this many samples.
const SAMPLES_MIN: usize = HEARING_RATE_HZ as usize / 4;

/// Longest sound in seconds: trained on up to 30 s, and past that the decoder repeats itself.
pub(super) const SECONDS_MAX: usize = 30;

pub(super) struct Moonshine {
    encoder: Session,
    decoder: Session,
    tokenizer: Tokenizer,
    /// Some exports take a mask over the samples, for batches; we have one sound, all of it heard.
    masked: bool,
    /// The decoder's cache inputs with their `present` outputs, in the model's own order.
    cache: Vec<CacheSlot>,
}

/// One tensor of the cache, f32 `[1, heads, positions, head]`.
struct CacheSlot {
    input: String,
    output: String,
    /// Keys and values over the sound do not change after the first step; the later outputs of these slots are empty.
    of_encoder: bool,
    heads: usize,
    head: usize,
}

impl Moonshine {
    /// Opens `encoder_model`, `decoder_model_merged` (`.ort` when it is there, else `.onnx`) and `tokenizer.json` of `folder`.
    pub(super) fn open(library: &Path, folder: &Path) -> Result<Self, EngineError> {
        let tokenizer = tokenizer(&folder.join("tokenizer.json"))?;
        let encoder = onnx::session(library, &model_file(folder, "encoder_model"))?;
        let path = model_file(folder, "decoder_model_merged");
        let decoder = onnx::session(library, &path)?;
        let cache = cache_of(&decoder);
        if cache.is_empty() {
            let reason = "the decoder has no past_key_values inputs".to_owned();
            return Err(EngineError::Unusable { path: path.display().to_string(), reason });
        }
        let masked = encoder.inputs().iter().any(|input| input.name() == "attention_mask");
        Ok(Self { encoder, decoder, tokenizer, masked, cache })
    }

    /// The tokens of `samples` and how sure they are, see [`DOUBTFUL_BELOW`].
    fn write_down(&mut self, samples: &[f32], stop: &Stop) -> Result<(Vec<u32>, f32), EngineError> {
        let mask = vec![1_i64; if self.masked { samples.len() } else { 0 }];
        let sound = encode(&mut self.encoder, samples, &mask).map_err(failed)?;
        let mut past = self.cache.iter().map(empty).collect::<ort::Result<Vec<_>>>().map_err(failed)?;
        let tokens_max = (samples.len() as f32 / HEARING_RATE_HZ as f32 * TOKENS_PER_SECOND_MAX).ceil() as usize;
        let options = RunOptions::new().map_err(failed)?;
        let (mut tokens, mut token, mut certainty) = (Vec::new(), START, 0.0);
        for step in 0..tokens_max {
            if stop.is_requested() {
                return Err(EngineError::Stopped);
            }
            let ln_probability;
            (token, ln_probability) = self.next(token, step > 0, &sound, &mask, &mut past, &options).map_err(failed)?;
            if token == END {
                break;
            }
            tokens.push(token as u32);
            certainty += ln_probability;
        }
        let judged = tokens.len() >= JUDGED_TOKENS_MIN;
        let certainty = if judged { (certainty / tokens.len() as f32).exp() } else { 1.0 };
        Ok((tokens, certainty))
    }

    /// One step over the shortest silence, at whose end the decoder's arena is given back: an utterance leaves 130 MB in it.
    fn give_back(&mut self) -> ort::Result<()> {
        let mask = vec![1_i64; if self.masked { SAMPLES_MIN } else { 0 }];
        let sound = encode(&mut self.encoder, &[0.0; SAMPLES_MIN], &mask)?;
        let mut past = self.cache.iter().map(empty).collect::<ort::Result<Vec<_>>>()?;
        self.next(START, false, &sound, &mask, &mut past, &onnx::giving_back()?)?;
        Ok(())
    }

    /// One step: the likeliest token after `token` with the logarithm of its probability; `past` grows by this step.
    fn next(
        &mut self,
        token: i64,
        cached: bool,
        sound: &DynValue,
        mask: &[i64],
        past: &mut [DynValue],
        options: &RunOptions,
    ) -> ort::Result<(i64, f32)> {
        let (token, branch) = ([token], [cached]);
        let mut inputs: Vec<(&str, SessionInputValue<'_>)> = vec![
            ("input_ids", TensorRef::from_array_view(([1_usize, 1], &token[..]))?.into()),
            ("encoder_hidden_states", sound.into()),
            ("use_cache_branch", TensorRef::from_array_view(([1_usize], &branch[..]))?.into()),
        ];
        if self.masked {
            inputs.push(("encoder_attention_mask", TensorRef::from_array_view(([1, mask.len()], mask))?.into()));
        }
        inputs.extend(self.cache.iter().zip(&*past).map(|(slot, value)| (slot.input.as_str(), value.into())));
        let mut outputs = self.decoder.run_with_options(inputs, options)?;
        let logits = outputs.get("logits").ok_or_else(|| ort::Error::new("no output logits"))?;
        let best = likeliest(logits.try_extract_tensor::<f32>()?.1)?;
        for (slot, value) in self.cache.iter().zip(past).filter(|(slot, _)| !(cached && slot.of_encoder)) {
            *value =
                outputs.remove(&slot.output).ok_or_else(|| ort::Error::new(format!("no output {}", slot.output)))?;
        }
        Ok(best)
    }
}

impl Transcriber for Moonshine {
    fn transcribe(&mut self, audio: &Audio, _: Option<Language>, stop: &Stop) -> Result<Transcript, EngineError> {
        if audio.rate_hz != HEARING_RATE_HZ || audio.samples.len() > SECONDS_MAX * HEARING_RATE_HZ as usize {
            return Err(EngineError::Input(format!(
                "moonshine takes up to {SECONDS_MAX} s at {HEARING_RATE_HZ} Hz, not {:.1} s at {} Hz",
                audio.duration().as_secs_f32(),
                audio.rate_hz
            )));
        }
        let mut padded = Vec::new();
        let samples = if audio.samples.len() < SAMPLES_MIN {
            padded.extend_from_slice(&audio.samples);
            padded.resize(SAMPLES_MIN, 0.0);
            &padded
        } else {
            &audio.samples
        };
        let (tokens, certainty) = self.write_down(samples, stop)?;
        let kept = if certainty < DROPPED_BELOW { &[][..] } else { &tokens[..] };
        let text = self.tokenizer.decode(kept, true).map_err(failed)?.trim().to_owned();
        Ok(Transcript { text, language: Language::English, doubtful: certainty < DOUBTFUL_BELOW })
    }

    fn rest(&mut self) {
        if let Err(error) = self.give_back() {
            tracing::warn!(%error, "the hearing model's scratch memory stays taken");
        }
    }

    fn languages(&self) -> &[Language] {
        &[Language::English]
    }

    fn name(&self) -> &str {
        "moonshine-tiny-en"
    }
}

fn encode(encoder: &mut Session, samples: &[f32], mask: &[i64]) -> ort::Result<DynValue> {
    let mut inputs: Vec<(&str, SessionInputValue<'_>)> =
        vec![("input_values", TensorRef::from_array_view(([1, samples.len()], samples))?.into())];
    if !mask.is_empty() {
        inputs.push(("attention_mask", TensorRef::from_array_view(([1, mask.len()], mask))?.into()));
    }
    let mut outputs = encoder.run(inputs)?;
    outputs.remove("last_hidden_state").ok_or_else(|| ort::Error::new("no output last_hidden_state"))
}

/// An ORT-format file is the same graph, optimised ahead: two thirds of the plain one's CPU time.
fn model_file(folder: &Path, name: &str) -> PathBuf {
    let optimised = folder.join(format!("{name}.ort"));
    if optimised.is_file() { optimised } else { folder.join(format!("{name}.onnx")) }
}

fn tokenizer(path: &Path) -> Result<Tokenizer, EngineError> {
    let shown = path.display().to_string();
    if !path.is_file() {
        return Err(EngineError::Missing { path: shown });
    }
    Tokenizer::from_file(path).map_err(|error| EngineError::Unusable { path: shown, reason: error.to_string() })
}

fn cache_of(decoder: &Session) -> Vec<CacheSlot> {
    let slots = decoder.inputs().iter().filter_map(|input| {
        let rest = input.name().strip_prefix("past_key_values")?;
        let ValueType::Tensor { shape, .. } = input.dtype() else { return None };
        let dimension = |at: usize| shape.get(at).and_then(|&d| usize::try_from(d).ok());
        Some(CacheSlot {
            input: input.name().to_owned(),
            output: format!("present{rest}"),
            of_encoder: rest.contains(".encoder."),
            heads: dimension(1)?,
            head: dimension(3)?,
        })
    });
    slots.collect()
}

/// The merged decoder wants its cache inputs at the first step too, with no positions in them.
fn empty(slot: &CacheSlot) -> ort::Result<DynValue> {
    let nothing = ndarray::Array4::<f32>::zeros((1, slot.heads, 0, slot.head));
    Ok(Tensor::from_array(nothing)?.into_dyn())
}

/// The likeliest token and the logarithm of its probability (softmax over the vocabulary).
fn likeliest(logits: &[f32]) -> ort::Result<(i64, f32)> {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let (token, &top) = best.ok_or_else(|| ort::Error::new("the logits are empty"))?;
    let sum: f32 = logits.iter().map(|&logit| (logit - top).exp()).sum();
    Ok((token as i64, -sum.ln()))
}

fn failed(error: impl ToString) -> EngineError {
    EngineError::Failed { engine: "moonshine", reason: error.to_string() }
}
