//! What a country asks for, as data: notices, consents, which feature waits for which notice, how long things may be kept. Must not
//! know a page; decides nothing but whether a notice is missing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::retention::{Ceilings, Class};
use crate::base::or_nearest;
use crate::domain::{Language, Localised};

/// The layout that this program reads.
const SCHEMA: u32 = 1;

/// Largest profile, bytes.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// Longest notice, characters: it stands beside the conversation on the smallest screen.
const NOTICE_CHARS_MAX: usize = 240;

/// What stands for the operator's contact in a notice.
const OPERATOR: &str = "{operator}";

/// The profiles that ship with the program.
const SHIPPED: [(&str, &str); 3] = [
    ("eu", include_str!("../../firmware-config/privacy/eu.toml")),
    ("cn", include_str!("../../firmware-config/privacy/cn.toml")),
    ("us", include_str!("../../firmware-config/privacy/us.toml")),
];

/// Keys of each table; of a table of names, the keys of each entry.
const KEYS: [(&str, &[&str]); 5] = [
    ("", &["schema", "id", "title", "notices", "consents", "features", "retention", "age", "basis"]),
    ("title", &["en", "zh"]),
    ("age", &["minimum", "what", "check"]),
    ("notices.*", &["en", "zh"]),
    ("consents.*", &["en", "zh"]),
];
const BASIS_KEYS: &[&str] = &["law", "article", "about", "check"];

#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("there is no privacy profile '{name}'{nearest}")]
    Unknown { name: String, nearest: String },
    #[error("{path}: cannot be read: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path}: {reason}")]
    Malformed { path: PathBuf, reason: String },
    #[error("{path}: {field}: there is no such key{nearest}")]
    UnknownKey { path: PathBuf, field: String, nearest: String },
    #[error("{path}: {field}: {reason}")]
    Invalid { path: PathBuf, field: String, reason: String },
}

/// A feature that was asked for before its notices were shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{feature} may not start: the notices {} were not shown", notices.join(", "))]
pub struct MissingNotice {
    pub feature: &'static str,
    pub notices: Vec<String>,
}

/// What waits for notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    PresenceCamera,
    HandsFree,
    ReadingCamera,
    PersonTranscript,
    CameraClip,
    GeneratedAnswer,
}

/// A checked profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    schema: u32,
    pub id: String,
    pub title: Localised,
    pub notices: BTreeMap<String, Localised>,
    /// Asked in so many words; a visitor's touch gives or refuses them.
    pub consents: BTreeMap<String, Localised>,
    pub features: BTreeMap<Feature, Vec<String>>,
    /// Days.
    pub retention: Ceilings,
    pub age: Age,
    pub basis: Vec<Basis>,
}

/// An age below which something needs more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    pub minimum: u8,
    pub what: String,
    /// The operator's counsel has to look.
    pub check: bool,
}

/// A law that the profile answers to. An article is named only where it is sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub law: String,
    pub article: Option<String>,
    pub about: String,
    pub check: bool,
}

impl Feature {
    pub const ALL: [Self; 6] = [
        Self::PresenceCamera,
        Self::HandsFree,
        Self::ReadingCamera,
        Self::PersonTranscript,
        Self::CameraClip,
        Self::GeneratedAnswer,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::PresenceCamera => "presence_camera",
            Self::HandsFree => "hands_free",
            Self::ReadingCamera => "reading_camera",
            Self::PersonTranscript => "person_transcript",
            Self::CameraClip => "camera_clip",
            Self::GeneratedAnswer => "generated_answer",
        }
    }
}

impl Profile {
    /// A profile that ships with the program: `eu`, `cn`, `us`.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] with the nearest name.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        let names: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
        let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) else {
            return Err(ProfileError::Unknown { name: name.into(), nearest: or_nearest(name, names.iter()) });
        };
        Self::parse(text, Path::new(&format!("firmware-config/privacy/{name}.toml")))
    }

    /// For a site that names no country: the texts of the EU, what any shipped profile wants shown before a feature starts, and the
    /// shortest time that any of them allows.
    pub fn strictest() -> Self {
        let shipped = SHIPPED.map(|(name, _)| Self::named(name).expect("a shipped profile is correct"));
        let [mut strictest, ..] = shipped.clone();
        strictest.id = "strictest".into();
        strictest.title = Localised::of("Strictest of all that ship", "随附各法域中最严格者");
        for profile in &shipped {
            for (feature, notices) in &profile.features {
                let needed = strictest.features.entry(*feature).or_default();
                needed.extend(notices.iter().filter(|notice| !needed.contains(notice)).cloned().collect::<Vec<_>>());
            }
            for (class, days) in &profile.retention {
                let most = strictest.retention.entry(*class).or_insert(*days);
                *most = (*most).min(*days);
            }
            strictest.age.minimum = strictest.age.minimum.max(profile.age.minimum);
        }
        strictest
    }

    /// A site's own profile.
    ///
    /// # Errors
    /// [`ProfileError`] naming the file, the field and the reason.
    pub fn read(path: &Path) -> Result<Self, ProfileError> {
        let unreadable = |source| ProfileError::Unreadable { path: path.into(), source };
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > FILE_BYTES_MAX {
            return Err(malformed(path, format!("{length} bytes are too long; {FILE_BYTES_MAX} are allowed")));
        }
        Self::parse(&std::fs::read_to_string(path).map_err(unreadable)?, path)
    }

    /// Whether `feature` may start: every notice that it waits for is among those `shown`.
    ///
    /// # Errors
    /// [`MissingNotice`] with those that are not.
    pub fn may_start(&self, feature: Feature, shown: &[&str]) -> Result<(), MissingNotice> {
        let needed = self.features.get(&feature).into_iter().flatten();
        let notices: Vec<String> = needed.filter(|notice| !shown.contains(&notice.as_str())).cloned().collect();
        if notices.is_empty() { Ok(()) } else { Err(MissingNotice { feature: feature.word(), notices }) }
    }

    /// A notice as the page shows it, with the operator's contact in it. `None`: the profile has no such notice.
    pub fn notice(&self, name: &str, language: Language, operator: &str) -> Option<String> {
        Some(self.notices.get(name)?.get(language).replace(OPERATOR, operator))
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ProfileError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| malformed(path, error.to_string()))?;
        check_keys(&table, path)?;
        let profile: Self = table.try_into().map_err(|error: toml::de::Error| malformed(path, error.to_string()))?;
        profile.check().map_err(|(field, reason)| ProfileError::Invalid { path: path.into(), field, reason })?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), (String, String)> {
        if self.schema != SCHEMA {
            return Err(("schema".into(), format!("is {} and this program reads {SCHEMA}", self.schema)));
        }
        for (table, texts) in [("notices", &self.notices), ("consents", &self.consents)] {
            for (name, text) in texts {
                check_text(text).map_err(|reason| (format!("{table}.{name}"), reason))?;
            }
        }
        for feature in Feature::ALL {
            let field = format!("features.{}", feature.word());
            let needed = self.features.get(&feature).ok_or((field.clone(), "is missing".to_owned()))?;
            if let Some(unknown) = needed.iter().find(|notice| !self.notices.contains_key(*notice)) {
                return Err((
                    field,
                    format!("there is no notice '{unknown}'{}", or_nearest(unknown, self.notices.keys())),
                ));
            }
        }
        if let Some((class, _)) = self.retention.iter().find(|(class, days)| **days == 0 || **class == Class::Handover)
        {
            let reason = "must be a number of days above 0; hand-overs wait until they are taken";
            return Err((format!("retention.{}", class.word()), reason.into()));
        }
        Ok(())
    }
}

fn check_text(text: &Localised) -> Result<(), String> {
    for language in Language::ALL {
        let length = text.0.get(&language).map_or(0, |text| text.trim().chars().count());
        if !(1..=NOTICE_CHARS_MAX).contains(&length) {
            return Err(format!("has {length} characters in '{language}'; 1 to {NOTICE_CHARS_MAX} fit"));
        }
    }
    Ok(())
}

fn check_keys(table: &toml::Table, path: &Path) -> Result<(), ProfileError> {
    for (place, keys) in KEYS {
        match place.strip_suffix(".*") {
            None if place.is_empty() => check_table(table, "", keys, path)?,
            None => check_table(inner(table, place), place, keys, path)?,
            Some(name) => {
                for (entry, value) in inner(table, name) {
                    let of = value.as_table().unwrap_or(&EMPTY);
                    check_table(of, &format!("{name}.{entry}"), keys, path)?;
                }
            }
        }
    }
    let words: Vec<&str> = Feature::ALL.iter().map(|feature| feature.word()).collect();
    check_table(inner(table, "features"), "features", &words, path)?;
    let bases = table.get("basis").and_then(toml::Value::as_array).into_iter().flatten();
    bases.filter_map(toml::Value::as_table).try_for_each(|basis| check_table(basis, "basis", BASIS_KEYS, path))
}

static EMPTY: std::sync::LazyLock<toml::Table> = std::sync::LazyLock::new(toml::Table::new);

fn inner<'a>(table: &'a toml::Table, name: &str) -> &'a toml::Table {
    table.get(name).and_then(toml::Value::as_table).unwrap_or(&EMPTY)
}

fn check_table(table: &toml::Table, place: &str, keys: &[&str], path: &Path) -> Result<(), ProfileError> {
    let Some(key) = table.keys().find(|key| !keys.contains(&key.as_str())) else { return Ok(()) };
    let known: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    let field = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
    Err(ProfileError::UnknownKey { path: path.into(), field, nearest: or_nearest(key, known.iter()) })
}

fn malformed(path: &Path, reason: String) -> ProfileError {
    ProfileError::Malformed { path: path.into(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(from: &str, to: &str) -> String {
        let text = SHIPPED[0].1;
        assert!(text.contains(from));
        Profile::parse(&text.replace(from, to), Path::new("my.toml")).unwrap_err().to_string()
    }

    #[test]
    fn what_ships_is_whole_and_names_itself() {
        for (name, _) in SHIPPED {
            let profile = Profile::named(name).unwrap();
            assert_eq!(profile.id, name);
            let contact = profile.notice("contact", Language::Chinese, "Bay Airport, +00 000").unwrap();
            assert!(contact.contains("Bay Airport") && !contact.contains('{'), "{contact}");
        }
        let error = Profile::named("en").unwrap_err().to_string();
        assert_eq!(error, "there is no privacy profile 'en'; did you mean 'cn'?");
    }

    #[test]
    fn a_feature_waits_for_its_notices_and_for_no_other() {
        let profile = Profile::named("eu").unwrap();
        let error = profile.may_start(Feature::PresenceCamera, &["ai", "camera"]).unwrap_err();
        assert_eq!(error.to_string(), "presence_camera may not start: the notices contact were not shown");
        assert!(profile.may_start(Feature::PresenceCamera, &["contact", "camera"]).is_ok());
        assert!(Profile::named("cn").unwrap().may_start(Feature::GeneratedAnswer, &["ai"]).is_err());
    }

    #[test]
    fn a_site_without_a_country_gets_the_strictest_of_each() {
        let strictest = Profile::strictest();
        for (name, _) in SHIPPED {
            let profile = Profile::named(name).unwrap();
            for feature in Feature::ALL {
                let needed = &strictest.features[&feature];
                assert!(profile.features[&feature].iter().all(|notice| needed.contains(notice)), "{name} {feature:?}");
            }
            assert!(profile.retention.iter().all(|(class, days)| strictest.retention[class] <= *days), "{name}");
        }
        assert_eq!(strictest.check(), Ok(()));
        assert_eq!((strictest.age.minimum, strictest.retention[&Class::Callback]), (16, 7));
    }

    #[test]
    fn every_mistake_is_named_with_its_place() {
        assert_eq!(
            edited("[notices.camera]\nen =", "[notices.camera]\nem ="),
            "my.toml: notices.camera.em: there is no such key; did you mean 'en'?"
        );
        assert!(
            edited("hands_free =", "hand_free =")
                .contains("features.hand_free: there is no such key; did you mean 'hands_free'?")
        );
        assert!(
            edited("[\"made_by_ai\"]", "[\"made_by_al\"]")
                .contains("no notice 'made_by_al'; did you mean 'made_by_ai'?")
        );
        assert!(edited("schema = 1", "schema = 2").contains("schema: is 2 and this program reads 1"));
        assert!(edited("zh = \"不作任何记录，您离开后即清除。\"", "zh = \"\"").contains("has 0 characters in 'zh'"));
        assert!(edited("log = 14", "log = 0").contains("retention.log"));
        assert!(edited("log = 14", "loog = 14").contains("unknown variant `loog`"));
        assert!(edited("[age]", "[age").starts_with("my.toml: "));
    }
}
