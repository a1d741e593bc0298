//! A clip's name in the cache: the same script, codec and voice make the same clip. Knows no disk.

use sha2::{Digest as _, Sha256};

use super::coding::Coding;
use super::script::{Overlay, Scene, Script};

/// Rises when the same script would look or sound different: older clips are then not found.
const FORMAT: u64 = 1;

/// 64 hexadecimal digits. `voice` is the narration's voice, `None` without one.
pub(super) fn key(script: &Script, coding: Coding, voice: Option<&str>) -> String {
    let mut sum = Sum(Sha256::new());
    sum.number(FORMAT);
    sum.number(coding as u64);
    sum.words(voice.unwrap_or("\0none"));
    let Script { width, height, fps, scenes, title, language, accent, provenance } = script;
    [*width, *height, *fps].into_iter().for_each(|value| sum.number(value.into()));
    sum.words(title);
    sum.words(language.code());
    sum.bytes(accent);
    // Not the id: it names one making, and what is made is the same.
    [&provenance.made_by, &provenance.facts_from, &provenance.ai_label].into_iter().for_each(|words| sum.words(words));
    sum.number(scenes.len() as u64);
    scenes.iter().for_each(|scene| sum.scene(scene));
    sum.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each value goes in with its length, so that no two scripts run into the same bytes.
struct Sum(Sha256);

impl Sum {
    fn number(&mut self, value: u64) {
        self.0.update(value.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    fn words(&mut self, words: &str) {
        self.bytes(words.as_bytes());
    }

    fn scene(&mut self, scene: &Scene) {
        self.number(scene.duration.as_micros() as u64);
        self.words(&scene.background);
        self.number(scene.captions.len() as u64);
        for caption in &scene.captions {
            self.words(&caption.text);
            self.number(caption.start.as_micros() as u64);
            self.number(caption.end.as_micros() as u64);
        }
        match &scene.overlay {
            None => self.number(0),
            Some(Overlay::Route(route)) => {
                self.number(1);
                self.bytes(&route.colour);
                let sizes = [(route.width, route.dot)];
                self.number(route.points.len() as u64);
                for (a, b) in sizes.iter().chain(&route.points) {
                    self.number(u64::from(a.to_bits()) << 32 | u64::from(b.to_bits()));
                }
            }
            Some(Overlay::Shots(shots)) => {
                self.number(2);
                let frame = shots.frame;
                [frame.x, frame.y, frame.width, frame.height].into_iter().for_each(|side| self.number(side.into()));
                self.words(&shots.stamp);
                self.number(shots.pictures.len() as u64);
                for (long, picture) in &shots.pictures {
                    self.number(long.as_micros() as u64);
                    self.number(u64::from(picture.width()) << 32 | u64::from(picture.height()));
                    self.bytes(picture.rgb());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::script;
    use super::*;

    #[test]
    fn what_is_seen_or_heard_changes_the_key_and_the_id_does_not() {
        let plain = script();
        let of = |script: &Script| key(script, Coding::H264, Some("kokoro"));
        let mut other = plain.clone();
        other.provenance.id = "another".into();
        assert_eq!(of(&plain), of(&other));
        other.scenes[0].captions[0].text.push('!');
        let keys = [of(&plain), of(&other), key(&plain, Coding::Vp9, Some("kokoro")), key(&plain, Coding::H264, None)];
        let distinct: std::collections::HashSet<&String> = keys.iter().collect();
        assert!(distinct.len() == 4 && keys[0].len() == 64, "{keys:?}");
    }
}
