//! Two small logistic regressions and what they do: first which candidate, then how surely.

use std::fmt;

use usher::knowledge::{Evidence, KINDS};

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

/// The lead beyond which it no longer counts; as in `knowledge/score.rs`.
const LEAD_MAX: f64 = 4.0;

/// Pull of every weight towards 0: kinds of evidence that say nearly the same share their weight.
const DECAY_RANK: f64 = 1e-4;
const DECAY_SURE: f64 = 3e-4;

pub struct Fitted {
    rank: Vec<f64>,
    /// [`KINDS`] weights, that of the lead, the bias.
    sure: Vec<f64>,
}

impl Fitted {
    /// Every set counts alike, however many questions it has.
    pub fn of(sets: &[(String, Vec<Sample>)]) -> Self {
        let shared = |samples: &Vec<Sample>| 1.0 / samples.len() as f64;
        let mut choices = Vec::new();
        for (_, samples) in sets {
            let told = samples.iter().filter(|sample| sample.candidates.iter().any(|one| one.right));
            choices.extend(told.map(|sample| (sample, shared(samples))));
        }
        let mut fitted = Self { rank: ranking(&choices), sure: Vec::new() };
        let mut rows = Vec::new();
        for (_, samples) in sets {
            for sample in samples {
                if let Some((best, lead)) = leader(&fitted.strengths(sample)) {
                    let one = &sample.candidates[best];
                    let numbers = numbers(&one.evidence).into_iter().chain([lead]);
                    rows.push((numbers.collect(), one.right, shared(samples)));
                }
            }
        }
        fitted.sure = logistic(&rows);
        fitted
    }

    fn strengths(&self, sample: &Sample) -> Vec<f64> {
        sample.candidates.iter().map(|one| dot(&numbers(&one.evidence), &self.rank)).collect()
    }

    /// The sample as these constants would have it.
    pub fn scored(&self, sample: &Sample) -> Sample {
        let strengths = self.strengths(sample);
        let mut sample = sample.clone();
        for (place, candidate) in sample.candidates.iter_mut().enumerate() {
            let rivals = strengths.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, rival)| *rival);
            let lead = rivals.max_by(f64::total_cmp).map_or(LEAD_MAX, |rival| lead(strengths[place], rival));
            let sure = dot(&numbers(&candidate.evidence), &self.sure[..KINDS]);
            let logit = sure + self.sure[KINDS] * lead + self.sure[KINDS + 1];
            candidate.score = sigmoid(logit) as f32;
        }
        let mut order: Vec<usize> = (0..strengths.len()).collect();
        order.sort_by(|left, right| strengths[*right].total_cmp(&strengths[*left]));
        sample.candidates = order.into_iter().map(|place| sample.candidates[place].clone()).collect();
        sample
    }
}

fn numbers(evidence: &Evidence) -> Vec<f64> {
    evidence.numbers().map(f64::from).to_vec()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn leader(strengths: &[f64]) -> Option<(usize, f64)> {
    let (best, strength) = strengths.iter().copied().enumerate().max_by(|left, right| left.1.total_cmp(&right.1))?;
    let rivals = strengths.iter().enumerate().filter(|(place, _)| *place != best).map(|(_, rival)| *rival);
    Some((best, rivals.max_by(f64::total_cmp).map_or(LEAD_MAX, |rival| lead(strength, rival))))
}

fn lead(strength: f64, rival: f64) -> f64 {
    (strength - rival).clamp(-LEAD_MAX, LEAD_MAX)
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// A candidate's evidence, and whether it is right.
type Judged = (Vec<f64>, bool);

/// Weights that give the right candidate the greatest share among its question's (a conditional logit), by gradient steps.
fn ranking(choices: &[(&Sample, f64)]) -> Vec<f64> {
    let rows: Vec<(Vec<Judged>, f64)> = choices
        .iter()
        .map(|(sample, share)| {
            (sample.candidates.iter().map(|one| (numbers(&one.evidence), one.right)).collect(), *share)
        })
        .collect();
    let all: f64 = rows.iter().map(|(_, share)| share).sum();
    descend(KINDS, 1_500, 0.5, |weights, slope| {
        for (candidates, share) in &rows {
            let chances = shares(candidates, weights);
            let right: f64 =
                candidates.iter().zip(&chances).filter(|((_, right), _)| *right).map(|(_, chance)| chance).sum();
            for ((numbers, is_right), chance) in candidates.iter().zip(&chances) {
                let wanted = if *is_right { chance / right.max(1e-9) } else { 0.0 };
                for (slope, number) in slope.iter_mut().zip(numbers) {
                    *slope += (chance - wanted) * number * share / all;
                }
            }
        }
        slope.iter_mut().zip(weights).for_each(|(slope, weight)| *slope += DECAY_RANK * weight);
    })
}

fn shares(candidates: &[Judged], weights: &[f64]) -> Vec<f64> {
    let strengths: Vec<f64> = candidates.iter().map(|(numbers, _)| dot(numbers, weights)).collect();
    let most = strengths.iter().copied().fold(f64::MIN, f64::max);
    let powers: Vec<f64> = strengths.iter().map(|strength| (strength - most).exp()).collect();
    let all: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / all).collect()
}

/// Weights and, last, bias of a logistic regression; `rows` are numbers, label and share.
fn logistic(rows: &[(Vec<f64>, bool, f64)]) -> Vec<f64> {
    let width = rows.first().map_or(0, |row| row.0.len());
    let all: f64 = rows.iter().map(|row| row.2).sum();
    descend(width + 1, 4_000, 0.3, |weights, slope| {
        for (numbers, label, share) in rows {
            let error = sigmoid(dot(numbers, weights) + weights[width]) - f64::from(u8::from(*label));
            for (slope, number) in slope.iter_mut().zip(numbers.iter().chain(&[1.0])) {
                *slope += error * number * share / all;
            }
        }
        slope[..width].iter_mut().zip(weights).for_each(|(slope, weight)| *slope += DECAY_SURE * weight);
    })
}

/// Gradient steps with momentum from 0; `gradient` adds to a slope of zeros.
fn descend(width: usize, steps: usize, pace: f64, gradient: impl Fn(&[f64], &mut [f64])) -> Vec<f64> {
    let (mut weights, mut speed) = (vec![0.0; width], vec![0.0; width]);
    for _ in 0..steps {
        let mut slope = vec![0.0; width];
        gradient(&weights, &mut slope);
        for place in 0..width {
            speed[place] = 0.9 * speed[place] - pace * slope[place];
            weights[place] += speed[place];
        }
    }
    weights
}

impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |weights: &[f64]| weights.iter().map(|weight| format!("{weight:.2}")).collect::<Vec<_>>().join(", ");
        writeln!(f, "    rank: [{}],", list(&self.rank))?;
        writeln!(f, "    sure: [{}],", list(&self.sure[..KINDS]))?;
        write!(f, "    lead: {:.2}, bias: {:.2},", self.sure[KINDS], self.sure[KINDS + 1])
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
