//! A dense layer `y = W x + b` over packed weights, fast for the few rows that one question has.
//!
//! A general matrix product repacks the weights at every call, which for a dozen rows costs more than the product. Here
//! they are packed once, when the model is read, as f16: a question is over before the weights are read, so half the bytes
//! is nearly half the time. Knows nothing of models or words.

use half::f16;

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{LANES, Lanes, Portable};

/// Rows that share one pass over a panel, as many as the registers hold: 12 + 1 of AVX-512's 32, 6 * 2 + 3 of AVX2's 16.
const ROWS_WIDE: usize = 12;
const ROWS: usize = 6;

/// Packed weights `[outputs / LANES][inputs][LANES]` f16 and biases `[outputs]` f32.
pub struct Dense {
    panels: Vec<f16>,
    bias: Vec<f32>,
    inputs: usize,
    speed: Speed,
}

/// What this processor can do, found out once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Speed {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Speed {
    fn of_this_processor() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }
}

impl Dense {
    /// Packs `weight` (`[outputs, inputs]`, row-major, as BERT files hold it) with its `bias` (`[outputs]`).
    ///
    /// # Panics
    /// When the lengths do not agree, or the outputs are not a multiple of 16: the caller has checked its shapes.
    pub fn new(weight: &[f32], bias: Vec<f32>, inputs: usize) -> Self {
        let outputs = bias.len();
        assert!(
            outputs.is_multiple_of(LANES) && weight.len() == outputs * inputs,
            "a dense layer's shapes were checked"
        );
        let mut panels = vec![f16::ZERO; weight.len()];
        for (panel, rows) in panels.chunks_exact_mut(inputs * LANES).zip(weight.chunks_exact(inputs * LANES)) {
            for (lane, row) in rows.chunks_exact(inputs).enumerate() {
                for (input, &value) in row.iter().enumerate() {
                    panel[input * LANES + lane] = f16::from_f32(value);
                }
            }
        }
        Self { panels, bias, inputs, speed: Speed::of_this_processor() }
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Computes `into[n, outputs]` from `rows[n, inputs]`, both row-major.
    ///
    /// # Panics
    /// When the lengths do not agree.
    pub fn apply(&self, rows: &[f32], into: &mut Vec<f32>) {
        let count = rows.len() / self.inputs;
        assert_eq!(rows.len(), count * self.inputs, "whole rows");
        into.clear();
        into.resize(count * self.outputs(), 0.0);
        match self.speed {
            // SAFETY: `speed` says that this processor has the features.
            #[cfg(target_arch = "x86_64")]
            Speed::Avx512 => unsafe { self.apply_avx512(rows, into) },
            #[cfg(target_arch = "x86_64")]
            Speed::Avx2 => unsafe { self.apply_avx2(rows, into) },
            // SAFETY: plain sums run everywhere.
            Speed::Portable => unsafe { self.apply_in_blocks::<Portable, ROWS>(rows, into) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn apply_avx512(&self, rows: &[f32], into: &mut [f32]) {
        // SAFETY: this function is compiled for the instructions.
        unsafe { self.apply_in_blocks::<Avx512, ROWS_WIDE>(rows, into) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn apply_avx2(&self, rows: &[f32], into: &mut [f32]) {
        // SAFETY: this function is compiled for the instructions.
        unsafe { self.apply_in_blocks::<Avx2, ROWS>(rows, into) }
    }

    /// Panels outside, rows inside: each panel is read from memory once and stays in the first caches for all rows.
    ///
    /// # Safety
    /// As [`Lanes`] says.
    #[inline(always)]
    unsafe fn apply_in_blocks<L: Lanes, const BLOCK: usize>(&self, rows: &[f32], into: &mut [f32]) {
        let outputs = self.outputs();
        let count = rows.len() / self.inputs;
        // Blocks of nearly one size: a single row left over would wait for every sum before the next.
        let block = count.div_ceil(count.div_ceil(BLOCK).max(1)).max(1);
        let panels = self.panels.chunks_exact(self.inputs * LANES).zip(self.bias.as_chunks().0);
        for (index, (panel, bias)) in panels.enumerate() {
            let tile = Tile { panel, bias, inputs: self.inputs, outputs, column: index * LANES };
            let blocks = rows.chunks(block * self.inputs).zip(into.chunks_mut(block * outputs));
            for (rows, into) in blocks {
                // SAFETY: handed on.
                unsafe { tile.apply::<L>(rows, into) };
            }
        }
    }
}

/// A panel of weights with the place of its outputs in a row.
struct Tile<'a> {
    panel: &'a [f16],
    bias: &'a [f32; LANES],
    inputs: usize,
    outputs: usize,
    column: usize,
}

impl Tile<'_> {
    /// At most [`ROWS_WIDE`] rows, each number of them with its own straight code.
    #[inline(always)]
    unsafe fn apply<L: Lanes>(&self, rows: &[f32], into: &mut [f32]) {
        // SAFETY: handed on.
        unsafe {
            match rows.len() / self.inputs {
                1 => self.rows::<L, 1>(rows, into),
                2 => self.rows::<L, 2>(rows, into),
                3 => self.rows::<L, 3>(rows, into),
                4 => self.rows::<L, 4>(rows, into),
                5 => self.rows::<L, 5>(rows, into),
                6 => self.rows::<L, 6>(rows, into),
                7 => self.rows::<L, 7>(rows, into),
                8 => self.rows::<L, 8>(rows, into),
                9 => self.rows::<L, 9>(rows, into),
                10 => self.rows::<L, 10>(rows, into),
                11 => self.rows::<L, 11>(rows, into),
                12 => self.rows::<L, 12>(rows, into),
                other => unreachable!("a block has 1 to {ROWS_WIDE} rows, not {other}"),
            }
        }
    }

    /// `COUNT` rows by [`LANES`] outputs, summed in registers.
    #[inline(always)]
    unsafe fn rows<L: Lanes, const COUNT: usize>(&self, rows: &[f32], into: &mut [f32]) {
        let rows: [&[f32]; COUNT] = std::array::from_fn(|row| &rows[row * self.inputs..][..self.inputs]);
        // SAFETY: handed on; `get_unchecked` stays inside because each row has `inputs` numbers, as many as the panel has chunks.
        unsafe {
            let mut sums = [L::zero(); COUNT];
            for (input, weights) in self.panel.as_chunks().0.iter().take(self.inputs).enumerate() {
                let weights = L::load_half(weights);
                for (sum, row) in sums.iter_mut().zip(&rows) {
                    *sum = sum.plus(*row.get_unchecked(input), weights);
                }
            }
            let bias = L::load(self.bias);
            for (row, sum) in sums.into_iter().enumerate() {
                let target = &mut into[row * self.outputs + self.column..];
                let target = target.first_chunk_mut().expect("a row has room for its last panel");
                sum.add(bias).store(target);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed pseudo-random sequence in -1.0..1.0 (a linear congruential generator).
    fn numbers(count: usize, mut state: u32) -> Vec<f32> {
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32 * 2.0 - 1.0
            })
            .collect()
    }

    #[test]
    fn every_kernel_agrees_with_the_plain_sum_for_every_number_of_rows() {
        let (inputs, outputs) = (96, 48);
        let weight = numbers(inputs * outputs, 1);
        let bias = numbers(outputs, 2);
        let mut dense = Dense::new(&weight, bias.clone(), inputs);
        let mut speeds = vec![dense.speed, Speed::Portable];
        #[cfg(target_arch = "x86_64")]
        if dense.speed == Speed::Avx512 {
            speeds.push(Speed::Avx2);
        }
        for speed in speeds {
            dense.speed = speed;
            for count in 0..30 {
                let rows = numbers(count * inputs, 3);
                let mut got = Vec::new();
                dense.apply(&rows, &mut got);
                assert_eq!(got.len(), count * outputs);
                for (index, got) in got.iter().enumerate() {
                    let (row, output) = (index / outputs, index % outputs);
                    let want: f32 = (0..inputs)
                        .map(|input| {
                            rows[row * inputs + input] * f16::from_f32(weight[output * inputs + input]).to_f32()
                        })
                        .sum::<f32>()
                        + bias[output];
                    // 96 products of size 1 in another order of summation: 96 * 2^-24 is 6e-6.
                    assert!(
                        (got - want).abs() < 2e-5,
                        "{speed:?}: row {row} of {count}, output {output}: {got} {want}"
                    );
                }
            }
        }
    }
}
