//! Pack and catalogue files: what ships is right, what breaks a rule is refused with the rule.

use usher::models::{Catalogue, Engine, ModelsError, Pack, Role};

use super::fixture::{Site, pack_of, pack_text, sha256};

#[test]
fn the_starter_pack_keeps_its_own_rules_and_names_the_roles() {
    let pack = Pack::starter();
    let roles: Vec<Role> = pack.models.iter().map(|model| model.role).collect();
    use Role::{Detection, Embedding, Hearing, Language, Reading, Runtime, Voice};
    assert_eq!(roles, [Language, Embedding, Hearing, Detection, Reading, Runtime, Voice]);
    assert_eq!(Pack::parse(&pack.to_toml(), "again").unwrap(), pack);
}

#[test]
fn a_pack_that_breaks_a_rule_is_refused_with_the_rule() {
    let good = pack_text("ear.whl", b"package", "w", b"weights");
    for (from, to, reason) in [
        ("schema = 1", "schema = 2", "its schema is 2 and this program reads 1"),
        ("\"ear/weights.onnx\"\nbytes", "\"../weights.onnx\"\nbytes", "'../weights.onnx' is not a plain relative path"),
        ("\"ear/weights.onnx\"\nbytes", "\"/etc/passwd\"\nbytes", "'/etc/passwd' is not a plain relative path"),
        ("\"ear/weights.onnx\"\nbytes", "\"eye/w.onnx\"\nbytes", "'eye/w.onnx' is in no folder of a model"),
        ("path = \"w\"", "path = \"../w\"", "'../w' is not a plain relative path"),
        ("file = \"ear.whl\"", "file = \"a/ear.whl\"", "must be a name without folders"),
        ("name = \"ear\"\nversion", "name = \"--index-url\"\nversion", "'--index-url' is not a plain name or version"),
        ("name = \"ear\"\nversion", "name = \"ear @ file:x\"\nversion", "is not a plain name or version"),
        ("version = \"1.0\"", "version = \"-1\"", "'-1' is not a plain name or version"),
        ("role = \"detection\"", "role = \"hearing\"", "has the role hearing, which engine silero does not serve"),
        ("role = \"detection\"", "role = \"smell\"", "unknown variant `smell`"),
        ("engine.silero", "engine.siler", "unknown variant `siler`"),
        ("{ weights = ", "{ weight = ", "unexpected keys in table: weight"),
        ("weights = \"ear/weights.onnx\"", "weights = \"ear/other\"", "no package brings 'ear/other' of model 'ear'"),
        ("bytes = 7\n", "bytes = 0\n", "0 bytes is not between 1 and"),
        ("client = \"pip\"", "client = \"curl\"", "unknown variant `curl`"),
        ("licence = \"MIT\"\nfile", "only = \"z80\"\nlicence = \"MIT\"\nfile", "unknown processor 'z80'"),
        ("title = \"Ear\"", "colour = \"red\"", "unknown field `colour`"),
        (&sha256(b"weights"), "1a153a22f450", "sha256 '1a153a22f450' is not 64 lower-case hexadecimal digits"),
    ] {
        assert!(good.contains(from), "the good pack has {from}");
        let error = Pack::parse(&good.replacen(from, to, 1), "site.toml").unwrap_err().to_string();
        assert!(error.starts_with("pack file site.toml cannot be used: ") && error.contains(reason), "{to}: {error}");
    }
}

#[test]
fn a_broken_toml_is_named_by_line() {
    let error = Pack::parse("schema = 1\nname = test\n", "site.toml").unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn every_catalogue_entry_is_pinned_or_refused_with_its_reason() {
    let catalogue = Catalogue::shipped();
    for name in
        ["qwen3-0.6b", "qwen3-1.7b", "gemma-3-1b", "smollm2-360m-instruct", "whisper-small", "sense-voice-small"]
    {
        assert!(catalogue.entry(name).is_some(), "{name}");
    }
    for entry in catalogue.entries.iter().filter(|entry| !entry.pinned) {
        let error = entry.join(&Pack::starter()).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, ModelsError::Unpinned { .. }), "{said}");
        assert!(said.contains(&entry.name) && said.contains(entry.reason.as_deref().unwrap()), "{said}");
    }
}

#[test]
fn a_pinned_entry_needs_a_commit_and_every_digest() {
    let pinned = |revision: &str, digest: &str| {
        format!(
            "schema = 1\n[[model]]\nname = \"ear-2\"\ntitle = \"Ear 2\"\nrole = \"detection\"\nlicence = \"MIT\"\n\
             memory_mb = 1\nrepository = \"some/ear\"\npinned = true\nrevision = \"{revision}\"\n\
             engine.silero = {{ weights = \"ear-2/w.onnx\" }}\n\
             file = [{{ path = \"onnx/w.onnx\", target = \"ear-2/w.onnx\"{digest} }}]\n"
        )
    };
    let digest = format!(", bytes = 3, sha256 = \"{}\"", sha256(b"new"));
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for text in [pinned("main", &digest), pinned(commit, "")] {
        let error = Catalogue::parse(&text, "own.toml").unwrap_err().to_string();
        assert!(error.contains("a pinned entry needs a revision of 40 digits, and bytes and sha256"), "{error}");
    }

    let site = Site::new();
    site.publish("some/ear", "onnx/w.onnx", b"new");
    let old = pack_of("ear.whl", b"package", "w", b"weights");
    let pack =
        Catalogue::parse(&pinned(commit, &digest), "own.toml").unwrap().entry("ear-2").unwrap().join(&old).unwrap();
    assert_eq!(pack.models.len(), 1, "the detector before gives way");
    site.pull(&pack).unwrap();
    assert_eq!(site.asked(), [format!("some/ear {commit}")]);
    assert_eq!(site.installed("ear-2/w.onnx").unwrap(), b"new");
    assert!(matches!(site.shelf.pack().unwrap().models[0].engine, Engine::Silero { .. }));
}
