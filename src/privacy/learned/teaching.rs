//! Labelled sentences as lessons for the second reader. Used to teach it, never to read.

use super::chain::LABELS;
use super::features::Items;
use super::{ADDRESS, NAME, overlap};
use crate::domain::Language;
use crate::privacy::evaluation::{Case, Span};
use crate::privacy::folded::{Folded, placeholder};
use crate::privacy::{Kind, readable, rules};

/// Any other personal data.
const OTHER: usize = 3;

/// The features of each item of a case, and the label that is right for it.
pub type Lesson = Vec<(Vec<String>, &'static str)>;

/// The lesson of a case.
pub fn lesson(case: &Case) -> Lesson {
    let folded = Folded::of(&case.text[..readable(&case.text)]);
    let found = rules(&folded);
    let items = Items::of(&folded.text, &found);
    let told = |at: usize| {
        let mut features = Vec::new();
        items.tell(at, |feature| features.push(feature.to_owned()));
        let origin = folded.original(items.range(at).clone()).unwrap_or_default();
        let span = case.spans.iter().find(|span| overlap(&(span.start..span.end), &origin));
        let label = span.map_or(0, |span| match span.kind {
            Some(Kind::Person) => NAME,
            Some(Kind::Address) => ADDRESS,
            Some(_) => OTHER,
            None => 0,
        });
        (features, LABELS[label])
    };
    (0..items.len()).map(told).collect()
}

/// The case as a second look meets it: with what was taken out.
pub fn taken_out(case: &Case) -> Case {
    let mut text = case.text.clone();
    let mut spans: Vec<&Span> = case.spans.iter().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    for span in spans {
        let Some(kind) = span.kind else { continue };
        text.replace_range(span.start..span.end, &placeholder(kind, Language::English));
    }
    Case { text, spans: Vec::new(), part: case.part }
}
