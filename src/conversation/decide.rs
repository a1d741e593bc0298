//! Fourth step: what to do with a question, as a pure function of what is known. No IO, no model, no clock.

use crate::domain::{Choice, Origin, Passage};

/// The scores at which usher answers, asks back, or says it does not know. Calibrated, see `knowledge::score`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// At or above: answer.
    pub answer: f32,
    /// At or above and below `answer`: one clarifying question.
    pub clarify: f32,
    /// Two items that could both be answered, nearer to each other than this, are one doubtful reading.
    pub gap: f32,
}

/// What is known when deciding.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    pub wants_person: bool,
    /// The business system that can be asked with what was shown or said.
    pub system: Option<&'a str>,
    /// A system that a number in the question would do for.
    pub hinted: Option<&'a str>,
    /// A code or a document was held up, and what was said with it is no question of its own.
    pub shown: bool,
    /// Best first, scores calibrated.
    pub passages: &'a [Passage],
    /// The turn before was a clarifying question: a second one in a row would be a maze.
    pub just_clarified: bool,
    /// The question was heard and the hearing model doubts its words.
    pub misheard: bool,
}

/// What usher will do.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision<'a> {
    /// The approved answer, word for word.
    Approved(&'a Passage),
    /// An answer made from document passages, best first.
    FromDocuments(Vec<&'a Passage>),
    /// One short question with these readings to touch.
    Clarify(Vec<Choice>),
    /// A business system of the site is asked.
    Live(&'a str),
    /// What was held up is told.
    Seen,
    /// usher does not know.
    Decline,
    /// The visitor asked for a person.
    Person,
}

/// Readings offered in a clarifying question: more do not fit a glance.
const CHOICES_MAX: usize = 3;

/// Passages that a document answer may stand on.
const DOCUMENT_PASSAGES_MAX: usize = 3;

pub fn decide<'a>(known: Known<'a>, thresholds: Thresholds) -> Decision<'a> {
    if known.wants_person {
        return Decision::Person;
    }
    if let Some(system) = known.system {
        return Decision::Live(system);
    }
    let answers = |passage: &&Passage| passage.score >= thresholds.answer;
    if known.shown && known.passages.first().filter(answers).is_none() {
        return Decision::Seen;
    }
    if let Some(system) = known.hinted.filter(|_| known.passages.first().filter(answers).is_none()) {
        return Decision::Live(system);
    }
    let Some(best) = known.passages.first() else { return Decision::Decline };
    let doubtful = best.score < bar(best, known.misheard, thresholds) || rivals(known.passages, thresholds) > 1;
    let choices = readings(known.passages, thresholds);
    if doubtful && !choices.is_empty() && !known.just_clarified {
        return Decision::Clarify(choices);
    }
    if best.score < thresholds.answer {
        return Decision::Decline;
    }
    match best.origin {
        Origin::Item { .. } => Decision::Approved(best),
        Origin::Document { .. } => Decision::FromDocuments(documents(known.passages, thresholds)),
    }
}

/// How far a doubted hearing raises the score at which an item answers, of the way to 1. Chosen: half, so that a question's
/// own words still answer and a fair match of words that may not have been said is asked about.
const MISHEARD_RAISE: f32 = 0.5;

/// The score below which the best passage is asked about first. A document has no reading to offer instead.
fn bar(best: &Passage, misheard: bool, thresholds: Thresholds) -> f32 {
    let raise = if misheard && matches!(best.origin, Origin::Item { .. }) { MISHEARD_RAISE } else { 0.0 };
    thresholds.answer + raise * (1.0 - thresholds.answer)
}

/// The items that could be meant, best first. Documents are no choice: a visitor cannot tell them by a title. Touching a
/// reading is cheap, so that one alone is still asked about: "is this what you mean?" misleads nobody and refuses nobody.
fn readings(passages: &[Passage], thresholds: Thresholds) -> Vec<Choice> {
    passages
        .iter()
        .filter(|passage| passage.score >= thresholds.clarify)
        .filter_map(|passage| match &passage.origin {
            Origin::Item { id } => Some(Choice { item: id.clone(), label: passage.title.clone() }),
            Origin::Document { .. } => None,
        })
        .take(CHOICES_MAX)
        .collect()
}

/// A best item this sure is one of its own phrasings: no other may put it in doubt.
const CERTAIN: f32 = 0.98;

/// How many items stand so near to the best one that picking it would be a guess. One when a document leads.
fn rivals(passages: &[Passage], thresholds: Thresholds) -> usize {
    let Some(best) = passages.first() else { return 0 };
    if matches!(best.origin, Origin::Document { .. }) || best.score >= CERTAIN {
        return 1;
    }
    passages
        .iter()
        .filter(|passage| matches!(passage.origin, Origin::Item { .. }) && passage.score >= thresholds.answer)
        .filter(|passage| best.score - passage.score < thresholds.gap)
        .count()
}

fn documents(passages: &[Passage], thresholds: Thresholds) -> Vec<&Passage> {
    passages
        .iter()
        .filter(|passage| matches!(passage.origin, Origin::Document { .. }) && passage.score >= thresholds.answer)
        .take(DOCUMENT_PASSAGES_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;

    const AT: Thresholds = Thresholds { answer: 0.6, clarify: 0.4, gap: 0.05 };

    fn passage(origin: Origin, score: f32) -> Passage {
        Passage { origin, language: Language::English, title: "a title".into(), text: "a text".into(), score }
    }

    fn item(id: &str, score: f32) -> Passage {
        passage(Origin::Item { id: id.into() }, score)
    }

    fn document(file: &str, score: f32) -> Passage {
        passage(Origin::Document { file: file.into(), section: "part".into() }, score)
    }

    fn with(passages: &[Passage]) -> Decision<'_> {
        decide(Known { hinted: Some("flights"), passages, ..Known::default() }, AT)
    }

    fn shown(passages: &[Passage]) -> Decision<'_> {
        decide(Known { shown: true, passages, ..Known::default() }, AT)
    }

    fn decided(passages: &[Passage]) -> Decision<'_> {
        decide(Known { passages, ..Known::default() }, AT)
    }

    #[test]
    fn a_clear_item_is_shown_and_a_weak_one_declined() {
        let clear = [item("wifi", 0.9), item("sim", 0.5)];
        assert_eq!(decided(&clear), Decision::Approved(&clear[0]));
        assert_eq!(decided(&[item("wifi", 0.3)]), Decision::Decline);
        assert_eq!(decided(&[]), Decision::Decline);
    }

    #[test]
    fn two_near_items_are_asked_about_once() {
        let near = [item("card-lost", 0.8), item("card-stolen", 0.78), item("pin", 0.45)];
        assert!(matches!(decided(&near), Decision::Clarify(choices) if choices.len() == 3));
        let again = decide(Known { passages: &near, just_clarified: true, ..Known::default() }, AT);
        assert_eq!(again, Decision::Approved(&near[0]));
    }

    #[test]
    fn a_weak_reading_is_asked_about_and_a_hopeless_one_is_not() {
        assert!(matches!(decided(&[item("wifi", 0.5)]), Decision::Clarify(choices) if choices.len() == 1));
        assert!(
            matches!(decided(&[item("wifi", 0.5), item("sim", 0.45)]), Decision::Clarify(choices) if choices.len() == 2)
        );
        assert_eq!(decided(&[item("wifi", 0.39)]), Decision::Decline);
        assert_eq!(decided(&[document("fees.en.md", 0.5)]), Decision::Decline);
    }

    #[test]
    fn a_questions_own_phrasing_has_no_rival() {
        let near = [item("card-lost", 0.99), item("card-found", 0.97)];
        assert_eq!(decided(&near), Decision::Approved(&near[0]));
    }

    #[test]
    fn doubted_hearing_is_asked_about_unless_it_fits_well() {
        let heard = |passages| decide(Known { passages, misheard: true, ..Known::default() }, AT);
        let (fair, good, page) = ([item("wifi", 0.7)], [item("wifi", 0.9)], [document("pets.en.md", 0.7)]);
        assert!(matches!(heard(&fair), Decision::Clarify(choices) if choices.len() == 1));
        assert_eq!(decided(&fair), Decision::Approved(&fair[0]));
        assert_eq!(heard(&good), Decision::Approved(&good[0]));
        assert_eq!(heard(&page), Decision::FromDocuments(vec![&page[0]]));
    }

    #[test]
    fn a_document_leads_to_passages_of_documents_only() {
        let mixed = [document("pets.en.md", 0.8), item("pets", 0.79), document("fees.en.md", 0.5)];
        assert_eq!(decided(&mixed), Decision::FromDocuments(vec![&mixed[0]]));
    }

    #[test]
    fn a_person_comes_before_everything() {
        let clear = [item("wifi", 0.9)];
        let known = Known { wants_person: true, system: Some("bags"), passages: &clear, ..Known::default() };
        assert_eq!(decide(known, AT), Decision::Person);
    }

    #[test]
    fn a_system_that_can_be_asked_comes_before_what_is_written() {
        let clear = [item("pets", 0.9)];
        let known = Known { system: Some("bags"), passages: &clear, ..Known::default() };
        assert_eq!(decide(known, AT), Decision::Live("bags"));
    }

    #[test]
    fn a_number_in_a_question_is_asked_for_when_nothing_written_answers() {
        let weak = [item("wifi", 0.5)];
        assert_eq!(with(&weak), Decision::Live("flights"));
        let clear = [item("gate-b22", 0.9)];
        assert_eq!(with(&clear), Decision::Approved(&clear[0]));
    }

    #[test]
    fn what_was_held_up_is_told_when_nothing_answers_it() {
        let weak = [item("pets", 0.5)];
        assert_eq!(shown(&weak), Decision::Seen);
        let clear = [item("pets", 0.9)];
        assert_eq!(shown(&clear), Decision::Approved(&clear[0]));
    }
}
