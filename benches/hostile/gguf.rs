//! Model files: small whole ones that are opened and made to write, and the header of the installed model.

use std::ops::ControlFlow;

use candle_core::quantized::gguf_file::{Content, Value, write};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use proptest::sample::Index;
use tempfile::TempDir;
use usher::base::Stop;
use usher::engine::language::{self, Settings};
use usher::engine::{Message, Role};

use crate::bend::{Bend, Kind, bent};
use crate::guard::scratch;
use crate::support;
use crate::walk::Target;

const LAYERS: usize = 2;
const TOKENS: usize = 64;

/// What is bent, and how long the whole file is.
struct Header {
    bytes: Vec<u8>,
    rest: Vec<u8>,
    file_bytes: u64,
}

pub struct Headers {
    folder: TempDir,
    small: Vec<Header>,
    /// Of the installed model; the tensors behind it are a hole in a sparse file.
    real: Header,
}

impl Headers {
    pub fn new() -> Self {
        let small = [("llama", GgmlDType::F32), ("llama", GgmlDType::Q8_0), ("qwen3", GgmlDType::Q4_0)];
        Self { folder: scratch(), small: small.map(|(name, kind)| small_model(name, kind)).into(), real: installed() }
    }
}

fn small_model(architecture: &str, kind: GgmlDType) -> Header {
    let mut metadata = vec![("general.architecture".to_owned(), Value::String(architecture.into()))];
    let counts = [
        ("block_count", LAYERS as u32),
        ("context_length", 128),
        ("embedding_length", 32),
        ("feed_forward_length", 64),
        ("attention.head_count", 2),
        ("attention.head_count_kv", 1),
    ];
    metadata.extend(counts.map(|(key, count)| (format!("{architecture}.{key}"), Value::U32(count))));
    metadata.push((format!("{architecture}.attention.layer_norm_rms_epsilon"), Value::F32(1e-5)));
    let letters = ('a'..='z').chain('A'..='Z').chain('0'..='6').chain(['\u{120}']).map(String::from);
    let tokens = letters.chain(["th", "an", "<|im_start|>", "<|im_end|>"].map(String::from));
    let tokens: Vec<String> = tokens.collect();
    assert_eq!(tokens.len(), TOKENS);
    let text = |text: &str| Value::String(text.into());
    metadata.extend([
        ("tokenizer.ggml.model".into(), text("gpt2")),
        ("tokenizer.ggml.tokens".into(), Value::Array(tokens.iter().map(|token| text(token)).collect())),
        (
            "tokenizer.ggml.token_type".into(),
            Value::Array((0..TOKENS).map(|id| Value::I32(if id < 62 { 1 } else { 3 })).collect()),
        ),
        ("tokenizer.ggml.merges".into(), Value::Array(vec![text("t h"), text("a n")])),
        ("tokenizer.ggml.eos_token_id".into(), Value::U32(63)),
        (
            "tokenizer.chat_template".into(),
            text("{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}<|im_start|>"),
        ),
    ]);
    let tensors = tensors(architecture, kind);
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let mut file = std::io::Cursor::new(Vec::new());
    write(&mut file, &metadata, &tensors).expect("memory takes it");
    let at = Content::read(&mut std::io::Cursor::new(file.get_ref())).expect("it was just made").tensor_data_offset;
    let mut bytes = file.into_inner();
    let rest = bytes.split_off(at as usize);
    Header { file_bytes: 0, bytes, rest }
}

fn tensors(architecture: &str, kind: GgmlDType) -> Vec<(String, QTensor)> {
    let make = |name: String, shape: &[usize]| {
        let kind = if shape.len() == 1 { GgmlDType::F32 } else { kind };
        let values = Tensor::rand(-0.5f32, 0.5, shape, &Device::Cpu).expect("memory takes it");
        (format!("{name}.weight"), QTensor::quantize(&values, kind).expect("its rows are whole blocks"))
    };
    let mut tensors = vec![make("token_embd".into(), &[TOKENS, 32]), make("output_norm".into(), &[32])];
    for layer in 0..LAYERS {
        let shapes: [(&str, &[usize]); 11] = [
            ("attn_norm", &[32]),
            ("attn_q", &[32, 32]),
            ("attn_k", &[16, 32]),
            ("attn_v", &[16, 32]),
            ("attn_output", &[32, 32]),
            ("ffn_norm", &[32]),
            ("ffn_gate", &[64, 32]),
            ("ffn_up", &[64, 32]),
            ("ffn_down", &[32, 64]),
            ("attn_q_norm", &[16]),
            ("attn_k_norm", &[16]),
        ];
        let of = if architecture == "qwen3" { 11 } else { 9 };
        tensors.extend(shapes[..of].iter().map(|(name, shape)| make(format!("blk.{layer}.{name}"), shape)));
    }
    tensors
}

fn installed() -> Header {
    let folder = support::models_dir();
    let is_gguf = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "gguf");
    let entries =
        |folder: &std::path::Path| folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let path = entries(&folder).flat_map(|folder| entries(&folder).collect::<Vec<_>>()).find(is_gguf);
    let path = path.expect("a language model is installed; `usher models pull`");
    let mut file = std::fs::File::open(&path).expect("the model opens");
    let at = Content::read(&mut file).expect("the model is whole").tensor_data_offset;
    let file_bytes = file.metadata().expect("it has a length").len();
    let mut bytes = vec![0; at as usize];
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, 0).expect("the header can be read");
    Header { bytes, rest: Vec::new(), file_bytes }
}

impl Target for Headers {
    fn layers(&self) -> Vec<(&'static str, Kind)> {
        // Most cases are small ones: they go on to the weights, the tokenizer and the writing.
        vec![("a small model", Kind::Bytes); 7]
            .into_iter()
            .chain([("the installed model's header", Kind::Bytes)])
            .collect()
    }

    fn input(&self, layer: usize, variant: &Index, bends: &[Bend]) -> Vec<u8> {
        let header = if layer < 7 { variant.get(&self.small) } else { &self.real };
        [bent(&header.bytes, bends), header.rest.clone()].concat()
    }

    fn take(&self, layer: usize, input: &[u8]) -> Result<(), String> {
        let path = self.folder.path().join("bent.gguf");
        std::fs::write(&path, input).expect("the file can be written");
        let settings = Settings::default();
        if layer == 7 {
            let file = std::fs::File::options().write(true).open(&path).expect("it was just written");
            file.set_len(self.real.file_bytes).expect("a hole can be made");
            return language::cache_bytes(&path, &settings).map(drop).map_err(|error| error.to_string());
        }
        let mut writer = language::open(&path, &settings).map_err(|error| error.to_string())?;
        let asked = [Message { role: Role::User, text: "is there tea in THE hall 7".into() }];
        let mut on_piece = |_: &str| ControlFlow::Continue(());
        writer.generate(&asked, 4, &Stop::default(), &mut on_piece).map(drop).map_err(|error| error.to_string())
    }
}
