//! What the retrieval and calibration benches share: public data, an embedder that remembers, knowledge in a temporary file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use usher::base::worker::Worker;
use usher::domain::Language;
use usher::engine::{Embedder, EngineError, open_embedder};
use usher::knowledge::{Knowledge, SharedEmbedder};

/// The folder of public data: `$USHER_SHARED`, or `../shared` beside the checkout.
pub fn shared() -> PathBuf {
    let named = std::env::var_os("USHER_SHARED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")).join("data/text");
    assert!(folder.is_dir(), "{} is missing; set USHER_SHARED to the folder of public data", folder.display());
    folder
}

/// The embedding model's folder in the installed pack.
pub fn model() -> PathBuf {
    let models = std::env::var_os("USHER_MODELS").map(PathBuf::from).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("HOME is set");
        PathBuf::from(home).join(".local/share/usher/models")
    });
    let folder = models.join("all-minilm-l6-v2");
    assert!(folder.is_dir(), "{} is missing; fetch it with `usher models pull`", folder.display());
    folder
}

/// Starts the embedding worker over an embedder that keeps its vectors in a temporary file between runs.
pub fn embedder() -> SharedEmbedder {
    let inner: Box<dyn Embedder> = Box::new(Remembering::open());
    Arc::new(Worker::start("embedder", 8, inner))
}

/// Knowledge in a file of its own, with the files' contents imported.
pub fn knowledge(files: &[(String, String)], embedder: Option<SharedEmbedder>) -> (tempfile::TempDir, Knowledge) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = folder.path().join("site");
    std::fs::create_dir(&site).expect("a folder");
    for (name, text) in files {
        std::fs::write(site.join(name), text).expect("a file");
    }
    let mut knowledge = Knowledge::open(&folder.path().join("knowledge.db"), embedder).expect("opens");
    knowledge
        .import(&[site], &mut |_| ())
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    (folder, knowledge)
}

/// One item as a line of an items file.
pub fn item_line(id: &str, language: Language, questions: &[String], answer: &str) -> String {
    let line = serde_json::json!({"id": id, "language": language, "questions": questions, "answer": answer});
    format!("{line}\n")
}

/// `text,category` rows of banking77: a text is quoted when it holds a comma or a quote, and may hold line feeds.
pub fn banking(name: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(shared().join("banking77").join(name)).expect("banking77 is there");
    let (mut rows, mut fields, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().expect("peeked")),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field).trim_end().to_owned());
                rows.push(std::mem::take(&mut fields));
            }
            c => field.push(c),
        }
    }
    let pairs = rows.into_iter().skip(1).map(|row| match <[String; 2]>::try_from(row) {
        Ok([text, label]) => (text.split_whitespace().collect::<Vec<_>>().join(" "), label),
        Err(row) => panic!("a row of banking77 has {} fields", row.len()),
    });
    pairs.collect()
}

/// The embedding model with a memory: vectors by text digest, in a file of the temporary folder.
struct Remembering {
    inner: Box<dyn Embedder>,
    known: HashMap<[u8; 32], Vec<f32>>,
    path: PathBuf,
    added: usize,
}

impl Remembering {
    fn open() -> Self {
        let inner = open_embedder(&model()).expect("the model opens");
        let path = std::env::temp_dir().join(format!("usher-bench-vectors-{}.bin", inner.name()));
        let bytes = std::fs::read(&path).unwrap_or_default();
        let record = 32 + 4 * inner.dimensions();
        let known = bytes.chunks_exact(record).map(|record| {
            let (digest, vector) = record.split_first_chunk::<32>().expect("a record starts with its digest");
            (*digest, vector.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
        });
        Self { known: known.collect(), inner, path, added: 0 }
    }
}

impl Drop for Remembering {
    fn drop(&mut self) {
        if self.added > 0 {
            let record = |(digest, vector): (&[u8; 32], &Vec<f32>)| {
                digest.iter().copied().chain(vector.iter().flat_map(|number| number.to_le_bytes())).collect::<Vec<u8>>()
            };
            let bytes: Vec<u8> = self.known.iter().flat_map(record).collect();
            let whole = self.path.with_extension(format!("{}", std::process::id()));
            let kept = std::fs::write(&whole, bytes).and_then(|()| std::fs::rename(&whole, &self.path));
            kept.unwrap_or_else(|error| eprintln!("the vectors were not kept: {error}"));
        }
    }
}

impl Embedder for Remembering {
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
        let digests: Vec<[u8; 32]> = texts.iter().map(|text| Sha256::digest(text.as_bytes()).into()).collect();
        let missing: Vec<usize> = (0..texts.len()).filter(|&place| !self.known.contains_key(&digests[place])).collect();
        if !missing.is_empty() {
            let vectors = self.inner.embed(&missing.iter().map(|&place| texts[place]).collect::<Vec<_>>())?;
            self.added += vectors.len();
            self.known.extend(missing.iter().map(|&place| digests[place]).zip(vectors));
        }
        Ok(digests.iter().map(|digest| self.known[digest].clone()).collect())
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn languages(&self) -> &[Language] {
        &[Language::English]
    }

    fn name(&self) -> &str {
        self.inner.name()
    }
}
