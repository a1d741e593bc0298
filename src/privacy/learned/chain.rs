//! The chain itself: weights, and how probable each label is for each word (forward and backward passes, scaled; Rabiner 1989).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::features::Items;

/// Nothing, a part of a name, a part of an address, a part of other personal data.
pub const LABELS: [&str; 4] = ["O", "P", "A", "X"];
const COUNT: usize = LABELS.len();

struct Weights {
    states: HashMap<&'static str, [f32; COUNT]>,
    /// From label to label, as factors.
    steps: [[f32; COUNT]; COUNT],
}

/// Each line has a feature, a blank, and its weight for each label; a line that begins with `>` has a label and the weights of the
/// steps from it.
static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let mut weights = Weights { states: HashMap::new(), steps: [[1.0; COUNT]; COUNT] };
    let lines = include_str!("weights.txt").lines().filter(|line| !line.starts_with('#'));
    for (feature, numbers) in lines.filter_map(|line| line.split_once('\t')) {
        let mut row = [0.0; COUNT];
        row.iter_mut().zip(numbers.split(' ')).for_each(|(weight, number)| *weight = number.parse().unwrap_or(0.0));
        match feature.strip_prefix('>').and_then(|from| LABELS.iter().position(|label| *label == from)) {
            Some(from) => weights.steps[from] = row.map(f32::exp),
            None => _ = weights.states.insert(feature, row),
        }
    }
    weights
});

/// For each item the probabilities of [`LABELS`]; they add up to 1.
pub fn marginals(items: &Items) -> Vec<[f32; COUNT]> {
    let weights = &*WEIGHTS;
    let scores: Vec<[f32; COUNT]> = (0..items.len()).map(|at| factors(weights, items, at)).collect();
    let mut forward: Vec<[f32; COUNT]> = Vec::with_capacity(items.len());
    for score in &scores {
        let before = forward.last().copied();
        let reached = |to: usize| {
            before.map_or(1.0, |before| (0..COUNT).map(|from| before[from] * weights.steps[from][to]).sum())
        };
        forward.push(scaled(std::array::from_fn(|to| reached(to) * score[to])));
    }
    let mut backward = [1.0; COUNT];
    let mut chances = forward;
    for at in (0..items.len()).rev() {
        chances[at] = scaled(std::array::from_fn(|label| chances[at][label] * backward[label]));
        let left = |from: usize| (0..COUNT).map(|to| weights.steps[from][to] * scores[at][to] * backward[to]).sum();
        backward = scaled(std::array::from_fn(left));
    }
    chances
}

/// How much each label fits the item at `at`, the best one 1.
fn factors(weights: &Weights, items: &Items, at: usize) -> [f32; COUNT] {
    let mut sums = [0.0; COUNT];
    items.tell(at, |feature| {
        let row = weights.states.get(feature).copied().unwrap_or_default();
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
    });
    let best = sums.into_iter().fold(f32::MIN, f32::max);
    // No label becomes impossible: the passes would divide by nothing.
    sums.map(|sum| (sum - best).max(-30.0).exp())
}

fn scaled(row: [f32; COUNT]) -> [f32; COUNT] {
    let sum: f32 = row.iter().sum();
    row.map(|value| value / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Ruled;

    /// The probability of every label of every item, from the scores of all chains of labels there are.
    fn by_counting(items: &Items) -> Vec<[f32; COUNT]> {
        let scores: Vec<[f32; COUNT]> = (0..items.len()).map(|at| factors(&WEIGHTS, items, at)).collect();
        let mut sums = vec![[0.0; COUNT]; items.len()];
        for chain in 0..COUNT.pow(items.len() as u32) {
            let label = |at: usize| chain / COUNT.pow(at as u32) % COUNT;
            let steps: f32 = (1..items.len()).map(|at| WEIGHTS.steps[label(at - 1)][label(at)]).product();
            let score: f32 = (0..items.len()).map(|at| scores[at][label(at)]).product::<f32>() * steps;
            (0..items.len()).for_each(|at| sums[at][label(at)] += score);
        }
        sums.into_iter().map(scaled).collect()
    }

    #[test]
    fn the_passes_give_what_counting_all_chains_gives() {
        for text in ["ask Wanjiru please", "at 7 Elm Road now", "Is Paul here?"] {
            let items = Items::of(text, &Ruled::default());
            for (one, other) in marginals(&items).iter().flatten().zip(by_counting(&items).iter().flatten()) {
                assert!((one - other).abs() < 1e-4, "{text}: {one} {other}");
            }
        }
    }

    #[test]
    fn a_long_text_has_probabilities_to_its_end() {
        let text = "My name is Wanjiru, and I live at 7 Elm Road. ".repeat(1200);
        let chances = marginals(&Items::of(&text, &Ruled::default()));
        assert!(chances.iter().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-3));
        assert!(marginals(&Items::of("", &Ruled::default())).is_empty());
    }

    #[test]
    fn every_line_of_the_weights_is_read() {
        let lines = include_str!("weights.txt").lines().filter(|line| !line.starts_with('#'));
        let count = lines
            .inspect(|line| {
                let (_, numbers) = line.split_once('\t').expect("a line has a tab");
                let is_good = |number: &str| number.parse::<f32>().is_ok_and(f32::is_finite);
                assert!(numbers.split(' ').count() == COUNT && numbers.split(' ').all(is_good), "{line}");
            })
            .count();
        let steps = WEIGHTS.steps.iter().filter(|row| row.iter().any(|step| *step != 1.0)).count();
        assert_eq!(count, WEIGHTS.states.len() + steps);
        assert!(steps == COUNT && WEIGHTS.states.len() > 1000, "{} features", WEIGHTS.states.len());
    }
}
