//! The decoder as a [`Generator`]: a conversation in, an answer out, piece by piece. Greedy, so equal prompts give equal
//! texts. Knows nothing of tensors.

use std::ops::ControlFlow;
use std::path::Path;

use super::Settings;
use super::decoder::Decoder;
use super::gguf::ModelFile;
use super::prompt;
use super::template::ChatTemplate;
use super::tokenizer::Tokenizer;
use crate::base::Stop;
use crate::engine::{EngineError, Finish, Generated, Generator, Message};

/// Prompt tokens that are read between two looks at the [`Stop`]: a fifth of a second on a slow board.
const STEP_TOKENS: usize = 64;

/// A language model that answers.
pub(super) struct Writer {
    decoder: Decoder,
    tokenizer: Tokenizer,
    template: ChatTemplate,
    name: String,
}

impl Writer {
    pub(super) fn open(path: &Path, settings: &Settings) -> Result<Self, EngineError> {
        let file = ModelFile::open(path)?;
        let tokenizer = Tokenizer::from_gguf(file.metadata()).map_err(|error| named(&file, error))?;
        let template = ChatTemplate::from_gguf(file.metadata()).map_err(|error| named(&file, error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (rows, tokens) =
            (file.tensor("token_embd.weight").map_or(0, |(shape, _)| shape[0]), tokenizer.token_count());
        if tokens > rows {
            return Err(file.unusable(format!("its tokenizer has {tokens} tokens and its embedding {rows} rows")));
        }
        let decoder = Decoder::load(file, settings)?;
        Ok(Self { decoder, tokenizer, template, name })
    }

    /// Reads what of `prompt` is not read yet; says how much was.
    fn read(&mut self, prompt: &[u32], stop: &Stop) -> Result<usize, EngineError> {
        let same = self.decoder.tokens().iter().zip(prompt).take_while(|(a, b)| a == b).count();
        // The last token is read in any case: the answer starts from its logits.
        let reused = same.min(prompt.len().saturating_sub(1));
        self.decoder.truncate(reused);
        for step in prompt[reused..].chunks(STEP_TOKENS) {
            if stop.is_requested() {
                return Err(EngineError::Stopped);
            }
            self.decoder.forward(step, 1)?;
        }
        Ok(reused)
    }

    /// Writes the answer to a prompt that has been read.
    fn write(
        &mut self,
        tokens_max: usize,
        stop: &Stop,
        on_piece: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(Finish, usize), EngineError> {
        let (mut text, mut next) = (Text::default(), likeliest(self.decoder.logits()));
        for written in 0..tokens_max {
            if stop.is_requested() {
                return Ok((Finish::Stopped, written));
            }
            if self.tokenizer.end_tokens().contains(&next) {
                return Ok((Finish::End, written));
            }
            let piece = text.push(self.tokenizer.token_bytes(next));
            if !piece.is_empty() && on_piece(&piece).is_break() {
                return Ok((Finish::Stopped, written + 1));
            }
            if written + 1 < tokens_max {
                next = likeliest(self.decoder.forward(&[next], 1)?);
            }
        }
        Ok((Finish::Length, tokens_max))
    }
}

impl Generator for Writer {
    fn generate(
        &mut self,
        messages: &[Message],
        tokens_max: usize,
        stop: &Stop,
        on_piece: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, EngineError> {
        let prompt = prompt::encode(&self.tokenizer, &self.template, messages)?;
        let (tokens, max) = (prompt.len().saturating_add(tokens_max), self.decoder.context_tokens());
        if tokens > max {
            return Err(EngineError::TooLong { tokens, max });
        }
        let mut generated =
            Generated { finish: Finish::Stopped, prompt_tokens: prompt.len(), reused_tokens: 0, answer_tokens: 0 };
        match self.read(&prompt, stop) {
            Ok(reused) => generated.reused_tokens = reused,
            Err(EngineError::Stopped) => return Ok(generated),
            Err(error) => return Err(error),
        }
        (generated.finish, generated.answer_tokens) = self.write(tokens_max, stop, on_piece)?;
        Ok(generated)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn parameters_billion(&self) -> f32 {
        self.decoder.parameters() as f32 / 1e9
    }
}

/// The metadata's readers do not know which file it came from.
fn named(file: &ModelFile, error: EngineError) -> EngineError {
    match error {
        EngineError::Unusable { reason, .. } => file.unusable(reason),
        other => other,
    }
}

/// The first of the largest logits; token 0 when none is a number.
fn likeliest(logits: &[f32]) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (token, &logit) in (0..).zip(logits) {
        if logit > best.1 {
            best = (token, logit);
        }
    }
    best.0
}

/// Bytes on their way to whole characters: tokens end in the middle of Chinese ones.
#[derive(Default)]
struct Text {
    /// The start of a character, at most three bytes.
    begun: Vec<u8>,
}

impl Text {
    /// What `bytes` complete. Bytes that can be no part of UTF-8 become U+FFFD.
    fn push(&mut self, bytes: &[u8]) -> String {
        self.begun.extend_from_slice(bytes);
        let mut text = String::new();
        let mut kept = 0;
        for chunk in self.begun.utf8_chunks() {
            text.push_str(chunk.valid());
            kept += chunk.valid().len();
            let rest = chunk.invalid();
            let unfinished = kept + rest.len() == self.begun.len() && may_go_on(rest);
            if !rest.is_empty() && !unfinished {
                text.push(char::REPLACEMENT_CHARACTER);
                kept += rest.len();
            }
        }
        self.begun.drain(..kept);
        text
    }
}

/// Whether these bytes, no valid text, could be the start of a character.
fn may_go_on(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_in_whole_characters() {
        let mut text = Text::default();
        let pieces: Vec<String> = "é登机口".bytes().map(|byte| text.push(&[byte])).collect();
        assert_eq!(pieces, ["", "é", "", "", "登", "", "", "机", "", "", "口"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_marked() {
        let mut text = Text::default();
        assert_eq!(text.push(b"a\xff"), "a\u{fffd}");
        assert_eq!(text.push(b"\xe7\x99"), "");
        assert_eq!(text.push(b"b"), "\u{fffd}b");
        assert_eq!(text.push("登".as_bytes()), "登");
    }

    #[test]
    fn the_first_of_the_largest_wins_and_nan_never() {
        assert_eq!(likeliest(&[f32::NAN, 1.0, 3.0, 3.0]), 2);
        assert_eq!(likeliest(&[f32::NAN, f32::NAN]), 0);
    }
}
