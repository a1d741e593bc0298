//! Every instruction set that this machine has against plain arithmetic in f64, on random weights that candle quantized.

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use super::*;
use crate::engine::language::activations::Split;
use crate::engine::language::buffer::Arena;
use crate::engine::language::pack::pack_row;

const KINDS: [GgmlDType; 8] = [
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q8_0,
    GgmlDType::Q4K,
    GgmlDType::Q6K,
    GgmlDType::F32,
    GgmlDType::F16,
    GgmlDType::BF16,
];

/// Rows that leave the last panel partly empty, columns that every block size divides.
const ROWS: usize = 40;
const COLUMNS: usize = 512;

/// Numbers in `-1.0..1.0`, the same for the same seed (xorshift; Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn numbers(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// A random matrix as candle quantizes it: packed, and as candle dequantizes it.
fn random_matrix(kind: GgmlDType, random: &mut Random) -> (Matrix, Vec<f32>) {
    let floats = Tensor::from_vec(random.numbers(ROWS * COLUMNS), (ROWS, COLUMNS), &Device::Cpu).expect("fits");
    let tensor = QTensor::quantize(&floats, kind).expect("quantizes");
    let bytes = tensor.data().expect("on this processor");
    let plain =
        tensor.dequantize(&Device::Cpu).and_then(|t| t.flatten_all()).and_then(|t| t.to_vec1()).expect("floats");
    (packed(kind, &bytes), plain)
}

fn packed(kind: GgmlDType, bytes: &[u8]) -> Matrix {
    let layout = crate::engine::language::pack::layout(kind).expect("supported");
    let mut matrix = Matrix::zeroed(layout, ROWS, COLUMNS, &mut Arena::new());
    for (row, bytes) in bytes.chunks_exact(bytes.len() / ROWS).enumerate() {
        pack_row(&mut matrix, row, kind, bytes);
    }
    matrix
}

fn activations(kernels: &Kernels, count: usize, random: &mut Random) -> Activations {
    let mut activations = Activations::new(count, COLUMNS);
    for index in 0..count {
        let split = activations.split();
        // SAFETY: one thread.
        let mut vector = unsafe { split.vector(index) };
        vector.floats.copy_from_slice(&random.numbers(COLUMNS));
        kernels.quantize(&mut vector);
    }
    activations
}

fn product(kernels: &Kernels, matrix: &Matrix, input: &Activations, count: usize) -> Vec<f32> {
    let mut out = vec![f32::NAN; count * ROWS];
    let output = Output { values: Split::new(&mut out), stride: ROWS };
    // SAFETY: one thread.
    unsafe { kernels.multiply(matrix, 0..matrix.panels(), input, 0..count, &output) };
    out
}

/// The same product from the weights and activations as they are stored, and the sum of the absolute terms.
fn expected(matrix: &Matrix, input: &Activations, vector: usize, row: usize) -> (f64, f64) {
    let mut weights = vec![0.0; COLUMNS];
    matrix.row(row, &mut weights);
    let at = vector * COLUMNS;
    let value = |column: usize| match matrix.layout.is_quantized() {
        true => f64::from(input.scales[(at + column) / 32]) * f64::from(input.quants[at + column]),
        false => f64::from(input.floats[at + column]),
    };
    let terms = weights.iter().enumerate().map(|(column, weight)| f64::from(*weight) * value(column));
    terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
}

fn assert_products(kernels: &Kernels, matrix: &Matrix, input: &Activations, count: usize, what: &str) {
    let out = product(kernels, matrix, input, count);
    for (vector, out) in out.chunks_exact(ROWS).enumerate() {
        for (row, out) in out.iter().enumerate() {
            let (want, size) = expected(matrix, input, vector, row);
            // 16 blocks add up in f32: 2^-23 of the terms' size a step.
            let error = (f64::from(*out) - want).abs();
            assert!(error <= 1e-5 * size, "{} {what}: row {row} of vector {vector} is {out}, not {want}", kernels.name);
        }
    }
}

#[test]
fn packed_rows_are_what_candle_dequantizes() {
    let mut random = Random(7);
    for kind in KINDS {
        let (matrix, plain) = random_matrix(kind, &mut random);
        for (row, plain) in plain.chunks_exact(COLUMNS).enumerate() {
            let mut out = vec![0.0; COLUMNS];
            matrix.row(row, &mut out);
            // K-quants' scales are products here, rounded to 11 bits; all other types keep their own.
            let slack = if matches!(kind, GgmlDType::Q4K | GgmlDType::Q6K) { 2e-3 } else { 0.0 };
            for (out, plain) in out.iter().zip(plain) {
                assert!((out - plain).abs() <= slack, "{kind:?} row {row}: {out}, candle {plain}");
            }
        }
    }
}

#[test]
fn products_agree_with_plain_arithmetic() {
    for kernels in Kernels::available() {
        let mut random = Random(11);
        for kind in KINDS {
            let (matrix, _) = random_matrix(kind, &mut random);
            // Every size of tile, and their sum.
            for count in [1, 2, 3, 4, 15] {
                let input = activations(kernels, count, &mut random);
                assert_products(kernels, &matrix, &input, count, &format!("{kind:?}"));
            }
        }
    }
}

#[test]
fn products_of_extreme_bytes_do_not_saturate() {
    for kernels in Kernels::available() {
        for (weight, activation) in [(-128, -1.0), (-128, 1.0), (127, -1.0), (127, 1.0)] {
            let mut block = half::f16::ONE.to_le_bytes().to_vec();
            block.resize(34, weight as i8 as u8);
            let matrix = packed(GgmlDType::Q8_0, &block.repeat(ROWS * COLUMNS / 32));
            let mut input = Activations::new(1, COLUMNS);
            input.floats.fill(activation);
            let split = input.split();
            // SAFETY: one thread.
            kernels.quantize(&mut unsafe { split.vector(0) });
            assert_products(kernels, &matrix, &input, 1, "extreme bytes");
        }
    }
}

#[test]
fn quantized_activations_are_within_half_a_step() {
    for kernels in Kernels::available() {
        let mut random = Random(13);
        let input = activations(kernels, 3, &mut random);
        for (index, (value, quant)) in input.floats.iter().zip(input.quants.iter()).enumerate() {
            let scale = input.scales[index / 32];
            assert!((value - scale * f32::from(*quant)).abs() <= scale * 0.5001, "{}: {value}", kernels.name);
        }
        for (block, quants) in input.quants.chunks_exact(32).enumerate() {
            let sums = [0, 1].map(|half| quants[16 * half..][..16].iter().map(|q| i32::from(*q)).sum::<i32>());
            assert_eq!(input.sums[2 * block..][..2], sums, "{}", kernels.name);
            assert_eq!(input.weighted[block], input.scales[block] * (sums[0] + sums[1]) as f32);
        }
    }
}

#[test]
fn quantizing_zeros_and_specks_gives_zeros() {
    for kernels in Kernels::available() {
        let mut input = Activations::new(1, 64);
        let split = input.split();
        // SAFETY: one thread.
        let mut vector = unsafe { split.vector(0) };
        vector.floats[32..].fill(1e-42);
        kernels.quantize(&mut vector);
        assert!(vector.quants.iter().all(|quant| *quant == 0), "{}", kernels.name);
    }
}

#[test]
fn norm_and_gate_agree_with_plain_arithmetic_at_every_length() {
    for kernels in Kernels::available() {
        let mut random = Random(17);
        for length in [1, 15, 16, 17, 64, 100] {
            let (a, b) = (random.numbers(length), random.numbers(length));
            let (mut normed, mut gated) = (vec![0.0; length], vec![0.0; length]);
            kernels.rms_norm(&a, &b, 1e-5, &mut normed);
            kernels.gate(&a, &b, &mut gated);
            let mean = a.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / length as f64;
            for i in 0..length {
                let (x, w) = (f64::from(a[i]), f64::from(b[i]));
                let name = kernels.name;
                assert!((f64::from(normed[i]) - x * w / (mean + 1e-5).sqrt()).abs() < 1e-6, "{name}, norm of {length}");
                assert!((f64::from(gated[i]) - x * w / (1.0 + (-x).exp())).abs() < 1e-6, "{name}, gate of {length}");
            }
        }
    }
}

#[test]
fn the_gate_is_shut_or_open_far_from_zero() {
    for kernels in Kernels::available() {
        let mut out = [0.0; 4];
        kernels.gate(&[-1e30, -200.0, 200.0, 1e30], &[1.0; 4], &mut out);
        assert!(out[0].abs() < 1e-6 && out[1].abs() < 1e-6, "{}: {out:?}", kernels.name);
        assert_eq!(out[2..], [200.0, 1e30], "{}", kernels.name);
    }
}

#[test]
fn attention_agrees_with_plain_arithmetic() {
    const WIDTH: usize = 24;
    const PADDED: usize = 32;
    const CAPACITY: usize = 64;
    for kernels in Kernels::available() {
        let mut random = Random(19);
        let to_half = |value: f32| half::f16::from_f32(value).to_bits();
        let keys: Vec<u16> = random.numbers(CAPACITY * WIDTH).into_iter().map(to_half).collect();
        let values: Vec<u16> = random.numbers(CAPACITY * PADDED).into_iter().map(to_half).collect();
        let plain = |bits: u16| f64::from(half::f16::from_bits(bits).to_f32());
        let head = CachedHead { keys: &keys, values: &values, width: WIDTH };
        for count in 1..=QUERIES_MAX {
            let from = random.numbers(count * WIDTH);
            let mut out = vec![0.0; count * WIDTH];
            // Neighbouring queries see one position more each, across the edge of a tile.
            let visible = |index: usize| 31 + index;
            let mut queries: Vec<Query> = from
                .chunks_exact(WIDTH)
                .zip(out.chunks_exact_mut(WIDTH))
                .enumerate()
                .map(|(index, (query, out))| Query { query, visible: visible(index), out })
                .collect();
            kernels.attend(head, &mut queries, &mut vec![f32::NAN; QUERIES_MAX * CAPACITY]);
            for (index, (query, out)) in from.chunks_exact(WIDTH).zip(out.chunks_exact(WIDTH)).enumerate() {
                let key = |p: usize, d: usize| plain(keys[(p / 16 * WIDTH + d) * 16 + p % 16]);
                let score = |p| query.iter().enumerate().map(|(d, q)| f64::from(*q) * key(p, d)).sum::<f64>().exp();
                let shares: Vec<f64> = (0..visible(index)).map(score).collect();
                let total: f64 = shares.iter().sum();
                for (d, out) in out.iter().enumerate() {
                    let want: f64 =
                        shares.iter().enumerate().map(|(p, s)| s / total * plain(values[p * PADDED + d])).sum();
                    assert!((f64::from(*out) - want).abs() < 1e-5, "{}: {out}, not {want}", kernels.name);
                }
            }
        }
    }
}
