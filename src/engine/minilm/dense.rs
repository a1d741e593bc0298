//! A dense layer `y = W x + b` over packed weights, fast for the few rows that one question has.
//!
//! A general matrix product repacks the weights at every call, which for a dozen rows costs more than the product. Here
//! they are packed once, when the model is read. Knows nothing of models or words.

/// Outputs that are computed together: one AVX-512 register, two of AVX2, four of NEON.
const LANES: usize = 16;

/// Rows that share one pass over a panel; with [`LANES`] this fills the registers (12 + 1 of AVX-512's 32; 12 + 3 of AVX2's 16).
const ROWS_WIDE: usize = 12;
const ROWS: usize = 6;

/// Packed weights `[outputs / LANES][inputs][LANES]` f32 and biases `[outputs]`.
pub struct Dense {
    panels: Vec<f32>,
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
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
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
        assert!(outputs.is_multiple_of(LANES) && weight.len() == outputs * inputs, "a dense layer's shapes were checked");
        let mut panels = vec![0.0; weight.len()];
        for (panel, rows) in panels.chunks_exact_mut(inputs * LANES).zip(weight.chunks_exact(inputs * LANES)) {
            for (lane, row) in rows.chunks_exact(inputs).enumerate() {
                for (input, &value) in row.iter().enumerate() {
                    panel[input * LANES + lane] = value;
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
            Speed::Portable => self.apply_in_blocks::<ROWS, false>(rows, into),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn apply_avx512(&self, rows: &[f32], into: &mut [f32]) {
        self.apply_in_blocks::<ROWS_WIDE, true>(rows, into);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn apply_avx2(&self, rows: &[f32], into: &mut [f32]) {
        self.apply_in_blocks::<ROWS, true>(rows, into);
    }

    /// Panels outside, rows inside: each panel is read from memory once and stays in the first caches for all rows.
    #[inline(always)]
    fn apply_in_blocks<const BLOCK: usize, const FUSED: bool>(&self, rows: &[f32], into: &mut [f32]) {
        let outputs = self.outputs();
        for (index, (panel, bias)) in
            self.panels.chunks_exact(self.inputs * LANES).zip(self.bias.chunks_exact(LANES)).enumerate()
        {
            let column = index * LANES;
            let blocks = rows.chunks(BLOCK * self.inputs).zip(into.chunks_mut(BLOCK * outputs));
            for (block, target) in blocks {
                let mut row = 0;
                let count = block.len() / self.inputs;
                if count == BLOCK {
                    tile::<BLOCK, FUSED>(panel, block, self.inputs, bias, target, outputs, column);
                    continue;
                }
                while row < count {
                    let rest = &block[row * self.inputs..];
                    let target = &mut target[row * outputs..];
                    row += match count - row {
                        1 => tile::<1, FUSED>(panel, rest, self.inputs, bias, target, outputs, column),
                        2 | 3 => tile::<2, FUSED>(panel, rest, self.inputs, bias, target, outputs, column),
                        4..8 => tile::<4, FUSED>(panel, rest, self.inputs, bias, target, outputs, column),
                        _ => tile::<8, FUSED>(panel, rest, self.inputs, bias, target, outputs, column),
                    };
                }
            }
        }
    }
}

/// One tile of `COUNT` rows by [`LANES`] outputs, summed in registers; returns `COUNT`.
#[inline(always)]
fn tile<const COUNT: usize, const FUSED: bool>(
    panel: &[f32],
    rows: &[f32],
    inputs: usize,
    bias: &[f32],
    into: &mut [f32],
    outputs: usize,
    column: usize,
) -> usize {
    let rows: [&[f32]; COUNT] = std::array::from_fn(|row| &rows[row * inputs..][..inputs]);
    let mut sums = [[0.0f32; LANES]; COUNT];
    for (input, weights) in panel.as_chunks::<LANES>().0.iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(&rows) {
            let value = row[input];
            for (sum, &weight) in sum.iter_mut().zip(weights) {
                // `mul_add` without the instruction would call a library function for every product.
                *sum = if FUSED { value.mul_add(weight, *sum) } else { *sum + value * weight };
            }
        }
    }
    for (row, sum) in sums.iter().enumerate() {
        let target = &mut into[row * outputs + column..][..LANES];
        for (target, (sum, bias)) in target.iter_mut().zip(sum.iter().zip(bias)) {
            *target = sum + bias;
        }
    }
    COUNT
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
                        .map(|input| rows[row * inputs + input] * weight[output * inputs + input])
                        .sum::<f32>()
                        + bias[output];
                    // 96 products of size 1 in another order of summation: 96 * 2^-24 is 6e-6.
                    assert!((got - want).abs() < 2e-5, "{speed:?}: row {row} of {count}, output {output}: {got} {want}");
                }
            }
        }
    }
}
