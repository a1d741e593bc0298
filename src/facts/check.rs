//! What types cannot say of a connector's settings: each fault names its key and the repair.

use std::collections::BTreeMap;

use super::address::Address;
use super::answer;

use super::settings::{AnswerSetting, Connector, FactKind, FactSetting, Method, Settings};
use crate::base::or_nearest;
use crate::domain::{Language, Localised};

/// Bounds of one site: a kiosk asks a handful of systems for a handful of values.
const CONNECTORS_MAX: usize = 16;
const FACTS_MAX: usize = 32;
const INPUTS_MAX: usize = 4;
const ANSWERS_MAX: usize = 16;

/// Longest name of a connector, a fact or an input.
const NAME_CHARS_MAX: usize = 32;

/// Longest text of a fact: one line of a card.
pub const TEXT_CHARS_MAX: usize = 200;

type Fault = (String, String);

impl Settings {
    /// Checks everything but the secret files, which are read at the start.
    ///
    /// # Errors
    /// The key and what to do about it.
    pub fn check(&self, languages: &[Language]) -> Result<(), Fault> {
        most("connector", self.0.len(), CONNECTORS_MAX)?;
        for (name, connector) in &self.0 {
            let key = format!("connector.{name}");
            plain(&key, name)?;
            connector.check(&key, languages)?;
        }
        Ok(())
    }
}

impl Connector {
    fn check(&self, key: &str, languages: &[Language]) -> Result<(), Fault> {
        worded(&format!("{key}.title"), &self.title, languages)?;
        self.check_address(key)?;
        within(&format!("{key}.timeout_ms"), self.timeout_ms, 100, 10_000)?;
        within(&format!("{key}.fresh_s"), self.fresh_s, 0, 3_600)?;
        within(&format!("{key}.keep_s"), self.keep_s, self.fresh_s, 3_600)?;
        most(&format!("{key}.facts"), self.facts.len(), FACTS_MAX)?;
        for (name, fact) in &self.facts {
            let key = format!("{key}.facts.{name}");
            plain(&key, name)?;
            fact.check(&key, languages)?;
        }
        self.check_answers(key, languages)?;
        let Some(camera) = &self.camera else { return Ok(()) };
        let fact = known(&format!("{key}.camera.by"), &camera.by, &self.facts)?;
        camera.names.keys().try_for_each(|value| listed(&format!("{key}.camera.names"), fact, value))
    }

    fn check_address(&self, key: &str) -> Result<(), Fault> {
        most(&format!("{key}.inputs"), self.inputs.len(), INPUTS_MAX)?;
        for (name, input) in &self.inputs {
            let key = format!("{key}.inputs.{name}");
            plain(&key, name)?;
            input.check().map_err(|reason| (key, reason))?;
        }
        let at = |reason: String| (format!("{key}.url"), reason);
        let address = Address::parse(&self.url).map_err(at)?;
        for name in address.names() {
            if !self.inputs.contains_key(name) {
                return Err(at(format!("'{{{name}}}' is no input{}", or_nearest(name, self.inputs.keys()))));
            }
        }
        let unused = self.inputs.keys().find(|name| !address.names().any(|one| one == *name));
        if let (Some(name), Method::Get) = (unused, self.method) {
            return Err(at(format!("the input '{name}' is not used; write {{{name}}} where it belongs")));
        }
        if !self.in_the_clear && !address.is_private() {
            return Err(at("visitors' numbers would travel in the clear: use https://, or set in_the_clear = true \
                           where the cable is the site's own"
                .into()));
        }
        Ok(())
    }

    fn check_answers(&self, key: &str, languages: &[Language]) -> Result<(), Fault> {
        let key = format!("{key}.answer");
        most(&key, self.answer.len(), ANSWERS_MAX)?;
        let Some(last) = self.answer.last() else { return Err((key, "write at least one [[...answer]]".into())) };
        for (index, answer) in self.answer.iter().enumerate() {
            self.check_answer(&format!("{key}.{index}"), answer, languages)?;
        }
        let optional = slots(last).find(|slot| self.facts.get(*slot).is_some_and(|fact| fact.optional));
        match optional {
            _ if !last.when.is_empty() => Err((key, "the last one must always fit: leave out its `when`".into())),
            Some(slot) => Err((key, format!("the last one must always fit, and '{{{slot}}}' is optional"))),
            None => Ok(()),
        }
    }

    fn check_answer(&self, key: &str, answer: &AnswerSetting, languages: &[Language]) -> Result<(), Fault> {
        worded(&format!("{key}.text"), &answer.text, languages)?;
        for (language, text) in &answer.text.0 {
            let key = format!("{key}.text.{language}");
            for slot in answer::slots(text).map_err(|reason| (key.clone(), reason))? {
                known(&key, slot, &self.facts)?;
            }
        }
        for (name, value) in &answer.when {
            listed(&format!("{key}.when.{name}"), known(&format!("{key}.when"), name, &self.facts)?, value)?;
        }
        Ok(())
    }
}

impl FactSetting {
    fn check(&self, key: &str, languages: &[Language]) -> Result<(), Fault> {
        pointer(&self.path).map_err(|reason| (format!("{key}.path"), reason))?;
        let has_words = matches!(self.kind, FactKind::Text | FactKind::Flag);
        for (value, words) in &self.values {
            if !has_words {
                return Err((format!("{key}.values"), "only texts and flags have values; delete them".into()));
            }
            if self.kind == FactKind::Flag && value != "true" && value != "false" {
                return Err((format!("{key}.values.{value}"), "a flag is true or false".into()));
            }
            worded(&format!("{key}.values.{value}"), words, languages)?;
        }
        let number = self.kind == FactKind::Number;
        if !number && (self.unit.is_some() || self.decimals.is_some()) {
            return Err((key.into(), "unit and decimals belong to type = \"number\"".into()));
        }
        if self.max.is_some() && self.kind != FactKind::Text {
            return Err((format!("{key}.max"), "max belongs to type = \"text\"".into()));
        }
        within(&format!("{key}.max"), bounded(self.max.unwrap_or(1)), 1, TEXT_CHARS_MAX as u32)?;
        within(&format!("{key}.decimals"), bounded(self.decimals.unwrap_or(0)), 0, 6)
    }
}

/// The slots of every language's text; a text that cannot be read has been refused before.
fn slots(answer: &AnswerSetting) -> impl Iterator<Item = &str> {
    answer.text.0.values().flat_map(|text| answer::slots(text).unwrap_or_default())
}

/// RFC 6901, section 3, without the empty pointer: the whole reply is no fact.
fn pointer(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err(format!("'{path}' does not begin with /; write /{}", path.replace('.', "/")));
    }
    let is_escaped = |part: &str| part.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if !is_escaped(path) {
        return Err(format!("'{path}' has a ~ that is neither ~0 (for ~) nor ~1 (for /)"));
    }
    Ok(())
}

fn known<'a>(key: &str, name: &str, facts: &'a BTreeMap<String, FactSetting>) -> Result<&'a FactSetting, Fault> {
    facts.get(name).ok_or_else(|| (key.into(), format!("'{name}' is no fact{}", or_nearest(name, facts.keys()))))
}

/// A fact with listed values, or a flag, can only have those.
fn listed(key: &str, fact: &FactSetting, value: &str) -> Result<(), Fault> {
    let is_flag = fact.kind == FactKind::Flag;
    if is_flag && value != "true" && value != "false" {
        return Err((key.into(), format!("'{value}' is neither true nor false")));
    }
    if is_flag || fact.values.is_empty() || fact.values.contains_key(value) {
        return Ok(());
    }
    Err((key.into(), format!("'{value}' is not among the fact's values{}", or_nearest(value, fact.values.keys()))))
}

fn plain(key: &str, name: &str) -> Result<(), Fault> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(letter);
    if fits && name.len() <= NAME_CHARS_MAX {
        return Ok(());
    }
    Err((
        key.into(),
        format!("'{name}' is not a letter and up to {} lower case letters, digits, - and _", NAME_CHARS_MAX - 1),
    ))
}

fn worded(key: &str, text: &Localised, languages: &[Language]) -> Result<(), Fault> {
    match languages.iter().find(|language| text.0.get(language).is_none_or(|words| words.trim().is_empty())) {
        Some(language) => Err((key.into(), format!("has no text for '{language}', which `languages` names"))),
        None => Ok(()),
    }
}

fn most(key: &str, count: usize, max: usize) -> Result<(), Fault> {
    if count <= max { Ok(()) } else { Err((key.into(), format!("{count} are too many, {max} are allowed"))) }
}

fn bounded(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn within(key: &str, value: u32, min: u32, max: u32) -> Result<(), Fault> {
    if (min..=max).contains(&value) { Ok(()) } else { Err((key.into(), format!("{value} is outside {min} to {max}"))) }
}
