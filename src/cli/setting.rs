//! The options every command has: which site, which data, which settings differ.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::config::{self, DEVICE_TOML, Said, Settings};
use crate::device::Board;

/// The site served when none is named.
const SITE_DEFAULT: &str = "airport";

#[derive(Args)]
pub struct Global {
    /// Site file, e.g. firmware-config/sites/airport.toml
    #[arg(long, global = true, value_name = "FILE", env = "USHER_CONFIG", conflicts_with = "site")]
    pub config: Option<PathBuf>,
    /// Folder of models and knowledge [default: $USHER_DATA, else /var/lib/usher for root where usher is installed, else ~/.local/share/usher]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A site by its name: airport, bank [default: the one of /etc/usher/device/device.toml]
    #[arg(long, global = true, value_name = "NAME")]
    pub site: Option<String>,
    /// A setting above the file and the environment, e.g. visit.idle_seconds=90; may be repeated
    #[arg(long, global = true, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

/// The files that are meant.
#[derive(Debug, Clone)]
pub struct Files {
    pub site: PathBuf,
    /// `device.toml`, unless the site was named on the command line.
    pub device: Option<PathBuf>,
}

impl Global {
    pub fn data_dir(&self) -> PathBuf {
        config::data_dir(self.data.clone())
    }

    /// Whether the technician said which site is meant.
    pub fn names_site(&self) -> bool {
        self.config.is_some() || self.site.is_some()
    }

    /// Which files say what is configured.
    pub fn files(&self) -> anyhow::Result<Files> {
        if let Some(site) = &self.config {
            return Ok(Files { site: site.clone(), device: None });
        }
        if let Some(name) = &self.site {
            return Ok(Files { site: config::site_file(name)?, device: None });
        }
        let folder = config::device_dir();
        // What an interrupted `config apply` left is put right before anything is read. A program that may not change the
        // folder can still read it: what runs is whole at every step.
        if let Err(error) = config::recover(&folder) {
            tracing::warn!(folder = %folder.display(), %error, "an interrupted `usher config apply` could not be tidied up");
        }
        let device = folder.join(DEVICE_TOML);
        if !device.is_file() {
            return Ok(Files { site: config::site_file(SITE_DEFAULT)?, device: None });
        }
        let text = read(&device)?;
        let named = config::device_file(&text).map_err(|faults| config::placed(faults, &device))?;
        Ok(Files { site: config::site_file(&named.site)?, device: Some(device) })
    }

    /// The board that is meant: a file, a name, or the one that is configured.
    pub fn board(&self, named: Option<&str>) -> anyhow::Result<Board> {
        match named {
            Some(file) if file.ends_with(".toml") => Ok(Board::load(Path::new(file))?),
            Some(name) => Ok(Board::load(&config::board_file(name)?)?),
            None => Ok(self.settings()?.board),
        }
    }

    /// What the environment and the command line say above the files.
    pub fn said(&self) -> Said {
        Said::here(self.set.clone())
    }

    /// The settings of the site that is meant.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let Files { site, device } = self.files()?;
        Settings::load(&site, device.as_deref(), &self.said())
            .context("the configuration cannot be used; `usher config check` explains")
    }
}

pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// A runtime for a command that waits for workers.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("the system gives no event loop")
}
