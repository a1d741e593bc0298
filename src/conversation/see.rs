//! The step before the first, for what is held in front of the camera: a picture becomes something to ask about.
//!
//! Codes first, a model only for the rest. What was read is data of the lowest trust: it is searched for and shown, and no
//! word of it is followed, not even "talk to a person".

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::civil::{Date, DateTime};

use super::gather::{Gathered, searched};
use super::live::Inputs;
use super::{Conversation, TurnError, Understood, looks};
use crate::base::Stop;
use crate::base::worker::Worker;
use crate::domain::{Language, Mood, Origin, Passage, Picture, Question, Seen};
use crate::engine::TextReader;
use crate::knowledge::{ANSWER_SCORE_MIN, Knowledge, KnowledgeError};
use crate::{picture, reading};

/// Looking for codes on a whole picture, and on one frame of many: the next frame may show it better.
const PICTURE_BUDGET: Duration = Duration::from_millis(400);
const FRAME_BUDGET: Duration = Duration::from_millis(120);

/// Lines of a page that are searched for; a letter says what it wants in its first ones.
const LINES_SEARCHED_MAX: usize = 16;

/// A line of fewer characters is a page number or a stain.
const LINE_CHARS_MIN: usize = 2;

/// One line answers for a page when it is this sure: a sign, a form's heading. A weaker one needs a second line that leads to
/// the same: a page about something else has lines that remind of this site.
const LINE_SCORE_SURE: f32 = 0.9;

/// Passages that may answer a page.
const PASSAGES_MAX: usize = 3;

/// What reads pictures. Codes need no model; printed text does.
pub struct Sight {
    pub decoder: Worker<()>,
    pub reader: Option<Worker<Box<dyn TextReader>>>,
}

/// What a picture gave: for the screen, for the site's systems, for the search. Lives as long as its turn.
#[derive(Clone, PartialEq, Eq)]
pub struct Look {
    pub seen: Seen,
    /// What it is, in a sentence; `None` for text, which only the knowledge can say something about.
    pub(super) told: Option<String>,
    pub(super) inputs: Inputs,
    pub(super) words: Vec<String>,
}

/// What one frame of a camera gave.
#[derive(Clone)]
pub struct Scan {
    pub look: Option<Look>,
    /// The frame is black: covered, or no light.
    pub is_dark: bool,
}

impl Look {
    /// What a picture without words asks: nothing that could be taken for the visitor's own wish.
    pub(super) fn understood(&self, language: Language) -> Understood {
        Understood { text: String::new(), language, wants_person: false, mood: Mood::default() }
    }
}

/// A picture after its codes were looked for.
enum Opened {
    Dark,
    Code(Box<Look>),
    Plain(Picture),
}

impl Conversation {
    /// Reads a picture file whole: codes, then printed text. Forgets it when this returns.
    ///
    /// # Errors
    /// [`TurnError::Picture`] for a file that is none or too large, [`TurnError::Dark`], [`TurnError::NothingRead`].
    pub async fn see(&self, file: Vec<u8>, language: Language) -> Result<Look, TurnError> {
        let started = Instant::now();
        let sight = self.engines.sight.as_ref().ok_or(TurnError::CannotSee)?;
        let today = self.clock.now().date();
        let opened = sight.decoder.call(move |(), stop| open(&file, today, language, stop))?.await?.value?;
        let look = match opened {
            Opened::Dark => return Err(TurnError::Dark),
            Opened::Code(look) => *look,
            Opened::Plain(picture) => {
                let reader = sight.reader.as_ref().ok_or(TurnError::CannotSee)?;
                let lines = reader.call(move |reader, stop| reader.read(&picture, stop))?.await?.value?;
                let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
                looks::of_lines(&lines, today, language).ok_or(TurnError::NothingRead)?
            }
        };
        tracing::info!(kind = ?look.seen.kind, duration_ms = started.elapsed().as_millis() as u64, "a picture was read");
        Ok(look)
    }

    /// Looks for codes on one frame of the visitor's camera: quick, no model.
    ///
    /// # Errors
    /// As [`Conversation::see`]; a frame without a code is none.
    pub async fn scan(&self, frame: Vec<u8>, language: Language) -> Result<Scan, TurnError> {
        let sight = self.engines.sight.as_ref().ok_or(TurnError::CannotSee)?;
        let today = self.clock.now().date();
        let scanned = sight.decoder.call(move |(), stop| scan(&frame, today, language, stop))?.await?.value?;
        Ok(scanned)
    }

    /// Passages for what the visitor asks of the picture, or else about what stands on it.
    pub(super) async fn gather_seen(
        &self,
        question: &Question,
        understood: &Understood,
        look: &Look,
    ) -> Result<Gathered, TurnError> {
        if understood.wants_person {
            return Ok(Gathered::default());
        }
        let now = self.clock.now();
        let (text, words) = (understood.text.clone(), look.words.clone());
        let (asked, preferred) = (understood.language, question.language);
        let pending = self.knowledge.call(move |knowledge, _| {
            let own = if text.is_empty() { Gathered::default() } else { searched(knowledge, &text, asked, now)? };
            if own.passages.first().is_some_and(|best| best.score >= ANSWER_SCORE_MIN) {
                return Ok(own);
            }
            about(knowledge, &words, preferred, now)
        })?;
        Ok(pending.await?.value?)
    }
}

fn open(file: &[u8], today: Date, language: Language, stop: &Stop) -> Result<Opened, TurnError> {
    let picture = picture::open(file)?;
    if picture::is_black(&picture) {
        return Ok(Opened::Dark);
    }
    let seen = reading::codes_seen(&picture, today, PICTURE_BUDGET, stop);
    Ok(match looks::of_codes(seen, today, language) {
        Some(look) => Opened::Code(Box::new(look)),
        None => Opened::Plain(picture),
    })
}

fn scan(frame: &[u8], today: Date, language: Language, stop: &Stop) -> Result<Scan, TurnError> {
    let picture = picture::open(frame)?;
    let is_dark = picture::is_black(&picture);
    let seen = if is_dark { Vec::new() } else { reading::codes_seen(&picture, today, FRAME_BUDGET, stop) };
    Ok(Scan { look: looks::of_codes(seen, today, language), is_dark })
}

/// What the knowledge has about a page: every line is searched for, and what most lines lead to comes first.
fn about(
    knowledge: &mut Knowledge,
    words: &[String],
    preferred: Language,
    now: DateTime,
) -> Result<Gathered, KnowledgeError> {
    let mut weights: HashMap<Origin, f32> = HashMap::new();
    let mut found: Vec<(Passage, Vec<String>)> = Vec::new();
    let lines = words.iter().filter(|line| line.chars().count() >= LINE_CHARS_MIN).take(LINES_SEARCHED_MAX);
    for line in lines {
        let language = Language::of_text(line).unwrap_or(preferred);
        let gathered = searched(knowledge, line, language, now)?;
        let best = gathered.passages.into_iter().zip(gathered.picked).next();
        let Some((passage, picked)) = best.filter(|(passage, _)| passage.score >= ANSWER_SCORE_MIN) else { continue };
        *weights.entry(passage.origin.clone()).or_default() += passage.score;
        match found.iter_mut().find(|(known, _)| known.origin == passage.origin) {
            Some(known) if known.0.score < passage.score => *known = (passage, picked),
            Some(_) => {}
            None => found.push((passage, picked)),
        }
    }
    let is_meant = |passage: &Passage| passage.score >= LINE_SCORE_SURE || weights[&passage.origin] > passage.score;
    found.retain(|(passage, _)| is_meant(passage));
    found.sort_by(|(one, _), (other, _)| weights[&other.origin].total_cmp(&weights[&one.origin]));
    found.truncate(PASSAGES_MAX);
    let found = found.into_iter().map(|(passage, picked)| Ok((told_in(knowledge, passage, preferred, now)?, picked)));
    let (passages, picked) = found.collect::<Result<Vec<_>, KnowledgeError>>()?.into_iter().unzip();
    Ok(Gathered { passages, picked })
}

/// An item found by a page in another language is told in the visitor's own, where it is known in both.
fn told_in(
    knowledge: &mut Knowledge,
    passage: Passage,
    language: Language,
    now: DateTime,
) -> Result<Passage, KnowledgeError> {
    let Origin::Item { id } = &passage.origin else { return Ok(passage) };
    if passage.language == language {
        return Ok(passage);
    }
    let item = knowledge.item(id, language)?.filter(|item| item.language == language && item.is_valid(now));
    Ok(match item {
        Some(item) => Passage {
            title: item.questions.first().cloned().unwrap_or_default(),
            language,
            text: item.answer,
            ..passage
        },
        None => passage,
    })
}

/// A turn over text that was seen has its kind alone in the log.
impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.seen.fmt(f)
    }
}
