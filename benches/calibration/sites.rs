//! What the thresholds do with questions that were written for calibration over the demo sites.

use usher::domain::{Language, Origin, Passage};
use usher::knowledge::{CLARIFY_SCORE_MIN, SharedEmbedder};

use crate::common::knowledge;
use crate::sets::{SiteQuestion, site_questions, today};

/// Scores at which answering is tried.
const THRESHOLDS: [f32; 9] = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6];

pub fn judge(embedder: &SharedEmbedder) {
    println!("\n== questions over the demo sites: right / wrong / refused by threshold; the best candidate is right");
    for (name, language) in Language::ALL.into_iter().flat_map(|language| [("airport", language), ("bank", language)]) {
        for model in [Some(embedder.clone()), None] {
            let with = if model.is_some() { "model" } else { "words" };
            let (files, questions) = site_questions(name, language);
            let (_folder, mut knowledge) = knowledge(&files, model);
            let best: Vec<(SiteQuestion, Option<Passage>)> = questions
                .into_iter()
                .map(|question| {
                    let found = knowledge.search(&question.question, language, today()).expect("searches");
                    explain(&question, &found);
                    (question, found.passages.into_iter().next())
                })
                .collect();
            let line: Vec<String> = THRESHOLDS.iter().map(|&threshold| at(&best, threshold)).collect();
            let first =
                best.iter().filter(|(question, best)| best.as_ref().is_some_and(|best| right(question, best))).count();
            println!("{name:8} {language} {with}: {} | {first}", line.join(" "));
        }
    }
}

/// With `USHER_EXPLAIN` set, every question whose best candidate is doubtful or wrong.
fn explain(question: &SiteQuestion, found: &usher::knowledge::Found) {
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

fn at(best: &[(SiteQuestion, Option<Passage>)], threshold: f32) -> String {
    let given = |best: &Option<Passage>| best.as_ref().is_some_and(|best| best.score >= threshold);
    let is_right =
        |question: &SiteQuestion, best: &Option<Passage>| best.as_ref().is_some_and(|best| right(question, best));
    let count = |test: &dyn Fn(&SiteQuestion, &Option<Passage>) -> bool| {
        best.iter().filter(|(question, best)| test(question, best)).count()
    };
    format!(
        "{threshold:.2}: {}/{}/{}",
        count(&|question, best| given(best) && is_right(question, best)),
        count(&|question, best| given(best) && !is_right(question, best)),
        count(&|question, best| !given(best) && !unanswerable(question)),
    )
}

fn unanswerable(question: &SiteQuestion) -> bool {
    question.items.is_empty() && question.words.is_empty()
}

fn right(question: &SiteQuestion, passage: &Passage) -> bool {
    let said = question.words.iter().any(|words| passage.text.contains(words));
    said || matches!(&passage.origin, Origin::Item { id } if question.items.contains(id))
}
