//! Attention of a few queries over one cached head, written once over the instruction set.
//!
//! Keys lie in tiles of 16 positions, transposed, so that 16 scores grow side by side without a sum across lanes; values
//! lie position by position. Both are half floats, widened once for all queries that share the head.

#![allow(clippy::needless_range_loop, reason = "`n` runs through registers and memory side by side")]

use super::elementwise::exp;
use super::isa::{Isa, LANES};

/// Queries served together.
pub(crate) const QUERIES_MAX: usize = 4;

/// One head of the cache as far as it is filled.
#[derive(Clone, Copy)]
pub(crate) struct CachedHead<'a> {
    /// Tile `t`, dimension `d`, position `16 t + l`: value `(t * width + d) * 16 + l`.
    pub keys: &'a [u16],
    /// Position `p`, dimension `d`: value `p * padded + d`, where `padded` is `width` rounded up to 16.
    pub values: &'a [u16],
    pub width: usize,
}

/// One query and where its answer goes; `query` is scaled already and sees positions `0..visible`.
pub(crate) struct Query<'a> {
    pub query: &'a [f32],
    pub visible: usize,
    pub out: &'a mut [f32],
}

/// # Safety
/// The processor has `S`; slices are as long as [`super::Kernels::attend`] checks.
#[inline(always)]
pub(super) unsafe fn attend<S: Isa>(head: CachedHead, queries: &mut [Query], scores: &mut [f32]) {
    // SAFETY: handed on from the caller.
    unsafe {
        match queries.len() {
            1 => attend_some::<S, 1>(head, queries, scores),
            2 => attend_some::<S, 2>(head, queries, scores),
            3 => attend_some::<S, 3>(head, queries, scores),
            QUERIES_MAX => attend_some::<S, QUERIES_MAX>(head, queries, scores),
            _ => unreachable!("at most four queries at a time"),
        }
    }
}

#[inline(always)]
unsafe fn attend_some<S: Isa, const N: usize>(head: CachedHead, queries: &mut [Query], scores: &mut [f32]) {
    let visible = queries.iter().map(|query| query.visible).max().unwrap_or(0);
    let stride = visible.next_multiple_of(LANES);
    // SAFETY: handed on from the caller.
    unsafe {
        score::<S, N>(head, queries, scores, visible.div_ceil(LANES));
        for (query, scores) in queries.iter_mut().zip(scores.chunks_exact_mut(stride)) {
            soften::<S>(scores, query.visible);
        }
        gather::<S, N>(head, queries, scores, visible);
    }
}

/// Scores of `N` queries against `tiles` tiles of keys.
#[inline(always)]
unsafe fn score<S: Isa, const N: usize>(head: CachedHead, queries: &[Query], scores: &mut [f32], tiles: usize) {
    let from: [*const f32; N] = std::array::from_fn(|n| queries[n].query.as_ptr());
    for tile in 0..tiles {
        // SAFETY: the tile is inside the keys, its scores inside `N` rows of `16 * tiles`, the queries are `width` long.
        unsafe {
            let keys = head.keys.as_ptr().add(tile * head.width * LANES);
            let mut sums = [S::splat(0.0); N];
            for d in 0..head.width {
                let key = S::load_f16(keys.add(d * LANES));
                for n in 0..N {
                    sums[n] = S::fma(key, S::splat(*from[n].add(d)), sums[n]);
                }
            }
            for (n, sum) in sums.into_iter().enumerate() {
                S::store(scores.as_mut_ptr().add((n * tiles + tile) * LANES), sum);
            }
        }
    }
}

/// Softmax over the first `visible` scores; the rest become zero, whatever they were.
#[inline(always)]
unsafe fn soften<S: Isa>(scores: &mut [f32], visible: usize) {
    scores[visible..].fill(f32::NEG_INFINITY);
    // SAFETY: the processor has `S`; chunks are 16 long.
    unsafe {
        let mut largest = S::splat(f32::NEG_INFINITY);
        for chunk in scores.chunks_exact(LANES) {
            largest = S::max(largest, S::load(chunk.as_ptr()));
        }
        let down = S::splat(-S::largest(largest));
        for chunk in scores.chunks_exact_mut(LANES) {
            S::store(chunk.as_mut_ptr(), exp::<S>(S::add(S::load(chunk.as_ptr()), down)));
        }
        scores[visible..].fill(0.0);
        let mut sum = S::splat(0.0);
        for chunk in scores.chunks_exact(LANES) {
            sum = S::add(sum, S::load(chunk.as_ptr()));
        }
        let share = S::splat(1.0 / S::sum(sum));
        for chunk in scores.chunks_exact_mut(LANES) {
            S::store(chunk.as_mut_ptr(), S::mul(S::load(chunk.as_ptr()), share));
        }
    }
}

/// Sums of the values weighted by each query's scores, 16 dimensions at a time.
#[inline(always)]
unsafe fn gather<S: Isa, const N: usize>(head: CachedHead, queries: &mut [Query], scores: &[f32], visible: usize) {
    let (stride, padded) = (visible.next_multiple_of(LANES), head.width.next_multiple_of(LANES));
    for d in (0..head.width).step_by(LANES) {
        let mut lanes = [[0.0; LANES]; N];
        // SAFETY: position and dimension are inside the values, scores inside `N` rows of `stride`.
        unsafe {
            // Even and odd positions add up separately: twice as many sums in flight.
            let mut sums = [[S::splat(0.0); N]; 2];
            for position in 0..visible {
                let value = S::load_f16(head.values.as_ptr().add(position * padded + d));
                let sums = &mut sums[position % 2];
                for n in 0..N {
                    let share = S::splat(*scores.as_ptr().add(n * stride + position));
                    sums[n] = S::fma(value, share, sums[n]);
                }
            }
            for n in 0..N {
                S::store(lanes[n].as_mut_ptr(), S::add(sums[0][n], sums[1][n]));
            }
        }
        for (query, lanes) in queries.iter_mut().zip(&lanes) {
            let count = (head.width - d).min(LANES);
            query.out[d..d + count].copy_from_slice(&lanes[..count]);
        }
    }
}
