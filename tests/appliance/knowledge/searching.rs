//! Search: by meaning and by words, in both languages, with identifiers and dates.

use std::sync::Arc;

use jiff::civil::datetime;
use usher::base::worker::Worker;
use usher::domain::Language;
use usher::engine::{Embedder, EngineError};
use usher::knowledge::{ANSWER_SCORE_MIN, Basis, PASSAGES_FOUND_MAX, Progress, evaluation};

use super::{NOON, Site, airport, item, with};

fn airport_with_model() -> Site {
    let mut site = Site::with_model();
    airport(&site);
    site.import().unwrap();
    site
}

fn airport_without_model() -> Site {
    let mut site = Site::plain();
    airport(&site);
    site.import().unwrap();
    site
}

#[test]
fn english_is_found_by_meaning() {
    let mut site = airport_with_model();
    for (question, item) in [
        ("how do I get on the internet", "wifi"),
        ("somewhere to store my bags", "left-luggage"),
        ("my bag never came out", "delayed-bag"),
        ("I want to buy medicine", "pharmacy"),
        ("where's the bathroom", "toilets"),
        ("a cab downtown please", "taxi"),
    ] {
        assert_eq!(site.answer(question).as_deref(), Some(item), "{question}");
    }
    assert_eq!(site.search("where's the bathroom").basis, Basis::Meaning);
}

#[test]
fn chinese_is_found_by_words_whatever_the_embedder() {
    for mut site in [airport_with_model(), airport_without_model()] {
        for (question, item) in [
            ("请问厕所怎么走", "toilets"),
            ("行李寄存多少钱", "left-luggage"),
            ("无线网密码", "wifi"),
            ("我的箱子没有出来", "delayed-bag"),
            ("想去市区打的士", "taxi"),
            ("附近有药房吗", "pharmacy"),
        ] {
            assert_eq!(site.best(question).as_deref(), Some(item), "{question}");
        }
        assert_eq!(site.search("厕所").basis, Basis::Words);
    }
}

#[test]
fn a_gate_is_never_answered_with_another_gate() {
    for mut site in [airport_with_model(), airport_without_model()] {
        for (question, item) in [
            ("where is gate B22", "gate-b22"),
            ("how do I get to c14", "gate-c14"),
            ("gate A7 please", "gates-a"),
            ("B22登机口怎么走", "gate-b22"),
            ("请问Ｃ１４在哪", "gate-c14"),
        ] {
            assert_eq!(site.best(question).as_deref(), Some(item), "{question}");
        }
        for question in ["where is gate E4", "how do I get to gate C15", "A21登机口在哪里", "where is gate B2"] {
            assert_eq!(site.answer(question), None, "{question}");
            let found = site.search(question);
            assert!(
                found.passages.iter().all(|passage| !passage.title.contains("B22") && !passage.title.contains("C14")),
                "{question}"
            );
        }
    }
}

#[test]
fn what_the_site_does_not_know_scores_low() {
    let mut site = airport_with_model();
    for question in [
        "who won the football match",
        "what is the capital of France",
        "can I rent a surfboard",
        "how much does a kilo of potatoes cost",
        "明天东京天气怎么样",
        "讲个笑话",
        "总统是谁",
    ] {
        assert_eq!(site.answer(question), None, "{question}");
    }
}

#[test]
fn a_document_is_found_by_its_part_and_the_answering_sentence_is_picked() {
    let mut site = airport_with_model();
    for (question, part, sentence) in [
        ("what does a pet of 8 kg cost", "pets.en.md#What a pet costs", "Weight with crate up to 10 kg: fee $90."),
        ("can my rabbit fly", "pets.en.md#What a pet costs", "Birds and rabbits travel as cargo only."),
        ("must there be water in the crate", "pets.en.md#The crate", "A water bowl must be fixed inside the door."),
        ("兔子可以坐飞机吗", "pets.zh.md#宠物收费", "鸟类和兔子只能作为货物运输。"),
        ("航空箱里要放水碗吗", "pets.zh.md#航空箱", "箱门内侧必须固定水碗。"),
    ] {
        let found = site.search(question);
        let document = found.passages.iter().find(|passage| super::name_of(passage) == part);
        let document = document.unwrap_or_else(|| panic!("{question}: {:?}", found.passages));
        let picked = found.pick(document);
        assert!(picked.contains(&sentence.to_owned()), "{question}: {picked:?}");
        assert!((1..=3).contains(&picked.len()));
    }
    let found = site.search("where is gate B22");
    assert_eq!(found.pick(&found.passages[0]), [found.passages[0].text.clone()]);
}

#[test]
fn an_item_answers_only_while_it_is_valid() {
    let mut site = Site::with_model();
    let market = item("market", "en", &["Where is the winter market?"], "On level 4.");
    let market = with(&with(&market, "valid_from", "2026-12-01"), "valid_until", "2026-12-31");
    site.write("a.jsonl", market + &item("shop", "en", &["Where is the shop?"], "On level 1."));
    site.import().unwrap();
    let mut best = |now| {
        let found = site.knowledge.search("Where is the winter market?", Language::English, now).unwrap();
        found.answer().map(super::name_of)
    };
    assert_eq!(best(NOON).as_deref(), Some("market"));
    assert_eq!(best(datetime(2026, 12, 31, 23, 59, 59, 0)).as_deref(), Some("market"));
    assert_ne!(best(datetime(2026, 11, 30, 23, 59, 59, 0)).as_deref(), Some("market"));
    assert_ne!(best(datetime(2027, 1, 1, 0, 0, 0, 0)).as_deref(), Some("market"));
}

#[test]
fn any_text_may_be_asked() {
    let mut site = airport_with_model();
    let long = "where ".repeat(5_000);
    for question in [
        "",
        " ",
        "?!",
        "\"",
        "a\" OR b*",
        "NEAR(x y)",
        "\u{202e}teg\u{202c}",
        "\u{0}\u{7}",
        "🛫🛬",
        "的",
        long.as_str(),
    ] {
        for language in Language::ALL {
            let found = site.knowledge.search(question, language, NOON).unwrap();
            assert!(found.passages.len() <= PASSAGES_FOUND_MAX);
            assert!(found.passages.iter().all(|passage| (0.0..=1.0).contains(&passage.score)), "{question}");
        }
    }
    assert!(Site::plain().search("anything").passages.is_empty());
}

#[test]
fn scores_fall_and_each_source_stands_once() {
    let mut site = airport_with_model();
    let found = site.search("where is gate B22");
    let names: Vec<String> = found.passages.iter().map(super::name_of).collect();
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len());
    assert!(found.passages[0].score > 0.9, "{:?}", found.passages[0]);
    assert_eq!(found.passages.len(), found.evidence.len());
}

/// An embedder whose vectors count letters: knows both languages, or fails.
struct Scripted {
    works: bool,
}

impl Embedder for Scripted {
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
        if !self.works {
            return Err(EngineError::Failed { engine: "scripted", reason: "as told".into() });
        }
        let vector = |text: &&str| {
            let mut counts = vec![0.01f32; 64];
            text.chars().for_each(|c| counts[c as usize % 64] += 1.0);
            let length = counts.iter().map(|count| count * count).sum::<f32>().sqrt();
            counts.iter().map(|count| count / length).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }

    fn dimensions(&self) -> usize {
        64
    }

    fn languages(&self) -> &[Language] {
        &Language::ALL
    }

    fn name(&self) -> &str {
        "scripted"
    }
}

fn scripted(works: bool) -> Site {
    let embedder: Box<dyn Embedder> = Box::new(Scripted { works });
    Site::open(Some(Arc::new(Worker::start("scripted", 8, embedder))))
}

#[test]
fn a_multilingual_embedder_is_used_for_chinese_by_the_same_code() {
    let mut site = scripted(true);
    airport(&site);
    let imported = site.import().unwrap();
    assert!(imported.embedded > 60, "{imported:?}");
    let found = site.search("B22登机口在哪里？");
    assert_eq!(found.basis, Basis::Meaning);
    assert!(found.evidence[0].nearest > 0.99 && found.passages[0].score > ANSWER_SCORE_MIN, "{found:?}");
}

#[test]
fn a_failing_embedder_costs_understanding_and_no_answer() {
    let mut site = scripted(false);
    airport(&site);
    let error = site.import().unwrap_err();
    assert!(super::chain(&error).contains("scripted failed"), "{}", super::chain(&error));
    assert_eq!(site.names().len(), 21, "the import stands");
    let found = site.search("where is gate B22");
    assert_eq!((found.basis, super::name_of(&found.passages[0])), (Basis::Words, "gate-b22".to_owned()));
}

#[test]
fn texts_are_embedded_once_and_progress_is_told() {
    let mut site = Site::with_model();
    airport(&site);
    let path = site.path();
    let mut told = Vec::new();
    let imported = site.knowledge.import(std::slice::from_ref(&path), &mut |progress| told.push(progress)).unwrap();
    assert!(told.contains(&Progress::Read { files: 4 }));
    assert!(told.contains(&Progress::Embed { done: imported.embedded, total: imported.embedded }));
    assert_eq!(site.knowledge.import(&[path], &mut |_| ()).unwrap().embedded, 0);
    assert_eq!(site.knowledge.embed_missing(&mut |_| ()).unwrap(), 0);
}

#[test]
fn evaluation_asks_the_door() {
    let mut site = airport_with_model();
    let cases = site.folder.path().join("cases.jsonl");
    let line = |id: &str, question: &str, expect: &str| {
        format!("{{\"id\":\"{id}\",\"question\":\"{question}\",\"language\":\"en\",\"expect\":{expect}}}\n")
    };
    let lines = line("1", "where's the bathroom", r#"{"route":"answer","item":"toilets","contains":["island d"]}"#)
        + &line("2", "who won the match", r#"{"route":["decline","handoff"]}"#);
    std::fs::write(&cases, lines).unwrap();
    let report = evaluation::evaluate(&evaluation::read_cases(&cases).unwrap(), &mut |question, language| {
        let found = site.knowledge.search(question, language, NOON).unwrap();
        let (route, item, answer) = match found.answer() {
            Some(best) => (usher::domain::Route::Answer, Some(super::name_of(best)), best.text.clone()),
            None => (usher::domain::Route::Decline, None, String::new()),
        };
        evaluation::Reply { route, item, answer, ms: 1.0 }
    });
    assert_eq!((report.cases, report.correct, report.answered, report.refused), (2, 2, 1, 1), "{report:?}");
}
