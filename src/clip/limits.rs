//! What a clip may be at most. Beyond a limit a script is refused before anything is drawn.

use std::time::Duration;

/// Longest clip; chosen: a standing visitor watches 15 s, and a few are spare for slow speech.
pub const DURATION_MAX: Duration = Duration::from_secs(20);
pub const SCENES_MAX: usize = 12;
/// In all scenes together.
pub const CAPTIONS_MAX: usize = 24;
/// One background.
pub const SVG_BYTES_MAX: usize = 1 << 20;
/// Characters of a caption: three lines at the smallest size hold about as many Latin ones.
pub const CAPTION_CHARS_MAX: usize = 200;
/// Characters of a title, a label, a stamp, or a field of the provenance.
pub const WORDS_CHARS_MAX: usize = 200;
/// Corners of a route.
pub const ROUTE_POINTS_MAX: usize = 2_000;
/// Camera pictures of all scenes, as the script holds them; with them a clip stays under its 150 MiB.
pub const PICTURES_BYTES_MAX: usize = 64 << 20;
/// Width and height; 1080p is what a kiosk's screen shows, and what the encoder does in time.
pub const SIDE_MIN: u32 = 160;
pub const SIDE_MAX: u32 = 1920;
pub const PIXELS_MAX: u32 = 1920 * 1080;
pub const FPS_MAX: u32 = 30;
/// Longest wait for the voice to make one caption's sound.
pub const NARRATION_WAIT_MAX: Duration = Duration::from_secs(8);
/// Longest wait for a child process to take a frame or to give one back.
pub const CHILD_WAIT_MAX: Duration = Duration::from_secs(10);
/// Bytes of one clip: 20 s at the highest rate the encoders are set to, several times over.
pub const CLIP_BYTES_MAX: usize = 32 << 20;
/// Elements of a drawing, with what it repeats by reference counted each time.
pub const ELEMENTS_MAX: usize = 20_000;
/// Elements inside each other: each may draw on a canvas of its own, 3.5 MiB at 720p.
pub const DEPTH_MAX: usize = 24;
/// Filters, masks and patterns each draw on a canvas of their own.
pub const EFFECTS_MAX: usize = 32;
/// Pixels of one embedded picture.
pub const EMBEDDED_PIXELS_MAX: u64 = 4_000_000;
