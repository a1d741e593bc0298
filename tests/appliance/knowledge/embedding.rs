//! The embedder's numbers against candle-transformers' BERT, an independent implementation on the same file.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};
use tokenizers::Tokenizer;
use usher::domain::Language;
use usher::engine::{EngineError, open_embedder};

use crate::support::models_dir;

const TEXTS: [&str; 5] = [
    "Where is gate B22?",
    "a",
    "How much does it cost to send money abroad, and how long does a transfer to another bank usually take?",
    "café ÅNGSTRÖM \u{202e}rtl\u{202c} 挂失 🛫",
    "Toilets with a baby-changing table are next to gates A3, B10 and C14; the one at B10 is open all night.",
];

#[test]
fn vectors_agree_with_candles_bert() {
    let folder = models_dir().join("all-minilm-l6-v2");
    let mut embedder = open_embedder(&folder).unwrap();
    let got = embedder.embed(&TEXTS).unwrap();
    let reference = Reference::open(&folder);
    for (text, got) in TEXTS.iter().zip(&got) {
        let want = reference.embed(text);
        assert_eq!(got.len(), want.len());
        let length: f32 = got.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5, "{text}: length {length}");
        let furthest = got.iter().zip(&want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max);
        // Word vectors rounded to f16 (2^-11 relative) through six layers; a typical number is 0.05.
        assert!(furthest < 5e-4, "{text}: off by {furthest}");
    }
}

#[test]
fn a_vector_does_not_depend_on_the_batch() {
    let mut embedder = open_embedder(&models_dir().join("all-minilm-l6-v2")).unwrap();
    let together = embedder.embed(&TEXTS.repeat(12)).unwrap();
    for (text, together) in TEXTS.repeat(12).iter().zip(&together) {
        let alone = embedder.embed(&[text]).unwrap().remove(0);
        let furthest = alone.iter().zip(together).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max);
        assert!(furthest < 1e-5, "{text}: off by {furthest}");
    }
    assert!(embedder.embed(&[]).unwrap().is_empty());
    assert_eq!(embedder.languages(), [Language::English]);
}

#[test]
fn very_long_and_odd_texts_have_vectors_too() {
    let mut embedder = open_embedder(&models_dir().join("all-minilm-l6-v2")).unwrap();
    let long = "baggage ".repeat(100_000);
    let odd = "\u{0}\u{7}\u{feff}\u{fffd}";
    for vector in embedder.embed(&[&long, odd, "", " \n"]).unwrap() {
        assert!(vector.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn a_missing_or_cut_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = open_embedder(folder.path()).err().unwrap();
    assert!(matches!(error, EngineError::Missing { .. }));
    assert!(error.to_string().contains("model.safetensors is missing; run `usher models pull`"), "{error}");
    let whole = models_dir().join("all-minilm-l6-v2");
    let mut bytes = std::fs::read(whole.join("model.safetensors")).unwrap();
    bytes.truncate(1 << 20);
    for bytes in [bytes.as_slice(), b"", &[0xff; 64]] {
        std::fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
        let error = open_embedder(folder.path()).err().unwrap();
        assert!(matches!(error, EngineError::Unusable { .. }), "{error}");
        assert!(error.to_string().contains("`usher models pull`"), "{error}");
    }
}

struct Reference {
    model: BertModel,
    tokenizer: Tokenizer,
}

impl Reference {
    fn open(folder: &std::path::Path) -> Self {
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
        let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
        let weights = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).unwrap();
        let mut tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).unwrap();
        tokenizer.with_padding(None);
        Self { model: BertModel::load(weights, &config).unwrap(), tokenizer }
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        let encoding = self.tokenizer.encode(text, true).unwrap();
        let ids = Tensor::new(encoding.get_ids(), &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let states = self.model.forward(&ids, &ids.zeros_like().unwrap(), None).unwrap();
        let mean = states.mean(1).unwrap().squeeze(0).unwrap();
        let length = mean.sqr().unwrap().sum_all().unwrap().sqrt().unwrap();
        mean.broadcast_div(&length).unwrap().to_vec1().unwrap()
    }
}
