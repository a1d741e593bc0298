//! What can be wrong with a site's templates; the text says where and what to do. Knows no visitor.

use std::path::PathBuf;

/// Why a template, a theme or a card is refused.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    #[error("cannot read {}; check its name and rights", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    /// `file` is the file's path, or the name of a template that is compiled in.
    #[error("{file}{}: {what}; {repair}", line.map_or(String::new(), |line| format!(": line {line}")))]
    Refused { file: String, line: Option<usize>, what: String, repair: String },
}

/// What is wrong inside one file, before the file is named.
#[derive(Debug)]
pub(super) struct Fault {
    pub what: String,
    pub repair: String,
    /// As it may stand in the template: tells the line.
    pub written: Option<String>,
}

pub(super) fn fault(what: impl Into<String>, repair: impl Into<String>) -> Fault {
    Fault { what: what.into(), repair: repair.into(), written: None }
}

impl Fault {
    pub fn written(mut self, written: impl Into<String>) -> Self {
        self.written = Some(written.into());
        self
    }
}
