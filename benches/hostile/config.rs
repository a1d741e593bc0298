//! What a technician's files say: sites, boards, devices, maps, and settings of the command line.

use std::path::Path;

use proptest::sample::Index;
use tempfile::TempDir;
use usher::config::{self, Said, Settings};
use usher::domain::Language;
use usher::media::Map;

use crate::bend::{Bend, Kind, bent};
use crate::guard::scratch;
use crate::support;
use crate::walk::Target;

const SITES: [&str; 2] = ["airport", "bank"];

const DEVICE: &str = "schema = 1\nname = \"kiosk-7\"\nsite = \"airport\"\nboard = \"simulated\"\n\n[override]\n\
                      visit.idle_seconds = 45\nhearing.end_of_turn_ms = 900\n\n[override.serve]\nvisits_max = 3\n";

const SAID: &str =
    "visit.idle_seconds=90\nserve.visits_max=2\nclips.disk_mb=100\nid=airport\nprivacy.profile=eu\nhandoff.kiosk=a-1\n";

pub struct Configurations {
    /// The shipped sites, with room for a bent file beside them.
    folder: TempDir,
    sites: [Vec<u8>; 2],
    boards: Vec<Vec<u8>>,
    map: Vec<u8>,
}

impl Configurations {
    pub fn new() -> Self {
        let folder = scratch();
        copy(&support::sites(), &folder.path().join("sites"));
        std::fs::create_dir(folder.path().join("device")).expect("a folder can be made");
        let read = |path: &Path| std::fs::read(path).expect("the shipped file can be read");
        let mut boards: Vec<_> = listed(&support::root().join("firmware-config/boards"));
        boards.sort();
        Self {
            sites: SITES.map(|site| read(&support::sites().join(format!("{site}.toml")))),
            boards: boards.iter().map(|path| read(path)).collect(),
            map: read(&support::sites().join("airport/media/map.toml")),
            folder,
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        path
    }

    /// `site` as it is under something said above it.
    fn under(&self, device: Option<&Path>, said: &Said) -> Result<(), String> {
        let site = self.folder.path().join("sites/airport.toml");
        Settings::load(&site, device, said).map(drop).map_err(|error| error.to_string())
    }
}

fn listed(folder: &Path) -> Vec<std::path::PathBuf> {
    folder.read_dir().expect("the folder can be listed").flatten().map(|entry| entry.path()).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for path in listed(from) {
        let to = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("a file can be copied");
        }
    }
}

impl Target for Configurations {
    fn layers(&self) -> Vec<(&'static str, Kind)> {
        ["site", "board", "device", "said", "map"].map(|name| (name, Kind::Text)).into()
    }

    fn input(&self, layer: usize, variant: &Index, bends: &[Bend]) -> Vec<u8> {
        let good: &[u8] = match layer {
            0 => variant.get::<Vec<u8>>(&self.sites),
            1 => variant.get::<Vec<u8>>(&self.boards),
            2 => DEVICE.as_bytes(),
            3 => SAID.as_bytes(),
            _ => &self.map,
        };
        bent(good, bends)
    }

    fn take(&self, layer: usize, input: &[u8]) -> Result<(), String> {
        match layer {
            0 => {
                let path = self.write("sites/bent.toml", input);
                Settings::load(&path, None, &Said::default()).map(drop).map_err(|error| error.to_string())
            }
            1 => config::check_board(&self.write("board.toml", input)).map_err(|error| error.to_string()),
            2 => self.under(Some(&self.write("device/device.toml", input)), &Said::default()),
            3 => {
                let lines: Vec<String> = String::from_utf8_lossy(input).lines().map(str::to_owned).collect();
                // What is said in the environment takes the other way through names.
                let variables = lines.iter().filter_map(|line| {
                    let (name, value) = line.split_once('=')?;
                    Some((format!("USHER__{}", name.to_uppercase().replace('.', "__")), value.to_owned()))
                });
                let said = Said::new(variables, Vec::new());
                self.under(None, &Said::new(Vec::new(), lines.clone())).and_then(|()| self.under(None, &said))
            }
            _ => {
                self.write("sites/airport/media/map.toml", input);
                let folder = self.folder.path().join("sites/airport/media");
                Map::open(&folder, &Language::ALL).map(drop).map_err(|error| error.to_string())
            }
        }
    }
}
