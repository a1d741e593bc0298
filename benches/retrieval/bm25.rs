//! BM25 (Robertson and others 1994; k1 1.2, b 0.75) over phrasings, an intent scored by its best one: the plain keyword
//! search that retrieval is compared with.

use std::collections::HashMap;

use crate::by_score;

const K1: f32 = 1.2;
const B: f32 = 0.75;

pub struct Bm25<'a> {
    /// For each word, where it stands and how often.
    postings: HashMap<String, Vec<(usize, f32)>>,
    lengths: Vec<f32>,
    rows: &'a [(String, String)],
    mean: f32,
}

impl<'a> Bm25<'a> {
    pub fn over(rows: &'a [(String, String)]) -> Self {
        let mut postings: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        let mut lengths = Vec::new();
        for (row, (text, _)) in rows.iter().enumerate() {
            let mut counts: HashMap<String, f32> = HashMap::new();
            words(text).for_each(|word| *counts.entry(word).or_default() += 1.0);
            lengths.push(counts.values().sum());
            counts.into_iter().for_each(|(word, count)| postings.entry(word).or_default().push((row, count)));
        }
        let mean = lengths.iter().sum::<f32>() / lengths.len() as f32;
        Self { postings, lengths, rows, mean }
    }

    pub fn ranked(&self, question: &str) -> Vec<String> {
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for word in words(question) {
            let Some(rows) = self.postings.get(&word) else { continue };
            let holders = rows.len() as f32;
            let rarity = ((self.rows.len() as f32 - holders + 0.5) / (holders + 0.5)).ln_1p();
            for &(row, count) in rows {
                let length = 1.0 - B + B * self.lengths[row] / self.mean;
                *scores.entry(row).or_default() += rarity * count * (K1 + 1.0) / (count + K1 * length);
            }
        }
        let mut best: HashMap<&str, f32> = HashMap::new();
        for (row, score) in scores {
            let held = best.entry(&self.rows[row].1).or_default();
            *held = held.max(score);
        }
        by_score(best)
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}
