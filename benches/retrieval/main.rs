//! How fast and how well knowledge is found: the embedding model beside candle-transformers' BERT on the same file, and
//! banking77 imported as items (its training phrasings, one answer an intent) asked with its test questions.

mod bm25;
#[path = "../common/mod.rs"]
mod common;
mod reference;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use common::{banking, item_line, knowledge, model};
use usher::domain::{Language, Origin};
use usher::engine::{Embedder, open_embedder};

/// Questions of 8 and of 18 words.
const QUESTIONS: [&str; 2] = [
    "where is the nearest toilet to gate b22",
    "where do I go to collect my luggage after I have come through passport control from another flight?",
];

const ROUNDS: usize = 60;

fn main() {
    embedding();
    if std::env::args().any(|argument| argument == "embedding") {
        return;
    }
    let (train, test) = (banking("train.csv"), banking("test.csv"));
    banking77(&train, &test);
}

fn embedding() {
    let started = Instant::now();
    let mut embedder = open_embedder(&model()).expect("the model opens");
    println!("opened in {:.0} ms", milliseconds(started.elapsed()));
    let reference = reference::Bert::open(&model());
    for question in QUESTIONS {
        // In turns, so that a busy machine is equally busy for both.
        let (mut own, mut candle) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            own.push(timed(|| embedder.embed(&[question]).expect("embeds")));
            candle.push(timed(|| reference.embed(question)));
        }
        let words = question.split(' ').count();
        println!("{words} words: usher {}; candle {}", spread(own), spread(candle));
    }
}

fn banking77(train: &[(String, String)], test: &[(String, String)]) {
    let mut intents: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (text, label) in train {
        intents.entry(label).or_default().push(text.clone());
    }
    let line = |(label, texts): (&&str, &Vec<String>)| {
        item_line(label, Language::English, texts, &format!("This is about {}.", label.replace('_', " ")))
    };
    let lines: String = intents.iter().map(line).collect();
    let files = [("items.jsonl".to_owned(), lines)];
    println!(
        "\nbanking77: {} phrasings of {} intents, {} test questions, top-1 right",
        train.len(),
        intents.len(),
        test.len()
    );

    let words = bm25::Bm25::over(train);
    let worded: Vec<Vec<String>> = test.iter().map(|(text, _)| words.ranked(text)).collect();
    report("BM25 alone", test, &worded, None);

    let started = Instant::now();
    let embedder = common::embedder();
    let (_folder, mut with_model) = knowledge(&files, Some(embedder.clone()));
    println!("imported and embedded (or remembered) in {:.1} s", started.elapsed().as_secs_f64());
    let near = Nearest::over(train, &embedder);
    let nearest: Vec<Vec<String>> = test.iter().map(|(text, _)| near.ranked(text)).collect();
    report("nearest phrasing alone", test, &nearest, None);
    let fused: Vec<Vec<String>> = worded.iter().zip(&nearest).map(|(left, right)| reciprocal(left, right)).collect();
    report("reciprocal rank fusion", test, &fused, None);

    let (_other, mut words_only) = knowledge(&files, None);
    for (name, knowledge) in [("usher without the model", &mut words_only), ("usher", &mut with_model)] {
        let now = jiff::civil::date(2026, 12, 1).at(12, 0, 0, 0);
        let mut times = Vec::new();
        let found: Vec<Vec<String>> = test
            .iter()
            .map(|(text, _)| {
                let mut found = None;
                times.push(timed(|| found = knowledge.search(text, Language::English, now).ok()));
                let id = |origin: &Origin| match origin {
                    Origin::Item { id } => id.clone(),
                    Origin::Document { file, .. } => file.clone(),
                };
                found
                    .map(|found| found.passages.iter().map(|passage| id(&passage.origin)).collect())
                    .unwrap_or_default()
            })
            .collect();
        report(name, test, &found, Some(times));
    }
}

/// The nearest training phrasings by cosine.
struct Nearest<'a> {
    train: &'a [(String, String)],
    vectors: Vec<Vec<f32>>,
    embedder: usher::knowledge::SharedEmbedder,
}

impl<'a> Nearest<'a> {
    fn over(train: &'a [(String, String)], embedder: &usher::knowledge::SharedEmbedder) -> Self {
        let texts: Vec<String> = train.iter().map(|(text, _)| text.clone()).collect();
        Self { train, vectors: embed(embedder, texts), embedder: embedder.clone() }
    }

    fn ranked(&self, question: &str) -> Vec<String> {
        let asked = embed(&self.embedder, vec![question.to_owned()]).remove(0);
        let alike = |vector: &Vec<f32>| vector.iter().zip(&asked).map(|(left, right)| left * right).sum::<f32>();
        let mut best: HashMap<&str, f32> = HashMap::new();
        for (vector, (_, label)) in self.vectors.iter().zip(self.train) {
            let score = best.entry(label).or_insert(f32::MIN);
            *score = score.max(alike(vector));
        }
        by_score(best)
    }
}

fn embed(embedder: &usher::knowledge::SharedEmbedder, texts: Vec<String>) -> Vec<Vec<f32>> {
    let job = move |embedder: &mut Box<dyn Embedder>, _: &usher::base::Stop| {
        embedder.embed(&texts.iter().map(String::as_str).collect::<Vec<_>>()).expect("embeds")
    };
    embedder.call(job).expect("has room").wait().expect("embeds").value
}

pub fn by_score(scores: HashMap<&str, f32>) -> Vec<String> {
    let mut ranked: Vec<(&str, f32)> = scores.into_iter().collect();
    ranked.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
    ranked.into_iter().map(|(label, _)| label.to_owned()).collect()
}

/// Reciprocal rank fusion (Cormack and others 2009) with its usual constant of 60.
fn reciprocal(left: &[String], right: &[String]) -> Vec<String> {
    let mut scores: HashMap<&str, f32> = HashMap::new();
    for ranking in [left, right] {
        for (rank, label) in ranking.iter().enumerate() {
            *scores.entry(label).or_default() += 1.0 / (61.0 + rank as f32);
        }
    }
    by_score(scores)
}

fn report(name: &str, test: &[(String, String)], ranked: &[Vec<String>], times: Option<Vec<f64>>) {
    let within = |count: usize| {
        let hits =
            test.iter().zip(ranked).filter(|((_, label), ranked)| ranked.iter().take(count).any(|one| one == label));
        100.0 * hits.count() as f64 / test.len() as f64
    };
    let times = times.map(|times| format!("; {} (question vectors remembered)", spread(times))).unwrap_or_default();
    println!("{name:24} top-1 {:5.2} %, top-3 {:5.2} %{times}", within(1), within(3));
}

fn timed<R>(work: impl FnOnce() -> R) -> f64 {
    let started = Instant::now();
    std::hint::black_box(work());
    milliseconds(started.elapsed())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn spread(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    format!("fastest {:.1} ms, median {:.1} ms, p95 {:.1} ms", at(0.0), at(0.5), at(0.95))
}
