//! The BERT encoder with mean pooling (Devlin et al. 2019; Reimers and Gurevych 2019), in f32 on the processor.
//!
//! Texts of a batch are laid end to end, so nothing is padded and a text's vector does not depend on its neighbours.
//! Knows token ids and vectors, not words; the file's shapes are checked when it is read.

use std::path::Path;

use candle_core::safetensors::MmapedSafetensors;
use candle_core::{DType, Device};
use half::f16;

use super::dense::Dense;
use crate::engine::EngineError;

/// Heads of attention: all-MiniLM-L6-v2's `num_attention_heads`, which the shapes of its tensors do not tell.
const HEADS: usize = 12;

/// `layer_norm_eps` of the same configuration.
const NORM_EPSILON: f32 = 1e-12;

/// Layers that are believed of a file; the largest BERT has 24.
const LAYERS_MAX: usize = 48;

pub struct Encoder {
    /// Word vectors `[words, width]`; f16 like the layers' weights, which moves a text's vector by about 1e-4 and halves the model's memory.
    words: Vec<f16>,
    /// Position vectors `[positions, width]`, the one token type's vector added in.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    width: usize,
}

struct Layer {
    /// Queries, keys and values in one product: `[width] -> [3 * width]`.
    attend: Dense,
    attended: Dense,
    attended_norm: Norm,
    widen: Dense,
    narrow: Dense,
    norm: Norm,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Encoder {
    /// Reads a safetensors file in the layout of `BertModel`.
    ///
    /// # Errors
    /// [`EngineError::Missing`] when there is no such file, [`EngineError::Unusable`] when it is cut short or has other shapes.
    pub fn read(path: &Path) -> Result<Self, EngineError> {
        let shown = path.display().to_string();
        if !path.is_file() {
            return Err(EngineError::Missing { path: shown });
        }
        Tensors::open(path).and_then(|tensors| Self::assemble(&tensors)).map_err(|reason| EngineError::Unusable {
            path: shown,
            reason: format!("{reason}; fetch it again with `usher models pull`"),
        })
    }

    fn assemble(tensors: &Tensors) -> Result<Self, String> {
        let (mut positions, width) = tensors.matrix("embeddings.position_embeddings.weight")?;
        if width == 0 || !width.is_multiple_of(HEADS * 8) {
            return Err(format!("its width {width} is not a multiple of {}", HEADS * 8));
        }
        let (types, _) = tensors.shaped("embeddings.token_type_embeddings.weight", None, width)?;
        for row in positions.chunks_exact_mut(width) {
            add(row, &types[..width]);
        }
        let (words, _) = tensors.shaped("embeddings.word_embeddings.weight", None, width)?;
        let count = (0..=LAYERS_MAX).take_while(|&index| tensors.has(&layer_name(index, "output.dense.bias"))).count();
        if count == 0 || count > LAYERS_MAX {
            return Err(format!("it has {count} layers"));
        }
        Ok(Self {
            words: words.iter().map(|&value| f16::from_f32(value)).collect(),
            positions,
            norm: tensors.norm("embeddings.LayerNorm", width)?,
            layers: (0..count).map(|index| Layer::assemble(tensors, index, width)).collect::<Result<_, _>>()?,
            width,
        })
    }

    /// Numbers in a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Tokens that one text may have.
    pub fn positions(&self) -> usize {
        self.positions.len() / self.width
    }

    /// One vector of length 1 for each text's token ids; texts longer than [`Encoder::positions`] are refused.
    ///
    /// # Errors
    /// [`EngineError::Input`] for an empty or too long text or an id outside the vocabulary.
    pub fn encode(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>, EngineError> {
        let mut states = self.embed(texts)?;
        let lengths: Vec<usize> = texts.iter().map(|ids| ids.len()).collect();
        let mut room = Room::default();
        for layer in &self.layers {
            layer.apply(&mut states, &lengths, &mut room);
        }
        let mut rows = states.chunks_exact(self.width);
        Ok(lengths.iter().map(|&length| mean(rows.by_ref().take(length), self.width)).collect())
    }

    /// Word plus position vectors, normalised: `[tokens of all texts, width]`.
    fn embed(&self, texts: &[&[u32]]) -> Result<Vec<f32>, EngineError> {
        let mut states = Vec::with_capacity(texts.iter().map(|ids| ids.len()).sum::<usize>() * self.width);
        for ids in texts {
            if ids.is_empty() || ids.len() > self.positions() {
                let (tokens, most) = (ids.len(), self.positions());
                return Err(EngineError::Input(format!("a text to embed has {tokens} tokens; 1 to {most} are taken")));
            }
            for (&id, position) in ids.iter().zip(self.positions.chunks_exact(self.width)) {
                let start = id as usize * self.width;
                let word = self.words.get(start..start + self.width);
                let word = word.ok_or_else(|| EngineError::Input(format!("token {id} is not in the vocabulary")))?;
                states.extend(word.iter().zip(position).map(|(word, position)| word.to_f32() + position));
            }
        }
        self.norm.apply(&mut states);
        Ok(states)
    }
}

/// Buffers that the layers use in turn.
#[derive(Default)]
struct Room {
    attend: Vec<f32>,
    mixed: Vec<f32>,
    wide: Vec<f32>,
    out: Vec<f32>,
    weights: Vec<f32>,
}

impl Layer {
    fn assemble(tensors: &Tensors, index: usize, width: usize) -> Result<Self, String> {
        let name = |part: &str| layer_name(index, part);
        let mut weight = Vec::with_capacity(3 * width * width);
        let mut bias = Vec::with_capacity(3 * width);
        for part in ["query", "key", "value"] {
            weight.extend(tensors.shaped(&name(&format!("attention.self.{part}.weight")), Some(width), width)?.0);
            bias.extend(tensors.vector(&name(&format!("attention.self.{part}.bias")), width)?);
        }
        let (_, wide) = tensors.matrix(&name("output.dense.weight"))?;
        if wide == 0 || !wide.is_multiple_of(16) {
            return Err(format!("its inner width {wide} is not a multiple of 16"));
        }
        Ok(Self {
            attend: Dense::new(&weight, bias, width),
            attended: tensors.dense(&name("attention.output.dense"), width, width)?,
            attended_norm: tensors.norm(&name("attention.output.LayerNorm"), width)?,
            widen: tensors.dense(&name("intermediate.dense"), wide, width)?,
            narrow: tensors.dense(&name("output.dense"), width, wide)?,
            norm: tensors.norm(&name("output.LayerNorm"), width)?,
        })
    }

    fn apply(&self, states: &mut [f32], lengths: &[usize], room: &mut Room) {
        self.attend.apply(states, &mut room.attend);
        mix(&room.attend, lengths, states.len(), &mut room.weights, &mut room.mixed);
        self.attended.apply(&room.mixed, &mut room.out);
        add(states, &room.out);
        self.attended_norm.apply(states);
        self.widen.apply(states, &mut room.wide);
        gelu(&mut room.wide);
        self.narrow.apply(&room.wide, &mut room.out);
        add(states, &room.out);
        self.norm.apply(states);
    }
}

/// Scaled dot-product attention of each text over itself. `attend` is `[tokens, 3 * width]` (query, key, value of each token).
fn mix(attend: &[f32], lengths: &[usize], size: usize, weights: &mut Vec<f32>, mixed: &mut Vec<f32>) {
    mixed.clear();
    mixed.resize(size, 0.0);
    let width = attend.len() / 3 / lengths.iter().sum::<usize>();
    let head = width / HEADS;
    let scale = 1.0 / (head as f32).sqrt();
    let mut first = 0;
    for &length in lengths {
        let tokens = &attend[first * 3 * width..(first + length) * 3 * width];
        let into = &mut mixed[first * width..(first + length) * width];
        first += length;
        for (token, into) in tokens.chunks_exact(3 * width).zip(into.chunks_exact_mut(width)) {
            for (index, into) in into.chunks_exact_mut(head).enumerate() {
                let at = index * head;
                let query = &token[at..at + head];
                weights.clear();
                weights.extend(
                    tokens.chunks_exact(3 * width).map(|other| scale * dot(query, &other[width + at..][..head])),
                );
                softmax(weights);
                for (other, &weight) in tokens.chunks_exact(3 * width).zip(weights.iter()) {
                    for (into, value) in into.iter_mut().zip(&other[2 * width + at..][..head]) {
                        *into += weight * value;
                    }
                }
            }
        }
    }
}

impl Norm {
    fn apply(&self, rows: &mut [f32]) {
        let width = self.weight.len();
        for row in rows.chunks_exact_mut(width) {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / width as f32;
            let scale = 1.0 / (variance + NORM_EPSILON).sqrt();
            for (value, (weight, bias)) in row.iter_mut().zip(self.weight.iter().zip(&self.bias)) {
                *value = (*value - mean) * scale * weight + bias;
            }
        }
    }
}

fn add(into: &mut [f32], from: &[f32]) {
    for (into, from) in into.iter_mut().zip(from) {
        *into += from;
    }
}

/// The dot product, in eight partial sums so that it is computed in vector registers.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    for (left, right) in left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    sums.iter().sum()
}

fn softmax(weights: &mut [f32]) {
    let most = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for weight in weights.iter_mut() {
        *weight = exp(*weight - most);
    }
    let sum: f32 = weights.iter().sum();
    for weight in weights {
        *weight /= sum;
    }
}

/// The mean of `rows`, scaled to length 1.
fn mean<'a>(rows: impl Iterator<Item = &'a [f32]>, width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    rows.for_each(|row| add(&mut sum, row));
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    sum.iter().map(|value| value / length).collect()
}

/// `x / 2 * (1 + erf(x / sqrt 2))`; erf by Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7.
fn gelu(values: &mut [f32]) {
    for value in values {
        let x = value.abs() * std::f32::consts::FRAC_1_SQRT_2;
        let t = 1.0 / (1.0 + 0.327_591_1 * x);
        let series = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74) * t + 0.254_829_6) * t;
        let erf = (1.0 - series * exp(-x * x)).copysign(*value);
        *value *= 0.5 * (1.0 + erf);
    }
}

/// e^x for x <= 0, in plain operations that the compiler turns into vectors: 2^n by the exponent's bits, the rest by
/// Taylor's series to the sixth order (relative error below 2e-7 on half a binade). Below -87 it is 0 to f32 anyway.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding and taking away 1.5 * 2^23 rounds an f32 to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let scaled = x.max(-87.0) * std::f32::consts::LOG2_E;
    let whole = (scaled + ROUND) - ROUND;
    let rest = (scaled - whole) * std::f32::consts::LN_2;
    let series = 1.0
        + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0 + rest / 720.0)))));
    series * f32::from_bits(((whole as i32 + 127) << 23) as u32)
}

fn layer_name(index: usize, part: &str) -> String {
    format!("encoder.layer.{index}.{part}")
}

/// The file's tensors by name, each checked for its shape when it is taken. Reasons are text: the caller names the file.
struct Tensors(MmapedSafetensors);

impl Tensors {
    fn open(path: &Path) -> Result<Self, String> {
        // SAFETY: the pack's files are replaced by renaming, never written in place, and the map is dropped after reading.
        unsafe { MmapedSafetensors::new(path) }.map(Self).map_err(|error| error.to_string())
    }

    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_ok()
    }

    /// A matrix in row-major order and its number of columns.
    fn matrix(&self, name: &str) -> Result<(Vec<f32>, usize), String> {
        let tensor = self.0.load(name, &Device::Cpu).map_err(|error| error.to_string())?;
        let (_, columns) = tensor.dims2().map_err(|_| format!("{name} is not a matrix"))?;
        let flat = tensor.to_dtype(DType::F32).and_then(|tensor| tensor.flatten_all()?.to_vec1());
        Ok((flat.map_err(|error| error.to_string())?, columns))
    }

    fn shaped(&self, name: &str, rows: Option<usize>, columns: usize) -> Result<(Vec<f32>, usize), String> {
        let (values, found) = self.matrix(name)?;
        let right = found == columns && !values.is_empty() && rows.is_none_or(|rows| values.len() == rows * columns);
        if right {
            Ok((values, found))
        } else {
            Err(format!("{name} has another shape than the model's width asks for"))
        }
    }

    fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, String> {
        let tensor = self.0.load(name, &Device::Cpu).map_err(|error| error.to_string())?;
        let values = tensor.to_dtype(DType::F32).and_then(|tensor| tensor.to_vec1::<f32>());
        let values = values.map_err(|error| error.to_string())?;
        if values.len() == length {
            Ok(values)
        } else {
            Err(format!("{name} has {} numbers, not {length}", values.len()))
        }
    }

    fn dense(&self, name: &str, outputs: usize, inputs: usize) -> Result<Dense, String> {
        let (weight, _) = self.shaped(&format!("{name}.weight"), Some(outputs), inputs)?;
        Ok(Dense::new(&weight, self.vector(&format!("{name}.bias"), outputs)?, inputs))
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, String> {
        let vector = |part| self.vector(&format!("{name}.{part}"), width);
        Ok(Norm { weight: vector("weight")?, bias: vector("bias")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_library() {
        for step in 0..8_600 {
            let x = -step as f32 / 100.0;
            let (got, want) = (exp(x), x.exp());
            // The argument's own rounding error grows with its size: 86 * 2^-24 is 5e-6.
            assert!((got - want).abs() <= want * 1e-5, "exp({x}) is {got}, not {want}");
        }
        assert!(exp(-1e30) < 1e-37);
    }

    #[test]
    fn gelu_agrees_with_known_values() {
        // x * Phi(x) from tables of the normal distribution.
        let known = [(-3.0, -0.004_049_7), (-1.0, -0.158_655_3), (0.0, 0.0), (0.5, 0.345_731_2), (2.0, 1.954_499_7)];
        for (x, want) in known {
            let mut value = [x];
            gelu(&mut value);
            assert!((value[0] - want).abs() < 1e-6, "gelu({x}) is {}", value[0]);
        }
    }
}
