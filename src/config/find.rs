//! Where the configuration and the data lie on this machine.
//!
//! `--config FILE` names a site file and nothing is looked for. Else a site's name is looked up: the one of `--site`, else the
//! one that `device.toml` names, else the demo's.

use std::path::{Path, PathBuf};

use super::ConfigError;
use crate::base::is_root_or_owner;

/// Where packages put sites and boards.
const PACKAGED: &str = "/usr/share/usher";
/// The configuration of a device: `device.toml`, `sites/`, `boards/`, `secrets/`. A folder of its own inside the one that the service may
/// write to: a new configuration is made beside it and takes its place whole, and root's update keys are no part of it.
const DEVICE: &str = "/etc/usher/device";
/// Where the installed service keeps its data.
const SERVICE: &str = "/var/lib/usher";

/// The folder of this device's configuration: `$USHER_DEVICE`, else `/etc/usher/device`.
pub fn device_dir() -> PathBuf {
    std::env::var_os("USHER_DEVICE").filter(|value| !value.is_empty()).map_or_else(|| DEVICE.into(), PathBuf::from)
}

/// The file of the site called `name`: in `$USHER_SITES`, in the device's `sites`, in `firmware-config/sites` beside the working
/// folder or the checkout that the program was built in, or in `/usr/share/usher/sites` where packages put it.
///
/// # Errors
/// [`ConfigError::UnknownSite`] with every place that was looked at.
pub fn site_file(name: &str) -> Result<PathBuf, ConfigError> {
    named_file("USHER_SITES", "sites", name).map_err(|tried| ConfigError::UnknownSite { name: name.into(), tried })
}

/// The file of the board called `name`: as [`site_file`], in `$USHER_BOARDS` and folders called `boards`.
///
/// # Errors
/// [`ConfigError::UnknownBoard`] with every place that was looked at.
pub fn board_file(name: &str) -> Result<PathBuf, ConfigError> {
    named_file("USHER_BOARDS", "boards", name).map_err(|tried| ConfigError::UnknownBoard { name: name.into(), tried })
}

/// The file called `NAME.toml` in the folders of that kind (`sites`, `boards`) and in the one that `variable` names.
///
/// # Errors
/// Every place that was looked at.
pub fn named_file(variable: &str, kind: &str, name: &str) -> Result<PathBuf, Vec<PathBuf>> {
    let tried: Vec<PathBuf> =
        folders(variable, kind).iter().map(|folder| folder.join(format!("{name}.toml"))).collect();
    let plain = super::device_dir::is_plain(name);
    tried.iter().find(|path| plain && path.is_file()).cloned().ok_or(tried)
}

fn folders(variable: &str, kind: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os(variable).map(PathBuf::from).into_iter().collect();
    folders.push(device_dir().join(kind));
    folders.push(Path::new("firmware-config").join(kind));
    // target/release/usher stands three levels below the checkout.
    if let Some(checkout) = std::env::current_exe().ok().and_then(|exe| exe.ancestors().nth(3).map(PathBuf::from)) {
        folders.push(checkout.join("firmware-config").join(kind));
    }
    folders.push(Path::new(PACKAGED).join(kind));
    folders
}

/// Where models, knowledge and visits' outboxes live: `--data`, `$USHER_DATA`, `/var/lib/usher` where usher is installed, `$XDG_DATA_HOME/usher`,
/// or `~/.local/share/usher`. The installed one is meant by root and by the service's account only: everybody else tries usher out.
pub fn data_dir(given: Option<PathBuf>) -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    given
        .or_else(|| from("USHER_DATA"))
        .or_else(|| Some(PathBuf::from(SERVICE)).filter(|folder| is_root_or_owner(folder)))
        .or_else(|| from("XDG_DATA_HOME").map(|folder| folder.join("usher")))
        .or_else(|| from("HOME").map(|home| home.join(".local/share/usher")))
        .unwrap_or_else(|| SERVICE.into())
}
