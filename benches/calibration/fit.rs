//! Two small logistic regressions and what they do: first which candidate, then how surely.

use std::fmt;

use usher::knowledge::Evidence;

#[derive(Clone)]
pub struct Candidate {
    pub evidence: Evidence,
    pub score: f32,
    pub right: bool,
    /// The picked sentences hold the answer.
    pub picked: bool,
}

/// One asked question with its candidates, best first.
#[derive(Clone)]
pub struct Sample {
    pub answerable: bool,
    pub candidates: Vec<Candidate>,
}

const KINDS: usize = 7;

fn numbers(evidence: &Evidence) -> [f64; KINDS] {
    [evidence.nearest, evidence.mean, evidence.whole, evidence.shared, evidence.about, evidence.cover, evidence.named]
        .map(f64::from)
}

/// The lead beyond which it no longer counts; as in `knowledge/score.rs`.
const LEAD_MAX: f64 = 4.0;

pub struct Fitted {
    weights: Vec<f64>,
    sure: Vec<f64>,
}

impl Fitted {
    /// Every set counts alike, however many questions it has.
    pub fn of(sets: &[(String, Vec<Sample>)]) -> Self {
        let mut rows = Vec::new();
        for (_, samples) in sets {
            let share = 1000.0 / samples.len() as f64;
            for sample in samples {
                let each = sample.candidates.iter().map(|one| (numbers(&one.evidence).to_vec(), one.right, share));
                rows.extend(each);
            }
        }
        let weights = logistic(&rows);
        let mut fitted = Self { weights, sure: vec![1.0, 0.0, 0.0] };
        let mut rows = Vec::new();
        for (_, samples) in sets {
            let share = 1000.0 / samples.len() as f64;
            for sample in samples {
                let strengths = fitted.strengths(sample);
                if let Some((best, strength, lead)) = leader(&strengths) {
                    rows.push((vec![strength, lead], sample.candidates[best].right, share));
                }
            }
        }
        fitted.sure = logistic(&rows);
        fitted
    }

    fn strengths(&self, sample: &Sample) -> Vec<f64> {
        let weigh = |one: &Candidate| {
            let weighed = numbers(&one.evidence).into_iter().zip(&self.weights).map(|(number, weight)| number * weight);
            weighed.sum::<f64>() + self.weights[KINDS]
        };
        sample.candidates.iter().map(weigh).collect()
    }

    /// The sample as these constants would have it.
    pub fn scored(&self, sample: &Sample) -> Sample {
        let strengths = self.strengths(sample);
        let mut sample = sample.clone();
        for (place, candidate) in sample.candidates.iter_mut().enumerate() {
            let rivals = strengths.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, rival)| *rival);
            let lead = rivals.max_by(f64::total_cmp).map_or(LEAD_MAX, |rival| lead(strengths[place], rival));
            let logit = self.sure[0] * strengths[place] + self.sure[1] * lead + self.sure[2];
            candidate.score = sigmoid(logit) as f32;
        }
        sample.candidates.sort_by(|left, right| right.score.total_cmp(&left.score));
        sample
    }
}

fn leader(strengths: &[f64]) -> Option<(usize, f64, f64)> {
    let (best, strength) = strengths.iter().copied().enumerate().max_by(|left, right| left.1.total_cmp(&right.1))?;
    let rivals = strengths.iter().enumerate().filter(|(place, _)| *place != best).map(|(_, rival)| *rival);
    Some((best, strength, rivals.max_by(f64::total_cmp).map_or(LEAD_MAX, |rival| lead(strength, rival))))
}

fn lead(strength: f64, rival: f64) -> f64 {
    (strength - rival).clamp(-LEAD_MAX, LEAD_MAX)
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Weights and bias by gradient steps with a little decay; `rows` are numbers, label and share.
fn logistic(rows: &[(Vec<f64>, bool, f64)]) -> Vec<f64> {
    let width = rows.first().map_or(0, |row| row.0.len());
    let all: f64 = rows.iter().map(|row| row.2).sum();
    let (mut weights, mut speed) = (vec![0.0; width + 1], vec![0.0; width + 1]);
    for _ in 0..6_000 {
        let mut slope = vec![0.0; width + 1];
        for (numbers, label, share) in rows {
            let logit: f64 =
                numbers.iter().zip(&weights).map(|(number, weight)| number * weight).sum::<f64>() + weights[width];
            let error = (sigmoid(logit) - f64::from(u8::from(*label))) * share / all;
            for (slope, number) in slope.iter_mut().zip(numbers.iter().chain(&[1.0])) {
                *slope += error * number;
            }
        }
        for place in 0..=width {
            let decay = if place < width { 1e-4 * weights[place] } else { 0.0 };
            speed[place] = 0.9 * speed[place] - 1.0 * (slope[place] + decay);
            weights[place] += speed[place];
        }
    }
    weights
}

impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [nearest, mean, whole, shared, about, cover, named, bias] = self.weights[..] else {
            return Err(fmt::Error);
        };
        let [slope, lead, shift] = self.sure[..] else { return Err(fmt::Error) };
        write!(
            f,
            "nearest: {nearest:.2}, mean: {mean:.2}, whole: {whole:.2}, shared: {shared:.2}, about: {about:.2}, cover: {cover:.2}, named: {named:.2}, "
        )?;
        write!(f, "bias: {bias:.2}, sure: [{slope:.2}, {lead:.2}, {shift:.2}]")
    }
}

/// One line of the table: asked, top-1 of the answerable, area under the curve of "the best candidate is right" by score
/// and by likeness of meaning alone, and what a threshold of 0.5 does.
pub fn judge(samples: &[Sample]) -> String {
    let answerable = samples.iter().filter(|sample| sample.answerable).count();
    let best = |sample: &Sample| sample.candidates.first().cloned();
    let first = samples.iter().filter(|sample| best(sample).is_some_and(|best| best.right)).count();
    let by_score = |sample: &Sample| best(sample).map_or(0.0, |best| best.score);
    let by_cosine = |sample: &Sample| {
        sample.candidates.iter().map(|one| one.evidence.nearest.max(one.evidence.whole)).fold(0.0, f32::max)
    };
    let given = |sample: &&Sample| by_score(sample) >= 0.5;
    let right = samples.iter().filter(given).filter(|sample| best(sample).is_some_and(|best| best.right)).count();
    let wrong = samples.iter().filter(given).count() - right;
    let refused = samples.iter().filter(|sample| sample.answerable && by_score(sample) < 0.5).count();
    let picked = samples.iter().filter(|sample| best(sample).is_some_and(|best| best.right && best.picked)).count();
    format!(
        "{:>5} {:>6.3} {:>6.3} {:>6.3} |         {right:>6} {wrong:>6} {refused:>7} | {picked:>6}",
        samples.len(),
        first as f64 / answerable.max(1) as f64,
        area(samples, by_score),
        area(samples, by_cosine),
    )
}

/// The probability that an answerable question scores above an unanswerable one.
fn area(samples: &[Sample], score: impl Fn(&Sample) -> f32) -> f64 {
    let of = |answerable: bool| {
        samples.iter().filter(move |sample| sample.answerable == answerable).map(&score).collect::<Vec<_>>()
    };
    let (high, low) = (of(true), of(false));
    let above = |high: &f32| {
        low.iter()
            .map(|low| {
                if high > low {
                    1.0
                } else if high == low {
                    0.5
                } else {
                    0.0
                }
            })
            .sum::<f64>()
    };
    high.iter().map(above).sum::<f64>() / (high.len() * low.len()).max(1) as f64
}
