//! What a bundle says of itself, and the rules it must keep. Read only after its signature is good, and still not trusted with
//! anything: a maker's mistake must not leave the slot's folder either.

use std::collections::BTreeSet;

use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Serialize};

/// The bundle format this program reads.
pub(super) const FORMAT: u32 = 1;

/// Longest manifest, bytes: ten thousand members of 200 bytes each.
pub(super) const MANIFEST_BYTES_MAX: u64 = 4 << 20;

/// Most members: a pack of models has some dozens of files, a site some hundreds.
const MEMBERS_MAX: usize = 10_000;

/// Largest member: the biggest model of the catalogue has 2 GB.
const MEMBER_BYTES_MAX: u64 = 16 << 30;

/// Largest content of a slot: half of a common 64 GB card, for there are two slots.
const CONTENT_BYTES_MAX: u64 = 32 << 30;

/// Longest name within its kind's folder: a tar's header holds 100 characters.
const NAME_CHARS_MAX: usize = 80;

/// Deepest name: `airport/knowledge/documents/en/page.md` has five parts.
const NAME_PARTS_MAX: usize = 8;

/// Longest text for people: a screen of a phone.
const NOTES_CHARS_MAX: usize = 2_000;

/// Most keys a bundle may bring: the next one, and one in reserve.
const KEYS_MAX: usize = 2;

/// What a member is; each kind has a folder of its own in a slot. A kind that a bundle does not bring is kept as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Binary,
    Models,
    Knowledge,
    Site,
    Board,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Binary, Self::Models, Self::Knowledge, Self::Site, Self::Board];

    pub fn folder(self) -> &'static str {
        match self {
            Self::Binary => "bin",
            Self::Models => "models",
            Self::Knowledge => "knowledge",
            Self::Site => "sites",
            Self::Board => "boards",
        }
    }
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub kind: Kind,
    /// Plain relative path within the kind's folder.
    pub name: String,
    pub bytes: u64,
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// `644`, or `755` for a program.
    pub mode: String,
}

impl Member {
    /// The path within the bundle and within a slot.
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.folder(), self.name)
    }

    pub(super) fn mode_bits(&self) -> u32 {
        if self.mode == "755" { 0o755 } else { 0o644 }
    }
}

/// The compressed members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    pub bytes: u64,
    pub sha256: String,
}

/// The signed description of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub version: Version,
    /// The processor as Rust names it: `x86_64` or `aarch64`.
    pub arch: String,
    /// The oldest running version that this one may follow, where data has to be brought up step by step.
    #[serde(default)]
    pub needs_version: Option<Version>,
    pub made_at: Timestamp,
    /// After this it is refused unless forced; absent: never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// For people, shown before the installation.
    #[serde(default)]
    pub notes: String,
    /// Public keys, in minisign's base64, that are trusted from then on when this version has passed its trial.
    #[serde(default)]
    pub add_keys: Vec<String>,
    pub payload: Payload,
    pub members: Vec<Member>,
}

/// Why the bytes of a signed manifest cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Made for a newer program.
    Future(u64),
    Broken(String),
}

impl Manifest {
    /// Reads and checks a manifest whose signature is good.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Unusable> {
        #[derive(Deserialize)]
        struct Head {
            format: u64,
        }
        let broken = |error: serde_json::Error| Unusable::Broken(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(broken)?;
        if head.format > u64::from(FORMAT) {
            return Err(Unusable::Future(head.format));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(broken)?;
        manifest.check().map_err(Unusable::Broken)?;
        Ok(manifest)
    }

    /// Sum of the members' lengths.
    pub fn content_bytes(&self) -> u64 {
        self.members.iter().fold(0, |sum, member| sum.saturating_add(member.bytes))
    }

    pub fn brings(&self, kind: Kind) -> bool {
        self.members.iter().any(|member| member.kind == kind)
    }

    fn check(&self) -> Result<(), String> {
        require(self.format == FORMAT, || format!("its format is {} and this program reads {FORMAT}", self.format))?;
        require((1..=MEMBERS_MAX).contains(&self.members.len()), || {
            format!("{} members are not between 1 and {MEMBERS_MAX}", self.members.len())
        })?;
        require(self.notes.chars().count() <= NOTES_CHARS_MAX, || {
            format!("the notes are longer than {NOTES_CHARS_MAX} characters")
        })?;
        require(self.add_keys.len() <= KEYS_MAX, || format!("it brings more than {KEYS_MAX} keys"))?;
        check_bytes("the payload", self.payload.bytes, CONTENT_BYTES_MAX)?;
        check_digest("the payload", &self.payload.sha256)?;
        self.members.iter().try_for_each(check_member)?;
        require(self.content_bytes() <= CONTENT_BYTES_MAX, || {
            format!("its members have more than {CONTENT_BYTES_MAX} bytes")
        })?;
        check_places(&self.members)
    }
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn check_member(member: &Member) -> Result<(), String> {
    let name = &member.name;
    require(is_plain(name), || format!("the member name '{}' is not a plain relative path", name.escape_debug()))?;
    check_bytes(name, member.bytes, MEMBER_BYTES_MAX)?;
    check_digest(name, &member.sha256)?;
    let wanted = if member.kind == Kind::Binary { "755" } else { "644" };
    require(member.mode == wanted, || format!("member {name} has the mode '{}' and should have {wanted}", member.mode))
}

/// No two members in one place (also not where a disk does not tell capitals apart), and no file where another needs a folder.
fn check_places(members: &[Member]) -> Result<(), String> {
    let mut places = BTreeSet::new();
    for member in members {
        let place = member.path().to_ascii_lowercase();
        require(places.insert(place), || format!("two members are placed at {}", member.path()))?;
    }
    let inside =
        |place: &str| place.match_indices('/').any(|(at, _)| places.contains(place.get(..at).unwrap_or_default()));
    match places.iter().find(|place| inside(place)) {
        Some(place) => Err(format!("the member {place} stands below another member")),
        None => Ok(()),
    }
}

/// Nothing absolute, no `..`, no hidden file, nothing that a shell, a terminal or a file system reads otherwise.
fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c))
    };
    name.len() <= NAME_CHARS_MAX && name.split('/').count() <= NAME_PARTS_MAX && name.split('/').all(plain)
}

fn check_digest(of: &str, digest: &str) -> Result<(), String> {
    let whole = digest.len() == 64 && digest.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    require(whole, || format!("the sha256 of {of} is not 64 lower-case hexadecimal digits"))
}

fn check_bytes(of: &str, bytes: u64, most: u64) -> Result<(), String> {
    require((1..=most).contains(&bytes), || format!("{of} has {bytes} bytes, which is not between 1 and {most}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn member(name: &str) -> Value {
        json!({"kind": "site", "name": name, "bytes": 3, "sha256": "0".repeat(64), "mode": "644"})
    }

    fn manifest(members: Vec<Value>) -> Value {
        json!({
            "format": 1, "version": "0.2.0", "arch": "x86_64", "made_at": "2026-11-23T08:00:00Z",
            "payload": {"bytes": 9, "sha256": "f".repeat(64)}, "members": members,
        })
    }

    fn refused(value: &Value) -> String {
        match Manifest::parse(value.to_string().as_bytes()).unwrap_err() {
            Unusable::Broken(reason) => reason,
            Unusable::Future(format) => panic!("format {format}"),
        }
    }

    #[test]
    fn hostile_names_are_refused_by_name() {
        let long = "a".repeat(81);
        let deep = "a/".repeat(8) + "b";
        let names = [
            "../x",
            "/etc/passwd",
            "a/../b",
            "",
            "a//b",
            "a/",
            ".hidden",
            "-rf",
            "a b",
            "a\u{202e}b",
            "a\0b",
            "a\\b",
            "c:x",
            &long,
            &deep,
        ];
        for name in names {
            assert!(refused(&manifest(vec![member(name)])).contains("is not a plain relative path"), "{name:?}");
        }
    }

    #[test]
    fn members_do_not_share_a_place() {
        assert!(refused(&manifest(vec![member("a"), member("a")])).contains("two members are placed at sites/a"));
        assert!(refused(&manifest(vec![member("a"), member("A")])).contains("two members"));
        assert!(refused(&manifest(vec![member("a/b"), member("a")])).contains("stands below another"));
        assert!(Manifest::parse(manifest(vec![member("a/b"), member("ab")]).to_string().as_bytes()).is_ok());
    }

    #[test]
    fn numbers_are_bounded_and_do_not_overflow() {
        let mut two = vec![member("a"), member("b")];
        two[0]["bytes"] = json!(u64::MAX);
        assert!(refused(&manifest(two.clone())).contains("not between 1 and"));
        two[0]["bytes"] = json!(0);
        assert!(refused(&manifest(two.clone())).contains("not between 1 and"));
        two[0]["bytes"] = json!(-1);
        assert!(refused(&manifest(two)).contains("invalid value"));
        let three = ["a", "b", "c"].map(|name| {
            let mut large = member(name);
            large["bytes"] = json!(MEMBER_BYTES_MAX);
            large
        });
        assert!(refused(&manifest(three.to_vec())).contains("its members have more than"));
        assert!(refused(&manifest(Vec::new())).contains("0 members"));
    }

    #[test]
    fn modes_and_digests_are_the_known_ones() {
        for (field, value) in [("mode", "4755"), ("mode", "755"), ("sha256", "ABC")] {
            let mut odd = member("a");
            odd[field] = json!(value);
            assert!(refused(&manifest(vec![odd])).contains("a"), "{field}");
        }
        let mut device = member("a");
        device["kind"] = json!("device");
        assert!(refused(&manifest(vec![device])).contains("unknown variant"));
    }

    #[test]
    fn a_later_format_is_told_before_anything_else_of_it_is_read() {
        let later = json!({"format": 7, "members": "who knows"});
        assert_eq!(Manifest::parse(later.to_string().as_bytes()), Err(Unusable::Future(7)));
        let mut unknown = manifest(vec![member("a")]);
        unknown["run_after"] = json!("/bin/sh");
        assert!(refused(&unknown).contains("unknown field `run_after`"));
    }
}
