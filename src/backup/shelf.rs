//! The folder where backups are kept: their names, what is there, and which are too old. Knows no content.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::BackupError;
use super::manifest::is_plain_name;

/// Most backups that a list shows.
const LISTED_MAX: usize = 1_000;

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Listed {
    pub name: String,
    pub site: String,
    pub bytes: u64,
    /// RFC 3339, UTC: from its name.
    pub at: String,
    pub is_encrypted: bool,
}

/// `usher-backup-SITE-20261123T101500Z.tar.gz`; an encrypted one ends in `.sealed`.
pub fn file_name(site: &str, now: Timestamp, is_encrypted: bool) -> String {
    let ending = if is_encrypted { ".sealed" } else { "" };
    format!("usher-backup-{site}-{}.tar.gz{ending}", now.strftime("%Y%m%dT%H%M%SZ"))
}

/// The backups in `folder`, newest first. A folder that is not there has none.
///
/// # Errors
/// File errors.
pub fn list(folder: &Path) -> Result<Vec<Listed>, BackupError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(BackupError::of(folder, error)),
    };
    let of = |entry: fs::DirEntry| {
        let (site, at, is_encrypted) = parse(entry.file_name().to_str()?)?;
        let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let name = entry.file_name().to_str()?.to_owned();
        Some(Listed { name, site, bytes: meta.len(), at: at.to_string(), is_encrypted })
    };
    let mut listed: Vec<Listed> = entries.flatten().filter_map(of).collect();
    listed.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.name.cmp(&other.name)));
    listed.truncate(LISTED_MAX);
    Ok(listed)
}

/// Removes backups that were made before `oldest_s` (seconds since 1970), but never the newest of a site. Gives their names.
///
/// # Errors
/// File errors.
pub fn forget_old(folder: &Path, oldest_s: i64) -> Result<Vec<String>, BackupError> {
    let mut kept = std::collections::BTreeSet::new();
    let mut removed = Vec::new();
    for listed in list(folder)? {
        let is_newest = kept.insert(listed.site.clone());
        let made_s = listed.at.parse::<Timestamp>().map_or(i64::MAX, |at| at.as_second());
        if !is_newest && made_s < oldest_s {
            let path = folder.join(&listed.name);
            fs::remove_file(&path).map_err(|error| BackupError::of(&path, error))?;
            removed.push(listed.name);
        }
    }
    Ok(removed)
}

/// Site, time and whether it is encrypted, of a name as [`file_name`] gives.
fn parse(name: &str) -> Option<(String, Timestamp, bool)> {
    let rest = name.strip_prefix("usher-backup-")?;
    let (rest, is_encrypted) = match rest.strip_suffix(".sealed") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (site, stamp) = rest.strip_suffix(".tar.gz")?.rsplit_once('-')?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", stamp).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    is_plain_name(site).then(|| (site.to_owned(), at.timestamp(), is_encrypted))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_S: i64 = 24 * 3600;

    #[test]
    fn the_newest_of_a_site_stays_however_old() {
        let folder = tempfile::tempdir().unwrap();
        let at = |day: i64| Timestamp::from_second(1_800_000_000 + day * DAY_S).unwrap();
        for (site, day) in [("airport", 0), ("airport", 5), ("bay-bank", 0)] {
            fs::write(folder.path().join(file_name(site, at(day), day == 5)), "x").unwrap();
        }
        fs::write(folder.path().join("usher-backup-notes.txt"), "mine").unwrap();
        let listed = list(folder.path()).unwrap();
        assert_eq!(listed.iter().map(|one| (one.site.as_str(), one.is_encrypted)).next(), Some(("airport", true)));
        assert_eq!(listed.len(), 3);
        assert_eq!(forget_old(folder.path(), at(90).as_second()).unwrap(), [file_name("airport", at(0), false)]);
        assert_eq!(list(folder.path()).unwrap().len(), 2);
    }
}
