//! A card in words: everything it shows, for those who do not see it, and all that it has no room for.

use super::facts::{BagFacts, CameraFacts, End, FeeFacts, FlightFacts, PlaceFacts, StepFacts, TextFacts, TitleFacts};
use super::words::Words;
use super::{CardKind, Facts};
use crate::domain::Language;

/// Fixed words in one language.
pub(super) struct Teller<'a> {
    pub words: &'a Words,
    pub language: Language,
}

impl Teller<'_> {
    /// The card's lines, its title first.
    pub fn lines(&self, facts: &Facts) -> Vec<String> {
        let mut lines = match facts {
            Facts::Card(facts) => self.place(facts),
            Facts::Steps(facts) | Facts::ClipSteps(facts) => self.steps(facts),
            Facts::Fees(facts) => self.fees(facts),
            Facts::Flight(facts) => self.flight(facts),
            Facts::Bag(facts) => self.bag(facts),
            Facts::Text(TextFacts { title, lines, note }) => {
                std::iter::once(title).chain(lines).chain(note).cloned().collect()
            }
            Facts::ClipTitle(facts) | Facts::ClipMap(facts) => {
                let TitleFacts { title, subtitle, .. } = facts;
                std::iter::once(title).chain(subtitle).cloned().collect()
            }
            Facts::ClipCamera(facts) => self.camera(facts),
        };
        if facts.kind().size().1.is_some() {
            lines.push(self.word("ai_made").to_owned());
        } else {
            lines.insert(0, self.word(self.heading(facts)).to_owned());
        }
        lines.retain(|line| !line.trim().is_empty());
        lines
    }

    /// The word above a card's title.
    pub fn heading(&self, facts: &Facts) -> &'static str {
        match facts {
            Facts::Bag(facts) if facts.is_animal => "animal",
            Facts::ClipSteps(_) => "steps",
            Facts::ClipTitle(_) | Facts::ClipMap(_) | Facts::ClipCamera(_) => "card",
            _ => facts.kind().name(),
        }
    }

    /// What stands where a list is longer than the card.
    pub fn more(&self, facts: &Facts) -> Option<String> {
        let (name, count) = match facts {
            Facts::Steps(facts) | Facts::ClipSteps(facts) => {
                ("more_steps", facts.steps.len().saturating_sub(CardKind::STEPS_MAX))
            }
            Facts::Fees(facts) => ("more_rows", facts.rows.len().saturating_sub(CardKind::ROWS_MAX)),
            _ => return None,
        };
        (count > 0).then(|| self.words.counted(name, count, self.language))
    }

    /// The lines as one text.
    pub fn text(&self, lines: &[String]) -> String {
        let (stop, after) = match self.language {
            Language::English => (".", " "),
            Language::Chinese => ("。", ""),
        };
        let closed = |line: &String| {
            let is_closed = line.ends_with(['.', '。', '!', '！', '?', '？', ':', '：']);
            format!("{line}{}", if is_closed { "" } else { stop })
        };
        lines.iter().map(closed).collect::<Vec<_>>().join(after)
    }

    fn word(&self, name: &str) -> &str {
        self.words.get(name, self.language)
    }

    fn labelled(&self, name: &str, value: &Option<String>) -> Option<String> {
        value.as_ref().map(|value| self.pair(self.word(name), value))
    }

    fn pair(&self, label: &str, value: &str) -> String {
        match self.language {
            Language::English => format!("{label}: {value}"),
            Language::Chinese => format!("{label}：{value}"),
        }
    }

    fn place(&self, facts: &PlaceFacts) -> Vec<String> {
        let mut lines = vec![facts.title.clone()];
        lines.extend(facts.status.iter().map(|status| status.text.clone()));
        lines.extend(facts.lines.iter().cloned());
        let rest = [("where", &facts.place), ("hours", &facts.hours), ("fee", &facts.fee)];
        lines.extend(rest.into_iter().filter_map(|(name, value)| self.labelled(name, value)));
        lines.extend(facts.note.clone());
        lines
    }

    fn steps(&self, facts: &StepFacts) -> Vec<String> {
        let numbered = facts.steps.iter().enumerate().map(|(index, step)| {
            let now = if facts.now == Some(index) { self.word("now") } else { "" };
            let step = format!("{}. {step}", index + 1);
            if now.is_empty() { step } else { self.pair(now, &step) }
        });
        std::iter::once(facts.title.clone()).chain(numbered).chain(facts.note.clone()).collect()
    }

    fn fees(&self, facts: &FeeFacts) -> Vec<String> {
        let row = |row: &Vec<String>| {
            let cells = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(index, cell)| {
                match facts.head.get(index).filter(|head| index > 0 && !head.is_empty()) {
                    Some(head) => self.pair(head, cell),
                    None => cell.clone(),
                }
            });
            cells.collect::<Vec<_>>().join(if self.language == Language::English { ", " } else { "，" })
        };
        let mut lines = vec![facts.title.clone()];
        lines.extend(facts.status.iter().map(|status| status.text.clone()));
        lines.extend(facts.head.first().filter(|head| !head.is_empty()).cloned());
        lines.extend(facts.rows.iter().map(row));
        lines.extend(self.labelled("where", &facts.place));
        lines.extend(facts.note.clone());
        lines
    }

    fn flight(&self, facts: &FlightFacts) -> Vec<String> {
        let mut lines = vec![facts.flight.clone()];
        lines.extend(facts.airline.clone());
        let end = |end: &End| match &end.city {
            Some(city) => format!("{} {city}", end.code),
            None => end.code.clone(),
        };
        lines.extend(facts.status.iter().map(|status| status.text.clone()));
        let ends = [("from", &facts.from), ("to", &facts.to)];
        lines.extend(ends.map(|(name, one)| self.pair(self.word(name), &end(one))));
        lines.extend(facts.date.clone());
        let rest = [
            ("gate", &facts.gate),
            ("boarding", &facts.boarding),
            ("seat", &facts.seat),
            ("departs", &facts.departs),
            ("terminal", &facts.terminal),
            ("group", &facts.group),
        ];
        lines.extend(rest.into_iter().filter_map(|(name, value)| self.labelled(name, value)));
        lines.extend(facts.note.clone());
        lines
    }

    fn bag(&self, facts: &BagFacts) -> Vec<String> {
        let mut lines = vec![facts.name.clone()];
        if facts.is_stale {
            lines.push(self.word("stale").to_owned());
        }
        lines.extend(facts.status.iter().map(|status| status.text.clone()));
        let rest = [
            ("where", &facts.place),
            ("since", &facts.time),
            ("temperature", &facts.temperature),
            ("tag", &facts.tag),
            ("flight", &facts.flight),
            ("as_of", &facts.as_of),
        ];
        lines.extend(rest.into_iter().filter_map(|(name, value)| self.labelled(name, value)));
        lines.extend(facts.note.clone());
        lines
    }

    fn camera(&self, facts: &CameraFacts) -> Vec<String> {
        let seen = self.word(if facts.is_live { "live" } else { "recorded" });
        let mut lines = vec![facts.title.clone(), self.pair(seen, &format!("{} · {}", facts.place, facts.time))];
        lines.extend(facts.status.iter().map(|status| status.text.clone()));
        lines.extend(facts.values.iter().map(|(label, value)| self.pair(label, value)));
        lines
    }
}
