//! The room from end to end on tiny models made here: what a reader may rely on, and what a hostile file may not do.
//! Numbers against a reference implementation are in `tests/appliance`.

use std::fs;
use std::ops::ControlFlow::{Break, Continue};
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Decoder, Settings};
use crate::base::Stop;
use crate::engine::{EngineError, Finish, Generated, Generator, Message, Role};

/// A GGUF file under construction: F32 tensors only.
struct Gguf {
    metadata: Vec<Vec<u8>>,
    tensors: Vec<(String, Vec<u64>)>,
    seed: u32,
}

impl Gguf {
    /// Two layers of width 32 with 4 heads that share 2 keys.
    fn tiny(architecture: &str) -> Self {
        let mut gguf = Self { metadata: Vec::new(), tensors: Vec::new(), seed: 1 };
        gguf.text("general.architecture", architecture);
        for (key, value) in [
            ("block_count", 2),
            ("context_length", 256),
            ("embedding_length", 32),
            ("feed_forward_length", 48),
            ("attention.head_count", 4),
            ("attention.head_count_kv", 2),
        ] {
            gguf.number(&format!("{architecture}.{key}"), value);
        }
        let epsilon = format!("{architecture}.attention.layer_norm_rms_epsilon");
        gguf.entry(&epsilon, 6, &1e-5f32.to_le_bytes());
        gguf.tensor("token_embd", &[32, 50]);
        for layer in 0..2 {
            for (name, shape) in [
                ("attn_norm", &[32][..]),
                ("attn_q", &[32, 32]),
                ("attn_k", &[32, 16]),
                ("attn_v", &[32, 16]),
                ("attn_output", &[32, 32]),
                ("ffn_norm", &[32]),
                ("ffn_gate", &[32, 48]),
                ("ffn_up", &[32, 48]),
                ("ffn_down", &[48, 32]),
            ] {
                gguf.tensor(&format!("blk.{layer}.{name}"), shape);
            }
        }
        gguf.tensor("output_norm", &[32]);
        gguf
    }

    /// The same, able to converse: 48 letters (`\u{120}` is byte-level BPE's space) and two control tokens.
    fn talking() -> Self {
        let mut gguf = Self::tiny("llama");
        gguf.text("tokenizer.ggml.model", "gpt2");
        let letters = ('a'..='z').chain('A'..='U').chain(['\u{120}']).map(String::from);
        let tokens: Vec<String> = letters.chain(["<|im_start|>".into(), "<|im_end|>".into()]).collect();
        gguf.array("tokenizer.ggml.tokens", 8, tokens.iter().map(|token| string(token)));
        gguf.array("tokenizer.ggml.token_type", 5, (0..50).map(|id| (if id < 48 { 1i32 } else { 3 }).to_le_bytes()));
        gguf.array("tokenizer.ggml.merges", 8, std::iter::empty::<Vec<u8>>());
        gguf.number("tokenizer.ggml.eos_token_id", 49);
        let turn = "<|im_start|>{{ message.content }}<|im_end|>";
        gguf.text(
            "tokenizer.chat_template",
            &format!("{{% for message in messages %}}{turn}{{% endfor %}}<|im_start|>"),
        );
        gguf
    }

    fn array<B: AsRef<[u8]>>(&mut self, key: &str, kind: u32, values: impl Iterator<Item = B>) {
        let values: Vec<B> = values.collect();
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.as_ref().iter().copied()).collect();
        self.entry(key, 9, &[&kind.to_le_bytes()[..], &(values.len() as u64).to_le_bytes(), &bytes].concat());
    }

    fn entry(&mut self, key: &str, kind: u32, value: &[u8]) {
        self.metadata.push([&string(key)[..], &kind.to_le_bytes(), value].concat());
    }

    fn number(&mut self, key: &str, value: u32) {
        self.entry(key, 4, &value.to_le_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.entry(key, 8, &string(value));
    }

    fn tensor(&mut self, name: &str, shape: &[u64]) {
        self.tensors.push((format!("{name}.weight"), shape.to_vec()));
    }

    fn bytes(mut self) -> Vec<u8> {
        let mut bytes = [&b"GGUF"[..], &3u32.to_le_bytes()].concat();
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend((self.metadata.len() as u64).to_le_bytes());
        bytes.extend(self.metadata.concat());
        let mut data = Vec::new();
        for (name, shape) in std::mem::take(&mut self.tensors) {
            bytes.extend(string(&name));
            bytes.extend((shape.len() as u32).to_le_bytes());
            bytes.extend(shape.iter().flat_map(|dim| dim.to_le_bytes()));
            bytes.extend(0u32.to_le_bytes());
            bytes.extend((data.len() as u64).to_le_bytes());
            for _ in 0..shape.iter().product::<u64>() {
                data.extend(self.random().to_le_bytes());
            }
        }
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.extend(data);
        bytes
    }

    /// In `-0.5..0.5` (linear congruential; Numerical Recipes).
    fn random(&mut self) -> f32 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 8) as f32 / (1 << 24) as f32 - 0.5
    }
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// A folder with one file that is removed at the end.
struct Written(TempDir);

impl Written {
    fn new(bytes: &[u8]) -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        fs::write(folder.path().join("model.gguf"), bytes).expect("a file can be written");
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("model.gguf")
    }

    fn open(&self, threads: usize) -> Result<Decoder, EngineError> {
        Decoder::open(&self.path(), &Settings { threads, context_tokens_max: 200 })
    }
}

fn decoder(threads: usize) -> Decoder {
    Written::new(&Gguf::tiny("llama").bytes()).open(threads).expect("a whole model opens")
}

/// Why a file with these bytes cannot be used.
fn refusal(bytes: &[u8]) -> String {
    match Written::new(bytes).open(1) {
        Err(EngineError::Unusable { reason, .. }) => reason,
        Err(other) => panic!("refused as {other}"),
        Ok(_) => panic!("opened"),
    }
}

fn tokens(count: usize) -> Vec<u32> {
    (0..count as u32).map(|i| i * 7 % 50).collect()
}

fn assert_close(a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        // One order of f32 sums against another.
        assert!((a - b).abs() < 1e-4, "{a} and {b}");
    }
}

#[test]
fn a_batch_reads_as_its_tokens_one_by_one() {
    let (mut batch, mut single) = (decoder(1), decoder(1));
    let tokens = tokens(150);
    let together = batch.forward(&tokens, tokens.len()).expect("reads").to_vec();
    for (token, together) in tokens.iter().zip(together.chunks_exact(50)) {
        assert_close(single.forward(&[*token], 1).expect("reads"), together);
    }
}

#[test]
fn the_last_logits_are_the_end_of_all() {
    let (mut all, mut some) = (decoder(1), decoder(1));
    let tokens = tokens(100);
    let all = all.forward(&tokens, usize::MAX).expect("reads");
    assert_eq!(all.len(), 100 * 50);
    assert_eq!(some.forward(&tokens, 40).expect("reads"), &all[60 * 50..]);
}

#[test]
fn truncated_positions_leave_no_trace() {
    let (mut fresh, mut used) = (decoder(1), decoder(1));
    used.forward(&tokens(120), 1).expect("reads");
    used.truncate(0);
    used.forward(&[3, 1, 4], 1).expect("reads");
    used.forward(&[9, 9], 1).expect("reads");
    used.truncate(3);
    assert_eq!(used.tokens(), [3, 1, 4]);
    fresh.forward(&[3, 1, 4], 1).expect("reads");
    assert_close(used.forward(&[1, 5], 2).expect("reads"), fresh.forward(&[1, 5], 2).expect("reads"));
}

#[test]
fn threads_change_nothing() {
    let (mut one, mut three) = (decoder(1), decoder(3));
    let tokens = tokens(90);
    assert_eq!(one.forward(&tokens, 90).expect("reads"), three.forward(&tokens, 90).expect("reads"));
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_read() {
    let mut decoder = decoder(1);
    assert_eq!(decoder.context_tokens(), 200);
    assert!(matches!(decoder.forward(&tokens(201), 1), Err(EngineError::TooLong { tokens: 201, max: 200 })));
    assert!(matches!(decoder.forward(&[], 1), Err(EngineError::Input(_))));
    let error = decoder.forward(&[1, 50], 1).expect_err("50 tokens are 0 to 49");
    assert_eq!(error.to_string(), "token 50 is outside the vocabulary");
    assert!(decoder.tokens().is_empty());
    assert!(decoder.forward(&tokens(200), 1).is_ok());
}

#[test]
fn a_missing_file_says_which_command_fetches_it() {
    let error = Decoder::open("/nowhere/model.gguf".as_ref(), &Settings::default()).err().expect("nothing is there");
    assert_eq!(error.to_string(), "model file /nowhere/model.gguf is missing; run `usher models pull`");
}

#[test]
fn other_files_are_refused_with_the_reason() {
    assert_eq!(refusal(b""), "its header leaves the file: the file is cut short or hostile");
    assert_eq!(refusal(b"PK\x03\x04 a zip archive, not a model"), "not a GGUF file");
    assert_eq!(refusal(b"GGUF\x01\0\0\0"), "GGUF version 1 is not supported; usher reads 2 and 3");
    let reason = "architecture mamba is not supported; usher decodes llama and qwen3";
    assert_eq!(refusal(&Gguf::tiny("mamba").bytes()), reason);
    // The right name on the wrong tensors.
    assert_eq!(refusal(&Gguf::tiny("qwen3").bytes()), "tensor blk.0.attn_q_norm.weight is missing");
}

#[test]
fn a_model_that_would_be_decoded_in_part_is_refused() {
    let mut biased = Gguf::tiny("llama");
    biased.tensor("blk.0.attn_q.bias", &[32]);
    assert_eq!(refusal(&biased.bytes()), "tensor blk.0.attn_q.bias.weight has no place in usher's llama decoder");
    let mut experts = Gguf::tiny("llama");
    experts.number("llama.expert_count", 8);
    assert_eq!(
        refusal(&experts.bytes()),
        "llama.expert_count is set: mixtures of experts and windows are not supported"
    );
    let mut scaled = Gguf::tiny("llama");
    scaled.text("llama.rope.scaling.type", "yarn");
    assert!(refusal(&scaled.bytes()).starts_with("rope scaling String(\"yarn\") is not supported"));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = Gguf::tiny("llama").bytes();
    let header = whole.len() - whole.len() / 8;
    for length in (0..header).step_by(23).chain(whole.len() - 100..whole.len()) {
        refusal(&whole[..length]);
    }
    assert!(refusal(&whole[..whole.len() - 1]).contains("the file is cut short; fetch it again"));
}

#[test]
fn hostile_counts_and_sizes_are_refused_before_anything_is_allocated() {
    let whole = Gguf::tiny("llama").bytes();
    let with = |at: usize, value: u64| {
        let mut bytes = whole.clone();
        bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        refusal(&bytes)
    };
    assert_eq!(with(8, u64::MAX), format!("it declares {} tensors, more than 16384", u64::MAX));
    assert_eq!(with(16, 1 << 40), format!("it declares {} metadata entries, more than 4096", 1u64 << 40));
    assert_eq!(with(24, 1 << 62), format!("it declares a string of {} bytes", 1u64 << 62));
    let mut alignment = Gguf::tiny("llama");
    alignment.number("general.alignment", 0);
    assert!(refusal(&alignment.bytes()).starts_with("general.alignment is 0"));
    let mut array = Gguf::tiny("llama");
    array.entry("tokenizer.ggml.tokens", 9, &[&8u32.to_le_bytes()[..], &(1u64 << 60).to_le_bytes()].concat());
    assert!(refusal(&array.bytes()).starts_with("its metadata arrays hold more than"));
    let mut nested = Gguf::tiny("llama");
    nested.entry("a", 9, &[&9u32.to_le_bytes()[..], &1u64.to_le_bytes()].concat());
    assert_eq!(refusal(&nested.bytes()), "a metadata array holds arrays");
}

#[test]
fn no_byte_of_the_header_can_bring_the_program_down() {
    let whole = Gguf::tiny("llama").bytes();
    let header = whole.windows(18).rposition(|name| name == b"output_norm.weight").expect("the last tensor") + 50;
    let written = Written::new(&whole);
    for at in 0..header {
        let mut bytes = whole.clone();
        bytes[at] ^= [0x01, 0x80, 0xff][at % 3];
        fs::write(written.path(), bytes).expect("a file can be written");
        // A changed byte may well leave a usable model; then it must decode.
        if let Ok(mut decoder) = written.open(1) {
            assert!(decoder.forward(&[1, 2], 1).is_ok(), "byte {at} changed");
        }
    }
}

fn generator() -> Box<dyn Generator> {
    let written = Written::new(&Gguf::talking().bytes());
    super::open(&written.path(), &Settings { threads: 1, context_tokens_max: 200 }).expect("a whole model opens")
}

/// The answer to one message, and what it cost.
fn answer(generator: &mut dyn Generator, text: &str, tokens_max: usize) -> (String, Generated) {
    let message = Message { role: Role::User, text: text.into() };
    let mut answer = String::new();
    let generated = generator.generate(&[message], tokens_max, &Stop::new(), &mut |piece| {
        answer.push_str(piece);
        Continue(())
    });
    (answer, generated.expect("answers"))
}

#[test]
fn equal_prompts_give_equal_answers_whatever_is_cached() {
    let mut generator = generator();
    let (first, cost) = answer(&mut *generator, "where is the gate", 20);
    assert_eq!((cost.prompt_tokens, cost.reused_tokens), (20, 0));
    assert!(cost.answer_tokens > 0 && first.chars().count() <= 20, "{first}");
    answer(&mut *generator, "where is it", 20);
    let (again, cost) = answer(&mut *generator, "where is the gate", 20);
    assert_eq!(again, first);
    // The control token and "where is ", then the letters part; "the" and "it" differ at once.
    assert_eq!(cost.reused_tokens, 10);
    let (third, cost) = answer(&mut *generator, "where is the gate", 20);
    assert_eq!((third, cost.reused_tokens), (first, 19));
}

#[test]
fn a_prompt_that_leaves_no_room_for_the_answer_is_refused() {
    let message = Message { role: Role::User, text: "a".repeat(190) };
    let outcome = generator().generate(&[message], 20, &Stop::new(), &mut |_| panic!("nothing is written"));
    assert!(matches!(outcome, Err(EngineError::TooLong { tokens: 213, max: 200 })), "{outcome:?}");
}

#[test]
fn an_answer_ends_when_nobody_listens() {
    let messages = [Message { role: Role::User, text: "hello".into() }];
    let mut pieces = 0;
    let broken = generator().generate(&messages, 20, &Stop::new(), &mut |_| {
        pieces += 1;
        Break(())
    });
    assert_eq!((broken.expect("answers").finish, pieces), (Finish::Stopped, 1));
    let stop = Stop::new();
    stop.request();
    let stopped = generator().generate(&messages, 20, &stop, &mut |_| panic!("nothing is written"));
    assert_eq!(stopped.expect("answers").finish, Finish::Stopped);
}

#[test]
fn a_tokenizer_larger_than_the_model_is_refused() {
    let mut gguf = Gguf::talking();
    gguf.tensors[0].1 = vec![32, 49];
    let written = Written::new(&gguf.bytes());
    let error = super::open(&written.path(), &Settings::default()).err().expect("is refused");
    assert!(error.to_string().ends_with("its tokenizer has 50 tokens and its embedding 49 rows"), "{error}");
}
