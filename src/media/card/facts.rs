//! What a card shows, as data. Every text is data of strangers: it is cleaned and escaped before it is drawn.

use serde::Serialize;

use super::check::embedded::Embedded;

/// One card's content.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Facts {
    Card(PlaceFacts),
    Steps(StepFacts),
    Fees(FeeFacts),
    Flight(FlightFacts),
    Bag(BagFacts),
    Text(TextFacts),
    ClipTitle(TitleFacts),
    ClipSteps(StepFacts),
    ClipMap(TitleFacts),
    ClipCamera(CameraFacts),
}

/// Which template draws it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    Card,
    Steps,
    Fees,
    Flight,
    Bag,
    Text,
    ClipTitle,
    ClipSteps,
    ClipMap,
    ClipCamera,
}

/// The line drawings that `icons.svg` has; its symbols bear these names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Icon {
    #[default]
    Info,
    Clock,
    Pin,
    Bag,
    Plane,
    Paw,
    Shield,
    Ticket,
    Card,
    Money,
    Document,
    Food,
    Transport,
    Family,
    Access,
    Wifi,
    Medical,
    Phone,
    Bank,
    Lost,
    Person,
    Thermometer,
    Done,
    Alert,
    Seat,
    Gate,
    Camera,
    List,
}

/// A short state with its weight: "Open now until 22:00".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    pub text: String,
    /// Shown calm; otherwise as something to heed.
    pub is_good: bool,
}

/// A place or service: where, when, how much.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlaceFacts {
    pub icon: Icon,
    pub picture: Option<Embedded>,
    pub title: String,
    /// At most [`CardKind::LINES_MAX`] are shown.
    pub lines: Vec<String>,
    /// The hours computed now.
    pub status: Option<Status>,
    pub place: Option<String>,
    /// The hours as they are written.
    pub hours: Option<String>,
    pub fee: Option<String>,
    pub note: Option<String>,
}

/// A numbered list.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StepFacts {
    pub icon: Icon,
    pub title: String,
    /// At most [`CardKind::STEPS_MAX`] are shown; the alternative text has all.
    pub steps: Vec<String>,
    /// The step that is done now, from 0.
    pub now: Option<usize>,
    pub note: Option<String>,
}

/// A table of prices.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FeeFacts {
    pub title: String,
    /// One heading a column, or none.
    pub head: Vec<String>,
    /// At most [`CardKind::ROWS_MAX`] by [`CardKind::COLUMNS_MAX`] are shown.
    pub rows: Vec<Vec<String>>,
    pub status: Option<Status>,
    pub place: Option<String>,
    pub note: Option<String>,
}

/// A boarding pass, without the passenger's name: nobody needs it on a screen.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FlightFacts {
    pub flight: String,
    pub airline: Option<String>,
    /// Three letters, and the city.
    pub from: End,
    pub to: End,
    pub date: Option<String>,
    pub gate: Option<String>,
    /// When boarding begins, `HH:MM`.
    pub boarding: Option<String>,
    pub departs: Option<String>,
    pub seat: Option<String>,
    pub group: Option<String>,
    pub terminal: Option<String>,
    pub status: Option<Status>,
    pub note: Option<String>,
}

/// One end of a flight.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct End {
    pub code: String,
    pub city: Option<String>,
}

/// A bag or an animal on its way.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BagFacts {
    pub is_animal: bool,
    /// The animal's name, or what it is: "Mochi", "Suitcase".
    pub name: String,
    pub tag: Option<String>,
    pub flight: Option<String>,
    pub status: Option<Status>,
    pub place: Option<String>,
    /// Since when, `HH:MM`.
    pub time: Option<String>,
    /// With its unit: "19 °C".
    pub temperature: Option<String>,
    /// When this was true, `HH:MM`.
    pub as_of: Option<String>,
    /// The service does not answer; this is the last that is known.
    pub is_stale: bool,
    pub note: Option<String>,
}

/// What was read off a letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TextFacts {
    pub title: String,
    /// At most [`CardKind::READ_MAX`] are shown.
    pub lines: Vec<String>,
    pub note: Option<String>,
}

/// The first picture of a clip, or what stands around its map.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TitleFacts {
    pub icon: Icon,
    pub title: String,
    pub subtitle: Option<String>,
}

/// What stands around a camera's picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CameraFacts {
    pub icon: Icon,
    pub title: String,
    /// Where the camera is.
    pub place: String,
    /// When the picture was taken, as it is read: "23 Nov, 14:22:05".
    pub time: String,
    /// Shown as live only when it is.
    pub is_live: bool,
    pub status: Option<Status>,
    /// Label and value: at most [`CardKind::VALUES_MAX`] are shown.
    pub values: Vec<(String, String)>,
}

impl Facts {
    pub fn kind(&self) -> CardKind {
        match self {
            Self::Card(_) => CardKind::Card,
            Self::Steps(_) => CardKind::Steps,
            Self::Fees(_) => CardKind::Fees,
            Self::Flight(_) => CardKind::Flight,
            Self::Bag(_) => CardKind::Bag,
            Self::Text(_) => CardKind::Text,
            Self::ClipTitle(_) => CardKind::ClipTitle,
            Self::ClipSteps(_) => CardKind::ClipSteps,
            Self::ClipMap(_) => CardKind::ClipMap,
            Self::ClipCamera(_) => CardKind::ClipCamera,
        }
    }
}

impl Facts {
    /// What stands largest.
    pub fn title(&self) -> &str {
        match self {
            Self::Card(facts) => &facts.title,
            Self::Steps(facts) | Self::ClipSteps(facts) => &facts.title,
            Self::Fees(facts) => &facts.title,
            Self::Flight(facts) => &facts.flight,
            Self::Bag(facts) => &facts.name,
            Self::Text(facts) => &facts.title,
            Self::ClipTitle(facts) | Self::ClipMap(facts) => &facts.title,
            Self::ClipCamera(facts) => &facts.title,
        }
    }
}

impl CardKind {
    pub const ALL: [Self; 10] = [
        Self::Card,
        Self::Steps,
        Self::Fees,
        Self::Flight,
        Self::Bag,
        Self::Text,
        Self::ClipTitle,
        Self::ClipSteps,
        Self::ClipMap,
        Self::ClipCamera,
    ];
    /// Texts of a card.
    pub const LINES_MAX: usize = 3;
    /// Steps that somebody reads while standing.
    pub const STEPS_MAX: usize = 7;
    pub const ROWS_MAX: usize = 10;
    pub const COLUMNS_MAX: usize = 4;
    /// Lines read off a letter.
    pub const READ_MAX: usize = 6;
    /// Values beside a camera's picture.
    pub const VALUES_MAX: usize = 3;

    /// Its template's name without the ending; also the kind's name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Steps => "steps",
            Self::Fees => "fees",
            Self::Flight => "flight",
            Self::Bag => "bag",
            Self::Text => "text",
            Self::ClipTitle => "clip-title",
            Self::ClipSteps => "clip-steps",
            Self::ClipMap => "clip-map",
            Self::ClipCamera => "clip-camera",
        }
    }

    /// Width in pixels, and the height where it is fixed: a card grows, a clip's frame does not.
    pub fn size(self) -> (u32, Option<u32>) {
        if self.areas().is_empty() { (960, None) } else { (1280, Some(720)) }
    }

    /// Rectangles that its template leaves free, by the ids `area-NAME`.
    pub fn areas(self) -> &'static [&'static str] {
        match self {
            Self::ClipTitle | Self::ClipSteps => &["caption", "progress"],
            Self::ClipMap => &["map", "caption", "progress"],
            Self::ClipCamera => &["picture", "caption", "progress"],
            _ => &[],
        }
    }
}
