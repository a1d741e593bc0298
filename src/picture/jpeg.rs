//! Whether a JPEG file is whole. The decoder fills what is missing with grey and says nothing, so its end is looked for
//! here (ITU-T T.81, annex B). Knows markers, no pixels.

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const RESTARTS: std::ops::RangeInclusive<u8> = 0xD0..=0xD7;

pub fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, START_OF_IMAGE, 0xFF])
}

/// Whether the markers lead from the start of the image to its end. A thumbnail's own end inside a segment does not count.
pub fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        match marker {
            END_OF_IMAGE => return true,
            0x01 | START_OF_IMAGE => at = after,
            marker if RESTARTS.contains(&marker) => at = after,
            _ => match skipped(bytes, after) {
                Some(next) => at = next,
                None => return false,
            },
        }
    }
    false
}

/// The next marker at or after `at`, with the place behind it. `FF 00` is a data byte, `FF FF` is filling.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0x00 => at += 2,
            0xFF => at += 1,
            marker => return Some((marker, at + 2)),
        }
    }
}

/// The place behind a segment whose big-endian length, itself included, stands at `at`.
fn skipped(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes.get(at..at + 2)?;
    let next = at + usize::from(u16::from_be_bytes([length[0], length[1]]));
    (next <= bytes.len()).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI, an APP1 whose body holds an end of image, a scan with a stuffed FF, EOI.
    const WHOLE: [u8; 19] = [0xFF, 0xD8, 0xFF, 0xE1, 0, 5, 0xFF, 0xD9, 1, 0xFF, 0xDA, 0, 2, 7, 0xFF, 0, 9, 0xFF, 0xD9];

    #[test]
    fn an_end_inside_a_segment_is_not_the_end() {
        assert!(is_whole(&WHOLE));
        for length in 0..WHOLE.len() {
            assert!(!is_whole(&WHOLE[..length]), "cut to {length}");
        }
    }
}
