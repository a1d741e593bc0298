//! Packs and catalogues of models, as a site's own files or a stick bring them.

use proptest::sample::Index;
use tempfile::TempDir;
use usher::models::{Catalogue, Engine, Installed, Pack, Ready};

use crate::bend::{Bend, Kind, bent};
use crate::guard::scratch;
use crate::support;
use crate::walk::Target;

pub struct Manifests {
    folder: TempDir,
    pack: Vec<u8>,
    catalogue: Vec<u8>,
}

impl Manifests {
    pub fn new() -> Self {
        let read = |name: &str| std::fs::read(support::root().join("models").join(name)).expect("the file is shipped");
        Self { folder: scratch(), pack: read("starter.toml"), catalogue: read("catalogue.toml") }
    }
}

impl Target for Manifests {
    fn layers(&self) -> Vec<(&'static str, Kind)> {
        vec![("pack", Kind::Text), ("catalogue", Kind::Text)]
    }

    fn input(&self, layer: usize, _: &Index, bends: &[Bend]) -> Vec<u8> {
        bent(if layer == 0 { &self.pack } else { &self.catalogue }, bends)
    }

    fn take(&self, layer: usize, input: &[u8]) -> Result<(), String> {
        let path = self.folder.path().join("bent.toml");
        std::fs::write(&path, input).expect("the file can be written");
        if layer == 0 {
            let pack = Pack::read(&path).map_err(|error| error.to_string())?;
            // What is taken has to survive everything that is done with packs.
            let again = Pack::parse(&pack.to_toml(), "again").map_err(|error| error.to_string())?;
            assert_eq!(pack, again, "a pack that was written reads otherwise");
            let installed = Installed::of_pack(self.folder.path(), &pack);
            // Nothing lies there: only a program of the system may serve.
            let has_files = |ready: &Ready| !matches!(ready.model.engine, Engine::Espeak { .. });
            assert!(!installed.ready().iter().any(has_files), "nothing lies there");
            for model in &pack.models {
                pack.preferring(&model.name).map_err(|error| error.to_string())?;
            }
            return Ok(());
        }
        let catalogue = Catalogue::read(&path).map_err(|error| error.to_string())?;
        let names: Vec<String> = catalogue.entries.iter().map(|entry| entry.name.clone()).collect();
        // One that is not pinned, or breaks a rule of the whole, is refused.
        for name in names {
            let _ = catalogue.join(Pack::starter(), std::slice::from_ref(&name));
        }
        Ok(())
    }
}
