//! The operator's material for an impact assessment: what is processed, where, how long, by which models, under which notices. One
//! value, told as JSON or as a page to print. Must not know where its facts come from.

mod page;

use serde::Serialize;

use super::cards::{self, Card};
use super::profile::{Feature, Profile};
use super::retention::{self, Line};
use crate::domain::Localised;

/// What the appliance knows of itself.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub site: String,
    pub place: String,
    /// Whom visitors may ask; empty: the site has not said yet.
    pub operator: String,
    pub version: String,
    /// Day of the report.
    pub day: String,
    /// Features that are on.
    pub on: Vec<Feature>,
    pub models: Vec<Model>,
    /// Who else gets data: a desk elsewhere, a webhook, systems of the site. Empty: nobody.
    pub recipients: Vec<Recipient>,
}

/// A model that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub name: String,
    pub title: String,
    pub role: String,
    pub languages: Vec<String>,
    pub licence: String,
}

/// Somebody outside the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    pub who: String,
    pub what: String,
    pub how: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub site: String,
    pub place: String,
    pub operator: String,
    pub version: String,
    pub day: String,
    pub profile: String,
    pub profile_title: Localised,
    pub features: Vec<Waiting>,
    pub retention: Vec<Line>,
    pub models: Vec<Described>,
    pub recipients: Vec<Recipient>,
    pub notices: Vec<Text>,
    pub consents: Vec<Text>,
    pub age: super::profile::Age,
    pub basis: Vec<super::profile::Basis>,
    /// What is still missing before visitors may be served.
    pub open: Vec<String>,
}

/// A feature, and the notices that it waits for.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    pub feature: Feature,
    pub is_on: bool,
    pub notices: Vec<String>,
}

/// A model with its card.
#[derive(Debug, Clone, Serialize)]
pub struct Described {
    pub title: String,
    pub role: String,
    pub languages: Vec<String>,
    pub licence: String,
    #[serde(flatten)]
    pub card: Card,
}

#[derive(Debug, Clone, Serialize)]
pub struct Text {
    pub name: String,
    pub text: Localised,
}

/// Puts the report together.
pub fn report(facts: Facts, profile: &Profile) -> Report {
    let texts = |texts: &std::collections::BTreeMap<String, Localised>| {
        texts.iter().map(|(name, text)| Text { name: name.clone(), text: text.clone() }).collect()
    };
    let waiting = |feature: Feature| Waiting {
        feature,
        is_on: facts.on.contains(&feature),
        notices: profile.features.get(&feature).cloned().unwrap_or_default(),
    };
    Report {
        open: open(&facts, profile),
        features: Feature::ALL.into_iter().map(waiting).collect(),
        models: facts.models.iter().map(described).chain([redaction()]).collect(),
        site: facts.site,
        place: facts.place,
        operator: facts.operator,
        version: facts.version,
        day: facts.day,
        profile: profile.id.clone(),
        profile_title: profile.title.clone(),
        retention: retention::table(&profile.retention),
        recipients: facts.recipients,
        notices: texts(&profile.notices),
        consents: texts(&profile.consents),
        age: profile.age.clone(),
        basis: profile.basis.clone(),
    }
}

impl Report {
    /// A page without script, for the screen and the printer.
    pub fn html(&self) -> String {
        page::of(self)
    }
}

fn open(facts: &Facts, profile: &Profile) -> Vec<String> {
    let mut open = Vec::new();
    if facts.operator.is_empty() {
        open.push("name the operator's contact in the site file: [privacy] operator".to_owned());
    }
    let unsure = profile.basis.iter().filter(|basis| basis.check).count() + usize::from(profile.age.check);
    if unsure > 0 {
        open.push(format!("the operator's counsel has {unsure} points to check; they are marked below"));
    }
    open
}

fn described(model: &Model) -> Described {
    let card = cards::of(&model.name);
    Described {
        title: model.title.clone(),
        role: model.role.clone(),
        languages: model.languages.clone(),
        licence: card.licence.clone().unwrap_or_else(|| model.licence.clone()),
        card,
    }
}

/// No model, but what it misses matters as much.
fn redaction() -> Described {
    let card = cards::of("redaction");
    Described {
        title: "Redaction rules".into(),
        role: "redaction".into(),
        languages: vec!["en".into(), "zh".into()],
        licence: card.licence.clone().unwrap_or_default(),
        card,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            site: "Bay <Airport>".into(),
            day: "2026-11-23".into(),
            version: "0.1.0".into(),
            on: vec![Feature::PresenceCamera],
            models: vec![Model {
                name: "moonshine-tiny-en".into(),
                title: "Moonshine tiny".into(),
                role: "hearing".into(),
                languages: vec!["en".into()],
                licence: "MIT".into(),
            }],
            ..Facts::default()
        }
    }

    #[test]
    fn a_printed_report_has_no_script_and_no_markup_of_others() {
        for name in ["eu", "cn", "us"] {
            let html = report(facts(), &Profile::named(name).unwrap()).html();
            assert!(
                html.contains("Bay &lt;Airport&gt;") && !html.contains("<script") && !html.contains("http"),
                "{html}"
            );
            let figure = &cards::of("redaction").figures[0].value;
            assert!(html.contains("not measured") && html.contains(figure), "the card's own figure is printed");
            assert!(html.contains("name the operator&#39;s contact"));
        }
    }

    #[test]
    fn what_leaves_the_device_is_named_or_said_to_be_nothing() {
        let profile = Profile::named("eu").unwrap();
        assert!(report(facts(), &profile).html().contains("Nobody: nothing leaves this device."));
        let recipient = Recipient { who: "desk.example".into(), what: "packages".into(), how: "TLS".into() };
        let with = report(Facts { recipients: vec![recipient], ..facts() }, &profile);
        assert!(with.html().contains("desk.example"));
        let json = serde_json::to_value(&with).unwrap();
        assert_eq!(json["retention"][0]["class"], "words");
        assert_eq!(json["features"][0]["is_on"], true);
    }
}
