//! A device directory through its door: what is taken, what is refused, and what a power cut leaves.

use std::fs;

use tempfile::TempDir;

use super::apply::Plan;
use super::stage::Places;
use super::*;
use crate::config::{Layers, Said, SiteFile, read, schema};

const DEVICE: &str =
    "schema = 1\nname = \"gate-b22\"\nsite = \"airport\"\n\n[override] # this kiosk\nmap.kiosk = \"kiosk-b\"\n";

/// A stick and a device.
struct Bench {
    root: TempDir,
    schema: Value,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { root: tempfile::tempdir().unwrap(), schema: schema() };
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/sites/bank.toml");
        let text = fs::read_to_string(site).unwrap().replace("knowledge = \"bank\"", "knowledge = \"airport\"");
        bench.write("stick/device.toml", DEVICE);
        bench.write("stick/sites/airport.toml", &text);
        bench.write("stick/sites/airport/items.en.jsonl", "{}\n");
        bench
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    fn with<T>(&self, act: impl FnOnce(&Checks<'_>) -> T) -> T {
        let site = |site: &Path, device: &Path| {
            let (text, above) = (fs::read_to_string(site).unwrap(), fs::read_to_string(device).unwrap());
            let layers = Layers { file: site, text: &text, device: Some((device, &above)), said: &Said::default() };
            read::<SiteFile>(&self.schema, &layers, SiteFile::faults).map(drop)
        };
        let board = |_: &Path| Err(Faults::one("pins", "two roles on line 17"));
        act(&Checks { schema: &self.schema, site: &site, board: &board, installed: &|_, _| None })
    }

    fn check(&self) -> Vec<String> {
        let report = self.with(|checks| check_dir(&self.at("stick"), &self.at("etc/usher"), checks));
        report.faults.iter().map(ToString::to_string).collect()
    }

    fn apply(&self) -> Result<Applied, DeviceError> {
        self.with(|checks| apply_dir(&self.at("stick"), &self.at("etc/usher"), checks))
    }

    fn places(&self) -> Places {
        Places::of(&self.at("etc/usher"))
    }

    fn left_beside(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.at("etc"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names.retain(|name| name != "usher.lock");
        names
    }
}

#[test]
fn a_directory_is_applied_once_and_the_old_one_kept() {
    let bench = Bench::new();
    let first = bench.apply().unwrap();
    assert!(first.changed && first.before.is_none());
    assert_eq!(bench.read("etc/usher/device.toml"), DEVICE);
    assert!(!bench.apply().unwrap().changed);
    bench.write("stick/device.toml", &DEVICE.replace("kiosk-b", "kiosk-c"));
    let second = bench.apply().unwrap();
    assert_eq!(second.before, Some(bench.at("etc/usher.before")));
    assert!(bench.read("etc/usher/device.toml").contains("kiosk-c"));
    assert_eq!(bench.read("etc/usher.before/device.toml"), DEVICE);
    assert_eq!(bench.left_beside(), ["usher", "usher.before"]);
    assert!(!bench.at("etc/usher/.swap").exists());
}

#[test]
fn the_old_one_can_be_applied_again() {
    let bench = Bench::new();
    bench.apply().unwrap();
    bench.write("stick/device.toml", &DEVICE.replace("kiosk-b", "kiosk-c"));
    bench.apply().unwrap();
    // A setting that was changed has left its former file there.
    bench.write("etc/usher.before/device.toml.before", "former");
    let back = bench.with(|checks| apply_dir(&bench.at("etc/usher.before"), &bench.at("etc/usher"), checks)).unwrap();
    assert!(back.changed);
    assert_eq!(bench.read("etc/usher/device.toml"), DEVICE);
    assert!(bench.read("etc/usher.before/device.toml").contains("kiosk-c"));
}

#[cfg(unix)]
#[test]
fn the_device_keeps_its_secrets_and_hides_new_ones() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench.apply().unwrap();
    bench.write("etc/usher/secrets/desk", "old");
    bench.write("etc/usher/notes.txt", "mine");
    bench.write("stick/secrets/new", "new");
    let applied = bench.apply().unwrap();
    assert_eq!(applied.kept, ["notes.txt", "secrets/desk"]);
    assert!(applied.warnings[0].to_string().contains("wipe the stick"), "{:?}", applied.warnings);
    for (name, text) in [("desk", "old"), ("new", "new")] {
        assert_eq!(bench.read(&format!("etc/usher/secrets/{name}")), text);
        let mode = fs::metadata(bench.at(&format!("etc/usher/secrets/{name}"))).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    fs::set_permissions(bench.at("etc/usher/secrets/desk"), fs::Permissions::from_mode(0o644)).unwrap();
    let live = bench.at("etc/usher");
    let report = bench.with(|checks| check_dir(&live, &live, checks));
    assert!(
        report
            .faults
            .iter()
            .any(|fault| fault.to_string().contains("secrets/desk: others may read it; run `chmod 600"))
    );
    assert!(bench.apply().unwrap().changed, "applying mends the mode");
}

#[test]
fn every_bad_directory_is_refused_and_the_running_one_untouched() {
    type Spoil = fn(&Bench);
    let cases: [(&str, Spoil); 14] = [
        ("schema: made for a newer usher: it has form 2, this program knows 1; update usher", |bench| {
            bench.write("stick/device.toml", "schema = 2\nplanet = \"mars\"\n");
        }),
        ("device.toml:2: nme: no setting has the name 'nme'; did you mean 'name'?", |bench| {
            bench.write("stick/device.toml", &DEVICE.replace("name", "nme"));
        }),
        ("device.toml: is missing", |bench| fs::remove_file(bench.at("stick/device.toml")).unwrap()),
        ("site: '../airport' is not 1 to 64 letters", |bench| {
            bench.write("stick/device.toml", &DEVICE.replace("\"airport\"", "\"../airport\""));
        }),
        ("site: there is no sites/bank.toml here and no site 'bank' is installed", |bench| {
            bench.write("stick/device.toml", &DEVICE.replace("\"airport\"", "\"bank\""));
        }),
        ("device.toml:6: override.map.kisk: no setting has the name 'kisk'; did you mean 'kiosk'?", |bench| {
            bench.write("stick/device.toml", &DEVICE.replace("map.kiosk", "map.kisk"));
        }),
        ("pins: two roles on line 17", |bench| {
            bench.write("stick/device.toml", &DEVICE.replace("site =", "board = \"pi\"\nsite ="));
            bench.write("stick/boards/pi.toml", "");
        }),
        ("site: is no part of a device's directory; did you mean 'sites'?", |bench| {
            bench.write("stick/site/a.toml", "")
        }),
        ("knowledge: '/etc' leads out of the directory", |bench| {
            let text =
                bench.read("stick/sites/airport.toml").replace("knowledge = \"airport\"", "knowledge = \"/etc\"");
            bench.write("stick/sites/airport.toml", &text);
        }),
        ("knowledge: sites/airport is missing", |bench| fs::remove_dir_all(bench.at("stick/sites/airport")).unwrap()),
        ("handoff.desk.key: secrets/desk is neither here nor on this device", |bench| {
            let desk = "handoff.desk = { link = \"websocket\", url = \"wss://desk\", key = \"secrets/desk\" }\n";
            bench.write("stick/device.toml", &format!("{DEVICE}{desk}"));
        }),
        ("sites/airport.toml: differs from MANIFEST; copy it again", |bench| {
            let digest = "0".repeat(64);
            bench.write("stick/MANIFEST", &format!("{digest}  sites/airport.toml\n{digest}  ../etc/passwd\n"));
        }),
        ("sites: folders lie deeper than 8", |bench| bench.write("stick/sites/b/c/d/e/f/g/h/i/j", "")),
        ("big.bin: has 67108865 bytes; 67108864 are allowed", |bench| {
            bench.write("stick/media/big.bin", "");
            fs::File::options()
                .write(true)
                .open(bench.at("stick/media/big.bin"))
                .unwrap()
                .set_len(FILE_BYTES_MAX + 1)
                .unwrap();
        }),
    ];
    for (expected, spoil) in cases {
        let bench = Bench::new();
        bench.apply().unwrap();
        spoil(&bench);
        let told = bench.check();
        let part = expected.split_once("sites: folders").map_or(expected, |(_, rest)| rest);
        assert!(told.iter().any(|line| line.contains(part)), "{expected}\n{told:#?}");
        assert!(matches!(bench.apply(), Err(DeviceError::Refused(_))), "{expected}");
        assert_eq!(bench.read("etc/usher/device.toml"), DEVICE);
        assert_eq!(bench.left_beside(), ["usher"]);
    }
}

#[cfg(unix)]
#[test]
fn links_and_too_many_files_are_refused() {
    let bench = Bench::new();
    std::os::unix::fs::symlink("/etc/passwd", bench.at("stick/sites/airport/link")).unwrap();
    std::os::unix::fs::symlink("/", bench.at("stick/media")).unwrap();
    let told = bench.check();
    assert!(told.iter().any(|line| line.starts_with("sites/airport/link: is a link;")), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("media: is a link;")), "{told:?}");
    fs::remove_file(bench.at("stick/media")).unwrap();
    for number in 0..=FILES_MAX {
        bench.write(&format!("stick/media/{number}"), "");
    }
    assert!(bench.check().iter().any(|line| line.contains("holds more than 2000 files")));
}

/// What is left when the power goes after each step, and what the next start makes of it.
#[test]
fn a_power_cut_leaves_the_old_or_the_new_one() {
    for steps in 0..4 {
        let bench = Bench::new();
        bench.apply().unwrap();
        let new = DEVICE.replace("kiosk-b", "kiosk-c");
        bench.write("stick/device.toml", &new);
        let (stick, live, places) = (bench.at("stick"), bench.at("etc/usher"), bench.places());
        let report = bench.with(|checks| check_dir(&stick, &live, checks));
        let plan = Plan::of(&stick, &live, report.entries).unwrap();
        plan.stage(&places).unwrap();
        if steps == 0 {
            fs::remove_file(bench.at("etc/usher.staging/device.toml")).unwrap();
        }
        let rest: [&dyn Fn(); 3] =
            [&|| places.complete().unwrap(), &|| places.swap().unwrap(), &|| places.finish().unwrap()];
        rest.iter().take(steps).for_each(|step| step());
        let expected = [Recovered::Discarded, Recovered::Discarded, Recovered::Finished, Recovered::Nothing];
        assert_eq!(recover(&live).unwrap(), expected[steps], "after {steps} steps");
        assert_eq!(bench.read("etc/usher/device.toml"), if steps < 2 { DEVICE } else { &new }, "after {steps} steps");
        let left: &[&str] = if steps < 2 { &["usher"] } else { &["usher", "usher.before"] };
        assert_eq!(bench.left_beside(), left, "after {steps} steps");
        assert_eq!(recover(&live).unwrap(), Recovered::Nothing);
        assert!(bench.apply().unwrap().changed == (steps < 2));
    }
}

/// Where two folders cannot be exchanged in one step, the name is missing for an instant.
#[test]
fn a_power_cut_between_two_renames_is_finished() {
    let bench = Bench::new();
    bench.apply().unwrap();
    let (stick, live, places) = (bench.at("stick"), bench.at("etc/usher"), bench.places());
    bench.write("stick/device.toml", &DEVICE.replace("kiosk-b", "kiosk-c"));
    let report = bench.with(|checks| check_dir(&stick, &live, checks));
    Plan::of(&stick, &live, report.entries).unwrap().stage(&places).unwrap();
    places.complete().unwrap();
    fs::rename(&live, &places.before).unwrap();
    assert_eq!(recover(&live).unwrap(), Recovered::Finished);
    assert!(bench.read("etc/usher/device.toml").contains("kiosk-c"));
    assert_eq!(bench.read("etc/usher.before/device.toml"), DEVICE);
}

#[test]
fn what_changes_while_it_is_copied_is_refused() {
    let bench = Bench::new();
    bench.apply().unwrap();
    bench.write("stick/sites/airport/items.en.jsonl", "{\"a\":1}\n");
    let (stick, live) = (bench.at("stick"), bench.at("etc/usher"));
    let report = bench.with(|checks| check_dir(&stick, &live, checks));
    let plan = Plan::of(&stick, &live, report.entries).unwrap();
    bench.write("stick/sites/airport/items.en.jsonl", "{\"a\":2}\n");
    assert!(matches!(plan.stage(&bench.places()), Err(DeviceError::ChangedMeanwhile(_))));
}

#[test]
fn two_at_once_and_overlaps_are_refused() {
    let bench = Bench::new();
    bench.apply().unwrap();
    let _held = bench.places().lock().unwrap().unwrap();
    assert!(matches!(bench.apply(), Err(DeviceError::Busy(_))));
    assert_eq!(recover(&bench.at("etc/usher")).unwrap(), Recovered::Nothing);
    let around = bench.with(|checks| apply_dir(&bench.at("etc"), &bench.at("etc/usher"), checks)).unwrap_err();
    assert!(around.to_string().contains("is the running configuration or around it"), "{around}");
}

#[test]
fn what_is_exported_can_be_applied_and_holds_no_secret() {
    let bench = Bench::new();
    let desk = "handoff.desk = { link = \"websocket\", url = \"wss://desk\", key = \"secrets/desk\" }\n";
    bench.write("stick/device.toml", &format!("{DEVICE}{desk}"));
    bench.write("stick/secrets/desk", "hunter2");
    bench.apply().unwrap();
    let (device, site) = (bench.at("etc/usher/device.toml"), bench.at("etc/usher/sites/airport.toml"));
    let running =
        Running { schema: &bench.schema, name: "x", device_file: Some(&device), site_file: &site, board_file: None };
    let exported = export_dir(&running, &bench.at("out")).unwrap();
    assert_eq!(exported.left_out, ["handoff.desk.key = \"secrets/desk\""]);
    assert!(!bench.at("out/secrets").exists());
    let again = bench.with(|checks| apply_dir(&bench.at("out"), &bench.at("etc/usher"), checks)).unwrap();
    assert_eq!(again.kept, ["secrets/desk"]);
    assert!(bench.at("out/MANIFEST").exists() && !bench.at("etc/usher/MANIFEST").exists());
    assert_eq!(bench.read("etc/usher/secrets/desk"), "hunter2");
    assert!(matches!(export_dir(&running, &bench.at("out")), Err(DeviceError::NotEmpty(_))));
    // On another device the secret is missing, and said to be.
    let other = bench.with(|checks| apply_dir(&bench.at("out"), &bench.at("other/usher"), checks)).unwrap_err();
    assert!(other.to_string().contains("secrets/desk is neither here nor on this device"), "{other}");
    assert!(!bench.at("other/usher").exists());
}

#[test]
fn a_kiosk_without_a_device_file_can_be_exported() {
    let bench = Bench::new();
    let site = bench.at("stick/sites/airport.toml");
    let running =
        Running { schema: &bench.schema, name: "Gate B 22", device_file: None, site_file: &site, board_file: None };
    export_dir(&running, &bench.at("out")).unwrap();
    assert_eq!(bench.read("out/device.toml"), "schema = 1\nname = \"Gate-B-22\"\nsite = \"airport\"\n");
    assert!(bench.with(|checks| apply_dir(&bench.at("out"), &bench.at("etc/usher"), checks)).unwrap().changed);
}
