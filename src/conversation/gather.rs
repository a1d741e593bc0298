//! Third step: the passages that may answer, and the sentences picked from them. Waits for the knowledge worker; decides nothing.

use super::{Conversation, TurnError, Understood};
use crate::domain::{Language, Origin, Passage, Question};
use crate::knowledge::{Knowledge, KnowledgeError};

/// What is at hand for deciding and answering.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Best first, scores calibrated.
    pub passages: Vec<Passage>,
    /// The sentences that answer, for each of the passages.
    pub picked: Vec<Vec<String>>,
}

impl Conversation {
    pub(super) async fn gather(&self, question: &Question, understood: &Understood) -> Result<Gathered, TurnError> {
        if understood.wants_person {
            return Ok(Gathered::default());
        }
        let now = self.clock.now();
        let (text, language, item) = (understood.text.clone(), understood.language, question.item.clone());
        let preferred = question.language;
        let pending = self.knowledge.call(move |knowledge, _| match item {
            Some(id) => touched(knowledge, &id, preferred, now),
            None => searched(knowledge, &text, language, now),
        })?;
        Ok(pending.await?.value?)
    }
}

/// The item behind a touched tile or choice. An unknown or expired one gathers nothing, and usher says it does not know.
fn touched(
    knowledge: &mut Knowledge,
    id: &str,
    language: Language,
    now: jiff::civil::DateTime,
) -> Result<Gathered, KnowledgeError> {
    let item = knowledge.item(id, language)?.filter(|item| item.is_valid(now));
    let passages: Vec<Passage> = item
        .into_iter()
        .map(|item| Passage {
            title: item.questions.first().cloned().unwrap_or_default(),
            origin: Origin::Item { id: item.id },
            language: item.language,
            text: item.answer,
            score: 1.0,
        })
        .collect();
    Ok(Gathered { picked: vec![Vec::new(); passages.len()], passages })
}

pub(super) fn searched(
    knowledge: &mut Knowledge,
    text: &str,
    language: Language,
    now: jiff::civil::DateTime,
) -> Result<Gathered, KnowledgeError> {
    let found = knowledge.search(text, language, now)?;
    let picked = found.passages.iter().map(|passage| found.pick(passage).to_vec()).collect();
    Ok(Gathered { passages: found.passages, picked })
}
