//! What an agent may look up and show: the site's knowledge, its contact card, its map. Proposals come from the same sources.

use super::Desk;
use crate::domain::{Language, Origin, Passage};
use crate::handoff::desk::wire::{Found, Suggestion, SuggestionSource};
use crate::handoff::wire::ShownKind;

/// Results an agent reads at a glance.
const RESULTS_MAX: usize = 6;

/// Places among the results.
const PLACES_MAX: usize = 4;

/// Replies that are proposed.
const SUGGESTIONS_MAX: usize = 3;

/// Below this a passage is noise, not a proposal (the knowledge's own lower bound for asking back).
const SUGGESTION_SCORE_MIN: f32 = crate::knowledge::CLARIFY_SCORE_MIN;

impl Desk {
    /// What can be shown for `text`.
    pub(super) async fn search(&self, text: &str, language: Language) -> Result<Vec<Found>, String> {
        let passages = self.passages(text, language).await?;
        let mut found: Vec<Found> = passages.iter().take(RESULTS_MAX).map(of_passage).collect();
        found.extend(self.places(text, language));
        found.push(self.contact_card(language));
        Ok(found)
    }

    /// Places on the map that the words may mean; the kiosk draws the way there from where it stands.
    fn places(&self, text: &str, language: Language) -> Vec<Found> {
        let Some(map) = &self.map else { return Vec::new() };
        let found = |place: &&crate::media::Place| Found {
            kind: ShownKind::Map,
            reference: place.id.clone(),
            title: place.name.get(language).to_string(),
            text: map.floor_of(place).name.get(language).to_string(),
        };
        map.find(text, language, "").iter().take(PLACES_MAX).map(found).collect()
    }

    fn contact_card(&self, language: Language) -> Found {
        let contact = &self.contact;
        let lines = [contact.place.get(language), contact.hours.get(language), &contact.phone];
        Found {
            kind: ShownKind::Card,
            reference: "contact".into(),
            title: contact.title.get(language).to_string(),
            text: lines.join("\n"),
        }
    }

    /// Replies to `text`, each with where it stands.
    pub(super) async fn suggest(&self, text: &str, language: Language) -> Result<Vec<Suggestion>, String> {
        let passages = self.passages(text, language).await?;
        let good = passages.iter().filter(|passage| passage.score >= SUGGESTION_SCORE_MIN).take(SUGGESTIONS_MAX);
        Ok(good.map(|passage| Suggestion { text: passage.text.clone(), sources: vec![source(passage)] }).collect())
    }

    async fn passages(&self, text: &str, language: Language) -> Result<Vec<Passage>, String> {
        let (text, now) = (text.to_string(), self.clock.now());
        let pending = self
            .knowledge
            .call(move |knowledge, _| knowledge.search(&text, language, now))
            .map_err(|error| error.to_string())?;
        let found = pending.await.map_err(|error| error.to_string())?.value.map_err(|error| error.to_string())?;
        Ok(found.passages)
    }
}

fn of_passage(passage: &Passage) -> Found {
    let source = source(passage);
    Found {
        kind: ShownKind::Source,
        reference: format!("{}#{}", source.document, source.section),
        title: passage.title.clone(),
        text: passage.text.clone(),
    }
}

fn source(passage: &Passage) -> SuggestionSource {
    match &passage.origin {
        Origin::Item { id } => SuggestionSource { document: id.clone(), section: passage.title.clone() },
        Origin::Document { file, section } => SuggestionSource { document: file.clone(), section: section.clone() },
    }
}
