//! From the blocks of a GGUF tensor to the panels of a [`Matrix`]. Knows the byte layout of each GGUF type (ggml's
//! `ggml-common.h`) and nothing of what the matrix is for.

use candle_core::quantized::GgmlDType;
use half::{bf16, f16};

use super::buffer::Arena;
use super::gguf::ModelFile;
use super::matrix::{BLOCK, Block, Layout, Matrix};
use crate::engine::EngineError;

/// Bytes read from the file at a time: what loading needs beside the model itself.
const STRIP_BYTES: usize = 1 << 20;

/// Reads tensor `name` as a `[rows, columns]` matrix into `arena`. Blocks on the disk.
///
/// # Errors
/// [`EngineError::Unusable`] when it is missing, of another shape, or of a type that usher has no kernel for.
pub(crate) fn matrix(
    file: &ModelFile,
    name: &str,
    [rows, columns]: [usize; 2],
    arena: &mut Arena,
) -> Result<Matrix, EngineError> {
    let kind = expect_shape(file, name, &[rows, columns])?;
    let layout = layout(kind).ok_or_else(|| {
        file.unusable(format!("tensor {name} is {kind:?}; usher reads Q4_0, Q4_1, Q8_0, Q4_K, Q6_K, F32, F16 and BF16"))
    })?;
    let mut matrix = Matrix::zeroed(layout, rows, columns, arena);
    let row_bytes = columns / kind.block_size() * kind.type_size();
    let strip_rows = (STRIP_BYTES / row_bytes).clamp(1, rows);
    let mut strip = vec![0; strip_rows * row_bytes];
    for first in (0..rows).step_by(strip_rows) {
        let bytes = &mut strip[..strip_rows.min(rows - first) * row_bytes];
        file.read(name, (first * row_bytes) as u64, bytes)?;
        for (row, bytes) in bytes.chunks_exact(row_bytes).enumerate() {
            pack_row(&mut matrix, first + row, kind, bytes);
        }
    }
    Ok(matrix)
}

/// Reads tensor `name` as `length` floats. Blocks on the disk.
///
/// # Errors
/// [`EngineError::Unusable`] when it is missing, of another shape, or not F32, F16 or BF16.
pub(crate) fn vector(file: &ModelFile, name: &str, length: usize) -> Result<Vec<f32>, EngineError> {
    let kind = expect_shape(file, name, &[length])?;
    let mut bytes = vec![0; length * kind.type_size()];
    file.read(name, 0, &mut bytes)?;
    match kind {
        GgmlDType::F32 => Ok(bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        GgmlDType::F16 => Ok(bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect()),
        GgmlDType::BF16 => Ok(bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect()),
        other => Err(file.unusable(format!("tensor {name} is {other:?}, not F32, F16 or BF16"))),
    }
}

fn expect_shape(file: &ModelFile, name: &str, want: &[usize]) -> Result<GgmlDType, EngineError> {
    let (shape, kind) = file.tensor(name).ok_or_else(|| file.lacks(name))?;
    if shape != want {
        return Err(file.unusable(format!("tensor {name} has shape {shape:?}, the metadata says {want:?}")));
    }
    Ok(kind)
}

pub(super) fn layout(kind: GgmlDType) -> Option<Layout> {
    match kind {
        GgmlDType::Q4_0 => Some(Layout::Nibbles),
        GgmlDType::Q4_1 | GgmlDType::Q4K => Some(Layout::NibblesMinimum),
        GgmlDType::Q6K => Some(Layout::Sixes),
        GgmlDType::Q8_0 => Some(Layout::Bytes),
        GgmlDType::F32 => Some(Layout::F32),
        GgmlDType::F16 => Some(Layout::F16),
        GgmlDType::BF16 => Some(Layout::Bf16),
        _ => None,
    }
}

/// Packs one row from its bytes in the file.
pub(super) fn pack_row(matrix: &mut Matrix, row: usize, kind: GgmlDType, bytes: &[u8]) {
    if !matrix.layout.is_quantized() {
        return matrix.set_floats(row, bytes);
    }
    let per_unit = kind.block_size() / BLOCK;
    for (unit, bytes) in bytes.chunks_exact(kind.type_size()).enumerate() {
        for part in 0..per_unit {
            let block = match kind {
                GgmlDType::Q4_0 => q4_0(bytes),
                GgmlDType::Q4_1 => q4_1(bytes),
                GgmlDType::Q8_0 => q8_0(bytes),
                GgmlDType::Q4K => q4_k(bytes, part),
                _ => q6_k(bytes, part),
            };
            matrix.set_block(row, unit * per_unit + part, &block);
        }
    }
}

fn half_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// 16 bytes: lower halves are weights 0..16, upper halves 16..32.
fn halves(bytes: &[u8]) -> [u8; BLOCK] {
    std::array::from_fn(|i| if i < 16 { bytes[i] & 15 } else { bytes[i - 16] >> 4 })
}

/// f16 scale, 16 bytes.
fn q4_0(bytes: &[u8]) -> Block {
    Block { quants: halves(&bytes[2..]), scales: [half_at(bytes, 0), 0] }
}

/// f16 scale, f16 minimum, 16 bytes.
fn q4_1(bytes: &[u8]) -> Block {
    Block { quants: halves(&bytes[4..]), scales: [half_at(bytes, 0), half_at(bytes, 2)] }
}

/// f16 scale, 32 signed bytes.
fn q8_0(bytes: &[u8]) -> Block {
    Block { quants: std::array::from_fn(|i| bytes[2 + i]), scales: [half_at(bytes, 0), 0] }
}

/// Block `part` of 8: f16 scale and f16 minimum of the whole, 12 bytes with eight 6-bit scales and eight 6-bit minima, then
/// 128 bytes: each 32 hold two blocks, the first in the lower halves.
fn q4_k(bytes: &[u8], part: usize) -> Block {
    let packed = &bytes[4..16];
    let (scale, minimum) = if part < 4 {
        (packed[part] & 63, packed[part + 4] & 63)
    } else {
        let upper = |at: usize| packed[at] >> 6 << 4;
        (packed[part + 4] & 15 | upper(part - 4), packed[part + 4] >> 4 | upper(part))
    };
    let times = |half: u16, by: f32| f16::from_f32(f16::from_bits(half).to_f32() * by).to_bits();
    let quants = &bytes[16 + part / 2 * 32..];
    let shift = 4 * (part % 2);
    Block {
        quants: std::array::from_fn(|i| quants[i] >> shift & 15),
        scales: [times(half_at(bytes, 0), f32::from(scale)), times(half_at(bytes, 2), -f32::from(minimum))],
    }
}

/// Block `part` of 8: 128 bytes of lower halves, 64 bytes of upper pairs, 16 signed scales, f16 scale of the whole. Each half
/// of the 256 weights takes 64 + 32 bytes: its four blocks are (lower halves of the first 32 bytes, lower halves of the
/// second, upper halves of the first, upper halves of the second), their upper pairs at bits 0, 2, 4, 6.
fn q6_k(bytes: &[u8], part: usize) -> Block {
    let (half, quarter) = (part / 4, part % 4);
    let lower = &bytes[64 * half + 32 * (quarter % 2)..];
    let upper = &bytes[128 + 32 * half..];
    let whole = f16::from_bits(half_at(bytes, 208)).to_f32();
    let scale = |which: usize| f16::from_f32(whole * f32::from(bytes[192 + 2 * part + which] as i8)).to_bits();
    Block {
        quants: std::array::from_fn(|i| (lower[i] >> (4 * (quarter / 2)) & 15) | (upper[i] >> (2 * quarter) & 3) << 4),
        scales: [scale(0), scale(1)],
    }
}
