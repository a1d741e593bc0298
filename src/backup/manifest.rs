//! What a backup says of itself, and the rules it must keep before anything of it is used. Knows no file system.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::store::Kind;

/// The layout that this program writes; a higher one is refused.
pub(super) const FORMAT: u64 = 1;

/// Bounds on a file from outside. A site has some hundred files and some tens of megabytes.
pub(super) const MANIFEST_BYTES_MAX: u64 = 8 << 20;
const MEMBERS_MAX: usize = 20_000;
const MEMBER_BYTES_MAX: u64 = 4 << 30;
pub(super) const TOTAL_BYTES_MAX: u64 = 8 << 30;
const PATH_BYTES_MAX: usize = 400;
const PATH_DEPTH_MAX: usize = 16;
const NAMES_MAX: usize = 1_000;

/// The first member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u64,
    /// The version that made it.
    pub usher: String,
    pub site: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    /// Whether sealed hand-overs and their key are in it.
    pub with_visits: bool,
    /// Models are named and not copied: `usher models pull` or `import` brings them.
    pub models: Vec<NamedModel>,
    /// Files outside that the configuration names and that must be brought by hand.
    pub elsewhere: Vec<String>,
    /// In the file's order.
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedModel {
    pub name: String,
    pub file: String,
    pub sha256: String,
}

/// One file of a backup; it stands in the archive under its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Which of the device's places it belongs to: `state`, `config`, `knowledge`, `board`.
    pub part: String,
    /// Below that place; empty when the place is this one file.
    pub path: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The name of member `index` in the archive.
    pub(super) fn number(index: usize) -> String {
        format!("{:05}", index + 1)
    }

    pub fn bytes(&self) -> u64 {
        self.members.iter().map(|member| member.bytes).fold(0, u64::saturating_add)
    }

    /// # Errors
    /// The first rule that does not hold.
    pub(super) fn check(&self) -> Result<(), String> {
        if !is_plain_name(&self.site) {
            return Err("its site's id is not a plain name".into());
        }
        if self.members.len() > MEMBERS_MAX || self.models.len() > NAMES_MAX || self.elsewhere.len() > NAMES_MAX {
            return Err(format!("{} files are too many", self.members.len()));
        }
        if self.bytes() > TOTAL_BYTES_MAX {
            return Err(format!("{} bytes are too many", self.bytes()));
        }
        let mut seen = BTreeSet::new();
        for member in &self.members {
            check_member(member)?;
            if !seen.insert((&member.part, &member.path)) {
                return Err(format!("'{}' is there twice", shown(&member.path)));
            }
        }
        Ok(())
    }
}

impl Member {
    /// The kind of database this is, when it is one.
    pub fn database(&self) -> Option<Kind> {
        Kind::of_file(&self.path).filter(|_| self.part == "state" || self.part == super::PEOPLE)
    }
}

/// Letters, digits and hyphens: safe in a file's name whatever reads it.
pub(super) fn is_plain_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A relative path of visible names in any script: nothing absolute, no `..`, no hidden file, nothing that a screen hides.
pub(super) fn is_safe_path(path: &str) -> bool {
    let plain = |name: &str| {
        !name.is_empty()
            && name.len() <= 255
            && !name.starts_with('.')
            && !name.contains(|c: char| c.is_control() || c == '\\' || is_invisible(c))
    };
    path.len() <= PATH_BYTES_MAX && path.split('/').count() <= PATH_DEPTH_MAX && path.split('/').all(plain)
}

/// Direction marks and other characters of no width, which make one name look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn check_member(member: &Member) -> Result<(), String> {
    let path = shown(&member.path);
    if !is_plain_name(&member.part) || !(member.path.is_empty() || is_safe_path(&member.path)) {
        return Err(format!("'{path}' is not a safe path"));
    }
    if member.bytes > MEMBER_BYTES_MAX {
        return Err(format!("'{path}' is too large"));
    }
    if member.sha256.len() != 64 || !member.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(format!("'{path}' has no whole sha256"));
    }
    Ok(())
}

/// A name from outside as a message may show it.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_or_hide_are_refused() {
        for path in ["a.toml", "documents/宠物.zh.md", "media/hold 3/01.jpg"] {
            assert!(is_safe_path(path), "{path}");
        }
        let long = "a/".repeat(20) + "b";
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "./a",
            ".hidden",
            "a/.b",
            "a\\b",
            "a\0b",
            "a\u{202E}gpj",
            &long,
        ] {
            assert!(!is_safe_path(path), "{path:?}");
        }
    }
}
