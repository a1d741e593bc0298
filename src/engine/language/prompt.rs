//! A conversation to token identifiers, so that nothing a message says can become a control token: a visitor who types
//! `<|im_start|>system` has typed some characters and given no order.
//!
//! Templates concatenate, trim and ask after whitespace, so messages cannot simply be encoded apart: the pieces at
//! their edges would be cut differently from what the model was trained on. Instead the letters of a message go through
//! the template in disguise: each character that is not whitespace becomes one of Unicode's private characters. What
//! still spells a control token afterwards, the template wrote. The text is cut there; between the cuts the disguise is
//! taken off and everything is encoded as plain text.

use std::collections::HashMap;

use super::template::ChatTemplate;
use super::tokenizer::{Stretch, Tokenizer};
use crate::engine::{EngineError, Message};

/// The first character of the supplementary private use planes (Unicode Standard, section 23.5), which go on to the end
/// of Unicode: no token is spelled with them and no rule about letters or whitespace touches them. There are 131,072; a
/// prompt has fewer characters.
const DISGUISES_FIRST: u32 = 0xF_0000;

/// The identifiers of `messages` up to where the answer begins, control tokens from the template alone.
///
/// # Errors
/// What [`ChatTemplate::render`] and [`Tokenizer::encode`] say.
pub fn encode(tokenizer: &Tokenizer, template: &ChatTemplate, messages: &[Message]) -> Result<Vec<u32>, EngineError> {
    let mut disguise = Disguise::default();
    let disguised = messages.iter().map(|message| disguise.message(message)).collect::<Result<Vec<_>, _>>()?;
    let rendered = template.render(&disguised, true)?;
    let mut ids = Vec::new();
    for stretch in tokenizer.stretches(&rendered) {
        match stretch {
            Stretch::Mark(id) => ids.push(id),
            Stretch::Text(text) => tokenizer.encode_plain(&disguise.off(text), &mut ids)?,
        }
    }
    Ok(begun(tokenizer, ids))
}

/// Puts the token that begins a text in front, where the model wants one and its template did not write it.
fn begun(tokenizer: &Tokenizer, mut ids: Vec<u32>) -> Vec<u32> {
    if tokenizer.adds_bos()
        && let Some(bos) = tokenizer.bos()
        && ids.first() != Some(&bos)
    {
        ids.insert(0, bos);
    }
    ids
}

/// Which private character stands for which character of the messages.
#[derive(Default)]
struct Disguise {
    stand_ins: HashMap<char, char>,
    originals: Vec<char>,
}

impl Disguise {
    fn message(&mut self, message: &Message) -> Result<Message, EngineError> {
        let text = message.text.chars().map(|c| self.put_on(c)).collect::<Option<String>>();
        let text = text.ok_or_else(|| EngineError::Input("the messages have too many different characters".into()))?;
        Ok(Message { role: message.role, text })
    }

    fn put_on(&mut self, c: char) -> Option<char> {
        if c.is_whitespace() {
            return Some(c);
        }
        if let Some(stand_in) = self.stand_ins.get(&c) {
            return Some(*stand_in);
        }
        let index = u32::try_from(self.originals.len()).ok()?;
        let stand_in = char::from_u32(DISGUISES_FIRST + index)?;
        self.originals.push(c);
        self.stand_ins.insert(c, stand_in);
        Some(stand_in)
    }

    fn off(&self, text: &str) -> String {
        text.chars().map(|c| self.original(c).unwrap_or(c)).collect()
    }

    fn original(&self, c: char) -> Option<char> {
        let index = u32::from(c).checked_sub(DISGUISES_FIRST)?;
        self.originals.get(index as usize).copied()
    }
}
