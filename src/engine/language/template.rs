//! The model's own chat template: how it was trained to read a conversation. A template comes from the model's file, so
//! it is a stranger's program: it runs with a budget of work and memory, and sees the messages and nothing else.

use std::collections::HashMap;
use std::io::{self, Write};

use candle_core::quantized::gguf_file::Value as Metadatum;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind, context};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::metadata::Metadata;
use super::vocabulary::TOKENS_MAX;
use crate::engine::{EngineError, Message, Role};

/// Longest template in bytes; the longest in the field (tool calling, several languages) have about 20,000.
const TEMPLATE_BYTES_MAX: usize = 64 << 10;
/// Work one rendering may do, in minijinja's unit: an instruction, or 64 bytes made. A prompt of 8,000 tokens takes
/// about 2,000; this much takes well under a second and at most 64 MB.
const FUEL_MAX: u64 = 1_000_000;
/// Widest indentation of `tojson`; templates use 2 and 4.
const INDENT_MAX: usize = 16;
/// Most that one `tojson` may write, bytes: the longest prompt, four times over.
const JSON_BYTES_MAX: usize = 1 << 20;
/// Longest reason that a template may give for refusing a conversation, characters.
const REASON_CHARS_MAX: usize = 200;
/// The name of the one template in the environment.
const CHAT: &str = "chat";

/// A compiled chat template.
pub struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

/// One message as templates know it.
#[derive(Serialize)]
struct Turn<'m> {
    role: &'static str,
    content: &'m str,
}

impl ChatTemplate {
    /// Compiles `tokenizer.chat_template`.
    ///
    /// # Errors
    /// [`EngineError::Unusable`] when there is none (the model was not trained to converse), or it is too long or no
    /// valid template.
    pub fn from_gguf(metadata: &HashMap<String, Metadatum>) -> Result<Self, EngineError> {
        let metadata = Metadata(metadata);
        let source = metadata.text("tokenizer.chat_template")?;
        let source = source.ok_or_else(|| metadata.unusable("it has no chat template; use an instruct model"))?;
        if source.len() > TEMPLATE_BYTES_MAX {
            let reason = format!("its chat template has {} bytes, more than {TEMPLATE_BYTES_MAX}", source.len());
            return Err(metadata.unusable(reason));
        }
        let environment = environment(source);
        Ok(Self {
            environment: environment.map_err(|error| metadata.unusable(format!("its chat template: {error}")))?,
            bos: token_text(metadata, "tokenizer.ggml.bos_token_id")?,
            eos: token_text(metadata, "tokenizer.ggml.eos_token_id")?,
        })
    }

    /// The conversation as the model reads it; with `add_generation_prompt`, ending where its answer begins. Models
    /// that can think aloud are told not to: a visitor waits.
    ///
    /// The text that comes back mixes control tokens with what visitors said: only
    /// [`prompt::encode`](super::prompt::encode) keeps the two apart.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the template refuses the conversation or uses up its budget.
    pub fn render(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String, EngineError> {
        let turns: Vec<Turn> = messages.iter().map(Turn::from).collect();
        let template = self.environment.get_template(CHAT).map_err(failed)?;
        let context = context! {
            messages => Value::from(Serde(turns)),
            add_generation_prompt,
            bos_token => self.bos.as_str(),
            eos_token => self.eos.as_str(),
            enable_thinking => false,
            tools => (),
            documents => (),
        };
        template.render(context).map_err(failed)
    }
}

impl<'m> From<&'m Message> for Turn<'m> {
    fn from(message: &'m Message) -> Self {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        Self { role, content: &message.text }
    }
}

fn token_text(metadata: Metadata, key: &str) -> Result<String, EngineError> {
    let Some(id) = metadata.number(key)? else { return Ok(String::new()) };
    let tokens = metadata.texts("tokenizer.ggml.tokens", TOKENS_MAX)?;
    let text = tokens.get(id as usize).map(|text| text.to_string());
    text.ok_or_else(|| metadata.unusable(format!("metadata key {key} is {id} and there are {} tokens", tokens.len())))
}

/// The environment that templates are written for: the one in `transformers/utils/chat_template_utils.py` (blocks
/// trimmed, loop controls, Python's methods, three functions).
fn environment(source: &str) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_fuel(Some(FUEL_MAX));
    // Error reports would quote variables, and the variables are what visitors said.
    environment.set_debug(false);
    environment.add_filter("tojson", to_json);
    environment.add_function("raise_exception", raise);
    environment.add_function("strftime_now", date_now);
    environment.add_template_owned(CHAT, source.to_owned())?;
    Ok(environment)
}

/// Python's `json.dumps`: the built-in filter escapes `<` and `>` for web pages, which no model was trained on.
fn to_json(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = indent.or(options.get("indent")?);
    // Python's options that change nothing here: order is kept, and text stays as it is.
    let _: (Option<bool>, Option<bool>) = (options.get("ensure_ascii")?, options.get("sort_keys")?);
    options.assert_all_used()?;
    match indent {
        None => json(value, Spaced),
        Some(width) => {
            let spaces = " ".repeat(width.min(INDENT_MAX));
            json(value, PrettyFormatter::with_indent(spaces.as_bytes()))
        }
    }
}

fn json(value: &Value, formatter: impl Formatter) -> Result<String, Error> {
    let failed = |error: serde_json::Error| Error::new(ErrorKind::BadSerialization, error.to_string());
    let mut json = Bounded(Vec::new());
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, formatter)).map_err(failed)?;
    Ok(String::from_utf8_lossy(&json.0).into_owned())
}

/// At most [`JSON_BYTES_MAX`]: minijinja charges a filter's result when it is made, and a list of 10^8 ones takes three
/// bytes in memory until it is written out.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > JSON_BYTES_MAX {
            return Err(io::Error::other(format!("more than {JSON_BYTES_MAX} bytes of JSON")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Python's separators: `", "` and `": "`.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

fn raise(reason: &str) -> Result<Value, Error> {
    let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
    Err(Error::new(ErrorKind::InvalidOperation, reason))
}

fn date_now(format: &str) -> Result<String, Error> {
    let now = jiff::Zoned::now();
    jiff::fmt::strtime::format(format, &now).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

fn failed(error: Error) -> EngineError {
    EngineError::Failed { engine: "chat template", reason: error.to_string() }
}
