//! Typed reading of a GGUF file's metadata: every value is checked for its kind before anybody uses it. Knows keys and
//! kinds, never what a key means.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;

use crate::engine::EngineError;

/// The metadata of one file.
#[derive(Clone, Copy)]
pub(super) struct Metadata<'a>(pub &'a HashMap<String, Value>);

impl<'a> Metadata<'a> {
    /// The string at `key`, if the key is there.
    pub fn text(self, key: &str) -> Result<Option<&'a str>, EngineError> {
        self.read(key, "a string", |value| match value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The unsigned number at `key`, if the key is there; every integer type is read as long as its value fits.
    pub fn number(self, key: &str) -> Result<Option<u32>, EngineError> {
        self.read(key, "a number from 0 to 4294967295", unsigned)
    }

    /// The boolean at `key`; `false` when the key is missing.
    pub fn flag(self, key: &str) -> Result<bool, EngineError> {
        let flag = self.read(key, "a boolean", |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })?;
        Ok(flag.unwrap_or(false))
    }

    /// The array of strings at `key`, at most `items_max` long.
    pub fn texts(self, key: &str, items_max: usize) -> Result<Vec<&'a str>, EngineError> {
        self.array(key, items_max, "strings", |value| match value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The array of unsigned numbers at `key`, at most `items_max` long.
    pub fn numbers(self, key: &str, items_max: usize) -> Result<Vec<u32>, EngineError> {
        self.array(key, items_max, "unsigned numbers", unsigned)
    }

    /// The error that says why this file's metadata cannot be used. The metadata does not know its file, so the model's
    /// own name stands for it until whoever opened the file puts the path there.
    pub fn unusable(self, reason: impl Into<String>) -> EngineError {
        let path = match self.0.get("general.name") {
            Some(Value::String(name)) => name.chars().take(80).collect(),
            _ => "(GGUF without a name)".to_owned(),
        };
        EngineError::Unusable { path, reason: reason.into() }
    }

    fn read<T>(self, key: &str, wanted: &str, take: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, EngineError> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        take(value).map(Some).ok_or_else(|| self.unusable(format!("metadata key {key} is not {wanted}")))
    }

    fn array<T>(
        self,
        key: &str,
        items_max: usize,
        wanted: &str,
        take: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Vec<T>, EngineError> {
        let Some(value) = self.0.get(key) else { return Err(self.unusable(format!("metadata key {key} is missing"))) };
        let Value::Array(items) = value else {
            return Err(self.unusable(format!("metadata key {key} is not an array")));
        };
        if items.len() > items_max {
            return Err(self.unusable(format!("metadata key {key} has {} items, more than {items_max}", items.len())));
        }
        let taken: Option<Vec<T>> = items.iter().map(take).collect();
        taken.ok_or_else(|| self.unusable(format!("metadata key {key} is not an array of {wanted}")))
    }
}

fn unsigned(value: &Value) -> Option<u32> {
    match *value {
        Value::U8(number) => Some(number.into()),
        Value::U16(number) => Some(number.into()),
        Value::U32(number) => Some(number),
        Value::U64(number) => number.try_into().ok(),
        Value::I8(number) => number.try_into().ok(),
        Value::I16(number) => number.try_into().ok(),
        Value::I32(number) => number.try_into().ok(),
        Value::I64(number) => number.try_into().ok(),
        _ => None,
    }
}
