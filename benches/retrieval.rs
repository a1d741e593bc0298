use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};
use std::time::Instant;
use tokenizers::Tokenizer;
fn cpu() -> f64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t);
    }
    t.tv_sec as f64 * 1e3 + t.tv_nsec as f64 / 1e6
}
use usher::engine::open_embedder;
fn main() {
    let home = std::env::var("HOME").unwrap();
    let folder = std::path::PathBuf::from(home).join(".local/share/usher/models/all-minilm-l6-v2");
    let t = Instant::now();
    let mut e = open_embedder(&folder).unwrap();
    println!("open {:?}", t.elapsed());
    for text in [
        "where is the nearest toilet to gate b22",
        "Where do I go to collect my luggage after I have come through passport control from another flight?",
    ] {
        let mut ms: Vec<f64> = (0..200)
            .map(|_| {
                let t = cpu();
                e.embed(&[text]).unwrap();
                cpu() - t
            })
            .collect();
        ms.sort_by(f64::total_cmp);
        println!("{} words: min {:.2} median {:.2} p95 {:.2}", text.split(' ').count(), ms[0], ms[100], ms[190]);
    }
    let r = Reference::open(&folder);
    for text in [
        "where is the nearest toilet to gate b22",
        "Where do I go to collect my luggage after I have come through passport control from another flight?",
    ] {
        let mut ms: Vec<f64> = (0..50)
            .map(|_| {
                let t = Instant::now();
                r.embed(text);
                t.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        ms.sort_by(f64::total_cmp);
        println!("candle {} words: min {:.2} median {:.2} p95 {:.2}", text.split(' ').count(), ms[0], ms[25], ms[46]);
        let mut ms: Vec<f64> = (0..50)
            .map(|_| {
                let t = Instant::now();
                e.embed(&[text]).unwrap();
                t.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        ms.sort_by(f64::total_cmp);
        println!("own wall {} words: min {:.2} median {:.2} p95 {:.2}", text.split(' ').count(), ms[0], ms[25], ms[46]);
    }
    let texts: Vec<String> =
        (0..500).map(|i| format!("How long does it take to receive card number {i} after ordering?")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let t = cpu();
    e.embed(&texts).unwrap();
    println!("500 batch {:.0}", cpu() - t);
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
