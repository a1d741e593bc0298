//! Which of the board's devices are not there, and what to do about each. Reads `/dev`, `/proc` and `/sys`; opens no device.

use std::fs;
use std::path::{Path, PathBuf};

use super::board::Board;
use crate::domain::{Told, told};

/// What is missing, and the repair.
type Missing = (Told, Told);

impl Board {
    /// Sound, camera, screen and thermal zone that the file names and this machine does not have. Pins are not among them:
    /// [`super::Handle::snapshot`] says how those stand.
    pub fn devices_missing(&self) -> Vec<(Told, Told)> {
        self.devices_missing_under(Path::new("/"))
    }

    /// Like [`Board::devices_missing`], with another folder for `/`.
    pub fn devices_missing_under(&self, root: &Path) -> Vec<(Told, Told)> {
        let sound = [("playback", &self.audio.playback), ("capture", &self.audio.capture)];
        let sound = sound.into_iter().filter_map(|(way, name)| sound_missing(root, way, name.as_deref()?));
        sound.chain(self.camera_missing(root)).chain(self.screen_missing(root)).chain(self.zone_missing(root)).collect()
    }

    /// The file with the temperature in thousandths of a degree Celsius; of several zones without a named source, the hottest.
    pub fn temperature_file(&self, root: &Path) -> Option<PathBuf> {
        let zones = zones(root).into_iter();
        let mut named = zones.filter(|(kind, _)| self.temperature.source.as_ref().is_none_or(|source| source == kind));
        if self.temperature.source.is_some() {
            return named.next().map(|(_, path)| path);
        }
        named.map(|(_, path)| path).max_by_key(|path| read(path).trim().parse::<i64>().unwrap_or(i64::MIN))
    }

    fn camera_missing(&self, root: &Path) -> Option<Missing> {
        let device = self.camera.device.as_ref()?;
        if under(root, device).exists() {
            return None;
        }
        let there = names(&under(root, Path::new("/dev")), "video");
        let repair = if there.is_empty() {
            told!(
                "this machine has no camera: plug it in, and look at `dmesg` if it stays away",
                "本机没有摄像头：请插上；若仍不出现，请查看 `dmesg`"
            )
        } else {
            one_of(&list(there, "/dev/"), "[camera] device")
        };
        Some((told!("camera {}", "摄像头 {}", device.display()), repair))
    }

    fn screen_missing(&self, root: &Path) -> Option<Missing> {
        let wanted = self.screen.connector.as_ref()?;
        let folder = under(root, Path::new("/sys/class/drm"));
        let connected: Vec<String> = names(&folder, "card")
            .into_iter()
            .filter(|name| read(&folder.join(name).join("status")).trim() == "connected")
            .filter_map(|name| name.split_once('-').map(|(_, connector)| connector.to_owned()))
            .collect();
        if connected.contains(wanted) {
            return None;
        }
        let repair = if connected.is_empty() {
            told!("no screen is connected: check its cable and its power", "没有连接屏幕：请检查它的线缆和电源")
        } else {
            let connected = list(connected, "");
            told!(
                "connected is {connected}: move the cable, or correct [screen] connector of the board file",
                "已连接的是 {connected}：请换接线缆，或更正主板文件的 [screen] connector"
            )
        };
        Some((told!("screen on {wanted}", "屏幕 {wanted}"), repair))
    }

    fn zone_missing(&self, root: &Path) -> Option<Missing> {
        let source = self.temperature.source.as_ref()?;
        if self.temperature_file(root).is_some() {
            return None;
        }
        let kinds: Vec<String> = zones(root).into_iter().map(|(kind, _)| kind).collect();
        let repair = if kinds.is_empty() {
            told!(
                "this machine tells no temperature: take `source` out of [temperature] of the board file",
                "本机不报告温度：请从主板文件的 [temperature] 中删去 `source`"
            )
        } else {
            one_of(&list(kinds, ""), "[temperature] source")
        };
        Some((told!("thermal zone '{source}'", "温度区“{source}”"), repair))
    }
}

/// Types and temperature files of the kernel's thermal zones.
fn zones(root: &Path) -> Vec<(String, PathBuf)> {
    let folder = under(root, Path::new("/sys/class/thermal"));
    names(&folder, "thermal_zone")
        .into_iter()
        .map(|name| folder.join(name))
        .map(|zone| (read(&zone.join("type")).trim().to_owned(), zone.join("temp")))
        .collect()
}

/// Whether ALSA's `name` can be opened for `way` (`playback`, `capture`), by what the kernel says of its cards.
fn sound_missing(root: &Path, way: &str, name: &str) -> Option<Missing> {
    let what = match way {
        "playback" => told!("loudspeaker '{name}'", "扬声器“{name}”"),
        _ => told!("microphone '{name}'", "麦克风“{name}”"),
    };
    let missing = |repair: Told| Some((what, repair));
    let folder = under(root, Path::new("/proc/asound"));
    if !folder.is_dir() {
        return missing(told!(
            "this system has no sound: /proc/asound is absent; load the driver of the sound card",
            "本系统没有声音：缺少 /proc/asound；请加载声卡驱动"
        ));
    }
    let cards = cards(&read(&folder.join("cards")));
    let devices = read(&folder.join("pcm"));
    let able: Vec<&(u32, String)> =
        cards.iter().filter(|(number, _)| has_device(&devices, *number, device_of(name), way)).collect();
    let wanted = card_of(name);
    let is_wanted = |(number, id): &&&(u32, String)| wanted.is_none_or(|card| card == id || card == number.to_string());
    if able.iter().any(|card| is_wanted(&card)) {
        return None;
    }
    if able.is_empty() {
        return missing(told!(
            "no sound card can do this ({way}): plug it in, and look at `aplay -l` and `arecord -l`",
            "没有声卡支持此功能（{way}）：请插上声卡，并查看 `aplay -l` 和 `arecord -l`"
        ));
    }
    let known = able.iter().map(|(_, id)| format!("plughw:CARD={id}")).collect();
    missing(one_of(&list(known, ""), &format!("[audio] {way}")))
}

fn one_of(known: &str, key: &str) -> Told {
    told!("write one of {known} into {key} of the board file", "请将 {known} 之一写入主板文件的 {key}")
}

/// Numbers and short names of `/proc/asound/cards`: ` 1 [Device         ]: USB-Audio - USB Audio Device`.
fn cards(text: &str) -> Vec<(u32, String)> {
    text.lines()
        .filter_map(|line| {
            let (number, rest) = line.trim_start().split_once(" [")?;
            let (id, _) = rest.split_once(']')?;
            Some((number.trim().parse().ok()?, id.trim().to_owned()))
        })
        .collect()
}

/// Whether `/proc/asound/pcm` has a line such as `01-00: USB Audio : USB Audio : playback 1 : capture 1` for the card.
fn has_device(text: &str, card: u32, device: Option<u32>, way: &str) -> bool {
    text.lines().any(|line| {
        let mut parts = line.split(':').map(str::trim);
        let place = parts.next().and_then(|place| place.split_once('-'));
        let is_meant = place.is_some_and(|(number, unit)| {
            number.parse() == Ok(card) && device.is_none_or(|device| unit.parse() == Ok(device))
        });
        is_meant && parts.any(|part| part.split(' ').next() == Some(way))
    })
}

/// The card in `hw:1,0`, `plughw:CARD=Device,DEV=0`, `sysdefault:Device`; `None` in `default`.
fn card_of(name: &str) -> Option<&str> {
    let (_, place) = name.split_once(':')?;
    let card = place.split(',').next().unwrap_or(place);
    Some(card.strip_prefix("CARD=").unwrap_or(card))
}

/// The device in them, where they name one.
fn device_of(name: &str) -> Option<u32> {
    let (_, place) = name.split_once(':')?;
    let device = place.split(',').nth(1)?;
    device.strip_prefix("DEV=").unwrap_or(device).parse().ok()
}

/// `path`, which is absolute, below another root.
fn under(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// Sorted names in `folder` that begin with `start`; none when it cannot be read.
fn names(folder: &Path, start: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(start))
        .collect();
    names.sort();
    names
}

/// The text of a small file of the kernel's; empty when it cannot be read, which is a device that says nothing.
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn list(names: Vec<String>, before: &str) -> String {
    names.iter().map(|name| format!("\"{before}{name}\"")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOARD: &str = "name = \"x\"\n[audio]\nplayback = \"plughw:CARD=Device,DEV=0\"\ncapture = \"default\"\n\
        [camera]\ndevice = \"/dev/video0\"\n[screen]\nconnector = \"HDMI-A-1\"\n[temperature]\nsource = \"cpu-thermal\"\n";

    fn board() -> Board {
        Board::parse(BOARD, Path::new("x.toml")).unwrap()
    }

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_machine_with_everything_misses_nothing() {
        let root = tempfile::tempdir().unwrap();
        let cards = " 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n \
             1 [Device         ]: USB-Audio - USB Audio Device\n                      Some Maker\n";
        put(root.path(), "proc/asound/cards", cards);
        let devices = "00-00: MAI PCM i2s-hifi-0 : MAI PCM i2s-hifi-0 : playback 1\n\
             01-00: USB Audio : USB Audio : playback 1 : capture 1\n";
        put(root.path(), "proc/asound/pcm", devices);
        put(root.path(), "dev/video0", "");
        put(root.path(), "sys/class/drm/card1-HDMI-A-1/status", "connected\n");
        put(root.path(), "sys/class/thermal/thermal_zone0/type", "gpu-thermal\n");
        put(root.path(), "sys/class/thermal/thermal_zone1/type", "cpu-thermal\n");
        assert_eq!(board().devices_missing_under(root.path()), []);
        let file = board().temperature_file(root.path()).unwrap();
        assert!(file.ends_with("thermal_zone1/temp"), "{}", file.display());
    }

    #[test]
    fn each_missing_device_has_its_repair() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "proc/asound/cards", " 0 [Headphones     ]: bcm2835\n");
        put(root.path(), "proc/asound/pcm", "00-00: bcm2835 : bcm2835 : playback 8\n");
        put(root.path(), "dev/video2", "");
        put(root.path(), "sys/class/drm/card1-HDMI-A-2/status", "connected\n");
        put(root.path(), "sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
        let found = board().devices_missing_under(root.path());
        let text: Vec<String> = found.iter().map(|(what, repair)| format!("{}: {}", what.en, repair.en)).collect();
        let wanted = [
            "loudspeaker 'plughw:CARD=Device,DEV=0': write one of \"plughw:CARD=Headphones\" into [audio] playback of the board file",
            "microphone 'default': no sound card can do this (capture): plug it in, and look at `aplay -l` and `arecord -l`",
            "camera /dev/video0: write one of \"/dev/video2\" into [camera] device of the board file",
            "screen on HDMI-A-1: connected is \"HDMI-A-2\": move the cable, or correct [screen] connector of the board file",
            "thermal zone 'cpu-thermal': write one of \"x86_pkg_temp\" into [temperature] source of the board file",
        ];
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_bare_machine_is_told_what_to_plug_in() {
        let root = tempfile::tempdir().unwrap();
        let repairs: Vec<String> =
            board().devices_missing_under(root.path()).into_iter().map(|(_, repair)| repair.en).collect();
        assert_eq!(repairs.len(), 5);
        assert!(repairs[0].contains("/proc/asound is absent"), "{repairs:?}");
        assert!(repairs[2].contains("has no camera"), "{repairs:?}");
    }

    #[test]
    fn without_a_named_zone_the_hottest_counts() {
        let root = tempfile::tempdir().unwrap();
        for (zone, heat) in [("0", "41000\n"), ("1", "62500\n"), ("2", "nothing\n")] {
            put(root.path(), &format!("sys/class/thermal/thermal_zone{zone}/temp"), heat);
        }
        let file = Board::default().temperature_file(root.path()).unwrap();
        assert!(file.ends_with("thermal_zone1/temp"), "{}", file.display());
    }
}
