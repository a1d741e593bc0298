//! The same embedding model run by candle-transformers, as it comes.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};
use tokenizers::Tokenizer;

/// candle-transformers' BERT with mean pooling.
pub struct Bert {
    model: BertModel,
    tokenizer: Tokenizer,
}

impl Bert {
    pub fn open(folder: &Path) -> Self {
        let config = Config {
            vocab_size: 30_522,
            hidden_size: 384,
            num_hidden_layers: 6,
            num_attention_heads: 12,
            intermediate_size: 1_536,
            hidden_act: HiddenAct::Gelu,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            position_embedding_type: PositionEmbeddingType::Absolute,
            ..Config::default()
        };
        let bytes = std::fs::read(folder.join("model.safetensors")).expect("the reference runs");
        let weights =
            VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).expect("the reference runs");
        let mut tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).expect("the reference runs");
        tokenizer.with_padding(None);
        Self { model: BertModel::load(weights, &config).expect("the reference runs"), tokenizer }
    }

    pub fn embed(&self, text: &str) -> Vec<f32> {
        let encoding = self.tokenizer.encode(text, true).expect("the reference runs");
        let ids = Tensor::new(encoding.get_ids(), &Device::Cpu)
            .expect("the reference runs")
            .unsqueeze(0)
            .expect("the reference runs");
        let states =
            self.model.forward(&ids, &ids.zeros_like().expect("the reference runs"), None).expect("the reference runs");
        let mean = states.mean(1).expect("the reference runs").squeeze(0).expect("the reference runs");
        let length = mean
            .sqr()
            .expect("the reference runs")
            .sum_all()
            .expect("the reference runs")
            .sqrt()
            .expect("the reference runs");
        mean.broadcast_div(&length).expect("the reference runs").to_vec1().expect("the reference runs")
    }
}
