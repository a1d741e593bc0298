//! A region made unrecognisable for good. Knows no faces: the caller says where.

use super::{Region, crop, scale};
use crate::domain::Picture;

/// Cells that a region's shorter side is averaged into. Six by six colours are all that is left of a face: face
/// recognition needs some 16 pixels between the eyes (chosen well below).
const CELLS: u32 = 6;

/// Replaces `region` by few averaged cells (pixelated), then blends them into each other (blurred). Irreversible: nothing
/// finer than a cell stays in the picture. What reaches beyond the picture is cut off.
pub fn blur_region(picture: &mut Picture, region: Region) {
    let Some(region) = region.within(picture) else { return };
    let Some(seen) = crop(picture, region) else { return };
    let cell = region.width.min(region.height).div_ceil(CELLS).max(1);
    let cells = scale::averaged(&seen, region.width.div_ceil(cell), region.height.div_ceil(cell));
    let (columns, rows) = (blends(region.width, cells.width()), blends(region.height, cells.height()));
    let picture_row = picture.width() as usize * 3;
    let (colours, _) = cells.rgb().as_chunks::<3>();
    let cells_row = cells.width() as usize;
    let lines = picture.rgb_mut().chunks_exact_mut(picture_row).skip(region.top as usize);
    for (line, row) in lines.zip(&rows) {
        let (above, below) = (&colours[row.first * cells_row..], &colours[row.second * cells_row..]);
        let start = region.left as usize * 3;
        let (out, _) = line[start..start + region.width as usize * 3].as_chunks_mut::<3>();
        for (out, column) in out.iter_mut().zip(&columns) {
            let top = mixed(above[column.first], above[column.second], column.share);
            let bottom = mixed(below[column.first], below[column.second], column.share);
            *out = mixed(top, bottom, row.share);
        }
    }
}

/// Between which two cells a pixel lies, and the second's share in 1/256.
struct Blend {
    first: usize,
    second: usize,
    share: u32,
}

fn blends(pixels: u32, cells: u32) -> Vec<Blend> {
    (0..pixels)
        .map(|pixel| {
            // The place among the cells' centres, in 1/256 of a cell.
            let place = (u64::from(2 * pixel + 1) * u64::from(cells) * 128 / u64::from(pixels)).saturating_sub(128);
            let first = (place / 256).min(u64::from(cells - 1)) as usize;
            Blend { first, second: (first + 1).min(cells as usize - 1), share: (place % 256) as u32 }
        })
        .collect()
}

fn mixed(one: [u8; 3], other: [u8; 3], share: u32) -> [u8; 3] {
    std::array::from_fn(|i| ((u32::from(one[i]) * (256 - share) + u32::from(other[i]) * share + 128) / 256) as u8)
}
