//! Ultra-Light RFB-320: where faces are. Knows nothing of whose they are, and keeps nothing.

use std::path::Path;

use ort::session::Session;
use ort::value::TensorRef;

use super::resample::{Area, Channels, Planes, draw};
use crate::domain::Picture;
use crate::engine::{EngineError, Face, FaceFinder, onnx};

/// The model's input: `[1, 3, 240, 320] f32`, RGB, `(byte - 127) / 128` (the authors' `run_video_face_detect_onnx.py`).
const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// Probabilities from which a box counts: to greet (the authors' 0.7), and to blur, where a missed face is worse than a
/// blurred suitcase.
const PRESENT_ABOVE: f32 = 0.7;
const BLURRED_ABOVE: f32 = 0.5;

/// Boxes that share more than this of their union are one face (the authors' `iou_threshold` is 0.3).
const SAME_ABOVE: f32 = 0.3;

/// Boxes kept before and faces after they are thinned out, the surest first.
const BOXES_MAX: usize = 500;
const FACES_MAX: usize = 64;

/// The model's smallest anchor box, in pixels of its input: smaller boxes are dust.
const FACE_MIN: f32 = 10.0;

/// In a thorough search, boxes that share this much of the smaller are parts of one face, which is blurred whole.
const PART_ABOVE: f32 = 0.5;

/// Pixels of the input between a box and the edge of its tile that call the face cut: the next tile shows all of it.
const CUT_BELOW: f32 = 3.0;

/// Sides of the tiles of a thorough search in pixels, widest first, each overlapping its neighbour by half.
const TILES: [usize; 2] = [640, 320];

/// Tiles of one thorough search; a picture that would need more is searched with the larger ones only.
const TILES_MAX: usize = 120;

pub(super) struct UltraLight {
    session: Session,
    input: Planes,
}

impl UltraLight {
    pub(super) fn open(runtime: &Path, model: &Path) -> Result<Self, EngineError> {
        Ok(Self { session: onnx::session(runtime, model)?, input: Planes::filled(WIDTH, HEIGHT, 0.0) })
    }

    /// Adds the faces of `area` that are surer than `above` to `faces`, as fractions of the picture. The area is drawn
    /// with its own proportions into the top left of the input.
    fn look(&mut self, picture: &Picture, area: Area, above: f32, faces: &mut Vec<Face>) -> ort::Result<()> {
        let scale = (WIDTH as f32 / area.width as f32).min(HEIGHT as f32 / area.height as f32);
        let side = |pixels: usize, most: usize| ((pixels as f32 * scale).round() as usize).clamp(1, most);
        let to = Area { x: 0, y: 0, width: side(area.width, WIDTH), height: side(area.height, HEIGHT) };
        if (to.width, to.height) != (WIDTH, HEIGHT) {
            self.input.values.fill(0.0);
        }
        draw(picture, area, &mut self.input, to, Channels::Rgb, 127.0, 1.0 / 128.0);
        let shape = [1, 3, HEIGHT, WIDTH];
        let input = TensorRef::from_array_view((shape, &self.input.values[..]))?;
        let outputs = self.session.run(ort::inputs![input])?;
        // `scores` [1, boxes, 2]: background, face; `boxes` [1, boxes, 4]: left, top, right, bottom, fractions of the input
        let tensor = |name| outputs.get(name).ok_or_else(|| ort::Error::new(format!("no output {name}")));
        let (_, scores) = tensor("scores")?.try_extract_tensor::<f32>()?;
        let (_, boxes) = tensor("boxes")?.try_extract_tensor::<f32>()?;
        let fraction = |x: f32, y: f32| {
            let x = area.x as f32 + x * WIDTH as f32 / to.width as f32 * area.width as f32;
            let y = area.y as f32 + y * HEIGHT as f32 / to.height as f32 * area.height as f32;
            ((x / picture.width() as f32).clamp(0.0, 1.0), (y / picture.height() as f32).clamp(0.0, 1.0))
        };
        for (score, corners) in scores.chunks_exact(2).zip(boxes.chunks_exact(4)) {
            let side = ((corners[2] - corners[0]) * WIDTH as f32).min((corners[3] - corners[1]) * HEIGHT as f32);
            if score[1] > above && side >= FACE_MIN && !cut(corners, to, area, picture) {
                let ((x, y), (right, bottom)) = (fraction(corners[0], corners[1]), fraction(corners[2], corners[3]));
                faces.push(Face { x, y, width: right - x, height: bottom - y, confidence: score[1] });
            }
        }
        Ok(())
    }
}

/// Whether a box ends at an edge of its area that is no edge of the picture.
fn cut(corners: &[f32], to: Area, area: Area, picture: &Picture) -> bool {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    (area.x > 0 && corners[0] * (WIDTH as f32) < CUT_BELOW)
        || (area.y > 0 && corners[1] * (HEIGHT as f32) < CUT_BELOW)
        || (area.x + area.width < width && corners[2] * WIDTH as f32 > to.width as f32 - CUT_BELOW)
        || (area.y + area.height < height && corners[3] * HEIGHT as f32 > to.height as f32 - CUT_BELOW)
}

impl FaceFinder for UltraLight {
    fn faces(&mut self, picture: &Picture) -> Result<Vec<Face>, EngineError> {
        let mut faces = Vec::new();
        self.look(picture, Area::of(picture), PRESENT_ABOVE, &mut faces).map_err(failed)?;
        Ok(distinct(faces))
    }

    fn faces_thorough(&mut self, picture: &Picture) -> Result<Vec<Face>, EngineError> {
        let mut faces = Vec::new();
        for area in areas(picture) {
            self.look(picture, area, BLURRED_ABOVE, &mut faces).map_err(failed)?;
        }
        Ok(whole(distinct(faces)))
    }

    fn name(&self) -> &str {
        "ultra-light-rfb-320"
    }
}

/// The whole picture, then its tiles.
fn areas(picture: &Picture) -> Vec<Area> {
    let mut areas = vec![Area::of(picture)];
    for side in TILES {
        let (w, h) = (picture.width() as usize, picture.height() as usize);
        let tile = (side.min(w), (side * HEIGHT / WIDTH).min(h));
        let (columns, rows) = (starts(w, tile.0), starts(h, tile.1));
        let count = columns.len() * rows.len();
        if count > 1 && areas.len() + count <= TILES_MAX {
            let at = |(x, y)| Area { x, y, width: tile.0, height: tile.1 };
            areas.extend(rows.iter().flat_map(|&y| columns.iter().map(move |&x| (x, y))).map(at));
        }
    }
    areas
}

/// Where tiles of `tile` pixels begin on a side of `side`, half a tile apart or less, the last at its end.
fn starts(side: usize, tile: usize) -> Vec<usize> {
    let steps = (side - tile).div_ceil((tile / 2).max(1));
    (0..=steps).map(|i| (i * (side - tile)).checked_div(steps).unwrap_or(0)).collect()
}

/// One box for each face, the surest (non-maximum suppression).
fn distinct(mut faces: Vec<Face>) -> Vec<Face> {
    faces.retain(|f| f.width > 0.0 && f.height > 0.0);
    faces.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    faces.truncate(BOXES_MAX);
    let mut kept = Vec::<Face>::new();
    for face in faces {
        if kept.len() < FACES_MAX && kept.iter().all(|other| shared(other, &face) <= SAME_ABOVE) {
            kept.push(face);
        }
    }
    kept
}

/// Joins the parts of one face, seen in different tiles, into a box around all of them.
fn whole(faces: Vec<Face>) -> Vec<Face> {
    let mut joined = Vec::<Face>::new();
    for face in faces {
        let part = |other: &&mut Face| {
            let smaller = (face.width * face.height).min(other.width * other.height);
            overlap(other, &face) > PART_ABOVE * smaller
        };
        match joined.iter_mut().find(part) {
            Some(other) => *other = around(other, &face),
            None => joined.push(face),
        }
    }
    joined
}

fn around(a: &Face, b: &Face) -> Face {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let (right, bottom) = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
    Face { x, y, width: right - x, height: bottom - y, confidence: a.confidence.max(b.confidence) }
}

fn overlap(a: &Face, b: &Face) -> f32 {
    let width = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let height = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    width.max(0.0) * height.max(0.0)
}

/// Intersection over union.
fn shared(a: &Face, b: &Face) -> f32 {
    let both = overlap(a, b);
    both / (a.width * a.height + b.width * b.height - both).max(f32::EPSILON)
}

fn failed(error: ort::Error) -> EngineError {
    EngineError::Failed { engine: "ultra-light face detector", reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(x: f32, confidence: f32) -> Face {
        Face { x, y: 0.2, width: 0.2, height: 0.2, confidence }
    }

    #[test]
    fn of_boxes_on_one_face_the_surest_stays() {
        let kept = distinct(vec![face(0.10, 0.8), face(0.12, 0.99), face(0.6, 0.9), face(0.3, f32::NAN)]);
        assert_eq!(kept.iter().filter(|f| f.confidence > 0.0).map(|f| f.x).collect::<Vec<_>>(), [0.12, 0.6]);
    }

    #[test]
    fn parts_of_a_face_are_joined_and_another_face_is_not() {
        let (chin, other) = (Face { y: 0.35, height: 0.1, ..face(0.1, 0.7) }, face(0.5, 0.6));
        let joined = whole(vec![face(0.1, 0.9), chin, other]);
        assert_eq!(joined.len(), 2);
        assert!((joined[0].height - 0.25).abs() < 1e-6, "{joined:?}");
    }

    #[test]
    fn tiles_cover_the_picture_and_are_bounded() {
        assert_eq!(starts(1280, 640), [0, 320, 640]);
        assert_eq!(starts(320, 320), [0]);
        assert_eq!(starts(700, 640), [0, 60]);
        let picture = Picture::new(4000, 3000, vec![0; 36_000_000]).unwrap();
        assert!(areas(&picture).len() <= TILES_MAX);
    }
}
