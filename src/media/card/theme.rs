//! A site's look: `theme.toml` beside its templates, with what follows from it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::check::embedded::Embedded;
use super::colour::Colour;
use super::error::{CardError, Fault, fault};
use super::files;
use super::words::Words;
use crate::domain::{Language, Localised};

pub(super) const FILE: &str = "theme.toml";
/// Longest `theme.toml`, bytes: a hundred times ours.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// Text needs this much (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;
const RADIUS_MAX: f64 = 80.0;
const NAME_CHARS_MAX: usize = 80;
/// The kiosk's own fonts first, then what a phone has.
const FAMILY: &str =
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Noto Sans, sans-serif";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ThemeFile {
    name: Option<Localised>,
    accent: Option<String>,
    family: Option<String>,
    radius: Option<f64>,
    logo: Option<String>,
    colours: BTreeMap<String, String>,
    words: BTreeMap<String, Localised>,
}

/// A checked look.
#[derive(Debug)]
pub(super) struct Theme {
    name: Localised,
    family: String,
    radius: f64,
    logo: Option<Embedded>,
    colours: BTreeMap<&'static str, Colour>,
    pub words: Words,
}

/// As templates see it, under `theme`.
#[derive(Serialize)]
pub(super) struct Look<'a> {
    name: &'a str,
    family: &'a str,
    radius: f64,
    logo: &'a Option<Embedded>,
    #[serde(flatten)]
    colours: BTreeMap<&'static str, String>,
}

impl Theme {
    /// Reads `theme.toml` in `folder`; without one, the look that is compiled in.
    pub fn open(folder: &Path, languages: &[Language]) -> Result<Self, CardError> {
        let path = folder.join(FILE);
        let typed: ThemeFile = match files::read_if_there(&path, FILE_BYTES_MAX)? {
            None => ThemeFile::default(),
            Some(text) => {
                let text = String::from_utf8(text).map_err(|_| files::refused(&path, not_text()))?;
                toml::from_str(&text)
                    .map_err(|source| CardError::Malformed { path: path.clone(), source: Box::new(source) })?
            }
        };
        let logo = typed.logo.as_deref().map(|name| open_logo(folder, name)).transpose()?;
        Self::meant(typed, logo, languages).map_err(|fault| files::refused(&path, fault))
    }

    fn meant(typed: ThemeFile, logo: Option<Embedded>, languages: &[Language]) -> Result<Self, Fault> {
        let name = typed.name.unwrap_or_else(|| Localised(BTreeMap::new()));
        if name.0.values().any(|name| name.chars().count() > NAME_CHARS_MAX) {
            return Err(fault("name is too long", format!("use at most {NAME_CHARS_MAX} characters")));
        }
        let family = typed.family.unwrap_or_else(|| FAMILY.into());
        if !family.chars().all(|c| c.is_ascii_alphanumeric() || " ,-".contains(c)) || family.len() > 300 {
            return Err(fault(format!("family = \"{family}\""), "write names of fonts with commas between them"));
        }
        let radius = typed.radius.unwrap_or(36.0);
        if !(0.0..=RADIUS_MAX).contains(&radius) {
            return Err(fault(format!("radius = {radius}"), format!("use 0 to {RADIUS_MAX} pixels")));
        }
        let colours = colours(typed.accent.as_deref(), &typed.colours)?;
        Ok(Self { name, family, radius, logo, colours, words: Words::with(typed.words, languages)? })
    }

    pub fn look(&self, language: Language) -> Look<'_> {
        Look {
            name: self.name.get(language),
            family: &self.family,
            radius: self.radius,
            logo: &self.logo,
            colours: self.colours.iter().map(|(&name, colour)| (name, colour.to_string())).collect(),
        }
    }
}

fn not_text() -> Fault {
    fault("is not UTF-8 text", "save it again as UTF-8")
}

fn open_logo(folder: &Path, name: &str) -> Result<Embedded, CardError> {
    let path = folder.join(name);
    if name.contains(['/', '\\']) || name.starts_with('.') {
        let what = format!("logo = \"{name}\"");
        return Err(files::refused(&folder.join(FILE), fault(what, "give the name of a file beside theme.toml")));
    }
    let bytes = files::read(&path, Embedded::BYTES_MAX as u64)?;
    Embedded::checked(bytes).map_err(|fault| files::refused(&path, fault))
}

/// All colours by name: those of the file, and what follows from its accent.
fn colours(accent: Option<&str>, typed: &BTreeMap<String, String>) -> Result<BTreeMap<&'static str, Colour>, Fault> {
    let accent = read("accent", accent.unwrap_or("#2456d6"))?;
    let fixed = |text| Colour::parse(text).expect("our own colours are written #rrggbb");
    let (white, ink) = (fixed("#ffffff"), fixed("#14161b"));
    let mut colours = BTreeMap::from([
        ("accent", accent),
        ("accent_on", white),
        ("accent_deep", accent.mixed(fixed("#0a0d14"), 0.24)),
        ("accent_soft", accent.mixed(white, 0.72)),
        ("tint", accent.mixed(white, 0.92)),
        ("paper", fixed("#f8f7f4").mixed(accent, 0.02)),
        ("surface", white),
        ("sunk", fixed("#f3f2ef").mixed(accent, 0.03)),
        ("line", fixed("#dddbd6").mixed(accent, 0.1)),
        ("ink", ink),
        ("ink_soft", fixed("#4c515c")),
        ("good", fixed("#14603a")),
        ("good_tint", fixed("#e2f3e8")),
        ("warn", fixed("#8a4b00")),
        ("warn_tint", fixed("#fff3dc")),
        ("signal", fixed("#ffc83d")),
        ("signal_on", ink),
    ]);
    for (name, text) in typed {
        let known: Vec<&str> = colours.keys().copied().collect();
        let Some(colour) = colours.get_mut(name.as_str()) else {
            return Err(fault(format!("no colour is called '{name}'"), format!("use one of {}", known.join(", "))));
        };
        *colour = read(name, text)?;
    }
    check_contrasts(&colours)?;
    Ok(colours)
}

fn read(name: &str, text: &str) -> Result<Colour, Fault> {
    Colour::parse(text).ok_or_else(|| fault(format!("{name} = \"{text}\" is no colour"), "write #rrggbb"))
}

/// Every pair of text and ground that the templates use.
const PAIRS: [(&str, &str); 15] = [
    ("ink", "surface"),
    ("ink", "paper"),
    ("ink", "tint"),
    ("ink", "sunk"),
    ("ink_soft", "surface"),
    ("ink_soft", "paper"),
    ("ink_soft", "tint"),
    ("ink_soft", "sunk"),
    ("accent", "surface"),
    ("accent", "tint"),
    ("accent_on", "accent"),
    ("accent_on", "accent_deep"),
    ("good", "good_tint"),
    ("warn", "warn_tint"),
    ("signal_on", "signal"),
];

fn check_contrasts(colours: &BTreeMap<&str, Colour>) -> Result<(), Fault> {
    for (text, ground) in PAIRS {
        let ratio = colours[text].contrast(colours[ground]);
        if ratio < CONTRAST_MIN {
            let what = format!("{text} on {ground} has a contrast of {ratio:.1} to 1");
            return Err(fault(what, format!("choose colours with at least {CONTRAST_MIN} to 1")));
        }
    }
    Ok(())
}
