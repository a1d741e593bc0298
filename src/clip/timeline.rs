//! The clip's clock: which scene and caption a moment shows. It follows the narration, which is longer than what was
//! planned or not; it looks forward only. Knows no pixel and no sample.

use std::time::Duration;

use super::limits::DURATION_MAX;
use super::script::{Caption, Scene, Script};
use crate::domain::is_han;

/// From a caption's showing to its first spoken word: the eye is there first.
const LEAD: Duration = Duration::from_millis(200);
/// Before the clip's first word, so that the first frames leave while the voice is still at work.
const FIRST_LEAD: Duration = Duration::from_millis(500);
/// From a caption's last word to the next caption.
const PAUSE: Duration = Duration::from_millis(300);

/// Whether a caption's sound of this length fits into the clip.
pub(super) type Fits<'a> = &'a dyn Fn(Duration) -> bool;

/// What is to be seen at one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    pub scene: usize,
    /// Since the scene began.
    pub passed: Duration,
    /// `0.0..=1.0`, as far as is known; never falls.
    pub scene_share: f32,
    pub clip_share: f32,
    /// Of the scene's captions.
    pub caption: Option<usize>,
}

/// What a caption is waiting for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// Its time, or the end of the caption before.
    Before,
    /// Its voice.
    Shown {
        start: Duration,
    },
    Spoken {
        end: Duration,
    },
}

/// One clip's clock.
pub(super) struct Timeline<'a> {
    scenes: &'a [Scene],
    has_voice: bool,
    scene: usize,
    scene_start: Duration,
    caption: usize,
    /// End of the last caption that is over.
    free: Duration,
    stage: Stage,
    now: Duration,
    scene_share: f32,
    clip_share: f32,
}

impl<'a> Timeline<'a> {
    pub fn new(script: &'a Script, has_voice: bool) -> Self {
        Self {
            scenes: &script.scenes,
            has_voice,
            scene: 0,
            scene_start: Duration::ZERO,
            caption: 0,
            free: Duration::ZERO,
            stage: Stage::Before,
            now: Duration::ZERO,
            scene_share: 0.0,
            clip_share: 0.0,
        }
    }

    /// The clock at `now`, which never falls; `None` when the clip is over. `speak` is asked once a caption, when it is due:
    /// it gets when the first word is due, and whether a length fits into the clip, so that all that follows can still be
    /// shown and read; it says how long the caption's sound is, zero for silence.
    ///
    /// # Errors
    /// Those of `speak`.
    pub fn at<E>(
        &mut self,
        now: Duration,
        speak: &mut dyn FnMut(Duration, Fits) -> Result<Duration, E>,
    ) -> Result<Option<Moment>, E> {
        loop {
            let Some(scene) = self.scenes.get(self.scene) else { return Ok(None) };
            let Some(caption) = scene.captions.get(self.caption) else {
                let end = (self.scene_start + scene.duration).max(self.free).min(DURATION_MAX);
                if now < end {
                    return Ok(Some(self.moment(now, None)));
                }
                self.next_scene(end);
                continue;
            };
            match self.stage {
                Stage::Before => {
                    let start = (self.scene_start + caption.start).max(self.free);
                    if now < start {
                        return Ok(Some(self.moment(now, None)));
                    }
                    self.stage = Stage::Shown { start };
                }
                Stage::Shown { start } => {
                    let due = start + self.lead();
                    if self.has_voice && now < due {
                        return Ok(Some(self.moment(now, Some(self.caption))));
                    }
                    let least = start + caption.least();
                    let spoken = match self.has_voice {
                        true => speak(due, &|spoken| {
                            self.ends(&|_| Duration::ZERO, least.max(due + spoken + PAUSE)).1 <= DURATION_MAX
                        })?,
                        false => Duration::ZERO,
                    };
                    let said = if spoken.is_zero() { least } else { due + spoken + PAUSE };
                    self.stage = Stage::Spoken { end: least.max(said) };
                }
                Stage::Spoken { end } if now < end => return Ok(Some(self.moment(now, Some(self.caption)))),
                Stage::Spoken { end } => {
                    (self.free, self.stage) = (end, Stage::Before);
                    self.caption += 1;
                }
            }
        }
    }

    fn next_scene(&mut self, end: Duration) {
        (self.scene_start, self.free) = (end, end);
        self.scene += 1;
        (self.caption, self.scene_share) = (0, 0.0);
    }

    fn lead(&self) -> Duration {
        if self.scene == 0 && self.caption == 0 { FIRST_LEAD } else { LEAD }
    }

    /// When this scene and the clip end, if captions that are not yet spoken take `spoken`, and the one in hand is over at
    /// `free` at the earliest.
    fn ends(&self, spoken: &dyn Fn(&Caption) -> Duration, free: Duration) -> (Duration, Duration) {
        let (mut start, mut free, mut scene_end) = (self.scene_start, self.free.max(free), None);
        for (number, scene) in self.scenes.iter().enumerate().skip(self.scene) {
            let first = match (number == self.scene, self.stage) {
                (true, Stage::Before) => self.caption,
                (true, _) => self.caption + 1,
                (false, _) => 0,
            };
            for caption in scene.captions.iter().skip(first) {
                free = (start + caption.start).max(free) + caption.least().max(spoken(caption));
            }
            start = (start + scene.duration).max(free);
            free = start;
            scene_end = scene_end.or(Some(start));
        }
        (scene_end.unwrap_or(start), start)
    }

    /// Shares come nearer to 1 with every frame by the part of the time that is left: they never fall when the voice is
    /// slower than was thought, nor jump when it is faster.
    fn moment(&mut self, now: Duration, caption: Option<usize>) -> Moment {
        let step = now.saturating_sub(self.now).as_secs_f32();
        let free = match self.stage {
            Stage::Before => self.free,
            Stage::Shown { start } => start + self.scenes[self.scene].captions[self.caption].least(),
            Stage::Spoken { end } => end,
        };
        let guess: fn(&Caption) -> Duration = if self.has_voice { likely } else { |_| Duration::ZERO };
        let (scene_end, clip_end) = self.ends(&guess, free);
        let grown = |share: f32, end: Duration| {
            let left = end.saturating_sub(self.now).as_secs_f32().max(step).max(0.001);
            (share + (1.0 - share) * step / left).min(1.0)
        };
        let (scene_share, clip_share) = (grown(self.scene_share, scene_end), grown(self.clip_share, clip_end));
        (self.scene_share, self.clip_share, self.now) = (scene_share, clip_share, now);
        let passed = now.saturating_sub(self.scene_start);
        Moment { scene: self.scene, passed, scene_share, clip_share, caption }
    }
}

/// A guess, before it is spoken: 4.5 Han a second, 15 other characters.
fn likely(caption: &Caption) -> Duration {
    let han = caption.text.chars().filter(|&c| is_han(c)).count() as f64;
    let others = caption.text.chars().count() as f64 - han;
    LEAD + Duration::from_secs_f64(han / 4.5 + others / 15.0) + PAUSE
}

/// How long the clip is without a voice: the least it takes.
pub(super) fn least(script: &Script) -> Duration {
    let long: Duration =
        script.scenes.iter().map(|scene| scene.duration).fold(Duration::ZERO, Duration::saturating_add);
    // Adding times that are no times of a clip would overflow.
    if long > DURATION_MAX {
        return long;
    }
    Timeline::new(script, false).ends(&|_| Duration::ZERO, Duration::ZERO).1
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::tests::script;
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn captioned(scenes: &[&[(u64, u64, &str)]]) -> Script {
        let scene = |captions: &&[(u64, u64, &str)]| Scene {
            duration: ms(2000),
            background: String::new(),
            overlay: None,
            captions: captions
                .iter()
                .map(|(start, end, text)| Caption { text: (*text).into(), start: ms(*start), end: ms(*end) })
                .collect(),
        };
        Script { scenes: scenes.iter().map(scene).collect(), ..script() }
    }

    /// The moments of a whole clip, ten a second, where captions take these times to say; and when each was due.
    fn played(script: &Script, spoken: &[u64]) -> (Vec<Moment>, Vec<Duration>) {
        let (mut clock, mut due) = (Timeline::new(script, !spoken.is_empty()), Vec::new());
        let mut moments = Vec::new();
        for n in 0..400 {
            let moment = clock.at(ms(n * 100), &mut |at, fits| {
                let wanted = ms(spoken[due.len()]);
                due.push(at);
                Ok::<_, Infallible>(if fits(wanted) { wanted } else { Duration::ZERO })
            });
            match moment.unwrap() {
                Some(moment) => moments.push(moment),
                None => break,
            }
        }
        (moments, due)
    }

    #[test]
    fn without_a_voice_captions_keep_their_times_and_scenes_theirs() {
        let script = captioned(&[&[(0, 1500, "one")], &[(500, 1800, "two")]]);
        let (moments, _) = played(&script, &[]);
        assert_eq!(moments.len(), 40);
        assert_eq!((moments[14].caption, moments[15].caption), (Some(0), None));
        assert_eq!((moments[20].scene, moments[24].caption, moments[25].caption), (1, None, Some(0)));
    }

    #[test]
    fn a_slow_voice_moves_all_that_follows() {
        let script = captioned(&[&[(0, 1000, "one"), (1000, 2000, "two")]]);
        let (moments, due) = played(&script, &[3000, 500]);
        assert_eq!(due, [ms(500), ms(500 + 3000 + 300 + 200)]);
        // two is shown from 3.8 s on, for the 1.2 s that it takes to read
        assert_eq!((moments.len(), moments[37].caption, moments[38].caption), (50, Some(0), Some(1)));
    }

    #[test]
    fn what_does_not_fit_into_twenty_seconds_is_shown_and_not_said() {
        let script = captioned(&[&[(0, 1000, "one"), (1000, 2000, "two"), (2000, 3000, "three")]]);
        let (moments, _) = played(&script, &[15_000, 9_000, 1_000]);
        assert!((170..=200).contains(&moments.len()), "{}", moments.len());
        assert_eq!(moments.last().unwrap().caption, Some(2));
        // A long scene has room for its sentence: what is spoken does not add to it.
        let mut long = captioned(&[&[(0, 1000, "one")]]);
        long.scenes[0].duration = DURATION_MAX;
        assert_eq!(played(&long, &[5000]).0.iter().filter(|moment| moment.caption == Some(0)).count(), 58);
    }

    #[test]
    fn progress_never_falls_and_ends_full_whatever_the_voice_does() {
        let script = captioned(&[&[(0, 1000, "one"), (1000, 2000, "two")], &[(0, 900, "three"), (900, 2000, "four")]]);
        for spoken in [[100, 100, 100, 100], [4000, 200, 3900, 300], [3000, 3000, 3000, 3000]] {
            let (moments, _) = played(&script, &spoken);
            assert!(moments.windows(2).all(|pair| pair[0].clip_share <= pair[1].clip_share), "{spoken:?}");
            let steps = moments.windows(2).map(|pair| pair[1].clip_share - pair[0].clip_share);
            assert!(steps.fold(0.0, f32::max) < 0.05, "{spoken:?}");
            assert!(moments.last().unwrap().clip_share > 0.97, "{spoken:?} {:?}", moments.last());
        }
    }

    #[test]
    fn the_least_time_is_that_of_reading() {
        let script = captioned(&[&[(0, 1000, "请在三号航站楼二层国际出发安检口")], &[]]);
        // 16 Han at 8 a second, and the second scene
        assert_eq!(least(&script), ms(4000));
    }
}
