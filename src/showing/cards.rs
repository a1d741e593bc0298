//! From what a business system says to the facts of a card. The site names the card, and its facts by the names that the card has.

use jiff::civil::DateTime;

use crate::domain::{Language, Live, LiveCard};
use crate::media::{BagFacts, CardFacts, End, FlightFacts, Icon, PlaceFacts, Status};

/// The card of `live`: a flight's, a bag's, or a plain one with the sentence.
pub(super) fn of_live(live: &Live, language: Language, now: DateTime) -> CardFacts {
    let fact = |name: &str| live.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone());
    let status = fact("status").map(|text| Status { text, is_good: live.age_s.is_none() });
    let note = live.age_s.map(|age| stale(age, language));
    let as_of = Some(now.strftime("%H:%M").to_string()).filter(|_| live.age_s.is_none());
    match live.card {
        LiveCard::Flight => CardFacts::Flight(FlightFacts {
            flight: fact("flight").unwrap_or_else(|| live.title.clone()),
            airline: fact("airline"),
            from: End { code: fact("from").unwrap_or_default(), city: fact("from_city") },
            to: End { code: fact("to").unwrap_or_default(), city: fact("to_city") },
            date: None,
            gate: fact("gate"),
            boarding: fact("boarding_at"),
            departs: fact("expected_at"),
            seat: None,
            group: None,
            terminal: fact("terminal"),
            status,
            note,
        }),
        LiveCard::Bag => CardFacts::Bag(BagFacts {
            is_animal: live.facts.iter().any(|fact| fact.name == "name"),
            name: fact("name").unwrap_or_else(|| live.title.clone()),
            tag: None,
            flight: fact("flight"),
            status,
            place: fact("hold").map(|hold| in_hold(&hold, language)).or_else(|| fact("place")),
            time: fact("loaded_at"),
            temperature: fact("celsius").map(degrees),
            as_of,
            is_stale: live.age_s.is_some(),
            note,
        }),
        LiveCard::Plain => CardFacts::Card(PlaceFacts {
            icon: Icon::Info,
            title: live.title.clone(),
            lines: vec![live.sentence.clone()],
            note,
            ..PlaceFacts::default()
        }),
    }
}

fn in_hold(hold: &str, language: Language) -> String {
    match language {
        Language::English => format!("hold {hold}"),
        Language::Chinese => format!("{hold}号货舱"),
    }
}

/// A number alone is in degrees, as its fact is called.
pub(super) fn degrees(value: String) -> String {
    if value.ends_with(|c: char| c.is_ascii_digit()) { format!("{value} °C") } else { value }
}

fn stale(age_s: u64, language: Language) -> String {
    let minutes = age_s.div_ceil(60);
    match language {
        Language::English => format!("As of {minutes} min ago: the system cannot be reached now."),
        Language::Chinese => format!("这是{minutes}分钟前的信息，系统目前无法连接。"),
    }
}
