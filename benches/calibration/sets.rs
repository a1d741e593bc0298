//! The calibration sets: for each, knowledge with parts held back, questions that it answers and questions that it does not.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::civil::{DateTime, date};
use serde_json::Value;
use usher::domain::{Language, Origin};
use usher::knowledge::SharedEmbedder;

use crate::common::{banking, item_line, knowledge, shared};
use crate::fit::{Candidate, Sample};

/// A day on which every item of the demo sites that has no end is valid.
pub fn today() -> DateTime {
    date(2026, 12, 1).at(12, 0, 0, 0)
}

pub struct Set {
    pub name: String,
    language: Language,
    folds: Vec<Fold>,
}

struct Fold {
    files: Vec<(String, String)>,
    asked: Vec<Asked>,
}

struct Asked {
    question: String,
    right: Right,
}

enum Right {
    Item(String),
    AnyItem(Vec<String>),
    /// The document's file, and the words that the answering passage holds.
    Document(String, Vec<String>),
    /// The words that the answering passage holds, whichever it is.
    Anywhere(Vec<String>),
    Nothing,
}

impl Set {
    pub fn ask(self, embedder: Option<SharedEmbedder>, item: bool) -> Vec<Sample> {
        let mut samples = Vec::new();
        for fold in self.folds {
            let (_folder, mut knowledge) = knowledge(&fold.files, embedder.clone());
            for asked in fold.asked {
                let found = knowledge.search(&asked.question, self.language, today()).expect("searches");
                let candidates = found
                    .passages
                    .iter()
                    .zip(&found.evidence)
                    .filter(|(passage, _)| matches!(passage.origin, Origin::Item { .. }) == item)
                    .map(|(passage, evidence)| {
                        let (right, picked) = match (&passage.origin, &asked.right) {
                            (Origin::Item { id }, Right::Item(right)) => (id == right, false),
                            (Origin::Item { id }, Right::AnyItem(right)) => (right.contains(id), false),
                            (Origin::Document { file, .. }, Right::Document(right, words)) => {
                                let holds = |text: &str| words.iter().any(|words| text.contains(words));
                                let picked = found.pick(passage).join(" ");
                                (file == right && holds(&passage.text), holds(&picked))
                            }
                            (Origin::Document { .. }, Right::Anywhere(words)) => {
                                let holds = |text: &str| words.iter().any(|words| text.contains(words));
                                (holds(&passage.text), holds(&found.pick(passage).join(" ")))
                            }
                            _ => (false, false),
                        };
                        Candidate { evidence: *evidence, score: passage.score, right, picked }
                    })
                    .collect();
                samples.push(Sample { answerable: !matches!(asked.right, Right::Nothing), candidates });
            }
        }
        samples
    }
}

pub fn items(language: Language) -> Vec<Set> {
    let of_site = |name: &&str| [site(name, language), written(name, language), small(name, language)];
    let mut sets: Vec<Set> = ["airport", "bank"].iter().flat_map(of_site).collect();
    if language == Language::English {
        sets.extend([banking77(), clinc150()]);
    }
    sets
}

pub fn documents(language: Language) -> Vec<Set> {
    let public: [&str; 2] = match language {
        Language::English => ["squad2/dev-v2.0.json", "xquad/xquad.en.json"],
        Language::Chinese => ["cmrc2018/dev.json", "xquad/xquad.zh.json"],
    };
    let mut sets = vec![site_documents("airport", language), site_documents("bank", language)];
    sets.extend(public.map(|path| reading(path, language)));
    sets.push(single(public[1], language));
    sets
}

const FOLDS: usize = 6;

/// A demo site's own phrasings, each asked once while it is held back; and in each fold a sixth of the items is held back
/// whole, so that their phrasings have no answer there.
fn site(name: &str, language: Language) -> Set {
    let items = site_items(name, language);
    let folds = (0..FOLDS).map(|fold| {
        let (mut lines, mut asked) = (String::new(), Vec::new());
        for (number, item) in items.iter().enumerate() {
            let id = item["id"].as_str().expect("an id");
            let phrasings: Vec<String> = texts(&item["questions"]);
            if number % FOLDS == fold {
                let unanswered = phrasings.into_iter().skip(1).step_by(2);
                asked.extend(unanswered.map(|question| Asked { question, right: Right::Nothing }));
                continue;
            }
            let mut item = item.clone();
            if phrasings.len() > 3 && fold < phrasings.len() {
                let mut rest = phrasings.clone();
                asked.push(Asked { question: rest.remove(fold), right: Right::Item(id.to_owned()) });
                item["questions"] = rest.into();
            }
            lines += &format!("{item}\n");
        }
        asked.extend(elsewhere(name, language).into_iter().skip(fold).step_by(4 * FOLDS).map(unanswerable));
        Fold { files: vec![("items.jsonl".into(), lines)], asked }
    });
    Set { name: format!("{name} {language}"), language, folds: folds.collect() }
}

/// The questions written for calibration, to the whole site's items.
fn written(name: &str, language: Language) -> Set {
    let (files, questions) = site_questions(name, language);
    let files = files.into_iter().filter(|(file, _)| file.ends_with(".jsonl")).collect();
    // What only a document answers, an item may answer in passing.
    let asked = questions.into_iter().filter(|question| question.words.is_empty()).map(|question| Asked {
        question: question.question,
        right: if question.items.is_empty() { Right::Nothing } else { Right::AnyItem(question.items) },
    });
    let fold = Fold { files, asked: asked.collect() };
    Set { name: format!("{name} {language} written"), language, folds: vec![fold] }
}

/// Sites of 1, 3 and 10 of a demo site's items: a phrasing of each while it is held back, and as many questions from the
/// rest of the demo site and from the other one.
fn small(name: &str, language: Language) -> Set {
    let items = site_items(name, language);
    let others = elsewhere(name, language);
    let folds = [1, 3, 10].into_iter().flat_map(|size| (0..30 / size).map(move |draw| (size, draw * 30 / size + size)));
    let fold = |(size, draw): (usize, usize)| {
        let (mut lines, mut asked) = (String::new(), Vec::new());
        for place in 0..size {
            let mut item = items[(draw * 7 + place * 31) % items.len()].clone();
            let mut phrasings = texts(&item["questions"]);
            if phrasings.len() > 3 {
                let right = Right::Item(item["id"].as_str().expect("an id").to_owned());
                asked.push(Asked { question: phrasings.remove((draw + place) % 4), right });
                item["questions"] = phrasings.into();
            }
            lines += &format!("{item}\n");
            let stranger = &items[(draw * 7 + place * 31 + 11) % items.len()];
            asked.push(unanswerable(texts(&stranger["questions"]).remove(0)));
            if place % 2 == 0 {
                asked.push(unanswerable(others[(draw * 13 + place * 17) % others.len()].clone()));
            }
        }
        Fold { files: vec![("items.jsonl".into(), lines)], asked }
    };
    Set { name: format!("{name} {language} small"), language, folds: folds.map(fold).collect() }
}

fn unanswerable(question: String) -> Asked {
    Asked { question, right: Right::Nothing }
}

/// The other demo site's phrasings: questions of the same sort that this site does not answer.
fn elsewhere(name: &str, language: Language) -> Vec<String> {
    let other = if name == "bank" { "airport" } else { "bank" };
    let items = site_items(other, language).into_iter();
    // Both have these.
    let shared = ["wifi", "toilets", "lost-property", "parking", "atm", "currency", "complaint", "opening", "charging"];
    let own = items.filter(|item| !shared.iter().any(|word| item["id"].as_str().is_some_and(|id| id.contains(word))));
    own.flat_map(|item| texts(&item["questions"])).collect()
}

/// A site's documents alone: questions about them, and questions that nothing in them answers.
fn site_documents(name: &str, language: Language) -> Set {
    let (files, questions) = site_questions(name, language);
    let files = files.into_iter().filter(|(file, _)| file.ends_with(".md")).collect();
    // What an item answers, a document may answer too.
    let about = |question: &SiteQuestion| question.items.is_empty();
    let asked = questions.into_iter().filter(about).map(|question| Asked {
        question: question.question,
        right: if question.words.is_empty() { Right::Nothing } else { Right::Anywhere(question.words) },
    });
    let none = elsewhere(name, language).into_iter().step_by(8).map(unanswerable);
    let fold = Fold { files, asked: asked.chain(none).collect() };
    Set { name: format!("{name} {language} documents"), language, folds: vec![fold] }
}

/// Questions written for calibration over a whole demo site, documents too; those without a right answer have none there.
/// Their files are never used for evaluation.
pub struct SiteQuestion {
    pub question: String,
    pub items: Vec<String>,
    /// Any of these stands in a right document answer.
    pub words: Vec<String>,
}

pub fn site_questions(name: &str, language: Language) -> (Vec<(String, String)>, Vec<SiteQuestion>) {
    let folder = sites().join(name);
    let wanted =
        |file: &String| file.ends_with(&format!(".{language}.jsonl")) || file.ends_with(&format!(".{language}.md"));
    let mut files = Vec::new();
    for folder in [folder.clone(), folder.join("documents")] {
        for entry in std::fs::read_dir(folder).expect("the site's folder") {
            let path = entry.expect("an entry").path();
            let file = path.file_name().expect("a name").to_string_lossy().into_owned();
            if wanted(&file) {
                files.push((file, std::fs::read_to_string(path).expect("a text")));
            }
        }
    }
    let cases =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/knowledge/calibration.{name}.{language}.jsonl"));
    let text = std::fs::read_to_string(cases).expect("the calibration questions");
    let questions = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a question")).map(|line| {
        let list = |key: &str| if line[key].is_array() { texts(&line[key]) } else { Vec::new() };
        SiteQuestion {
            question: line["question"].as_str().expect("a question").into(),
            items: list("items"),
            words: list("words"),
        }
    });
    (files, questions.collect())
}

fn site_items(name: &str, language: Language) -> Vec<Value> {
    let path = sites().join(name).join(format!("items.{language}.jsonl"));
    let text = std::fs::read_to_string(path).expect("the site's items");
    text.lines().map(|line| serde_json::from_str(line).expect("an item")).collect()
}

fn sites() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/sites");
    std::env::var_os("USHER_SITES").map_or(own, Into::into)
}

/// Intents as items of four phrasings; a fifth of the intents is held back.
fn banking77() -> Set {
    let mut intents: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (text, label) in banking("train.csv") {
        intents.entry(label).or_default().push(text);
    }
    intent_set("banking77 train", intents, Vec::new())
}

fn clinc150() -> Set {
    let text = std::fs::read_to_string(shared().join("clinc150/data.json")).expect("clinc150 is there");
    let data: Value = serde_json::from_str(&text).expect("JSON");
    let pairs = |key: &str| {
        let rows = data[key].as_array().expect("rows").iter();
        rows.map(texts).map(|row| (row[0].clone(), row[1].clone())).collect::<Vec<_>>()
    };
    let mut intents: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (text, label) in pairs("train") {
        intents.entry(label).or_default().push(text);
    }
    let outside = pairs("oos_train").into_iter().chain(pairs("oos_val")).map(|(text, _)| text);
    intent_set("clinc150 train", intents, outside.collect())
}

fn intent_set(name: &str, intents: BTreeMap<String, Vec<String>>, outside: Vec<String>) -> Set {
    const HELD_BACK_EVERY: usize = 5;
    let (mut lines, mut asked) = (String::new(), Vec::new());
    for (number, (label, texts)) in intents.into_iter().enumerate() {
        let hidden = number % HELD_BACK_EVERY == 0;
        if !hidden {
            let answer = format!("This is about {}.", label.replace('_', " "));
            lines += &item_line(&label, Language::English, &texts[..4], &answer);
        }
        let right = |hidden| if hidden { Right::Nothing } else { Right::Item(label.clone()) };
        asked.extend(
            texts[4..].iter().step_by(12).take(6).map(|text| Asked { question: text.clone(), right: right(hidden) }),
        );
    }
    asked.extend(outside.into_iter().map(|question| Asked { question, right: Right::Nothing }));
    let fold = Fold { files: vec![("items.jsonl".into(), lines)], asked };
    Set { name: name.into(), language: Language::English, folds: vec![fold] }
}

/// Reading comprehension: paragraphs as documents, every fourth held back so that its questions have no answer.
fn reading(path: &str, language: Language) -> Set {
    let text = std::fs::read_to_string(shared().join(path)).expect("the set is there");
    let data: Value = serde_json::from_str(&text).expect("JSON");
    let articles = data["data"].as_array().expect("articles");
    let paragraphs = articles.iter().flat_map(|article| {
        let title = article["title"].as_str().unwrap_or_default().replace('_', " ");
        article["paragraphs"].as_array().expect("paragraphs").iter().map(move |paragraph| (title.clone(), paragraph))
    });
    let (mut files, mut asked, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (number, (title, paragraph)) in paragraphs.enumerate() {
        let hidden = number % 4 == 3;
        let file = format!("{number:04}.{language}.md");
        let context = paragraph["context"].as_str().expect("a context").replace(['#', '*', '|', '\n'], " ");
        if !hidden {
            files.push((file.clone(), format!("# {title}\n\n{context}\n")));
        }
        let questions = paragraph["qas"].as_array().expect("questions").iter();
        let possible = questions.filter(|one| one["is_impossible"].as_bool() != Some(true));
        for question in possible.step_by(2) {
            let words =
                question["answers"].as_array().expect("answers").iter().filter_map(|answer| answer["text"].as_str());
            let right =
                if hidden { Right::Nothing } else { Right::Document(file.clone(), words.map(str::to_owned).collect()) };
            let question = question["question"].as_str().expect("a question").to_owned();
            if seen.insert(question.clone()) {
                asked.push(Asked { question, right });
            }
        }
    }
    Set { name: path.split('/').next_back().unwrap_or(path).into(), language, folds: vec![Fold { files, asked }] }
}

/// Each article a site of one page: its own questions, and the next article's, which it does not answer.
fn single(path: &str, language: Language) -> Set {
    let text = std::fs::read_to_string(shared().join(path)).expect("the set is there");
    let data: Value = serde_json::from_str(&text).expect("JSON");
    let articles: Vec<Page> = data["data"].as_array().expect("articles").iter().map(page).collect();
    let folds = articles.iter().enumerate().step_by(2).map(|(place, (page, own))| {
        let (_, others) = &articles[(place + 1) % articles.len()];
        let known = own
            .iter()
            .step_by(2)
            .map(|(question, words)| Asked { question: question.clone(), right: Right::Anywhere(words.clone()) });
        let unknown = others.iter().step_by(3).map(|(question, _)| unanswerable(question.clone()));
        Fold { files: vec![(format!("page.{language}.md"), page.clone())], asked: known.chain(unknown).collect() }
    });
    Set { name: format!("{language} single pages"), language, folds: folds.collect() }
}

/// A document, and questions with the words that answer them.
type Page = (String, Vec<(String, Vec<String>)>);

/// An article as a document with a heading for each paragraph, and its questions with their answers.
fn page(article: &Value) -> Page {
    let title = article["title"].as_str().unwrap_or_default().replace('_', " ");
    let (mut page, mut questions) = (format!("# {title}\n"), Vec::new());
    for paragraph in article["paragraphs"].as_array().expect("paragraphs") {
        let context = paragraph["context"].as_str().expect("a context").replace(['#', '*', '|', '\n'], " ");
        let heading: String = context.chars().take(12).collect();
        page += &format!("\n## {heading}\n\n{context}\n");
        for question in paragraph["qas"].as_array().expect("questions") {
            let words = question["answers"].as_array().expect("answers").iter();
            let words = words.filter_map(|answer| answer["text"].as_str()).map(str::to_owned).collect();
            questions.push((question["question"].as_str().expect("a question").to_owned(), words));
        }
    }
    (page, questions)
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}
