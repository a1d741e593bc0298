//! What is known of each model: use, limits, figures by language with the command that prints them. Knows no model.

use serde::{Deserialize, Serialize};

const SHIPPED: &str = include_str!("../../models/cards.toml");

/// What stands where nobody measured.
pub const NOT_MEASURED: &str = "not measured";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub name: String,
    #[serde(rename = "use")]
    pub purpose: String,
    /// Left out: the pack knows it.
    pub licence: Option<String>,
    pub limits: Vec<String>,
    #[serde(default, rename = "figure")]
    pub figures: Vec<Figure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub what: String,
    pub language: String,
    pub value: String,
    /// Prints the figure.
    pub command: String,
}

/// The cards that ship with the program.
///
/// # Panics
/// Never: a test reads them.
pub fn shipped() -> Vec<Card> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(rename = "schema")]
        _schema: u32,
        card: Vec<Card>,
    }
    let file: File = toml::from_str(SHIPPED).expect("the shipped cards can be read");
    file.card
}

/// The card of a model; one that nobody wrote says that nothing was measured.
pub fn of(name: &str) -> Card {
    let unknown = || Card {
        name: name.into(),
        purpose: "a model of the site's own".into(),
        licence: None,
        limits: vec!["no card was written for it; ask whoever chose it".into()],
        figures: Vec::new(),
    };
    shipped().into_iter().find(|card| card.name == name).unwrap_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_of_the_starter_pack_has_a_card() {
        let pack: toml::Table = include_str!("../../models/starter.toml").parse().unwrap();
        for model in pack["model"].as_array().unwrap() {
            let name = model["name"].as_str().unwrap();
            assert!(shipped().iter().any(|card| card.name == name), "{name} has no card in models/cards.toml");
        }
        assert!(of("another").limits[0].contains("no card"));
    }
}
