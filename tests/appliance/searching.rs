//! Looks for planted words in whatever a running appliance has on the disk: its folders as they lie there, and files that it has
//! open and that have no name any more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Words in every spelling in which a program may write them down.
pub struct Planted(Vec<(String, Vec<u8>)>);

impl Planted {
    pub fn new(words: &[&str]) -> Self {
        let mut planted = Self(Vec::new());
        words.iter().for_each(|words| planted.add(words));
        planted
    }

    pub fn add(&mut self, words: &str) {
        let wide = || words.encode_utf16();
        let escaped: String =
            wide().map(|c| if c < 128 { char::from(c as u8).to_string() } else { format!("\\u{c:04x}") }).collect();
        let mut spellings: BTreeSet<Vec<u8>> = [
            words.as_bytes().to_vec(),
            escaped.into_bytes(),
            wide().flat_map(u16::to_le_bytes).collect(),
            wide().flat_map(u16::to_be_bytes).collect(),
        ]
        .into();
        for before in 0..3 {
            spellings.extend(base64_inside(words.as_bytes(), before));
        }
        self.0.extend(spellings.into_iter().map(|spelling| (words.to_string(), spelling)));
    }

    /// The planted words that are in `bytes`.
    pub fn within(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let holds = |spelling: &[u8]| bytes.windows(spelling.len()).any(|window| window == spelling);
        self.0.iter().filter(|(_, spelling)| holds(spelling)).map(|(words, _)| words.as_str()).collect()
    }

    /// Where any of them lies under `folders`, and how many files were looked at. Links are not followed: models are the site's.
    pub fn lying_in(&self, folders: &[&Path]) -> (Vec<String>, usize) {
        let mut files = Vec::new();
        folders.iter().for_each(|folder| walk(folder, &mut files));
        (self.found_in(&files), files.len())
    }

    /// Where any of them is in a file that the process `id` has open, named or not, but for the models.
    pub fn open_in(&self, id: u32) -> Vec<String> {
        let open =
            std::fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_ours = |path: &PathBuf| {
            let is_model = std::fs::read_link(path).is_ok_and(|file| file.to_string_lossy().contains("/models/"));
            !is_model && std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
        };
        self.found_in(&open.filter(is_ours).collect::<Vec<_>>())
    }

    fn found_in(&self, files: &[PathBuf]) -> Vec<String> {
        let told = |file: &PathBuf| {
            // A file may go while it is looked for.
            let words = std::fs::read(file).map(|bytes| format!("{:?}", self.within(&bytes))).unwrap_or_default();
            (words.len() > 2).then(|| format!("{}: {words}", file.display()))
        };
        files.iter().filter_map(told).collect()
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), files),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}

/// `words` in base64 as they look in the middle of something longer that has `before` bytes more than whole groups before them.
fn base64_inside(words: &[u8], before: usize) -> [Vec<u8>; 2] {
    let longer = [&vec![0; before][..], words].concat();
    // Characters that hold bits of what stands before or after are left out.
    let (from, to) = ((before * 8).div_ceil(6), longer.len() * 8 / 6);
    [STANDARD_NO_PAD.encode(&longer), URL_SAFE_NO_PAD.encode(&longer)].map(|text| text.as_bytes()[from..to].to_vec())
}

#[test]
fn planted_words_are_found_in_every_spelling() {
    let (folder, words) = (tempfile::tempdir().unwrap(), "紫色的 zebra 走失了");
    let planted = Planted::new(&[words, "another"]);
    let (path, wide) = (folder.path().join("deep"), words.encode_utf16());
    std::fs::create_dir(&path).unwrap();
    for text in [
        words.as_bytes().to_vec(),
        wide.clone().flat_map(u16::to_le_bytes).collect(),
        wide.flat_map(u16::to_be_bytes).collect(),
        serde_json::to_vec(words).unwrap(),
        STANDARD_NO_PAD.encode(format!("x{words}yz")).into_bytes(),
        URL_SAFE_NO_PAD.encode(format!("xy{words}z")).into_bytes(),
        STANDARD_NO_PAD.encode(format!("xyz{words}")).into_bytes(),
        "\\u7d2b\\u8272\\u7684 zebra \\u8d70\\u5931\\u4e86".into(),
    ] {
        let file = path.join("file");
        std::fs::write(&file, [b"before ", &text[..], b" after"].concat()).unwrap();
        let (found, looked_at) = planted.lying_in(&[folder.path()]);
        assert_eq!((found, looked_at), (vec![format!("{}: {{{words:?}}}", file.display())], 1));
    }
    std::fs::write(path.join("file"), "zebra").unwrap();
    assert_eq!(planted.lying_in(&[folder.path()]), (Vec::new(), 1));
}
