//! Cards: what an answer shows beside its words, drawn from a site's templates and facts as standalone SVG.
//!
//! [`Templates::open`] draws every template with the worst facts there are in all languages, so that little can fail
//! later; what fails then is refused, and the answer goes without a card. Pure computing: the room does not know who
//! asks, nor what shows the drawing. A template is a stranger's program, a fact a stranger's text; neither is trusted.

mod check;
mod clean;
mod colour;
mod error;
mod facts;
mod files;
mod from_item;
mod listed;
mod measure;
mod prices;
mod samples;
mod telling;
mod template;
mod theme;
mod words;
mod wrap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde_json::json;

use telling::Teller;
use theme::Theme;

use crate::domain::Language;

pub use check::Area;
pub use check::embedded::Embedded;
pub use error::CardError;
pub use facts::{
    BagFacts, CameraFacts, CardKind, End, Facts, FeeFacts, FlightFacts, Icon, PlaceFacts, Status, StepFacts, TextFacts,
    TitleFacts,
};

use error::{Fault, fault};

/// Longest template, bytes: twenty times ours.
const TEMPLATE_BYTES_MAX: u64 = 128 << 10;
/// Most lines of an alternative text: what is longer is an answer.
const ALT_LINES_MAX: usize = 60;
/// The templates that are compiled in; a site's file of the same name takes one's place.
const BUILT_IN: [(&str, &str); 13] = [
    ("icons.svg", include_str!("defaults/icons.svg")),
    ("parts.svg", include_str!("defaults/parts.svg")),
    ("frame.svg", include_str!("defaults/frame.svg")),
    ("card.svg", include_str!("defaults/card.svg")),
    ("steps.svg", include_str!("defaults/steps.svg")),
    ("fees.svg", include_str!("defaults/fees.svg")),
    ("flight.svg", include_str!("defaults/flight.svg")),
    ("bag.svg", include_str!("defaults/bag.svg")),
    ("text.svg", include_str!("defaults/text.svg")),
    ("clip-title.svg", include_str!("defaults/clip-title.svg")),
    ("clip-steps.svg", include_str!("defaults/clip-steps.svg")),
    ("clip-map.svg", include_str!("defaults/clip-map.svg")),
    ("clip-camera.svg", include_str!("defaults/clip-camera.svg")),
];

/// One drawn card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub kind: CardKind,
    pub title: String,
    /// Everything the card says, in its language, for those who do not see it.
    pub alt: String,
    /// A standalone SVG without scripts, addresses and document types.
    pub svg: String,
    /// Pixels: 960 for a card, 1280 for a clip's frame.
    pub width: u32,
    pub height: u32,
    /// The alternative text line by line, the title among them.
    pub lines: Vec<String>,
    /// The rectangles that a clip's frame leaves free: `picture`, `map`, `caption`, `progress`, `step-1` ...
    pub areas: BTreeMap<String, Area>,
}

/// A site's checked templates. Cheap to share; drawing a card takes some milliseconds and does not block.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    theme: Theme,
    /// Where each template is from, for messages.
    files: BTreeMap<String, Source>,
}

#[derive(Debug)]
struct Source {
    /// `None` for one that is compiled in.
    path: Option<PathBuf>,
    text: String,
}

impl Templates {
    /// Reads `theme.toml` and the templates in `folder`, takes the compiled-in ones where one is missing, and draws each
    /// with sample facts in all `languages`.
    ///
    /// # Errors
    /// [`CardError`] naming the file, what is wrong there, and the repair.
    pub fn open(folder: &Path, languages: &[Language]) -> Result<Self, CardError> {
        let theme = Theme::open(folder, languages)?;
        let mut templates = Self { environment: template::environment(), theme, files: BTreeMap::new() };
        for (name, built_in) in BUILT_IN {
            templates.add(folder, name, built_in)?;
        }
        for facts in samples::all() {
            for &language in languages {
                templates.draw(&facts, language)?;
            }
        }
        Ok(templates)
    }

    /// Draws `facts`.
    ///
    /// # Errors
    /// [`CardError::Refused`] when the template fails on these facts, or what it makes may not be shown.
    pub fn draw(&self, facts: &Facts, language: Language) -> Result<Card, CardError> {
        let kind = facts.kind();
        let name = format!("{}.svg", kind.name());
        let teller = Teller { words: &self.theme.words, language };
        let told = teller.lines(facts).into_iter().take(ALT_LINES_MAX);
        let lines: Vec<String> = told.map(|line| clean::clean(&line, language)).collect();
        let alt = teller.text(&lines);
        let context = self.context(facts, language, &alt).map_err(|fault| self.refused(&name, None, fault))?;
        let template = self.environment.get_template(&name).map_err(|error| self.failed(&name, &error))?;
        let svg = template.render(context).map_err(|error| self.failed(&name, &error))?;
        let sound = check::inspect(&svg, kind).map_err(|fault| self.refused(&name, None, fault))?;
        let title = clean::clean(facts.title(), language);
        Ok(Card { kind, title, alt, svg, width: sound.width, height: sound.height, lines, areas: sound.areas })
    }

    fn add(&mut self, folder: &Path, name: &str, built_in: &str) -> Result<(), CardError> {
        let path = folder.join(name);
        let source = match files::read_if_there(&path, TEMPLATE_BYTES_MAX)? {
            None => Source { path: None, text: built_in.to_owned() },
            Some(bytes) => {
                let text = String::from_utf8(bytes);
                let text =
                    text.map_err(|_| files::refused(&path, fault("is not UTF-8 text", "save it again as UTF-8")))?;
                Source { path: Some(path), text }
            }
        };
        let text = source.text.clone();
        self.files.insert(name.to_owned(), source);
        self.environment.add_template_owned(name.to_owned(), text).map_err(|error| self.failed(name, &error))
    }

    /// What a template knows.
    fn context(&self, facts: &Facts, language: Language, alt: &str) -> Result<Value, Fault> {
        let unwritable = |error: serde_json::Error| fault(error.to_string(), "report this card");
        let mut known = clean::clean_all(serde_json::to_value(facts).map_err(unwritable)?, language);
        limit(&mut known, facts.kind());
        let teller = Teller { words: &self.theme.words, language };
        known["language"] = json!(language.code());
        known["heading"] = json!(self.theme.words.get(teller.heading(facts), language));
        known["more"] = json!(teller.more(facts));
        known["alt"] = json!(alt);
        known["words"] = json!(self.theme.words.all(language));
        known["theme"] = serde_json::to_value(self.theme.look(language)).map_err(unwritable)?;
        Ok(Value::from(Serde(known)))
    }

    fn failed(&self, asked: &str, error: &minijinja::Error) -> CardError {
        let (name, line, fault) = template::told(error);
        self.refused(name.as_deref().unwrap_or(asked), line, fault)
    }

    /// Names the file and, where what is wrong is written there, the line.
    fn refused(&self, name: &str, line: Option<usize>, fault: Fault) -> CardError {
        let holds = |name: &str| {
            let written = fault.written.as_deref()?;
            let text = &self.files.get(name)?.text;
            Some(text.lines().position(|line| line.contains(written))? + 1)
        };
        // A card is put together from several files: its own first, then those of the site, then ours.
        let shared = ["frame.svg", "parts.svg", "icons.svg"];
        let (name, line) = match line {
            Some(line) => (name, Some(line)),
            None => std::iter::once(name)
                .chain(shared)
                .find_map(|name| holds(name).map(|line| (name, Some(line))))
                .unwrap_or((name, None)),
        };
        let path = self.files.get(name).and_then(|source| source.path.as_ref());
        let file = path.map_or_else(|| format!("{name} (compiled in)"), |path| path.display().to_string());
        CardError::Refused { file, line, what: fault.what, repair: fault.repair }
    }
}

/// Lists no longer than a card holds.
fn limit(known: &mut serde_json::Value, kind: CardKind) {
    let lists = [
        ("lines", if kind == CardKind::Text { CardKind::READ_MAX } else { CardKind::LINES_MAX }),
        ("steps", CardKind::STEPS_MAX),
        ("rows", CardKind::ROWS_MAX),
        ("head", CardKind::COLUMNS_MAX),
        ("values", CardKind::VALUES_MAX),
    ];
    for (name, most) in lists {
        let Some(list) = known.get_mut(name).and_then(serde_json::Value::as_array_mut) else { continue };
        list.truncate(most);
        list.iter_mut().filter_map(serde_json::Value::as_array_mut).for_each(|row| row.truncate(CardKind::COLUMNS_MAX));
    }
}

#[cfg(test)]
mod tests;
