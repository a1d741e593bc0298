//! Where clips are made: one at a time on the thread `clip`, watched while they grow. What a camera of the site showed is never
//! written to the disk; the steps of a way are, for the next visitor.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::script::{self, Pictures};
use super::{Made, Media, Parts};
use crate::base::Stop;
use crate::base::worker::Worker;
use crate::camera::{Cameras, Grab};
use crate::clip::{Clips, Coding, Fonts, Growing, Narration, Script, Shelved, Writer, make};
use crate::domain::{Language, Live, Picture};
use crate::engine::{EngineError, FaceFinder, Voice};
use crate::picture::{Region, blur_region};

/// Clips that may wait for the one in hand.
const ORDERS_MAX: usize = 2;

/// How long a camera is looked at before the clip begins: long enough to see that something moves, short enough to wait for.
const LOOK_FOR: Duration = Duration::from_millis(1500);

/// Pictures of a camera in a clip; each is looked at for faces.
const SHOTS_MAX: usize = 6;

/// A face is blurred with so much around it, as a share of its size: hair and ears tell people, too.
const BLUR_MARGIN: f32 = 0.35;

/// Opens a voice for one clip: it must not wait for the one that speaks with the visitor.
pub type OpenVoice = Box<dyn Fn() -> Result<Box<dyn Voice>, EngineError> + Send + Sync>;

/// What clips are made with.
pub struct Tools {
    pub fonts: Fonts,
    pub coding: Coding,
    pub clips: Clips,
    /// `None`: clips have captions and no sound.
    pub voice: Option<OpenVoice>,
    pub cameras: Option<Cameras>,
    /// `None`: pictures of cameras on which people may be are not shown.
    pub faces: Option<Arc<Worker<Box<dyn FaceFinder>>>>,
}

/// Makes clips.
#[derive(Clone)]
pub struct Workshop {
    tools: Arc<Tools>,
    bench: Arc<Worker<()>>,
}

impl Workshop {
    pub fn open(tools: Tools) -> Self {
        Self { tools: Arc::new(tools), bench: Arc::new(Worker::start("clip", ORDERS_MAX, ())) }
    }

    /// A clip that others may have asked for before; `None` when too many wait. It grows from now on.
    pub(super) fn make_known(&self, order: &Arc<Script>) -> Option<Growing> {
        let voice = self.tools.voice.as_ref().map(|_| "espeak-ng");
        match self.tools.clips.find(order, self.tools.coding, voice) {
            Shelved::There(clip) => Some(clip),
            Shelved::Missing(shelf) => {
                let (reader, tools, order) = (shelf.reader()?, self.tools.clone(), order.clone());
                let work = move |_: &mut (), _: &Stop| {
                    let mut sink = |bytes: &[u8]| {
                        shelf.push(bytes);
                        if shelf.is_read() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                    };
                    if make_one(&tools, &order, &mut sink)
                        && let Err(error) = shelf.finish()
                    {
                        tracing::warn!(%error, "a clip was shown and not kept");
                    }
                };
                self.bench.call(work).ok().map(detach)?;
                Some(reader)
            }
        }
    }

    /// The clip of what a system says and its camera shows. Its address is there at once; pictures follow when the camera
    /// has sent some.
    pub(super) fn explained_camera(
        &self,
        live: &Live,
        parts: &Arc<Parts>,
        language: Language,
    ) -> Option<(Media, Made)> {
        let camera = live.camera.clone()?;
        let writer = Writer::new();
        let reader = writer.reader();
        let (workshop, live, parts) = (self.clone(), live.clone(), parts.clone());
        let media = Media {
            label: Some(script::label(language).into()),
            auto: true,
            ..super::drawing("clip", live.title.clone(), live.sentence.clone())
        };
        tokio::spawn(async move {
            let Some(script) = workshop.look(&camera, &live, &parts, language).await else { return };
            let tools = workshop.tools.clone();
            let work = move |_: &mut (), _: &Stop| {
                let mut sink = |bytes: &[u8]| {
                    writer.push(bytes);
                    if writer.is_read() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                };
                if make_one(&tools, &script, &mut sink) {
                    writer.finish();
                }
            };
            match workshop.bench.call(work) {
                Ok(pending) => drop(pending.await),
                Err(error) => tracing::warn!(%error, "a clip could not be made; the answer stands in words"),
            }
        });
        Some((media, Made::Clip(reader)))
    }

    /// Looks through the camera and writes the clip. A camera that shows nothing is told in the clip.
    async fn look(&self, camera: &str, live: &Live, parts: &Arc<Parts>, language: Language) -> Option<Script> {
        let cameras = self.tools.cameras.as_ref()?;
        let known = cameras.camera(camera)?;
        let pictures = match cameras.grab(camera, LOOK_FOR, &Stop::new()).await {
            Ok(grab) if grab.is_black => {
                Pictures::None { told: say(language, "It is dark there now.", "那里现在没有灯光。") }
            }
            Ok(grab) => match self.shots(&grab, known.blur_faces).await {
                Some(shots) => {
                    return script::of_camera(
                        live,
                        Pictures::Seen { camera: known, grab: &grab, shots },
                        parts,
                        language,
                    );
                }
                None => {
                    Pictures::None { told: say(language, "The camera is not shown.", "摄像头画面无法显示。") }
                }
            },
            Err(error) => {
                tracing::warn!(%error, "a clip is made without the camera");
                Pictures::None { told: error.told(language).to_string() }
            }
        };
        script::of_camera(live, pictures, parts, language)
    }

    /// Some of the pictures, evenly over the time, with every face made unrecognisable; `None` when that cannot be done.
    async fn shots(&self, grab: &Grab, blur_faces: bool) -> Option<Vec<Picture>> {
        let step = grab.shots.len().div_ceil(SHOTS_MAX).max(1);
        let pictures: Vec<Picture> = grab.shots.iter().step_by(step).map(|shot| shot.picture.clone()).collect();
        if !blur_faces {
            return Some(pictures);
        }
        let Some(finder) = &self.tools.faces else {
            tracing::warn!(
                "no face detector is installed, so that no camera picture is shown; run `usher models pull`"
            );
            return None;
        };
        let blurred = finder.call(move |finder, _| {
            pictures.into_iter().map(|picture| without_faces(&mut **finder, picture)).collect::<Result<Vec<_>, _>>()
        });
        match blurred.ok()?.await.ok()?.value {
            Ok(pictures) => Some(pictures),
            Err(error) => {
                tracing::error!(%error, "faces could not be looked for, so that no camera picture is shown");
                None
            }
        }
    }
}

fn without_faces(finder: &mut dyn FaceFinder, mut picture: Picture) -> Result<Picture, EngineError> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    for face in finder.faces_thorough(&picture)? {
        let (x, y) = (face.x - face.width * BLUR_MARGIN, face.y - face.height * BLUR_MARGIN);
        let grown = 1.0 + 2.0 * BLUR_MARGIN;
        let pixels = |share: f32, whole: f32| (share.max(0.0) * whole) as u32;
        let region = Region {
            left: pixels(x, width),
            top: pixels(y, height),
            width: pixels(face.width * grown, width) + 1,
            height: pixels(face.height * grown, height) + 1,
        };
        blur_region(&mut picture, region);
    }
    Ok(picture)
}

/// Makes a clip into `sink`; `false` when it is not whole.
fn make_one(tools: &Tools, script: &Script, sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> bool {
    let narration = tools.voice.as_ref().and_then(|open| narration(open, script.language));
    match make(script, &tools.fonts, tools.coding, narration, &Stop::new(), sink) {
        Ok(made) => {
            tracing::info!(
                first_ms = made.first_fragment.as_millis() as u64,
                duration_ms = made.took.as_millis() as u64,
                length_ms = made.duration.as_millis() as u64,
                bytes = made.bytes,
                "a clip was made"
            );
            for reason in made.unspoken {
                tracing::debug!(reason, "a caption is shown and not said");
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, "a clip was not made to its end");
            false
        }
    }
}

fn narration(open: &OpenVoice, language: Language) -> Option<Narration> {
    let mut voice = open().inspect_err(|error| tracing::warn!(%error, "a clip has no voice")).ok()?;
    let rate_hz = voice.rate_hz();
    let say = move |text: &str| {
        let mut samples = Vec::new();
        let mut keep = |piece: &[i16]| {
            samples.extend_from_slice(piece);
            ControlFlow::Continue(())
        };
        voice.speak(text, language, &Stop::new(), &mut keep).map_err(|error| error.to_string())?;
        Ok(samples)
    };
    Some(Narration { rate_hz, voice: "espeak-ng".into(), say: Box::new(say) })
}

fn say(language: Language, english: &str, chinese: &str) -> String {
    match language {
        Language::English => english.into(),
        Language::Chinese => chinese.into(),
    }
}

/// Lets a job run on with nobody waiting for its reply.
fn detach<R: Send + 'static>(pending: crate::base::worker::Pending<R>) {
    tokio::spawn(async move { drop(pending.await) });
}
