//! The configuration as the technician's page sees and changes it: files are read anew each time, written with their comments, and
//! what can hold without a new start holds at once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::terms;
use crate::config::{
    self, Change, ConfigError, ConfigFile, Dotted, EditError, Layered, Layers, Said, Settings, SiteFile, change_site,
    needs_restart, restart_paths, written_to,
};
use crate::http::App;
use crate::http::admin::settings::{Configure, Unchanged};

/// Which files say what is configured, and what was said above them.
#[derive(Debug, Clone)]
pub struct Sources {
    pub site: PathBuf,
    pub device: Option<PathBuf>,
    pub said: Said,
}

/// The door for the page.
pub fn door(app: Arc<App>, sources: Sources) -> Configure {
    let shown = sources.clone();
    let writing = Mutex::new(());
    Configure {
        show: Box::new(move || show(&shown).map_err(|error| error.to_string())),
        change: Box::new(move |changes| {
            let _turn = writing.lock().unwrap_or_else(PoisonError::into_inner);
            change(&app, &sources, changes)
        }),
    }
}

fn show(sources: &Sources) -> Result<Value, ConfigError> {
    let (schema, found) = (config::schema(), read(sources)?);
    Ok(json!({
        "values": config::masked(&schema, &Dotted::default(), &found.whole), "origins": found.origins,
        "restart": restart_paths(&schema, &found.whole), "path": sources.site, "schema": schema,
    }))
}

fn read(sources: &Sources) -> Result<Layered<SiteFile>, ConfigError> {
    let text_of = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.into(), source })
    };
    let text = text_of(&sources.site)?;
    let above = sources.device.as_ref().map(|device| Ok::<_, ConfigError>((device, text_of(device)?))).transpose()?;
    let device = above.as_ref().map(|(path, text)| (path.as_path(), text.as_str()));
    let layers = Layers { file: &sources.site, text: &text, device, said: &sources.said };
    Ok(config::read(&config::schema(), &layers, |file: &SiteFile| file.faults_beside(&sources.site))?)
}

fn change(app: &App, sources: &Sources, changes: Value) -> Result<Value, Unchanged> {
    let changes: Vec<Change> =
        serde_json::from_value(changes).map_err(|error| fields([(String::new(), error.to_string())]))?;
    let device = sources.device.as_deref();
    let mut by_file: Vec<(&Path, Vec<Change>)> = Vec::new();
    for change in &changes {
        let file = written_to(&sources.site, device, change.path()).map_err(of_edit)?;
        match by_file.iter_mut().find(|(known, _)| *known == file) {
            Some((_, listed)) => listed.push(change.clone()),
            None => by_file.push((file, vec![change.clone()])),
        }
    }
    for (file, listed) in by_file {
        let opened = ConfigFile::open(file).map_err(of_edit)?;
        change_site(&opened, &listed, &sources.site, device).map_err(of_edit)?;
    }
    let settings = Settings::load(&sources.site, device, &sources.said)
        .map_err(|error| Unchanged::Failed(format!("it was written and cannot be used: {error}")))?;
    app.set_terms(terms(&settings));
    let schema = config::schema();
    let paths = || changes.iter().map(Change::path);
    let (later, now): (Vec<&Dotted>, Vec<&Dotted>) = paths().partition(|path| needs_restart(&schema, path));
    let names = |paths: &[&Dotted]| paths.iter().map(|path| path.to_string()).collect::<Vec<_>>();
    Ok(json!({
        "changed": names(&paths().collect::<Vec<_>>()), "now": names(&now), "after_restart": names(&later),
    }))
}

fn of_edit(error: EditError) -> Unchanged {
    match error {
        EditError::Refused(faults) => fields(faults.0.into_iter().map(|fault| (fault.path, fault.reason))),
        EditError::ChangedMeanwhile(_) => Unchanged::Meanwhile(error.to_string()),
        error => Unchanged::Failed(error.to_string()),
    }
}

fn fields(faults: impl IntoIterator<Item = (String, String)>) -> Unchanged {
    Unchanged::Fields(faults.into_iter().collect())
}
