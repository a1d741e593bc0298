//! Explanatory clips of 5 to 15 seconds, made on the device and streamed while they are made: drawn scenes, captions,
//! narration, as fragmented MP4.
//!
//! A [`Script`] goes through [`make`]: a clock follows the narration, a canvas redraws what changed, a [`FrameEncoder`]
//! and Opus code it, and the muxer hands fragments to a sink. [`Clips`] keeps made clips and lets many read one that grows.
//! Blocking computing for a thread of its own. The room must not know who asks, where facts and pictures come from, or
//! what a template means; no type of resvg, openh264 or mp4-atom leaves it.
//!
//! # Patents
//! H.264 is covered by patents. OpenH264's source is free under BSD-2, and that is a copyright licence only: Cisco pays
//! the AVC pool for the binary that it builds and that the end device downloads from Cisco, not for one that is built
//! from source, as here. Who ships usher with [`Coding::H264`] has to clear that for the countries it is shipped to.
//! [`Coding::Vp9`] uses no H.264 and needs the system's ffmpeg.

mod cache;
mod canvas;
mod coding;
mod drawing;
mod error;
mod ffmpeg;
mod fonts;
mod growing;
mod h264;
mod key;
mod lettering;
mod limits;
mod make;
mod metadata;
mod mux;
mod narration;
mod route;
mod script;
mod shots;
mod sound;
mod timeline;
mod wrap;
mod yuv;

pub use cache::{Clips, Shelf, Shelved};
pub use coding::{Coded, Coding, FrameEncoder, Track};
pub use drawing::check_drawing;
pub use error::ClipError;
pub use fonts::Fonts;
pub use growing::{Growing, Progress, Writer};
pub use limits::{CAPTIONS_MAX, DURATION_MAX, SCENES_MAX, SVG_BYTES_MAX};
pub use make::{Made, make};
pub use narration::Narration;
pub use script::{Caption, Colour, Frame, Overlay, Provenance, Route, Scene, Script, Shots};
pub use yuv::I420;

#[cfg(test)]
mod tests;
