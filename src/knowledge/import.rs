//! Files and folders into items and documents, all or nothing. Knows the disk and the formats, not the store.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::limits::{ENTRIES_MAX, FILE_BYTES_MAX, FILES_MAX, FOLDERS_DEEP_MAX, SHORT_CHARS_MAX};
use super::{KnowledgeError, documents, items};
use crate::domain::{Document, Item, Language};

/// What an import brings, checked.
#[derive(Default)]
pub struct Batch {
    pub items: Vec<Item>,
    pub documents: Vec<Document>,
    /// Where each item and document stands, to name doubles.
    origins: HashMap<(String, Option<Language>), PathBuf>,
}

/// Reads `paths`: items from `.jsonl`, documents from `.md` and `.txt`; of a folder all such files in it, by name, and
/// in the folders inside it.
///
/// # Errors
/// The first fault, naming file and line; nothing was changed.
pub fn read(paths: &[PathBuf], seen: &mut dyn FnMut(usize)) -> Result<Batch, KnowledgeError> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, 0, &mut files)?;
    }
    if files.is_empty() {
        return Err(KnowledgeError::Nothing(paths.to_vec()));
    }
    let mut batch = Batch::default();
    for (count, file) in (1..).zip(&files) {
        batch.take(file)?;
        seen(count);
    }
    Ok(batch)
}

/// What is wrong with a line of a file; with the file as a whole when there is no line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: Option<usize>,
    pub reason: String,
}

/// Reads one file as [`read`] does and tells every fault in it.
///
/// # Errors
/// [`KnowledgeError::Unreadable`].
pub fn look(path: &Path) -> Result<(Batch, Vec<Fault>), KnowledgeError> {
    if let Some(Kind::Items) = kind_of(path)
        && let Ok(text) = read_text(path)
    {
        let (items, faults) = items::read_all(&text);
        let told = |(line, reason)| Fault { line: (line > 0).then_some(line), reason };
        return Ok((Batch { items, ..Batch::default() }, faults.into_iter().map(told).collect()));
    }
    match read(&[path.into()], &mut |_| {}) {
        Ok(batch) => Ok((batch, Vec::new())),
        Err(KnowledgeError::Line { line, reason, .. }) => {
            Ok((Batch::default(), vec![Fault { line: Some(line), reason }]))
        }
        Err(KnowledgeError::File { reason, .. }) => Ok((Batch::default(), vec![Fault { line: None, reason }])),
        Err(error) => Err(error),
    }
}

fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), KnowledgeError> {
    let unreadable = |source| KnowledgeError::Unreadable { path: path.into(), source };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return push(path, files);
    }
    if depth >= FOLDERS_DEEP_MAX {
        return Err(bad(path, format!("folders are looked into {FOLDERS_DEEP_MAX} deep; this one is deeper")));
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    let mut inside: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        if path.is_dir() {
            collect(&path, depth + 1, files)?;
        } else if kind_of(&path).is_some() {
            push(&path, files)?;
        }
    }
    Ok(())
}

fn push(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), KnowledgeError> {
    if files.len() >= FILES_MAX {
        return Err(bad(path, format!("an import takes at most {FILES_MAX} files; import folder by folder")));
    }
    if !files.iter().any(|file| file == path) {
        files.push(path.into());
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Kind {
    Items,
    Markdown,
    Text,
}

fn kind_of(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()? {
        "jsonl" => Some(Kind::Items),
        "md" => Some(Kind::Markdown),
        "txt" => Some(Kind::Text),
        _ => None,
    }
}

impl Batch {
    fn take(&mut self, path: &Path) -> Result<(), KnowledgeError> {
        let kind = kind_of(path)
            .ok_or_else(|| bad(path, "it is no knowledge: items are .jsonl, documents .md or .txt".into()))?;
        let text = read_text(path)?;
        match kind {
            Kind::Items => {
                let items = items::read_items(&text).map_err(|(line, reason)| match line {
                    0 => bad(path, reason),
                    line => KnowledgeError::Line { path: path.into(), line, reason },
                })?;
                items.into_iter().try_for_each(|item| self.add_item(item, path))?;
            }
            Kind::Markdown => self.add_document(documents::read_markdown(&name_of(path)?, &text), path)?,
            Kind::Text => self.add_document(documents::read_text(&name_of(path)?, &text), path)?,
        }
        let entries = self.items.len() + self.documents.iter().map(|document| document.parts.len()).sum::<usize>();
        if entries > ENTRIES_MAX {
            return Err(bad(path, format!("an import takes at most {ENTRIES_MAX} items and document parts")));
        }
        Ok(())
    }

    fn add_item(&mut self, item: Item, path: &Path) -> Result<(), KnowledgeError> {
        let name = format!("the item '{}' in {}", item.id, item.language);
        self.claim((item.id.clone(), Some(item.language)), &name, path)?;
        self.items.push(item);
        Ok(())
    }

    fn add_document(&mut self, document: Result<Document, String>, path: &Path) -> Result<(), KnowledgeError> {
        let document = document.map_err(|reason| bad(path, reason))?;
        self.claim((document.file.clone(), None), "a document of this name", path)?;
        self.documents.push(document);
        Ok(())
    }

    fn claim(&mut self, key: (String, Option<Language>), name: &str, path: &Path) -> Result<(), KnowledgeError> {
        match self.origins.insert(key, path.into()) {
            Some(first) => Err(bad(path, format!("{name} is in {} too; rename or remove one", first.display()))),
            None => Ok(()),
        }
    }
}

fn name_of(path: &Path) -> Result<String, KnowledgeError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.filter(|name| name.chars().count() <= SHORT_CHARS_MAX && !name.contains(char::is_control));
    name.map(str::to_owned).ok_or_else(|| bad(path, "its name is too long or not UTF-8; rename it".into()))
}

fn read_text(path: &Path) -> Result<String, KnowledgeError> {
    let unreadable = |source| KnowledgeError::Unreadable { path: path.into(), source };
    let about = fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(bad(path, "it is not a plain file".into()));
    }
    if about.len() > FILE_BYTES_MAX {
        return Err(bad(
            path,
            format!("it has {} bytes; at most {FILE_BYTES_MAX} are taken, so split it", about.len()),
        ));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let whole = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = whole.iter().filter(|&&byte| byte == b'\n').count() + 1;
        KnowledgeError::Line { path: path.into(), line, reason: "it is not UTF-8; save it as UTF-8".into() }
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    if text.trim().is_empty() { Err(bad(path, "the file is empty".into())) } else { Ok(text) }
}

fn bad(path: &Path, reason: String) -> KnowledgeError {
    KnowledgeError::File { path: path.into(), reason }
}
