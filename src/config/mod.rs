//! The file as typed becomes settings as meant. Rooms below declare what they need; none of them imports this one.

mod change;
mod device_dir;
mod diff;
mod document;
mod dotted;
mod edit;
mod fault;
mod file;
mod find;
mod layers;
mod place;
mod read;
mod replace;
mod schema;
mod secret;
mod shape;
mod typed;
mod unknown;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use change::{change_site, written_to};
pub use device_dir::{
    Applied, Checks, DEVICE_TOML, DeviceError, DeviceFile, Exported, Recovered, Report, Running, apply_dir, check_dir,
    device_file, device_schema, export_dir, is_plain, recover,
};
pub use diff::{Difference, defaults, differences, human, needs_restart, restart_paths};
pub use document::value_at;
pub use dotted::Dotted;
pub use edit::{Change, ConfigFile, EditError, Written, edited};
pub use fault::{Faults, FieldFault, placed};
pub use file::{
    Clips, Hearing, Language, MapPlace, OwnCertificate, Phone, Presence, Privacy, Serve, SiteFile, Tls, TlsWord,
    Update, Visit,
};
pub use find::{board_file, data_dir, device_dir, named_file, site_file};
pub use layers::{Origin, Override, Said, typed_at};
pub use read::{Layered, Layers, parsed, read};
pub use schema::reasons;
pub use secret::{is_secret, masked, named_files};

use crate::camera;
use crate::device::{self, Board};
use crate::domain::Site;
use crate::facts;
use crate::handoff;

/// What can be wrong with a configuration; the text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("site '{name}' is not known: looked for {}", display(tried))]
    UnknownSite { name: String, tried: Vec<PathBuf> },
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("board '{name}' is not known: looked for {}", display(tried))]
    UnknownBoard { name: String, tried: Vec<PathBuf> },
    #[error(transparent)]
    Board(#[from] device::DeviceError),
    #[error(transparent)]
    Faults(#[from] Faults),
}

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file it came from.
    pub path: PathBuf,
    /// The device's `device.toml` above it.
    pub device: Option<PathBuf>,
    /// Who said each setting, by its dotted name.
    pub origins: BTreeMap<String, Origin>,
    pub site: Site,
    /// The folder of items and documents that the site ships with.
    pub knowledge: PathBuf,
    pub serve: Serve,
    pub visit: Visit,
    pub hearing: Hearing,
    pub language: Language,
    /// The body that this kiosk has.
    pub board: Board,
    pub handoff: handoff::Settings,
    pub map: MapPlace,
    pub connector: facts::Settings,
    pub camera: camera::Settings,
    pub presence: Presence,
    pub phone: Phone,
    pub clips: Clips,
    pub update: Update,
    pub privacy: Privacy,
}

impl Settings {
    /// Reads and checks the site file `path`, with what the device's `device.toml` and `said` put above it.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault, each naming the file, the line, the field and the reason.
    pub fn load(path: &Path, device: Option<&Path>, said: &Said) -> Result<Self, ConfigError> {
        let read_text = |path: &Path| {
            std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.into(), source })
        };
        let text = read_text(path)?;
        let above = device.map(|device| Ok::<_, ConfigError>((device, read_text(device)?))).transpose()?;
        let device = above.as_ref().map(|(path, text)| (*path, text.as_str()));
        let layers = Layers { file: path, text: &text, device, said };
        let found: Layered<SiteFile> = read(&schema(), &layers, |file: &SiteFile| file.faults_beside(path))?;
        let named = device.map(|(path, text)| device_file(text).map_err(|faults| placed(faults, path))).transpose()?;
        let board = board(&found.typed, path, named.and_then(|named| named.board))?;
        Ok(found.typed.meant(path, device.map(|(path, _)| path.into()), board, found.origins))
    }
}

/// The board that the device or the site names, or the one that the site's `[pins]` describe.
fn board(site: &SiteFile, path: &Path, of_device: Option<String>) -> Result<Board, ConfigError> {
    let Some(name) = of_device.or_else(|| site.board.clone()) else {
        let board = Board::from(&site.pins);
        let placed =
            |(field, reason): (String, String)| placed(vec![FieldFault::new(format!("pins: {field}"), reason)], path);
        return Ok(board.check().map_err(placed).map(|()| board)?);
    };
    let file = match name.ends_with(".toml") {
        true => path.parent().unwrap_or(Path::new(".")).join(name),
        false => board_file(&name)?,
    };
    Ok(Board::load(&file)?)
}

/// What is wrong with a board's file.
///
/// # Errors
/// [`Faults`] with the board's own words.
pub fn check_board(path: &Path) -> Result<(), Faults> {
    Board::load(path).map(drop).map_err(|error| Faults::one("board", error.to_string()))
}

/// The JSON schema (2020-12) of the site file.
pub fn schema() -> Value {
    schemars::schema_for!(SiteFile).to_value()
}

fn display(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
