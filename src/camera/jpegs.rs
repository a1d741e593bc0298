//! Finds the JPEG pictures in a stream of bytes by their own structure (ITU-T T.81, annex B). What stands between them is not
//! read: boundaries and lengths of a multipart reply may be missing or lie, and a recording has none.

use super::PICTURE_BYTES_MAX;

/// Most bytes between two pictures: part headers have a few hundred.
const BETWEEN_BYTES_MAX: usize = 64 << 10;

/// Why there will be no further picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoJpeg {
    #[error("a picture is larger than {PICTURE_BYTES_MAX} bytes")]
    TooLarge,
    #[error("there are no JPEG pictures in it")]
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Between pictures.
    Between,
    /// At a marker, which begins a segment or ends the picture.
    Marker,
    /// In compressed data, up to its next marker.
    Scan,
}

/// Bytes in, whole pictures out. Holds at most one picture and what came with its end.
#[derive(Debug)]
pub struct Jpegs {
    bytes: Vec<u8>,
    /// What has been looked at.
    seen: usize,
    at: At,
    between: usize,
}

impl Jpegs {
    pub fn new() -> Self {
        Self { bytes: Vec::new(), seen: 0, at: At::Between, between: 0 }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole picture; `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`NoJpeg`] when a bound is passed.
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, NoJpeg> {
        loop {
            let is_going_on = match self.at {
                At::Between => self.find_start()?,
                At::Scan => self.find_marker(),
                At::Marker => match self.marker() {
                    Step::Picture(picture) => return Ok(Some(picture)),
                    Step::On => true,
                    Step::More => false,
                },
            };
            if self.at != At::Between && self.seen.max(self.bytes.len()) > PICTURE_BYTES_MAX {
                return Err(NoJpeg::TooLarge);
            }
            if !is_going_on {
                return Ok(None);
            }
        }
    }

    fn find_start(&mut self) -> Result<bool, NoJpeg> {
        let found = self.bytes.windows(2).position(|pair| pair == [0xFF, 0xD8]);
        // The last byte may be the first half of a start.
        let passed = found.unwrap_or(self.bytes.len().saturating_sub(1));
        self.between += passed;
        self.bytes.drain(..passed);
        if self.between > BETWEEN_BYTES_MAX {
            return Err(NoJpeg::None);
        }
        if found.is_some() {
            (self.at, self.seen, self.between) = (At::Marker, 2, 0);
        }
        Ok(found.is_some())
    }

    fn find_marker(&mut self) -> bool {
        let rest = self.bytes.get(self.seen..).unwrap_or_default();
        let Some(found) = rest.iter().position(|&byte| byte == 0xFF) else {
            // A segment may reach behind what has come.
            self.seen = self.seen.max(self.bytes.len());
            return false;
        };
        self.seen += found;
        match self.bytes.get(self.seen + 1) {
            None => false,
            // A stuffed byte, or a restart marker: both belong to the data.
            Some(0x00 | 0xD0..=0xD7) => {
                self.seen += 2;
                true
            }
            Some(_) => {
                self.at = At::Marker;
                true
            }
        }
    }

    fn marker(&mut self) -> Step {
        let rest = self.bytes.get(self.seen..).unwrap_or_default();
        match *rest {
            [] | [0xFF] => Step::More,
            [0xFF, 0xFF, ..] => self.pass(1),
            [0xFF, 0xD9, ..] => {
                let picture = self.bytes.drain(..self.seen + 2).collect();
                self.at = At::Between;
                Step::Picture(picture)
            }
            // A picture that was cut off, and the next one.
            [0xFF, 0xD8, ..] => self.give_up(self.seen),
            [0xFF, 0x01 | 0xD0..=0xD7, ..] => self.pass(2),
            // No marker of table B.1: text behind a picture that was cut off.
            [0xFF, 0x00 | 0x02..=0xBF, ..] => self.give_up(2),
            [0xFF, kind, high, low, ..] => match u16::from_be_bytes([high, low]) {
                0 | 1 => self.give_up(2),
                length => {
                    self.at = if kind == 0xDA { At::Scan } else { At::Marker };
                    self.pass(2 + usize::from(length))
                }
            },
            [0xFF, ..] => Step::More,
            _ => self.give_up(2),
        }
    }

    fn pass(&mut self, bytes: usize) -> Step {
        self.seen += bytes;
        Step::On
    }

    /// Looks for the next start behind the first `bytes`.
    fn give_up(&mut self, bytes: usize) -> Step {
        self.bytes.drain(..bytes.min(self.bytes.len()));
        self.at = At::Between;
        Step::On
    }
}

/// Whether `bytes` are one JPEG picture up to its end; a decoder would fill a missing half with grey.
pub fn is_whole(bytes: &[u8]) -> bool {
    let mut jpegs = Jpegs::new();
    jpegs.feed(bytes);
    matches!(jpegs.next(), Ok(Some(_)))
}

enum Step {
    Picture(Vec<u8>),
    On,
    More,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture as small as the structure allows, with a comment that holds an end marker.
    fn small(filling: u8) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xFE, 0, 6, 0xFF, 0xD9, 0xFF, 0xD8, 0xFF, 0xDA, 0, 2];
        bytes.extend([filling, 0xFF, 0x00, 0xFF, 0xD3, filling, 0xFF, 0xD9]);
        bytes
    }

    fn all(jpegs: &mut Jpegs) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| jpegs.next().unwrap()).collect()
    }

    #[test]
    fn pictures_are_found_whatever_stands_between_and_however_they_come() {
        let mut stream = b"--boundary\r\nContent-Length: 99999999\r\n\r\n".to_vec();
        stream.extend(small(1));
        stream.extend(b"\r\n--another\r\n\r\n");
        stream.extend(small(2));
        for step in [1, 2, 3, 7, 1000] {
            let mut jpegs = Jpegs::new();
            let mut found = Vec::new();
            for bytes in stream.chunks(step) {
                jpegs.feed(bytes);
                found.extend(all(&mut jpegs));
            }
            assert_eq!(found, [small(1), small(2)], "in steps of {step}");
        }
    }

    #[test]
    fn a_picture_that_is_cut_off_costs_only_itself() {
        let mut jpegs = Jpegs::new();
        jpegs.feed(&small(1)[..16]);
        jpegs.feed(b"\r\n--boundary\r\n\r\n");
        jpegs.feed(&small(2));
        assert_eq!(all(&mut jpegs), [small(2)]);
    }

    #[test]
    fn giants_and_rubbish_end_it() {
        let mut jpegs = Jpegs::new();
        jpegs.feed(&small(1)[..14]);
        let giant = (0..200).try_for_each(|_| {
            jpegs.feed(&[7; 1 << 16]);
            jpegs.next().map(drop)
        });
        assert_eq!(giant, Err(NoJpeg::TooLarge));
        assert!(jpegs.bytes.len() <= PICTURE_BYTES_MAX + (1 << 16));
        let mut jpegs = Jpegs::new();
        let rubbish = (0..10).try_for_each(|_| {
            jpegs.feed(&[b'<'; 1 << 13]);
            jpegs.next().map(drop)
        });
        assert_eq!(rubbish, Err(NoJpeg::None));
    }
}
