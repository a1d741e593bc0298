"""Packs float weights into GGUF's K-quant blocks, which the gguf package can read and not write.

Plain rounding without any search for better scales: the numbers only have to be valid and spread out, since the reference model runs
on what the blocks decode to. Layouts: block_q4_K and block_q6_K in ggml's ggml-common.h.

Beside the blocks, each function returns the weights that usher computes with: it multiplies the scales of a block once, when it loads
the file, and keeps the products as half floats."""

import numpy as np

SUPER_BLOCK = 256


def half_bytes(values):
    return values.astype(np.float16).view(np.uint8).reshape(-1, 2)


def half(values):
    return values.astype(np.float32).astype(np.float16).astype(np.float32)


def q4_k(rows):
    """Eight runs of 32 weights, each w = d * scale * q - dmin * low, with 6-bit scale and low and 4-bit q."""
    runs = rows.reshape(-1, 8, 32)
    low = np.maximum(-runs.min(axis=2), 0)
    step = (runs.max(axis=2) + low) / 15
    d, dmin = (part.max(axis=1) / 63 for part in (step, low))
    d, dmin = (part.astype(np.float16).astype(np.float32) for part in (d, dmin))
    scale, floor = (np.rint(part / whole[:, None]).clip(0, 63) for part, whole in ((step, d), (low, dmin)))
    used_step = np.maximum(d[:, None] * scale, 1e-12)
    q = np.rint((runs + (dmin[:, None] * floor)[..., None]) / used_step[..., None]).clip(0, 15).astype(np.uint8)
    scale, floor = scale.astype(np.uint8), floor.astype(np.uint8)
    packed = np.concatenate(
        [
            scale[:, :4] | (scale[:, 4:] >> 4) << 6,
            floor[:, :4] | (floor[:, 4:] >> 4) << 6,
            (scale[:, 4:] & 15) | (floor[:, 4:] & 15) << 4,
        ],
        axis=1,
    )
    pairs = q.reshape(-1, 4, 2, 32)
    nibbles = (pairs[:, :, 0] | pairs[:, :, 1] << 4).reshape(-1, 128)
    blocks = np.concatenate([half_bytes(d), half_bytes(dmin), packed, nibbles], axis=1)
    kept = half(d[:, None] * scale)[..., None] * q - half(dmin[:, None] * floor)[..., None]
    return blocks.reshape(len(rows), -1), kept.reshape(rows.shape)


def q6_k(rows):
    """Sixteen runs of 16 weights, each w = d * scale * (q - 32), with 8-bit scale and 6-bit q."""
    runs = rows.reshape(-1, 16, 16)
    step = np.abs(runs).max(axis=2) / 31
    d = (step.max(axis=1) / 127).astype(np.float16).astype(np.float32)
    scale = np.rint(step / d[:, None]).clip(1, 127)
    q = np.rint(runs / (d[:, None] * scale)[..., None]).clip(-32, 31) + 32
    halves = q.astype(np.uint8).reshape(-1, 2, 4, 32)
    low = np.stack([halves[:, :, 0] & 15 | (halves[:, :, 2] & 15) << 4, halves[:, :, 1] & 15 | (halves[:, :, 3] & 15) << 4], axis=2)
    high = sum(halves[:, :, part] >> 4 << 2 * part for part in range(4))
    blocks = [low.reshape(-1, 128), high.reshape(-1, 64), scale.astype(np.int8).view(np.uint8), half_bytes(d)]
    kept = half(d[:, None] * scale)[..., None] * (q - 32)
    return np.concatenate(blocks, axis=1).reshape(len(rows), -1), kept.astype(np.float32).reshape(rows.shape)
