//! What a clip shows and says, written from facts: the steps of a way, or what a camera of the site sees beside what its systems say.

use std::time::Duration;

use super::cards::degrees;
use super::{Parts, Way};
use crate::camera::{Camera, Grab};
use crate::clip::{Caption, Frame, Overlay, Provenance, Scene, Script, Shots};
use crate::domain::{Fact, Language, Live};
use crate::media::{CameraFacts, Card, CardFacts, Icon, StepFacts, TitleFacts};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;

/// Frames a second: pictures of a camera and steps move no faster.
const FPS: u32 = 15;

/// The title, before anything moves.
const TITLE_FOR: Duration = Duration::from_millis(1500);

/// Least stay of a step.
const STEP_FOR: Duration = Duration::from_millis(1800);

/// How long a camera's pictures are looked at.
const CAMERA_FOR: Duration = Duration::from_millis(6500);

/// Steps that fit into fifteen seconds.
const STEPS_MAX: usize = 6;

/// A way as a clip; `None` where it has no steps, or the site's templates draw none.
pub(super) fn of_way(way: &Way, parts: &Parts, language: Language) -> Option<Script> {
    let mut lines = way.text.lines();
    let summary = lines.next()?.to_string();
    let steps: Vec<String> = lines.take(STEPS_MAX).map(String::from).collect();
    if steps.is_empty() {
        return None;
    }
    let title = TitleFacts { icon: Icon::Pin, title: way.title.clone(), subtitle: Some(summary.clone()) };
    let mut scenes =
        vec![scene(&draw(parts, &CardFacts::ClipTitle(title), language)?, TITLE_FOR, std::slice::from_ref(&way.title))];
    for (at, step) in steps.iter().enumerate() {
        let facts = StepFacts {
            icon: Icon::Pin,
            title: way.title.clone(),
            steps: steps.clone(),
            now: Some(at),
            note: Some(summary.clone()),
        };
        scenes.push(scene(&draw(parts, &CardFacts::ClipSteps(facts), language)?, STEP_FOR, std::slice::from_ref(step)));
    }
    Some(script(scenes, way.title.clone(), parts, language, parts.site.kiosk.get(language).to_string()))
}

/// What was grabbed from a camera, or why nothing was.
pub(super) enum Pictures<'a> {
    Seen { camera: &'a Camera, grab: &'a Grab, shots: Vec<crate::domain::Picture> },
    None { told: String },
}

/// What a system says and what the camera there shows. Never called live when it is not.
pub(super) fn of_camera(live: &Live, pictures: Pictures<'_>, parts: &Parts, language: Language) -> Option<Script> {
    let name = live.facts.iter().find(|fact| fact.name == "name").map_or(&live.title, |fact| &fact.value);
    let icon = if live.facts.iter().any(|fact| fact.name == "name") { Icon::Paw } else { Icon::Bag };
    let title = TitleFacts { icon, title: name.clone(), subtitle: Some(live.title.clone()) };
    let said = sentences(&live.sentence);
    let (first, rest) = said.split_first()?;
    let mut scenes =
        vec![scene(&draw(parts, &CardFacts::ClipTitle(title), language)?, TITLE_FOR, std::slice::from_ref(first))];
    let mut facts_from = live.title.clone();
    match pictures {
        Pictures::Seen { camera, grab, shots } => {
            let zone = parts.clock.zone();
            let time = grab.taken_at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string();
            let place = camera.place.get(language);
            let facts = CameraFacts {
                icon,
                title: name.clone(),
                place: place.to_string(),
                time: time.clone(),
                is_live: grab.is_live,
                status: None,
                values: values(live, language),
            };
            let card = draw(parts, &CardFacts::ClipCamera(facts), language)?;
            let stamp = format!("{place} · {} {time}", word(grab.is_live, language));
            facts_from = format!("{}, {}", live.title, camera.title.get(language));
            let mut shown = scene(&card, CAMERA_FOR, if rest.is_empty() { std::slice::from_ref(first) } else { rest });
            shown.overlay = overlay(&card, shots, stamp);
            scenes.push(shown);
        }
        Pictures::None { told } => {
            let facts = TitleFacts { icon, title: name.clone(), subtitle: Some(told.clone()) };
            let lines: Vec<String> = rest.iter().cloned().chain([told]).collect();
            scenes.push(scene(&draw(parts, &CardFacts::ClipTitle(facts), language)?, TITLE_FOR, &lines));
        }
    }
    Some(script(scenes, name.clone(), parts, language, facts_from))
}

fn draw(parts: &Parts, facts: &CardFacts, language: Language) -> Option<Card> {
    match parts.templates.as_ref()?.draw(facts, language) {
        Ok(card) => Some(card),
        Err(error) => {
            tracing::error!(%error, "a clip's frame could not be drawn; the answer is shown without the clip");
            None
        }
    }
}

fn scene(card: &Card, duration: Duration, said: &[String]) -> Scene {
    let caption = |text: &String| Caption { text: text.clone(), start: Duration::ZERO, end: Duration::ZERO };
    Scene { duration, background: card.svg.clone(), overlay: None, captions: said.iter().map(caption).collect() }
}

fn overlay(card: &Card, shots: Vec<crate::domain::Picture>, stamp: String) -> Option<Overlay> {
    let area = card.areas.get("picture")?;
    let frame = Frame { x: area.x as u32, y: area.y as u32, width: area.width as u32, height: area.height as u32 };
    let each = CAMERA_FOR / u32::try_from(shots.len()).ok().filter(|count| *count > 0)?;
    let pictures = shots.into_iter().map(|picture| (each, picture)).collect();
    Some(Overlay::Shots(Shots { pictures, frame, stamp }))
}

fn script(scenes: Vec<Scene>, title: String, parts: &Parts, language: Language, facts_from: String) -> Script {
    let site = parts.site.name.get(language);
    Script {
        width: WIDTH,
        height: HEIGHT,
        fps: FPS,
        scenes,
        title,
        language,
        accent: colour(&parts.site.theme.accent),
        provenance: Provenance {
            made_by: format!("{site}, usher {}", env!("CARGO_PKG_VERSION")),
            facts_from,
            ai_label: label(language).into(),
            id: crate::base::secret::random_key(),
        },
    }
}

/// What stands in the corner of every clip, and beside it (EU AI Act art. 50; GB 45438-2025).
pub(super) fn label(language: Language) -> &'static str {
    say(language, "AI-made explanation", "AI 生成的讲解")
}

fn say(language: Language, english: &'static str, chinese: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

fn word(is_live: bool, language: Language) -> &'static str {
    match is_live {
        true => say(language, "seen at", "拍摄于"),
        false => say(language, "recording of", "录像"),
    }
}

/// At most three facts beside the picture: what the visitor asks first.
fn values(live: &Live, language: Language) -> Vec<(String, String)> {
    let label = |name: &str| match name {
        "hold" => Some(say(language, "Hold", "货舱")),
        "loaded_at" => Some(say(language, "Loaded", "装载时间")),
        "celsius" => Some(say(language, "Temperature", "温度")),
        _ => None,
    };
    let value = |fact: &Fact| match fact.name.as_str() {
        "celsius" => degrees(fact.value.clone()),
        _ => fact.value.clone(),
    };
    live.facts.iter().filter_map(|fact| Some((label(&fact.name)?.to_string(), value(fact)))).collect()
}

/// The sentence of a system in captions: one for each of its own sentences.
fn sentences(text: &str) -> Vec<String> {
    let mut said = Vec::new();
    let mut open = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        open.push(c);
        let ends = matches!(c, '。' | '！' | '？') || (matches!(c, '.' | '!' | '?') && rest.peek() == Some(&' '));
        if ends && !open.trim().is_empty() {
            said.push(open.trim().to_string());
            open.clear();
        }
    }
    if !open.trim().is_empty() {
        said.push(open.trim().to_string());
    }
    said
}

/// `#0b6478`; black for what is no colour, which the configuration refuses.
fn colour(hex: &str) -> [u8; 3] {
    let part = |at: usize| hex.get(at..at + 2).and_then(|part| u8::from_str_radix(part, 16).ok()).unwrap_or(0);
    [part(1), part(3), part(5)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_a_caption_and_a_number_is_none() {
        assert_eq!(
            sentences("Mochi is in hold 3. It is 19.5 degrees."),
            ["Mochi is in hold 3.", "It is 19.5 degrees."]
        );
        assert_eq!(sentences("在3号货舱。19度"), ["在3号货舱。", "19度"]);
    }

    #[test]
    fn a_sites_colour_is_read() {
        assert_eq!((colour("#0b6478"), colour("x")), ([0x0b, 0x64, 0x78], [0, 0, 0]));
    }
}
