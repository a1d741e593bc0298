//! What is wrong with a setting, where it stands, and how all of it is told at once. Knows no schema and no file's content.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// More faults than these are not told: somebody has to mend the first ones anyway.
pub const FAULTS_MAX: usize = 100;

/// What is wrong with one setting. The path is [`super::Dotted`] spelled out, or a file's name for what is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    pub path: String,
    pub reason: String,
    /// The file it stands in, when it stands in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl FieldFault {
    pub fn new(path: impl ToString, reason: impl Into<String>) -> Self {
        Self { path: path.to_string(), reason: reason.into(), file: None, line: None }
    }

    /// The same, standing in `file`.
    pub fn at(mut self, file: &Path, line: Option<usize>) -> Self {
        self.file = Some(file.to_owned());
        self.line = line;
        self
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            f.write_str(" ")?;
        }
        if self.path.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.path, self.reason) }
    }
}

/// Everything that is wrong, one line each; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<FieldFault>);

impl Faults {
    /// `Ok` when nothing is wrong. Keeps [`FAULTS_MAX`].
    pub fn unless_empty(mut faults: Vec<FieldFault>) -> Result<(), Self> {
        faults.truncate(FAULTS_MAX);
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    pub fn one(path: impl ToString, reason: impl Into<String>) -> Self {
        Self(vec![FieldFault::new(path, reason)])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            write!(f, "{between}{fault}")?;
        }
        Ok(())
    }
}

/// Faults whose lines are known already, as standing in `file`.
pub fn placed(faults: Vec<FieldFault>, file: &Path) -> Faults {
    let at = |fault: FieldFault| {
        let line = fault.line;
        fault.at(file, line)
    };
    Faults(faults.into_iter().map(at).collect())
}
