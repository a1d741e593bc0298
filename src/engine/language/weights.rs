//! The tensors of a model under their GGUF names, each checked against the configuration. Refuses files with tensors that
//! the decoder would leave out: a model decoded in part answers nonsense.

use std::collections::HashSet;

use super::buffer::Arena;
use super::config::Config;
use super::gguf::ModelFile;
use super::matrix::Matrix;
use super::pack;
use crate::engine::EngineError;

pub(crate) struct Weights {
    /// One row for each token.
    pub embedding: Matrix,
    pub layers: Vec<Layer>,
    pub norm: Vec<f32>,
    /// `None` when the embedding serves as the output head too.
    pub head: Option<Matrix>,
}

/// One transformer block.
pub(crate) struct Layer {
    pub attention_norm: Vec<f32>,
    pub query: Matrix,
    pub key: Matrix,
    pub value: Matrix,
    /// Norms of each query's and key's head, where the architecture has them.
    pub query_key_norms: Option<(Vec<f32>, Vec<f32>)>,
    pub output: Matrix,
    pub feed_norm: Vec<f32>,
    pub gate: Matrix,
    pub up: Matrix,
    pub down: Matrix,
}

impl Weights {
    /// Reads all tensors. Blocks on the disk for as long as the model is large.
    pub(crate) fn read(file: &ModelFile, config: &Config) -> Result<Self, EngineError> {
        refuse_unknown(file, config)?;
        let (mut arena, table) = (Arena::new(), [config.vocabulary, config.width]);
        let head = file.tensor("output.weight").is_some();
        let layers = (0..config.layers).map(|layer| Layer::read(file, config, layer, &mut arena));
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
            embedding: pack::matrix(file, "token_embd.weight", table, &mut arena)?,
            norm: pack::vector(file, "output_norm.weight", config.width)?,
            head: head.then(|| pack::matrix(file, "output.weight", table, &mut arena)).transpose()?,
        })
    }

    pub(crate) fn parameters(&self) -> usize {
        let layers = self.layers.iter().flat_map(Layer::matrices);
        layers.chain([&self.embedding]).chain(&self.head).map(Matrix::parameters).sum()
    }

    pub(crate) fn head(&self) -> &Matrix {
        self.head.as_ref().unwrap_or(&self.embedding)
    }
}

impl Layer {
    fn matrices(&self) -> [&Matrix; 7] {
        [&self.query, &self.key, &self.value, &self.output, &self.gate, &self.up, &self.down]
    }

    fn read(file: &ModelFile, config: &Config, layer: usize, arena: &mut Arena) -> Result<Self, EngineError> {
        let Config { width, feed_forward, head_width, .. } = *config;
        let (queries, keys) = (config.heads * head_width, config.kv_heads * head_width);
        let mut matrix = |name: &str, shape| pack::matrix(file, &tensor_name(layer, name), shape, arena);
        let vector = |name: &str, length| pack::vector(file, &tensor_name(layer, name), length);
        Ok(Self {
            attention_norm: vector("attn_norm", width)?,
            query: matrix("attn_q", [queries, width])?,
            key: matrix("attn_k", [keys, width])?,
            value: matrix("attn_v", [keys, width])?,
            query_key_norms: if config.qk_norm {
                Some((vector("attn_q_norm", head_width)?, vector("attn_k_norm", head_width)?))
            } else {
                None
            },
            output: matrix("attn_output", [width, queries])?,
            feed_norm: vector("ffn_norm", width)?,
            gate: matrix("ffn_gate", [feed_forward, width])?,
            up: matrix("ffn_up", [feed_forward, width])?,
            down: matrix("ffn_down", [width, feed_forward])?,
        })
    }
}

fn tensor_name(layer: usize, name: &str) -> String {
    format!("blk.{layer}.{name}.weight")
}

fn refuse_unknown(file: &ModelFile, config: &Config) -> Result<(), EngineError> {
    let norms: &[&str] = if config.qk_norm { &["attn_q_norm", "attn_k_norm"] } else { &[] };
    let parts =
        ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"];
    let mut known: HashSet<String> = (0..config.layers)
        .flat_map(|layer| parts.iter().chain(norms).map(move |name| tensor_name(layer, name)))
        .collect();
    known.extend(["token_embd", "output_norm", "output", "rope_freqs"].map(|name| format!("{name}.weight")));
    match file.tensor_names().find(|name| !known.contains(*name)) {
        Some(name) => {
            let architecture = &config.architecture;
            Err(file.unusable(format!("tensor {name} has no place in usher's {architecture} decoder")))
        }
        None => Ok(()),
    }
}
