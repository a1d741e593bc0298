//! Fits and checks the constants of `knowledge/score.rs` on questions whose answers are known.
//!
//! `cargo bench --bench calibration` prints, for each kind of candidate and each ranker, what the present constants do and
//! what a new fit gives. Held-out evaluation cases are not read here.

#[path = "../common/mod.rs"]
mod common;
mod fit;
mod sets;
mod sites;

use fit::{Fitted, Sample, judge};
use usher::domain::Language;

fn main() {
    let embedder = common::embedder();
    for (title, sets, item, with_model) in [
        ("items by meaning", sets::items(Language::English), true, true),
        ("items by words, Chinese", sets::items(Language::Chinese), true, false),
        ("items by words, English", sets::items(Language::English), true, false),
        ("passages by meaning", sets::documents(Language::English), false, true),
        ("passages by words, Chinese", sets::documents(Language::Chinese), false, false),
        ("passages by words, English", sets::documents(Language::English), false, false),
    ] {
        if std::env::args().nth(1).is_some_and(|wanted| wanted != "--bench" && !title.contains(&wanted)) {
            continue;
        }
        println!("\n== {title}");
        let samples: Vec<(String, Vec<Sample>)> = sets
            .into_iter()
            .map(|set| (set.name.clone(), set.ask(with_model.then(|| embedder.clone()), item)))
            .collect();
        println!(
            "{:28} {:>5} {:>6} {:>6} {:>6} | at 0.5: {:>6} {:>6} {:>7} | {:>6}",
            "now", "asked", "top-1", "AUC", "cosAUC", "right", "wrong", "refused", "picked"
        );
        for (name, samples) in &samples {
            println!("{name:28} {}", judge(samples));
        }
        let fitted = Fitted::of(&samples);
        println!("fitted:\n{fitted}");
        for (name, samples) in &samples {
            let again: Vec<Sample> = samples.iter().map(|sample| fitted.scored(sample)).collect();
            println!("{name:28} {}", judge(&again));
        }
    }
    sites::judge(&embedder);
}
