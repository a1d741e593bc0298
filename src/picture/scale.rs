//! A picture made smaller by averaging areas, which keeps thin strokes and bars where sampling would lose them. Never
//! makes one larger.

use crate::domain::Picture;

/// The weights of one target pixel sum to this: fine enough for a factor of [`super::limits::PICTURE_SIDE_MAX`] to one.
const WHOLE: u32 = 1 << 14;

/// The picture with no side longer than `side_max` (at least 1), its shape kept. One that fits comes back as it is.
pub fn scaled_to_fit(picture: Picture, side_max: u32) -> Picture {
    let longest = picture.width().max(picture.height());
    if longest <= side_max {
        return picture;
    }
    let fitted = |side: u32| {
        let exact = (u64::from(side) * u64::from(side_max) + u64::from(longest) / 2) / u64::from(longest);
        (exact as u32).max(1)
    };
    averaged(&picture, fitted(picture.width()), fitted(picture.height()))
}

/// The source pixels that make one target pixel: `from` and the weights of it and its followers, summing to [`WHOLE`].
struct Span {
    from: usize,
    weights: Vec<u32>,
}

/// The picture averaged to `width` x `height`, neither larger than it was.
pub fn averaged(picture: &Picture, width: u32, height: u32) -> Picture {
    let columns = spans(picture.width(), width);
    let row_bytes = picture.width() as usize * 3;
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    let mut sums = vec![0_u32; row_bytes];
    for span in spans(picture.height(), height) {
        sums.fill(WHOLE / 2);
        let rows = picture.rgb().chunks_exact(row_bytes).skip(span.from);
        for (row, &weight) in rows.zip(&span.weights) {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u32::from(value) * weight);
        }
        narrowed(&sums, &columns, &mut rgb);
    }
    Picture::new(width, height, rgb).expect("a row for each span")
}

/// One row of sums (each `WHOLE` times a value) becomes a row of target pixels at the end of `rgb`.
fn narrowed(sums: &[u32], columns: &[Span], rgb: &mut Vec<u8>) {
    let (pixels, _) = sums.as_chunks::<3>();
    for span in columns {
        let mut pixel = [WHOLE / 2; 3];
        for (source, &weight) in pixels[span.from..].iter().zip(&span.weights) {
            for (sum, &value) in pixel.iter_mut().zip(source) {
                *sum += (value / WHOLE) * weight;
            }
        }
        rgb.extend(pixel.map(|sum| (sum / WHOLE) as u8));
    }
}

/// How `length` source pixels share out over `parts` target pixels, `parts <= length`.
fn spans(length: u32, parts: u32) -> Vec<Span> {
    let (length, parts) = (u64::from(length), u64::from(parts));
    (0..parts)
        .map(|part| {
            // In units of 1/parts of a source pixel, target pixel `part` covers `start..end`.
            let (start, end) = (part * length, (part + 1) * length);
            let (from, to) = (start / parts, end.div_ceil(parts));
            let covered = |one: u64| end.min((one + 1) * parts) - start.max(one * parts);
            let mut weights: Vec<u32> =
                (from..to).map(|one| (covered(one) * u64::from(WHOLE) / length) as u32).collect();
            // What rounding lost goes to the first, so that white stays white.
            let lost = WHOLE - weights.iter().sum::<u32>();
            weights[0] += lost;
            Span { from: from as usize, weights }
        })
        .collect()
}
