//! The stand-in for an airport's business systems that the demo ships, and things that a visitor may hold up.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use usher::domain::Picture;
use usher::picture::to_jpeg;

use crate::support;

/// Mochi's tag, and the flight that boards now, as the demo's data have them.
pub const MOCHI: &str = "0618123456";
pub const BOARDING: &str = "LB204";

/// A frame of the kiosk's camera, pixels.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;

/// `deploy/demo_status.py` on a port of its own, ended when dropped.
pub struct Systems {
    child: Child,
    pub address: String,
}

impl Systems {
    pub fn start() -> Self {
        let mut child = Command::new("python3")
            .arg(support::root().join("deploy/demo_status.py"))
            .args(["--port", "0", "--with-parent"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("it says its address");
        Self { child, address: line.trim().to_string() }
    }

    /// The airport with these systems; `more` is appended to its file.
    pub fn site(&self, folder: &Path, more: &str) -> PathBuf {
        let file = support::site_with_desk(folder, "{ link = \"local\" }");
        let text = std::fs::read_to_string(&file).expect("the site file can be read");
        let text = text.replace("http://127.0.0.1:9100", &self.address);
        std::fs::write(&file, format!("{text}\n{more}\n")).expect("the site file can be written");
        file
    }
}

impl Systems {
    /// They answer no more.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Systems {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A boarding pass of today for `flight`, as a QR code in front of a camera.
pub fn boarding_pass(flight: &str) -> Vec<u8> {
    let today = jiff::Zoned::now();
    let (carrier, number) = flight.split_at(2);
    let text =
        format!("M1DOE/ALEX            EABC123 LBYPMD{carrier} {number:0>4} {:03}Y014A0025 100", today.day_of_year());
    code(&text)
}

/// `text` as a QR code on grey, a JPEG.
pub fn code(text: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(text).expect("the text fits into a code");
    let colours = code.to_colors();
    let side = code.width() as u32;
    let scale = (HEIGHT - 160) / (side + 8);
    let (left, top) = ((WIDTH - side * scale) / 2, (HEIGHT - side * scale) / 2);
    let mut rgb = vec![225; (WIDTH * HEIGHT * 3) as usize];
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let inside = x.checked_sub(left).zip(y.checked_sub(top)).map(|(x, y)| (x / scale, y / scale));
            let Some((column, row)) = inside.filter(|(column, row)| *column < side && *row < side) else { continue };
            if colours[(row * side + column) as usize] == qrcode::Color::Dark {
                rgb[((y * WIDTH + x) * 3) as usize..][..3].fill(20);
            }
        }
    }
    let picture = Picture::new(WIDTH, HEIGHT, rgb).expect("the sizes agree");
    to_jpeg(&picture, 85).expect("it becomes a JPEG")
}

/// A frame of one brightness.
pub fn plain(brightness: u8) -> Vec<u8> {
    let picture =
        Picture::new(WIDTH, HEIGHT, vec![brightness; (WIDTH * HEIGHT * 3) as usize]).expect("the sizes agree");
    to_jpeg(&picture, 85).expect("it becomes a JPEG")
}
