//! The options every command has: which site, which data.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::config::{self, Settings};

/// The site served when none is named.
const SITE_DEFAULT: &str = "airport";

#[derive(Args)]
pub struct Global {
    /// Site file, e.g. firmware-config/sites/airport.toml
    #[arg(long, global = true, value_name = "FILE", env = "USHER_CONFIG", conflicts_with = "site")]
    pub config: Option<PathBuf>,
    /// Folder of models and knowledge [default: $USHER_DATA, else ~/.local/share/usher]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A site by its name: airport, bank
    #[arg(long, global = true, value_name = "NAME")]
    pub site: Option<String>,
}

impl Global {
    pub fn data_dir(&self) -> PathBuf {
        config::data_dir(self.data.clone())
    }

    /// Whether the technician said which site is meant.
    pub fn names_site(&self) -> bool {
        self.config.is_some() || self.site.is_some()
    }

    /// The settings of the site that is meant.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let path = match &self.config {
            Some(path) => path.clone(),
            None => config::site_file(self.site.as_deref().unwrap_or(SITE_DEFAULT))?,
        };
        Settings::load(&path).context("the configuration cannot be used; `usher config check` explains")
    }
}

/// A runtime for a command that waits for workers.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("the system gives no event loop")
}
