//! What this appliance keeps and of whom: what goes into a backup, what the privacy report is made of, and the look at the data
//! before anything is opened. Joins; decides nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;

use super::folder_of;
use crate::admin;
use crate::backup::{self, DataLock, Hold, NamedModel, Part, Plan};
use crate::base::disk::is_read_only;
use crate::config::Settings;
use crate::domain::Language;
use crate::handoff::LinkSettings;
use crate::models::{Installed, Pack, Shelf};
use crate::privacy::profile::Feature;
use crate::privacy::report::{Facts, Model, Recipient};
use crate::store::{self, Content, Kind};

/// How long a start waits for another program that looks after the same data folder or restores it: systemd gives up after more.
const DATA_PATIENCE: Duration = Duration::from_secs(30);

/// Carries out what a restore or a reset left for this start, or what a power cut broke off. Before the settings are read: a restore
/// brings them along. Where another already serves, it has done so.
///
/// # Errors
/// When the disk is full, a part cannot be put in its place, or a restore by hand is still at work.
pub fn carry_on(data: &Path) -> anyhow::Result<()> {
    if is_read_only(data) {
        return Ok(());
    }
    let Hold::Alone(_alone) = DataLock::serving(data, DATA_PATIENCE)? else { return Ok(()) };
    for done in backup::finish(data)? {
        tracing::warn!("{done}");
    }
    Ok(())
}

/// Takes the data folder for a program that serves: salvages damaged databases, and then shares the folder with others that serve.
/// Where another already serves, it has looked.
///
/// # Errors
/// When a restore or a reset is at work, or the disk is full; each with its repair. On a disk that can only be read nothing is looked
/// after.
pub fn take_data(settings: &Settings, data: &Path) -> anyhow::Result<DataLock> {
    if is_read_only(data) {
        tracing::error!(
            "disk_read_only: {} can only be read; nothing is repaired or written until it is writable",
            data.display()
        );
        return Ok(DataLock::shared(data)?);
    }
    let alone = match DataLock::serving(data, DATA_PATIENCE)? {
        Hold::Alone(alone) => alone,
        Hold::Together(shared) => return Ok(shared),
    };
    let folder = folder_of(settings, data);
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    for kind in Kind::ALL {
        // Who administers belongs to the machine, not to a site.
        let folder = if kind == Kind::Admin { &data.join(admin::FOLDER) } else { &folder };
        if let Some(salvaged) = store::look_after(kind, &folder.join(kind.file()), &stamp)? {
            tracing::error!("{}", salvaged.words());
            let report = folder.join(format!("{}.salvaged.txt", kind.file()));
            std::fs::write(&report, salvaged.words() + "\n")
                .with_context(|| format!("{} cannot be written", report.display()))?;
        }
    }
    Ok(alone.share(data, DATA_PATIENCE)?)
}

/// What a backup of this kiosk holds beside the site's data, by the name of the part, and where that lies here.
fn backup_places(settings: &Settings, data: &Path) -> BTreeMap<String, PathBuf> {
    let device = settings.device.clone().map(|path| (backup::DEVICE, path));
    let parts = [
        ("config", settings.path.clone()),
        ("knowledge", settings.knowledge.clone()),
        (backup::PEOPLE, data.join(admin::FOLDER)),
    ];
    parts.into_iter().chain(device).map(|(name, path)| (name.to_owned(), path)).collect()
}

/// Where a backup's parts go on this kiosk. An installed site is shared with the next package and the service may not write to it: the
/// device gets a copy of its own, which is found first.
pub fn restore_places(settings: &Settings, data: &Path) -> BTreeMap<String, PathBuf> {
    let mut places = backup_places(settings, data);
    let device = settings.device.as_deref().and_then(Path::parent);
    if let Some(folder) = device.filter(|folder| !settings.path.starts_with(folder)) {
        for name in ["config", "knowledge"] {
            let Some(place) = places.get_mut(name) else { continue };
            *place = folder.join("sites").join(place.file_name().unwrap_or_default());
        }
    }
    places
}

/// What goes into a backup of this kiosk.
///
/// # Errors
/// When the models' pack cannot be used.
pub fn backup_plan(settings: &Settings, data: &Path, content: Content) -> anyhow::Result<Plan> {
    let state = folder_of(settings, data);
    // Nobody may have administered this device yet, or asked it anything.
    for folder in [&state, &data.join(admin::FOLDER)] {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    Ok(Plan {
        site: settings.site.id.clone(),
        usher: env!("CARGO_PKG_VERSION").into(),
        state,
        parts: backup_places(settings, data).into_iter().map(|(name, root)| Part { name, root }).collect(),
        models: named(&Shelf::at(data.join("models")).pack()?),
        elsewhere: elsewhere(settings),
        content,
    })
}

/// What the privacy report is made of.
///
/// # Errors
/// When the models' pack cannot be used.
pub fn privacy_facts(settings: &Settings, data: &Path) -> anyhow::Result<Facts> {
    let installed = Installed::at(&data.join("models"))?;
    let models = installed.ready().iter().map(|ready| &ready.model).map(|model| Model {
        name: model.name.clone(),
        title: model.title.clone(),
        role: model.role.to_string(),
        languages: model.languages.clone(),
        licence: model.licence.clone(),
    });
    Ok(Facts {
        site: settings.site.name.get(Language::English).into(),
        place: settings.site.kiosk.get(Language::English).into(),
        operator: settings.privacy.operator.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        day: Timestamp::now().strftime("%Y-%m-%d").to_string(),
        on: features(settings),
        models: models.collect(),
        recipients: recipients(settings),
    })
}

/// Copies every database of `data` into `folder`: what a version on trial may change.
///
/// # Errors
/// When one cannot be read or written; the text names it.
pub fn put_aside(data: &Path, folder: &Path) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    for (kind, path, name) in databases(data) {
        let to = folder.join(name);
        // Called again after a cut: the copy of before may be half of one.
        match std::fs::remove_file(&to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(told(&error)),
            _ => {}
        }
        std::fs::create_dir_all(folder).map_err(|error| told(&error))?;
        store::copy(kind, Content::Everything, &path, &to).map_err(|error| told(&error))?;
        std::fs::File::open(&to).and_then(|file| file.sync_all()).map_err(|error| told(&error))?;
    }
    Ok(())
}

/// Puts those databases back whose shape the version on trial has changed. The others go on as they are: what visitors were promised
/// meanwhile is in them.
///
/// # Errors
/// As [`put_aside`].
pub fn put_back(data: &Path, folder: &Path) -> Result<(), String> {
    for (_, path, name) in databases(data) {
        let from = folder.join(name);
        if !from.is_file() || store::version(&path).ok() == store::version(&from).ok() {
            continue;
        }
        for ending in ["-wal", "-shm"] {
            let mut log = path.clone().into_os_string();
            log.push(ending);
            // A log of the newer shape must not be read into the older file; mostly there is none.
            let _ = std::fs::remove_file(log);
        }
        let coming = path.with_extension("coming");
        std::fs::copy(&from, &coming)
            .and_then(|_| std::fs::File::open(&coming)?.sync_all())
            .and_then(|()| std::fs::rename(&coming, &path))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Kind, place, and the name of its copy.
fn databases(data: &Path) -> Vec<(Kind, PathBuf, String)> {
    let mut found =
        vec![(Kind::Admin, data.join(admin::FOLDER).join(Kind::Admin.file()), Kind::Admin.file().to_owned())];
    let sites = std::fs::read_dir(data.join("sites")).into_iter().flatten().flatten();
    for site in sites.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let id = site.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Admin);
        found.extend(kinds.map(|kind| (kind, site.join(kind.file()), format!("{id}.{}", kind.file()))));
    }
    found.retain(|(_, path, _)| path.is_file());
    found
}

fn named(pack: &Pack) -> Vec<NamedModel> {
    let of = |member: &crate::models::Member| NamedModel {
        name: member.folder().into(),
        file: member.target.clone(),
        sha256: member.sha256.clone(),
    };
    pack.members_here().map(of).collect()
}

/// Files that the site file names and that hold secrets of other systems.
fn elsewhere(settings: &Settings) -> Vec<String> {
    let mut paths = Vec::new();
    match &settings.handoff.desk {
        LinkSettings::Websocket { key, certificate, .. } => paths.extend([Some(key), certificate.as_ref()]),
        LinkSettings::Nats { credentials, .. } => paths.push(credentials.as_ref()),
        LinkSettings::Off | LinkSettings::Local => {}
    }
    paths.push(settings.handoff.webhook.as_ref().map(|webhook| &webhook.secret));
    for connector in settings.connector.0.values() {
        paths.extend([connector.headers_file.as_ref(), connector.certificate.as_ref()]);
    }
    paths.into_iter().flatten().map(|path| path.display().to_string()).collect()
}

fn features(settings: &Settings) -> Vec<Feature> {
    let is_on = |feature: &Feature| match feature {
        Feature::PresenceCamera => settings.presence.on,
        Feature::PersonTranscript => settings.handoff.desk != LinkSettings::Off,
        Feature::CameraClip => !settings.camera.0.is_empty(),
        Feature::HandsFree | Feature::ReadingCamera | Feature::GeneratedAnswer => true,
    };
    Feature::ALL.into_iter().filter(is_on).collect()
}

fn recipients(settings: &Settings) -> Vec<Recipient> {
    let to = |who: &str, what: &str, how: &str| Recipient { who: who.into(), what: what.into(), how: how.into() };
    let package = "the redacted package that the visitor let go, and the conversation with the person";
    let mut recipients = Vec::new();
    match &settings.handoff.desk {
        LinkSettings::Websocket { url, .. } => recipients.push(to(url, package, "WebSocket over TLS, device key")),
        LinkSettings::Nats { url, .. } => recipients.push(to(url, package, "NATS over TLS, or on this machine")),
        LinkSettings::Off | LinkSettings::Local => {}
    }
    if let Some(webhook) = &settings.handoff.webhook {
        recipients.push(to(&webhook.url, package, "signed webhook"));
    }
    for (name, connector) in &settings.connector.0 {
        let what = format!("the numbers that a visitor gives for {name}");
        recipients.push(to(&connector.url, &what, "HTTP, asked only when the visitor asks"));
    }
    recipients
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_holds_the_devices_own_file_and_an_installed_site_comes_back_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("device.toml");
        std::fs::write(&device, "schema = 1\nname = \"b22\"\nsite = \"bank\"\n").unwrap();
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/sites/bank.toml");
        let loaded = |device| Settings::load(&installed, device, &crate::config::Said::default()).unwrap();
        let settings = loaded(Some(device.as_path()));
        let plan = backup_plan(&settings, &folder.path().join("data"), Content::WithoutVisits).unwrap();
        let root = |name: &str| plan.parts.iter().find(|part| part.name == name).map(|part| part.root.clone());
        assert_eq!((root(backup::DEVICE), root("config")), (Some(device.clone()), Some(installed.clone())));
        let places = restore_places(&settings, folder.path());
        assert_eq!(places["config"], folder.path().join("sites/bank.toml"));
        assert_eq!(places["knowledge"], folder.path().join("sites/bank"));
        assert_eq!(places[backup::DEVICE], device);
        let named = restore_places(&loaded(None), folder.path());
        assert_eq!((&named["config"], named.get(backup::DEVICE)), (&installed, None));
    }
}
