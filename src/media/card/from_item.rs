//! From an approved answer to the facts of its card: only what the item itself states.

use jiff::civil::{Date, DateTime};

use super::{CardKind, Facts, FeeFacts, Icon, PlaceFacts, Status, StepFacts, listed, prices};
use crate::domain::{Item, Language};
use crate::media::Hours;

/// Tags of items and the drawing for each, the most telling first.
const ICONS: [(&str, Icon); 32] = [
    ("pets", Icon::Paw),
    ("medical", Icon::Medical),
    ("lost", Icon::Lost),
    ("internet", Icon::Wifi),
    ("baggage", Icon::Bag),
    ("storage", Icon::Bag),
    ("security", Icon::Shield),
    ("fraud", Icon::Shield),
    ("customs", Icon::Shield),
    ("police", Icon::Shield),
    ("immigration", Icon::Document),
    ("documents", Icon::Document),
    ("forms", Icon::Document),
    ("queue", Icon::Ticket),
    ("food", Icon::Food),
    ("transport", Icon::Transport),
    ("train", Icon::Transport),
    ("bus", Icon::Transport),
    ("parking", Icon::Transport),
    ("family", Icon::Family),
    ("children", Icon::Family),
    ("access", Icon::Access),
    ("accessibility", Icon::Access),
    ("cards", Icon::Card),
    ("cash", Icon::Money),
    ("money", Icon::Money),
    ("atm", Icon::Money),
    ("gates", Icon::Gate),
    ("flights", Icon::Plane),
    ("check-in", Icon::Plane),
    ("lounge", Icon::Seat),
    ("accounts", Icon::Bank),
];

impl Facts {
    /// The card of `item` at `now`, the site's local time: steps where its answer lists them, a table where its fees
    /// are one, a place card where it has a place, hours or a fee. `None` when it has nothing to show.
    pub fn from_item(item: &Item, now: DateTime) -> Option<Self> {
        let title = item.questions.first().map(|question| capital(question))?;
        let note = item.valid_until.map(|until| valid_until(until, item.language));
        if let Some((lead, steps)) = listed::steps(&item.answer) {
            let title = if lead.is_empty() { title } else { lead };
            return Some(Self::Steps(StepFacts { icon: icon(item), title, steps, now: None, note }));
        }
        if let Some(prices) = item.fees.as_deref().and_then(prices::read) {
            return Some(Self::Fees(table(item, title, prices, now, note)));
        }
        if item.place.is_none() && item.hours.is_none() && item.fees.is_none() {
            return None;
        }
        Some(Self::Card(PlaceFacts {
            icon: icon(item),
            picture: None,
            title,
            lines: sentences(&item.answer),
            status: status(item, now),
            place: item.place.clone(),
            hours: item.hours.clone(),
            fee: item.fees.clone(),
            note,
        }))
    }
}

fn table(item: &Item, title: String, prices: prices::Prices, now: DateTime, valid: Option<String>) -> FeeFacts {
    let (thing, price) = match item.language {
        Language::English => ("For", "Price"),
        Language::Chinese => ("项目", "价格"),
    };
    let price = match (prices.unit, item.language) {
        (Some(unit), Language::English) => format!("{price} {unit}"),
        (Some(unit), Language::Chinese) => format!("{unit}{price}"),
        (None, _) => price.to_owned(),
    };
    let rows = prices.rows.into_iter().map(|(thing, price)| vec![capital(&thing), price]);
    let notes: Vec<String> = prices.note.map(|note| capital(&note)).into_iter().chain(valid).collect();
    FeeFacts {
        title,
        head: vec![thing.into(), price],
        rows: rows.collect(),
        status: status(item, now),
        place: item.place.clone(),
        note: (!notes.is_empty()).then(|| notes.join(" · ")),
    }
}

/// The hours now; `None` where they are not understood, and the words stand for themselves.
fn status(item: &Item, now: DateTime) -> Option<Status> {
    let state = Hours::parse(item.hours.as_deref()?)?.state(now);
    Some(Status { text: state.text(now, item.language), is_good: state.is_open() })
}

fn icon(item: &Item) -> Icon {
    let named = ICONS.iter().find(|(tag, _)| item.tags.iter().any(|own| own == tag));
    named.map_or(if item.place.is_some() { Icon::Pin } else { Icon::Info }, |(_, icon)| *icon)
}

/// The answer's first sentences.
fn sentences(answer: &str) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let mut letters = answer.chars().peekable();
    let mut sentence = String::new();
    while let Some(letter) = letters.next() {
        sentence.push(letter);
        let ends = match letter {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => letters.peek().is_none_or(|next| *next == ' '),
            _ => false,
        };
        if ends || letters.peek().is_none() {
            sentences.push(std::mem::take(&mut sentence).trim().to_owned());
        }
    }
    sentences.truncate(CardKind::LINES_MAX);
    sentences
}

fn valid_until(until: DateTime, language: Language) -> String {
    let date = until.date();
    match language {
        Language::English => format!("Valid until {} {} {}", date.day(), month(date), date.year()),
        Language::Chinese => format!("有效期至{}年{}月{}日", date.year(), date.month(), date.day()),
    }
}

fn month(date: Date) -> &'static str {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    months.get(usize::from(date.month().unsigned_abs()).wrapping_sub(1)).copied().unwrap_or_default()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
