//! Live facts: which business system can be asked with what the visitor has shown or typed, and how its answer is told.
//!
//! A number is taken only where a system of the site waits for one; which system that is, the site says. What comes back is
//! the site's own sentence with values in it, and never an instruction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::{Conversation, Understood, Visit};
use crate::domain::{Answer, Fact, Item, Language, Live, LiveCard, Route, Show, Source};
use crate::facts::{CardChoice, Connectors, Input, Kind};

/// Values that systems can be asked with, by kind: the visitor's bag, flight, booking.
pub type Inputs = BTreeMap<Kind, String>;

/// An item's `media` that names a connector: its answer stands in for the system, and asks for what the system needs.
const PREFIX: &str = "live:";

/// Which system a turn may ask.
#[derive(Debug, Default)]
pub(super) struct Systems {
    /// What was shown or said is for this one.
    pub asked: Option<String>,
    /// A number that stands in the question would do for this one, when nothing that is written answers.
    pub hinted: Option<String>,
}

/// The connector that an item stands for.
pub fn connector_of(item: &Item) -> Option<&str> {
    item.media.as_deref()?.strip_prefix(PREFIX)
}

static BAGGAGE_TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)\d(?:[ -]?\d){9}(?-u:\b)"));

/// Two letters, or a letter and a digit with a longer number: "B22" is a gate.
static FLIGHT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)(?:[a-z]{2} ?\d{2,4}|(?:[a-z]\d|\d[a-z]) ?\d{3,4})(?-u:\b)"));

static QUEUE_TICKET: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?-u:\b)[a-z]{1,2} ?\d{2,4}(?-u:\b)"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// The values of a kind that a connector needs, as they stand in a question.
fn typed(text: &str, kind: Kind) -> Option<String> {
    let found = match kind {
        Kind::BaggageTag => BAGGAGE_TAG.find(text)?.as_str(),
        Kind::Flight => FLIGHT.find(text)?.as_str(),
        Kind::QueueTicket => QUEUE_TICKET.find(text)?.as_str(),
        // Too like other words to be found in a sentence.
        Kind::Booking | Kind::Ticket | Kind::Text | Kind::Date => return None,
    };
    Input::Known(kind).normalised(found)
}

/// The inputs of `name` as far as they are known; `None` when one is missing. A day that nobody named is today.
fn ready(systems: &Connectors, name: &str, known: &Inputs, today: Date) -> Option<BTreeMap<String, String>> {
    let (_, inputs) = systems.all().find(|(known, _)| *known == name)?;
    let value = |input: Input| match (known.get(&input.kind()), input.kind()) {
        (Some(value), _) => input.normalised(value),
        (None, Kind::Date) => Some(today.to_string()),
        (None, _) => None,
    };
    inputs.iter().map(|(name, input)| Some((name.clone(), value(*input)?))).collect()
}

/// The first connector that is ready with `known` and asks for something that was given just now.
fn asked_by(systems: &Connectors, given: &Inputs, known: &Inputs, today: Date) -> Option<String> {
    let fits = |name: &&str| wants(systems, name, given) && ready(systems, name, known, today).is_some();
    systems.all().map(|(name, _)| name).find(fits).map(String::from)
}

/// Whether the connector asks for any of the values.
fn wants(systems: &Connectors, name: &str, given: &Inputs) -> bool {
    let of = systems.all().find(|(known, _)| *known == name);
    of.is_some_and(|(_, inputs)| inputs.values().any(|input| given.contains_key(&input.kind())))
}

impl Conversation {
    /// The systems that this turn may ask.
    pub(super) fn systems_for(&self, visit: &mut Visit, understood: &Understood, shown: Option<&Inputs>) -> Systems {
        let Some(systems) = self.facts.as_ref() else { return Systems::default() };
        let today = self.clock.now().date();
        if let Some(shown) = shown {
            let known = visit.learn(shown);
            return Systems { asked: asked_by(systems, shown, &known, today), hinted: None };
        }
        let text = &understood.text;
        let kinds: BTreeSet<Kind> =
            systems.all().flat_map(|(_, inputs)| inputs.values().map(|input| input.kind())).collect();
        let said: Inputs = kinds.iter().filter_map(|kind| Some((*kind, typed(text, *kind)?))).collect();
        // A number alone is meant for whoever needs such a number; a day or a word alone is not.
        let is_number = |kind: &&Kind| !matches!(kind, Kind::Text | Kind::Date);
        let whole = |kind: &Kind| Some((*kind, Input::Known(*kind).normalised(text)?));
        let has_digit = |(_, value): &(Kind, String)| value.bytes().any(|byte| byte.is_ascii_digit());
        let alone: Inputs = kinds.iter().filter(is_number).filter_map(whole).filter(has_digit).collect();
        let known = visit.learn(&said);
        let waits = |name: &String| wants(systems, name, &said) && ready(systems, name, &known, today).is_some();
        let waiting = visit.awaits.clone().filter(waits);
        let marked: Inputs =
            said.into_iter().filter(|(kind, _)| matches!(kind, Kind::BaggageTag | Kind::Flight)).collect();
        Systems {
            asked: waiting.or_else(|| asked_by(systems, &alone, &known, today)),
            hinted: asked_by(systems, &marked, &known, today),
        }
    }

    /// Asks the system that an item stands for, when all it needs is known.
    pub(super) async fn live_item(&self, visit: &Visit, item: &Item, language: Language) -> Option<Answer> {
        let (systems, name) = (self.facts.as_ref()?, connector_of(item)?);
        ready(systems, name, &visit.known(), self.clock.now().date())?;
        Some(self.live(visit, name, language).await)
    }

    /// Asks the system `name` and tells what it says; a failure is told too, with where a person is found.
    pub(super) async fn live(&self, visit: &Visit, name: &str, language: Language) -> Answer {
        let now = self.clock.now();
        let declined = |text: &str| Answer {
            handoff: Some(self.contact.clone()),
            ..Answer::plain(Route::Decline, language, text)
        };
        let Some(systems) = &self.facts else { return declined(super::Sentence::Decline.text(language)) };
        let inputs = ready(systems, name, &visit.known(), now.date()).unwrap_or_default();
        match systems.ask(name, &inputs, language, now).await {
            Ok(found) => {
                let route = if found.camera.is_some() { Route::Show } else { Route::Answer };
                let source = Source {
                    document: name.into(),
                    section: found.source.clone(),
                    quote: found.sentence.clone(),
                    score: 1.0,
                };
                let fact = |fact: crate::facts::Fact| Fact { name: fact.name, value: fact.spoken };
                let live = Live {
                    connector: name.into(),
                    title: found.source,
                    sentence: found.sentence.clone(),
                    facts: found.facts.into_iter().map(fact).collect(),
                    card: match found.card {
                        CardChoice::Plain => LiveCard::Plain,
                        CardChoice::Flight => LiveCard::Flight,
                        CardChoice::Bag => LiveCard::Bag,
                    },
                    camera: found.camera,
                    age_s: found.age.map(|age| age.as_secs()),
                };
                let show = vec![Show::Live(Box::new(live))];
                Answer { sources: vec![source], show, ..Answer::plain(route, language, found.sentence) }
            }
            Err(error) => {
                tracing::warn!(visit.id = visit.id, %error, "a business system gave no answer");
                declined(error.told(language))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_where_they_are_meant() {
        assert_eq!(typed("how is 0618 123456 doing", Kind::BaggageTag).as_deref(), Some("0618123456"));
        assert_eq!(typed("我的宠物 0618123456 怎么样", Kind::BaggageTag).as_deref(), Some("0618123456"));
        assert_eq!(typed("card 4111 1111 1111 1111", Kind::BaggageTag), None);
        assert_eq!(typed("is LB 204 on time", Kind::Flight).as_deref(), Some("LB204"));
        assert_eq!(typed("where is gate B22", Kind::Flight), None);
        assert_eq!(typed("at 10 am", Kind::Booking), None);
    }
}
