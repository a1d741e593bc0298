//! Rotary positions (Su et al. 2021, RoFormer): pairs of dimensions of a query or key turn with their position.

use super::config::{Config, Rotation};
use super::gguf::ModelFile;
use super::pack;
use crate::engine::EngineError;

/// The angles of one model, and the turns of the positions in hand.
pub(crate) struct Rope {
    rotation: Rotation,
    /// Radians a position, one for each pair.
    speeds: Vec<f32>,
    divisor: f32,
    /// `(cos, sin)` of each pair at each position in hand.
    turns: Vec<(f32, f32)>,
}

impl Rope {
    /// Angles from the metadata, and from `rope_freqs.weight` where the file scales pair by pair (Llama 3).
    pub(crate) fn read(file: &ModelFile, config: &Config) -> Result<Self, EngineError> {
        let pairs = config.rotated / 2;
        let factors = match file.tensor("rope_freqs.weight") {
            Some(_) => pack::vector(file, "rope_freqs.weight", pairs)?,
            None => vec![1.0; pairs],
        };
        let speed = |pair: usize| config.rope_base.powf(-(2.0 * pair as f32) / config.rotated as f32);
        let speeds = factors.iter().enumerate().map(|(pair, factor)| speed(pair) / factor).collect();
        Ok(Self { rotation: config.rotation, speeds, divisor: config.rope_divisor, turns: Vec::new() })
    }

    /// Prepares for `count` positions from `first` on.
    pub(crate) fn prepare(&mut self, first: usize, count: usize) {
        self.turns.clear();
        for position in first..first + count {
            let position = position as f32 / self.divisor;
            self.turns.extend(self.speeds.iter().map(|speed| {
                let (sin, cos) = (position * speed).sin_cos();
                (cos, sin)
            }));
        }
    }

    /// Turns one head's query or key at the `index`th prepared position.
    pub(crate) fn turn(&self, index: usize, head: &mut [f32]) {
        let pairs = self.speeds.len();
        let turns = &self.turns[index * pairs..][..pairs];
        match self.rotation {
            Rotation::Neighbours => {
                for ([a, b], turn) in head.as_chunks_mut().0.iter_mut().zip(turns) {
                    (*a, *b) = turned(*a, *b, turn);
                }
            }
            Rotation::Halves => {
                let (first, rest) = head.split_at_mut(pairs);
                for ((a, b), turn) in first.iter_mut().zip(rest).zip(turns) {
                    (*a, *b) = turned(*a, *b, turn);
                }
            }
        }
    }
}

fn turned(a: f32, b: f32, &(cos, sin): &(f32, f32)) -> (f32, f32) {
    (a * cos - b * sin, a * sin + b * cos)
}
