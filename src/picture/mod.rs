//! Pictures from outside, made safe, and the few things done to their pixels. The home of the `image` crate.
//!
//! [`open`] makes bytes a [`Picture`] within the bounds of [`limits`]; sizes are looked at before anything is allocated
//! for them. Knows pixels, and not what they show. Blocks for tens of milliseconds a megapixel: never on an async thread.

mod encode;
mod error;
mod hide;
mod jpeg;
pub mod limits;
mod look;
mod open;
mod scale;
mod turn;

pub use encode::{to_jpeg, to_png};
pub use error::PictureError;
pub use hide::blur_region;
pub use look::{Look, is_black, look};
pub use open::open;
pub use scale::scaled_to_fit;
pub use turn::{Turn, rotated_90, turned};

use crate::domain::Picture;

/// A rectangle in whole pixels; what reaches beyond the picture is cut off by whoever uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Region {
    /// The part that lies within `picture`; `None` when nothing does.
    pub fn within(self, picture: &Picture) -> Option<Self> {
        let width = self.width.min(picture.width().checked_sub(self.left)?);
        let height = self.height.min(picture.height().checked_sub(self.top)?);
        (width > 0 && height > 0).then_some(Self { width, height, ..self })
    }
}

/// The pixels of `region`; `None` when it lies outside.
pub fn crop(picture: &Picture, region: Region) -> Option<Picture> {
    let region = region.within(picture)?;
    let row = picture.width() as usize * 3;
    let (from, to) = (region.left as usize * 3, (region.left + region.width) as usize * 3);
    let rows = picture.rgb().chunks_exact(row).skip(region.top as usize).take(region.height as usize);
    let mut rgb = Vec::with_capacity((to - from) * region.height as usize);
    rows.for_each(|row| rgb.extend_from_slice(&row[from..to]));
    Picture::new(region.width, region.height, rgb)
}

#[cfg(test)]
mod tests;
