//! A recording in place of a camera: a picture, a folder of pictures, an `.mjpeg` or a `.y4m`. Its pictures carry the file's
//! time and are never live. They come at once, not at the pace they were taken.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::decode::{Sink, opened, shot};
use super::jpegs::Jpegs;
use super::source::Source;
use super::y4m::Y4m;
use super::{CameraError, PICTURE_BYTES_MAX, Shot};

/// Most pictures of a folder that are looked at.
const FOLDER_MAX: usize = 1_000;

/// Bytes that are read at a time.
const READ_BYTES: usize = 64 << 10;

pub async fn run(source: &Source, sink: &mut Sink) -> Result<(), CameraError> {
    let path = PathBuf::from(&source.camera.source);
    let gap = sink.gap();
    let no_picture = |reason: String| source.no_picture(&reason);
    let mut recording =
        sink.on_thread(move || Recording::open(&path, gap)).await.and_then(|opened| opened).map_err(no_picture)?;
    for _ in 0..sink.shots_max() {
        let work = move || {
            let next = recording.next();
            (recording, next)
        };
        let (back, next) = sink.on_thread(work).await.map_err(no_picture)?;
        recording = back;
        match next.map_err(no_picture)? {
            Some(shot) => sink.push(shot),
            None => return Ok(()),
        }
        if sink.is_full() {
            return Ok(());
        }
    }
    Ok(())
}

enum Recording {
    Pictures { paths: std::vec::IntoIter<PathBuf> },
    Jpegs { file: File, jpegs: Jpegs, at: Timestamp, gap: Duration },
    Y4m { reader: Box<Y4m<BufReader<File>>>, at: Timestamp, gap: Duration },
}

impl Recording {
    fn open(path: &Path, gap: Duration) -> Result<Self, String> {
        let is = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
        let fault = |error: std::io::Error| error.to_string();
        if path.is_dir() {
            return Ok(Self::Pictures { paths: pictures(path).map_err(fault)?.into_iter() });
        }
        let at = time_of(path).map_err(fault)?;
        if is("mjpeg") || is("mjpg") {
            return Ok(Self::Jpegs { file: File::open(path).map_err(fault)?, jpegs: Jpegs::new(), at, gap });
        }
        if is("y4m") {
            let reader = Y4m::open(BufReader::new(File::open(path).map_err(fault)?))?;
            return Ok(Self::Y4m { reader: Box::new(reader), at, gap });
        }
        Ok(Self::Pictures { paths: vec![path.to_owned()].into_iter() })
    }

    /// The next picture; `None` at the end.
    fn next(&mut self) -> Result<Option<Shot>, String> {
        match self {
            Self::Pictures { paths } => paths.next().map(|path| picture(&path)).transpose(),
            Self::Jpegs { file, jpegs, at, gap } => {
                let Some(jpeg) = next_jpeg(file, jpegs)? else { return Ok(None) };
                let received = *at;
                *at = later(*at, *gap);
                opened(received, &jpeg).map(Some)
            }
            Self::Y4m { reader, at, gap } => {
                let Some(picture) = reader.next()? else { return Ok(None) };
                let received = *at;
                // At the recording's own pace, as far as pictures are wanted.
                let skipped = (gap.as_secs_f64() * reader.fps()).round().max(1.0) as usize - 1;
                (0..skipped).try_for_each(|_| reader.skip())?;
                *at = later(*at, *gap);
                Ok(Some(shot(received, picture)))
            }
        }
    }
}

fn later(at: Timestamp, gap: Duration) -> Timestamp {
    jiff::SignedDuration::try_from(gap).ok().and_then(|gap| at.checked_add(gap).ok()).unwrap_or(at)
}

/// By name: cameras number their files.
fn pictures(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(FOLDER_MAX) {
        let path = entry?.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if matches!(ending.as_deref(), Some("jpg" | "jpeg" | "png")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn picture(path: &Path) -> Result<Shot, String> {
    let fault = |error: std::io::Error| error.to_string();
    let mut bytes = Vec::new();
    File::open(path).map_err(fault)?.take(PICTURE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() > PICTURE_BYTES_MAX {
        return Err(format!("a picture is larger than {PICTURE_BYTES_MAX} bytes"));
    }
    opened(time_of(path).map_err(fault)?, &bytes)
}

fn next_jpeg(file: &mut File, jpegs: &mut Jpegs) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = vec![0; READ_BYTES];
    loop {
        if let Some(jpeg) = jpegs.next().map_err(|error| error.to_string())? {
            return Ok(Some(jpeg));
        }
        match file.read(&mut bytes).map_err(|error| error.to_string())? {
            0 => return Ok(None),
            read => jpegs.feed(bytes.get(..read).unwrap_or_default()),
        }
    }
}

fn time_of(path: &Path) -> std::io::Result<Timestamp> {
    let modified = std::fs::metadata(path)?.modified()?;
    Timestamp::try_from(modified).map_err(std::io::Error::other)
}
