//! Language models from GGUF files: tokenizer, chat template and prompt.

mod metadata;
mod pieces;
pub mod prompt;
pub mod template;
pub mod tokenizer;
mod vocabulary;
