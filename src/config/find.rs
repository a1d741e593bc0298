//! Where the configuration and the data lie on this machine.

use std::path::PathBuf;

use super::ConfigError;

/// The file of the site called `name`: in `$USHER_SITES`, in `firmware-config/sites` beside the working folder or the
/// checkout that the program was built in, or in `/usr/share/usher/sites` where packages put it.
///
/// # Errors
/// [`ConfigError::UnknownSite`] with every place that was looked at.
pub fn site_file(name: &str) -> Result<PathBuf, ConfigError> {
    let mut folders: Vec<PathBuf> = std::env::var_os("USHER_SITES").map(PathBuf::from).into_iter().collect();
    folders.push("firmware-config/sites".into());
    // target/release/usher stands three levels below the checkout.
    if let Some(checkout) = std::env::current_exe().ok().and_then(|exe| exe.ancestors().nth(3).map(PathBuf::from)) {
        folders.push(checkout.join("firmware-config/sites"));
    }
    folders.push("/usr/share/usher/sites".into());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let tried: Vec<PathBuf> = folders.iter().map(|folder| folder.join(format!("{name}.toml"))).collect();
    tried
        .iter()
        .find(|path| plain && path.is_file())
        .cloned()
        .ok_or(ConfigError::UnknownSite { name: name.into(), tried })
}

/// Where models, knowledge and visits' outboxes live: `--data`, `$USHER_DATA`, `$XDG_DATA_HOME/usher`, or `~/.local/share/usher`.
pub fn data_dir(given: Option<PathBuf>) -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    given
        .or_else(|| from("USHER_DATA"))
        .or_else(|| from("XDG_DATA_HOME").map(|folder| folder.join("usher")))
        .or_else(|| from("HOME").map(|home| home.join(".local/share/usher")))
        .unwrap_or_else(|| "/var/lib/usher".into())
}
