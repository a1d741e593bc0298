//! Uncompressed recordings: YUV4MPEG2 with 4:2:0 sampling, as ffmpeg and Chromium's fake camera write and read them.

use std::io::{BufRead, Read};

use super::h264::fits;
use crate::domain::Picture;

/// Longest header line: the known parameters have about a hundred characters.
const LINE_BYTES_MAX: u64 = 256;

/// A recording that is read picture by picture.
pub struct Y4m<R> {
    reader: R,
    width: u32,
    height: u32,
    fps: f64,
    frame: Vec<u8>,
}

impl<R: BufRead> Y4m<R> {
    /// # Errors
    /// When it is no such recording, or one of another sampling.
    pub fn open(mut reader: R) -> Result<Self, String> {
        let header = line(&mut reader)?.ok_or("the recording is empty")?;
        let mut words = header.split(' ');
        if words.next() != Some("YUV4MPEG2") {
            return Err("it is no YUV4MPEG2 recording".into());
        }
        let (mut width, mut height, mut fps) = (0, 0, 25.0);
        for word in words {
            match word.split_at_checked(1) {
                Some(("W", side)) => width = side.parse().unwrap_or(0),
                Some(("H", side)) => height = side.parse().unwrap_or(0),
                Some(("F", rate)) => fps = rate_of(rate).unwrap_or(fps),
                // Ten bits are C420p10: another layout.
                Some(("C", kind)) if !kind.starts_with("420") || kind.starts_with("420p") => {
                    return Err(format!("its sampling is {kind}; make it with -pix_fmt yuv420p"));
                }
                _ => {}
            }
        }
        fits(width, height)?;
        let (luma, chroma) = (width * height, width.div_ceil(2) * height.div_ceil(2));
        Ok(Self { reader, width, height, fps, frame: vec![0; (luma + 2 * chroma) as usize] })
    }

    /// Pictures a second, as it was recorded.
    pub fn fps(&self) -> f64 {
        self.fps
    }

    /// The next picture; `None` at the end.
    ///
    /// # Errors
    /// When the recording is cut off.
    pub fn next(&mut self) -> Result<Option<Picture>, String> {
        if !self.read()? {
            return Ok(None);
        }
        Ok(Picture::new(self.width, self.height, self.rgb()))
    }

    /// Passes over a picture.
    ///
    /// # Errors
    /// When the recording is cut off.
    pub fn skip(&mut self) -> Result<(), String> {
        self.read().map(drop)
    }

    fn read(&mut self) -> Result<bool, String> {
        match line(&mut self.reader)? {
            None => Ok(false),
            Some(line) if line.starts_with("FRAME") => {
                self.reader.read_exact(&mut self.frame).map_err(|_| "the recording is cut off")?;
                Ok(true)
            }
            Some(_) => Err("the recording is damaged".into()),
        }
    }

    /// BT.601, limited range (ITU-R BT.601-7, section 2.5).
    fn rgb(&self) -> Vec<u8> {
        let (width, height) = (self.width as usize, self.height as usize);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let (luma, chroma) = self.frame.split_at(width * height);
        let (blue, red) = chroma.split_at(half_width * half_height);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for (row, line) in luma.chunks_exact(width).enumerate() {
            for (column, &luma) in line.iter().enumerate() {
                let at = row / 2 * half_width + column / 2;
                let of = |plane: &[u8]| i32::from(plane.get(at).copied().unwrap_or(128)) - 128;
                rgb.extend(pixel(i32::from(luma), of(blue), of(red)));
            }
        }
        rgb
    }
}

fn pixel(luma: i32, blue: i32, red: i32) -> [u8; 3] {
    let light = 298 * (luma - 16) + 128;
    let clamped = |value: i32| (value >> 8).clamp(0, 255) as u8;
    [clamped(light + 409 * red), clamped(light - 100 * blue - 208 * red), clamped(light + 516 * blue)]
}

fn rate_of(rate: &str) -> Option<f64> {
    let (count, seconds) = rate.split_once(':')?;
    let rate = count.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
    (0.1..=240.0).contains(&rate).then_some(rate)
}

/// A line without its end; `None` at the end of the file.
fn line(reader: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    reader.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Ok(None);
    }
    match bytes.strip_suffix(b"\n") {
        Some(line) => Ok(Some(String::from_utf8_lossy(line).into_owned())),
        None => Err("it is no YUV4MPEG2 recording".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: &[u8]) -> Result<Y4m<&[u8]>, String> {
        Y4m::open(bytes)
    }

    #[test]
    fn colours_come_out_right() {
        let mut bytes = b"YUV4MPEG2 W3 H2 F15:1 Ip C420jpeg\nFRAME\n".to_vec();
        // BT.601 red is 81, 90, 240.
        bytes.extend([81; 6]);
        bytes.extend([90, 90, 240, 240]);
        let mut y4m = open(&bytes).unwrap();
        let picture = y4m.next().unwrap().unwrap();
        assert_eq!((picture.width(), picture.height(), y4m.fps()), (3, 2, 15.0));
        let [red, green, blue] = [picture.rgb()[0], picture.rgb()[1], picture.rgb()[2]];
        assert!(red >= 253 && green <= 2 && blue <= 2, "{red} {green} {blue}");
        assert!(y4m.next().unwrap().is_none());
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        assert!(open(b"RIFF").is_err() && open(b"").is_err());
        assert!(open(b"YUV4MPEG2 W60000 H60000\n").err().unwrap().contains("60000x60000"));
        assert!(open(b"YUV4MPEG2 W2 H2 C444\n").err().unwrap().contains("yuv420p"));
        assert!(open(b"YUV4MPEG2 W2 H2\nFRAME\n1").unwrap().next().err().unwrap().contains("cut off"));
    }
}
