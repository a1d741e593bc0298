//! The camera's picture: whether it shows anything, is lit, is sharp, and moves. Pure: two frames in, a judgement out; keeps neither.

#[cfg(test)]
mod tests;

use super::Line;
use crate::domain::{Picture, Told, told};

/// Smallest side that is judged, px: below it there is no detail to judge.
const SIDE_MIN: u32 = 64;

/// A covered lens is darker than this on average, and even (luma 0 to 255). Sensors' black lies at 16 in studio range.
const BLACK_MEAN_MAX: f64 = 24.0;
const BLACK_VARIANCE_MAX: f64 = 64.0;

/// Between these a mean is well lit. Chosen: print is read well from 50 to 215.
const MEAN_MIN: f64 = 45.0;
const MEAN_MAX: f64 = 220.0;

/// More of the picture than this at the end of the scale is lost light.
const WHITE_SHARE_MAX: f64 = 0.5;

/// Luma from which a pixel is lost in the light.
const WHITE_LUMA: u8 = 252;

/// Contrast below which nothing can be said about sharpness (luma squared).
const CONTRAST_MIN: f64 = 120.0;

/// Sharpness below which print is not read. Measured on print, codes, passports and faces: sharp ones have 0.10 and more, the
/// same blurred over nine pixels 0.06 and less but for a few tiny ones.
const FOCUS_MIN: f64 = 0.08;

/// What a frame is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Mean luma, `0.0..=255.0`.
    pub exposure: f64,
    /// Variance of luma.
    pub contrast: f64,
    /// Share of pixels lost in light, `0.0..=1.0`.
    pub white: f64,
    /// Energy of fine detail against that of coarse detail: 0.05 is a blur, from 0.1 on it is sharp, fine print has 1 and more.
    pub focus: f64,
}

/// The camera's figures (`None` when no frame could be judged) and its line of the report. `frames` were taken some tenths of a
/// second apart.
pub fn camera(frames: &[Picture]) -> (Option<Look>, Line) {
    let Some(frame) = frames.last() else {
        let repair = told!("is the camera plugged in, and may the page use it?", "摄像头是否插好，页面是否获准使用？");
        return (None, Line::bad("camera", told!("no picture came", "没有收到画面"), repair));
    };
    let Some(look) = look(frame) else {
        let finding = told!(
            "a picture of {} x {} px is too small to judge",
            "{} x {} px 的画面太小，无法判断",
            frame.width(),
            frame.height()
        );
        let repair = told!("choose another camera in the browser's settings", "请在浏览器设置中选择其他摄像头");
        return (None, Line::bad("camera", finding, repair));
    };
    (Some(look), judge(&look, is_frozen(frames)))
}

/// A live sensor never gives the same picture twice: its noise differs.
fn is_frozen(frames: &[Picture]) -> bool {
    frames.len() > 1 && frames.windows(2).all(|pair| pair[0] == pair[1])
}

fn look(frame: &Picture) -> Option<Look> {
    if frame.width().min(frame.height()) < SIDE_MIN {
        return None;
    }
    let (wide, luma) = (frame.width() as usize, frame.luma());
    let white = luma.iter().filter(|&&one| one >= WHITE_LUMA).count() as f64 / luma.len() as f64;
    let (exposure, contrast) = moments(luma.iter().map(|&one| f64::from(one)));
    let fine = Grid::of(&luma, wide).halved();
    let coarse = fine.halved().halved();
    let (_, fine) = moments(fine.laplacian());
    let (_, coarse) = moments(coarse.laplacian());
    Some(Look { exposure, contrast, white, focus: fine / coarse.max(1.0) })
}

/// Mean and variance.
fn moments(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (count, sum, squares) =
        values.fold((0_u64, 0.0, 0.0), |(count, sum, squares), one| (count + 1, sum + one, squares + one * one));
    let mean = sum / count.max(1) as f64;
    (mean, (squares / count.max(1) as f64 - mean * mean).max(0.0))
}

/// Luma of some resolution, `[high, wide]`.
struct Grid {
    luma: Vec<f32>,
    wide: usize,
}

impl Grid {
    fn of(luma: &[u8], wide: usize) -> Self {
        Self { luma: luma.iter().map(|&one| f32::from(one)).collect(), wide }
    }

    fn rows(&self) -> Vec<&[f32]> {
        self.luma.chunks_exact(self.wide).collect()
    }

    /// Each four pixels as their mean; an odd row or column at the end is left out.
    fn halved(&self) -> Self {
        let rows = self.rows();
        let halved = rows.chunks_exact(2).flat_map(|pair| {
            let (upper, lower) = (pair[0].chunks_exact(2), pair[1].chunks_exact(2));
            upper.zip(lower).map(|(upper, lower)| (upper[0] + upper[1] + lower[0] + lower[1]) / 4.0).collect::<Vec<_>>()
        });
        Self { luma: halved.collect(), wide: self.wide / 2 }
    }

    /// The 4-neighbour Laplacian of every inner pixel, whose variance is focus (LAP4 of Pertuz et al., "Analysis of focus measure
    /// operators for shape-from-focus", Pattern Recognition 46, 2013). The coarser one it is held against takes the scene out of it.
    fn laplacian(&self) -> impl Iterator<Item = f64> {
        let (rows, wide) = (self.rows(), self.wide);
        (1..rows.len().saturating_sub(1)).flat_map(move |y| {
            let (above, row, below) = (rows[y - 1], rows[y], rows[y + 1]);
            let inner = (1..wide - 1).map(move |x| above[x] + below[x] + row[x - 1] + row[x + 1] - 4.0 * row[x]);
            inner.map(f64::from)
        })
    }
}

fn judge(look: &Look, is_frozen: bool) -> Line {
    let finding =
        told!("exposure {:.0} of 255, focus {:.2}", "曝光 {:.0}（最大 255），对焦 {:.2}", look.exposure, look.focus);
    if look.exposure <= BLACK_MEAN_MAX && look.contrast <= BLACK_VARIANCE_MAX {
        let finding = told!(finding => "the picture is black: {finding}", "画面全黑：{finding}");
        let repair = told!("take the cover or the shutter off the lens", "请取下镜头盖或打开遮板");
        return Line::bad("camera", finding, repair);
    }
    if is_frozen {
        let finding = told!(finding => "the picture stands still: {finding}", "画面静止不动：{finding}");
        return Line::bad("camera", finding, told!("unplug the camera and plug it in again", "请拔下摄像头再重新插上"));
    }
    match doubt(look) {
        Some((doubt, repair)) => {
            Line::warning("camera", told!(doubt, finding => "{doubt}: {finding}", "{doubt}：{finding}"), repair)
        }
        None => Line::good("camera", finding),
    }
}

fn doubt(look: &Look) -> Option<(Told, Told)> {
    if look.exposure < MEAN_MIN {
        return Some((
            told!("the picture is dark", "画面偏暗"),
            told!("switch the light on, or turn the camera away from the window", "请开灯，或让摄像头避开窗户"),
        ));
    }
    if look.exposure > MEAN_MAX || look.white > WHITE_SHARE_MAX {
        return Some((
            told!("the picture is too bright", "画面过亮"),
            told!("turn the camera away from lamp and sun", "请让摄像头避开灯光和阳光"),
        ));
    }
    if look.contrast < CONTRAST_MIN {
        return Some((
            told!("too little is seen to judge the focus", "画面内容太少，无法判断对焦"),
            told!("hold a printed page before the camera and run the test again", "请将印刷页举到摄像头前，再次测试"),
        ));
    }
    (look.focus < FOCUS_MIN).then(|| {
        let repair = told!(
            "clean the lens, then turn its ring or hold a printed page at reading distance",
            "请清洁镜头，再转动对焦环，或将印刷页举到阅读距离"
        );
        (told!("the picture is not sharp", "画面不清晰"), repair)
    })
}
