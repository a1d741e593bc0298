//! What the thresholds do with questions that were written for calibration over the demo sites.

use usher::conversation::{Decision, Known, Thresholds, decide};
use usher::domain::{Choice, Language, Origin, Passage};
use usher::knowledge::{ANSWER_SCORE_MIN, CLARIFY_GAP, CLARIFY_SCORE_MIN, Found, SharedEmbedder};

use crate::common::knowledge;
use crate::sets::{SiteQuestion, site_questions, today};

/// Scores at which answering is tried, and gaps that make two readings.
const ANSWER: [f32; 8] = [0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7];
const CLARIFY: [f32; 4] = [0.05, 0.1, 0.15, 0.2];
const GAP: [f32; 3] = [0.0, 0.05, 0.1];

pub fn judge(embedder: &SharedEmbedder) {
    println!("\n== questions over the demo sites, decided");
    for (name, language) in Language::ALL.into_iter().flat_map(|language| [("airport", language), ("bank", language)]) {
        for model in [Some(embedder.clone()), None] {
            if model.is_some() && language == Language::Chinese {
                continue;
            }
            println!("{name} {language} {}", if model.is_some() { "by meaning" } else { "by words" });
            let (files, questions) = site_questions(name, language);
            let (_folder, mut knowledge) = knowledge(&files, model);
            let asked: Vec<(SiteQuestion, Found)> = questions
                .into_iter()
                .map(|question| {
                    let found = knowledge.search(&question.question, language, today()).expect("searches");
                    explain(&question, &found);
                    (question, found)
                })
                .collect();
            for answer in ANSWER {
                line(&asked, Thresholds { answer, clarify: CLARIFY_SCORE_MIN, gap: CLARIFY_GAP });
            }
            for clarify in CLARIFY {
                line(&asked, Thresholds { answer: ANSWER_SCORE_MIN, clarify, gap: CLARIFY_GAP });
            }
            for gap in GAP {
                line(&asked, Thresholds { answer: ANSWER_SCORE_MIN, clarify: CLARIFY_SCORE_MIN, gap });
            }
        }
    }
}

/// With `USHER_EXPLAIN` set, every question whose best candidate is doubtful or wrong.
fn explain(question: &SiteQuestion, found: &Found) {
    let best = found.passages.first();
    let good = match best {
        Some(best) if best.score >= CLARIFY_SCORE_MIN => right(question, best),
        _ => unanswerable(question),
    };
    if !good && std::env::var_os("USHER_EXPLAIN").is_some() {
        println!("  {} {:?}", question.question, question.items);
        for (passage, evidence) in found.passages.iter().zip(&found.evidence).take(3) {
            println!("    {:.2} {:?} {evidence:.2?}", passage.score, passage.origin);
        }
    }
}

/// What became of the questions, as a line.
fn line(asked: &[(SiteQuestion, Found)], thresholds: Thresholds) {
    let [mut right_answers, mut wrong, mut stray, mut helped, mut misled, mut bothered, mut refused, mut declined] =
        [0; 8];
    for (question, found) in asked {
        let known = Known { passages: &found.passages, ..Known::default() };
        let count = match decide(known, thresholds) {
            Decision::Approved(best) if right(question, best) => &mut right_answers,
            Decision::FromDocuments(best) if right(question, best[0]) => &mut right_answers,
            Decision::Clarify(_) if unanswerable(question) => &mut bothered,
            Decision::Clarify(choices) if offers(&choices, question) => &mut helped,
            Decision::Clarify(_) => &mut misled,
            Decision::Decline | Decision::Person if unanswerable(question) => &mut declined,
            Decision::Decline | Decision::Person => &mut refused,
            _ if unanswerable(question) => &mut stray,
            _ => &mut wrong,
        };
        *count += 1;
    }
    let Thresholds { answer, clarify, gap } = thresholds;
    println!(
        "  {answer:.2} {clarify:.2} {gap:.2}: answered {right_answers:>3} right {wrong:>2} wrong {stray:>2} unanswerable; asked back {helped:>2} \
         with it {misled:>2} without {bothered:>2} unanswerable; declined {refused:>2} answerable {declined:>2} not"
    );
}

fn offers(choices: &[Choice], question: &SiteQuestion) -> bool {
    choices.iter().any(|choice| question.items.contains(&choice.item))
}

fn unanswerable(question: &SiteQuestion) -> bool {
    question.items.is_empty() && question.words.is_empty()
}

fn right(question: &SiteQuestion, passage: &Passage) -> bool {
    let said = question.words.iter().any(|words| passage.text.contains(words));
    said || matches!(&passage.origin, Origin::Item { id } if question.items.contains(id))
}
