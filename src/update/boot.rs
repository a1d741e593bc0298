//! The launcher's choice at every start, and what ends a trial. It always chooses something: whatever is broken is told, and
//! the packaged program is there when nothing else is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use semver::Version;

use super::contents::Depth;
use super::contents::{OWN, SIGNED};
use super::disk::{Disk, replace};
use super::keys::signature_of;
use super::state::{Failed, Slot, Stage, State, TRIAL_MAX, Trying, Uptime, Verdict};
use super::{UpdateError, Updates};
use crate::base::Stop;

/// How the databases are put aside and put back; the room that owns them gives both. Each gets a folder, is called while
/// nothing else of usher runs, and must do no harm when it is called again after a cut.
pub struct Data<'a> {
    /// Copies the databases into the folder and syncs them.
    pub back_up: &'a dyn Fn(&Path) -> Result<(), String>,
    /// Replaces the databases by those in the folder, each in one step.
    pub restore: &'a dyn Fn(&Path) -> Result<(), String>,
}

/// What is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub slot: Slot,
    pub program: PathBuf,
    pub version: Version,
    /// The slot's folder, with `models`, `knowledge`, `sites`, `boards` as far as it has them.
    pub folder: Option<PathBuf>,
    pub trial: Option<Trial>,
    /// What a technician should read in the log.
    pub told: Vec<String>,
}

/// The started version has still to show that it is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// `Updates::failed` is to be called, and usher to be ended, when `Updates::passed` was not called by then.
    pub within: Duration,
}

impl<D: Disk> Updates<D> {
    /// Chooses what starts now: counts the tries of a trial, gives it up when it is due, puts the databases aside before a
    /// version's first start and back after its last.
    pub fn boot(&self, data: &Data<'_>) -> Start {
        self.boot_at(data, uptime().as_ref())
    }

    pub(super) fn boot_at(&self, data: &Data<'_>, uptime: Option<&Uptime>) -> Start {
        let mut told = Vec::new();
        // On a disk that cannot be written there is nothing to change, and nobody else changes it either.
        let _alone =
            self.make_root().ok().and_then(|()| self.disk.lock(&self.places.root.join("state.lock"), true).ok());
        let mut state = self.state_or_found(&mut told);
        self.see_package(&mut state, &mut told);
        let trying = self.try_on(&mut state, data, uptime, &mut told);
        let slot = trying.unwrap_or_else(|| self.good_slot(&mut state, &mut told));
        state.running = slot;
        if let Err(error) = self.save(&state) {
            told.push(chain(&error));
        }
        if let Err(error) = self.point_current(slot) {
            told.push(format!("the link {} cannot be set: {error}", self.places.current().display()));
        }
        self.start(slot, trying.is_some(), told)
    }

    /// The state; when its file is spoilt, it is set aside and what the link points to is taken for good.
    fn state_or_found(&self, told: &mut Vec<String>) -> State {
        let error = match self.state() {
            Ok(state) => return state,
            Err(error) => error,
        };
        told.push(chain(&error));
        let path = self.places.state();
        // It cannot be read, so nothing is lost when it cannot be set aside either: the next save replaces it.
        let _ = self.disk.rename(&path, &path.with_extension("spoilt"));
        let good = match self.disk.pointed(&self.places.current()).as_deref() {
            Some("a") => Slot::A,
            Some("b") => Slot::B,
            _ => Slot::None,
        };
        State { good, ..State::default() }
    }

    /// A package that is newer than the good slot is a person's wish, and runs.
    fn see_package(&self, state: &mut State, told: &mut Vec<String>) {
        let package = &self.packaged.version;
        if state.packaged.as_ref() == Some(package) {
            return;
        }
        let is_free = state.trying.as_ref().is_none_or(|trying| trying.stage == Stage::Chosen);
        let is_newer = self.version_of(state.good).is_some_and(|good| *package > good);
        if state.good != Slot::None && is_free && is_newer {
            told.push(format!("the package {package} is newer than slot {}; it runs from now on", state.good));
            state.good = Slot::None;
            state.trying = None;
        }
        if is_free {
            state.packaged = Some(package.clone());
        }
    }

    /// The slot on trial, when it is to be started now.
    fn try_on(
        &self,
        state: &mut State,
        data: &Data<'_>,
        uptime: Option<&Uptime>,
        told: &mut Vec<String>,
    ) -> Option<Slot> {
        let trying = state.trying.clone()?;
        let tried = match trying.verdict(uptime) {
            Verdict::GiveUp(reason) => Err(reason),
            Verdict::Again => self.prove(trying.slot),
            Verdict::Begin => self.prove(trying.slot).and_then(|()| self.set_out(state, data)),
        };
        let started = tried.and_then(|()| {
            state.trying.as_mut().into_iter().for_each(|trying| trying.start(uptime));
            // A start that cannot be counted would be tried for ever.
            self.save(state).map_err(|error| chain(&error))
        });
        match started {
            Ok(()) => Some(trying.slot),
            Err(reason) => {
                self.give_up(state, data, &reason, told);
                None
            }
        }
    }

    /// Before the first start: the databases are put aside, and for a return the older ones are taken.
    fn set_out(&self, state: &mut State, data: &Data<'_>) -> Result<(), String> {
        let good = state.good;
        let Some(trying) = state.trying.as_mut() else { return Ok(()) };
        if trying.stage == Stage::Chosen {
            self.put_aside(good, data)?;
            trying.stage = Stage::Kept;
            let old = self.places.kept(trying.slot);
            // Another update has changed the databases' shape since: what is not there cannot be taken.
            trying.with_old_data &= self.disk.names(&old).is_ok_and(|names| !names.is_empty());
            self.save(state).map_err(|error| chain(&error))?;
        }
        match state.trying.as_ref().filter(|trying| trying.with_old_data) {
            Some(trying) => (data.restore)(&self.places.kept(trying.slot)),
            None => Ok(()),
        }
    }

    fn put_aside(&self, slot: Slot, data: &Data<'_>) -> Result<(), String> {
        let kept = self.places.kept(slot);
        let (part, above) = (kept.with_extension("part"), kept.parent().unwrap_or(&kept));
        let disk = &self.disk;
        let fault = |error: std::io::Error| format!("{}: {error}", kept.display());
        disk.remove(&part).and_then(|()| disk.make_folder(&part)).map_err(fault)?;
        (data.back_up)(&part)?;
        disk.sync_folder(&part).and_then(|()| disk.remove(&kept)).map_err(fault)?;
        disk.rename(&part, &kept).and_then(|()| disk.sync_folder(above)).map_err(fault)?;
        disk.sync_folder(&self.places.root).map_err(fault)
    }

    /// Ends a trial: the databases are put back when the tried version can have touched them.
    fn give_up(&self, state: &mut State, data: &Data<'_>, reason: &str, told: &mut Vec<String>) {
        let Some(trying) = state.trying.as_mut() else { return };
        let (slot, is_untouched) = (trying.slot, trying.stage == Stage::Chosen);
        let version = self.version_of(slot);
        let name = version.as_ref().map_or_else(|| format!("slot {slot}"), |version| format!("version {version}"));
        told.push(format!("{name} is given up: {reason}"));
        if !is_untouched {
            trying.end(reason);
            let saved = self.save(state).map_err(|error| chain(&error));
            if let Err(reason) = saved.and_then(|()| (data.restore)(&self.places.kept(state.good))) {
                // The trial stays over: the next start puts them back.
                told.push(chain(&UpdateError::Databases { doing: "put back", reason }));
                return;
            }
        }
        state.trying = None;
        state.failed = Some(Failed { slot, version, reason: reason.into() });
    }

    /// The good slot; when it is broken the other one, and the package when both are.
    fn good_slot(&self, state: &mut State, told: &mut Vec<String>) -> Slot {
        let failed = state.failed.as_ref().map(|failed| failed.slot);
        let on_trial = state.trying.as_ref().map(|trying| trying.slot);
        for slot in [state.good, state.good.other()] {
            let is_judged = slot != state.good && (Some(slot) == failed || Some(slot) == on_trial);
            match self.prove(slot) {
                Ok(()) if !is_judged => {
                    state.good = slot;
                    return slot;
                }
                Err(reason) if slot == state.good => told.push(format!("slot {slot} cannot start: {reason}")),
                _ => {}
            }
        }
        state.good = Slot::None;
        Slot::None
    }

    pub(super) fn prove(&self, slot: Slot) -> Result<(), String> {
        match slot {
            Slot::None => Ok(()),
            slot => self.examine(&self.places.slot(slot), Depth::Start, &Stop::new()).map(drop),
        }
    }

    /// Lets `current` point to the slot, in one step; there is no such link while the package runs.
    fn point_current(&self, slot: Slot) -> std::io::Result<()> {
        let current = self.places.current();
        if slot == Slot::None {
            self.disk.remove(&current)?;
        } else if self.disk.pointed(&current).as_deref() != Some(slot.word()) {
            let part = current.with_extension("part");
            self.disk.remove(&part)?;
            self.disk.point(&part, slot.word())?;
            self.disk.rename(&part, &current)?;
        }
        self.disk.sync_folder(&self.places.root)
    }

    fn start(&self, slot: Slot, is_trial: bool, told: Vec<String>) -> Start {
        let folder = (slot != Slot::None).then(|| self.places.slot(slot));
        let own = folder.as_ref().map(|folder| folder.join("bin/usher"));
        // A version without a program of its own runs with the package's.
        let program = own.filter(|own| self.disk.length(own).ok().flatten().is_some());
        Start {
            slot,
            program: program.unwrap_or_else(|| self.packaged.program.clone()),
            version: self.version_of(slot).unwrap_or_else(|| self.packaged.version.clone()),
            folder,
            trial: is_trial.then_some(Trial { within: TRIAL_MAX }),
            told,
        }
    }

    /// The trial in hand, for the program that was started in one.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn trial(&self) -> Result<Option<Trial>, UpdateError> {
        Ok(self.state()?.started().map(|_| Trial { within: TRIAL_MAX }))
    }

    /// The health gate was passed: the version on trial is the good one from now on, and the keys it brought are trusted.
    /// `false` when nothing was on trial.
    ///
    /// # Errors
    /// When the state cannot be written; the trial goes on.
    pub fn passed(&self) -> Result<bool, UpdateError> {
        self.change(|state| {
            let Some(slot) = state.started().map(|trying| trying.slot) else { return Ok(false) };
            if let Ok(contents) = self.contents(slot) {
                state.seen_at = state.seen_at.max(Some(contents.own.made_at));
                if !contents.own.add_keys.is_empty() {
                    self.trust_keys_of(slot, &contents.own.version)?;
                }
            }
            state.good = slot;
            state.trying = None;
            Ok(true)
        })
    }

    /// The health gate was not passed: the next start returns to the version before. `false` when nothing was on trial.
    ///
    /// # Errors
    /// When the state cannot be written; the next starts count on.
    pub fn failed(&self, reason: &str) -> Result<bool, UpdateError> {
        self.change(|state| {
            let started = state.trying.as_mut().filter(|trying| trying.stage == Stage::Started);
            Ok(started.map(|trying| trying.end(reason)).is_some())
        })
    }

    /// Goes back at the next start: out of a trial to the version before it, else to the other slot or the package, which
    /// then has its own trial. `with_old_data` takes the databases as that version left them.
    ///
    /// # Errors
    /// [`UpdateError::NothingThere`], [`UpdateError::Busy`].
    pub fn go_back(&self, with_old_data: bool) -> Result<Version, UpdateError> {
        let _alone = self.alone()?;
        self.change(|state| {
            let to = match state.trying.as_mut() {
                Some(trying) if trying.stage == Stage::Chosen => {
                    state.trying = None;
                    state.good
                }
                Some(trying) => {
                    trying.end("a person returned to the version before");
                    state.good
                }
                None => {
                    let slot = self.way_back(state.good)?;
                    state.trying = Some(Trying::begin(slot, with_old_data));
                    slot
                }
            };
            let version = if to == Slot::None { None } else { self.version_of(to) };
            Ok(version.unwrap_or_else(|| self.package_of(state)))
        })
    }

    fn way_back(&self, good: Slot) -> Result<Slot, UpdateError> {
        let other = good.other();
        match self.prove(other) {
            Ok(()) => Ok(other),
            Err(_) if good != Slot::None => Ok(Slot::None),
            Err(reason) => Err(UpdateError::NothingThere { reason }),
        }
    }

    /// Keeps the signed manifest of a version that brought keys: who trusts its signature trusts them.
    fn trust_keys_of(&self, slot: Slot, version: &Version) -> Result<(), UpdateError> {
        let from = self.places.slot(slot).join(SIGNED).join(OWN);
        let to = self.places.keys().join(format!("{version}.json"));
        self.make_parent(&to)?;
        // The signature first: a manifest without one is passed over, one whose signature comes later would be, too.
        for (from, to) in [(signature_of(&from), signature_of(&to)), (from, to)] {
            let bytes = super::disk::read_small(&self.disk, &from, super::manifest::MANIFEST_BYTES_MAX);
            let copied = bytes.and_then(|bytes| replace(&self.disk, &to, &bytes));
            copied.map_err(UpdateError::io("write", &to))?;
        }
        self.disk.sync_folder(&self.places.root).map_err(self.io("write"))
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

/// What Linux says of this run of the machine.
fn uptime() -> Option<Uptime> {
    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
    let seconds = std::fs::read_to_string("/proc/uptime").ok()?.split('.').next()?.parse().ok()?;
    Some(Uptime { boot_id, seconds })
}
