//! The colours of a floor's drawing: a class in the file, attributes in the picture.

/// Class and what it looks like; a width after `~` is in pixels of the screen. Calm grounds, so that the way and the signs stand out; every ground is lighter than 85 %,
/// which leaves dark labels a contrast of more than 7 to 1.
const CLASSES: [(&str, &str); 19] = [
    ("ground", r##"fill="#eef1f3""##),
    ("road", r##"fill="#dfe4e8""##),
    ("lane", r##"fill="none" stroke="#f7f9fa" stroke-width="~1" stroke-dasharray="5 5""##),
    ("green", r##"fill="#dcebdc""##),
    ("water", r##"fill="#d5e8f2""##),
    ("apron", r##"fill="#e4e8ec""##),
    ("hall", r##"fill="#ffffff" stroke="#9aa7b1" stroke-width="~1.2" stroke-linejoin="round""##),
    ("airside", r##"fill="#fbf7e9" stroke="#9aa7b1" stroke-width="~1.2" stroke-linejoin="round""##),
    ("arrivals", r##"fill="#f0f4fa" stroke="#9aa7b1" stroke-width="~1.2" stroke-linejoin="round""##),
    ("control", r##"fill="#e8e4f3" stroke="#b9b0d6" stroke-width="~0.8""##),
    ("staff", r##"fill="#dde3e7""##),
    ("shop", r##"fill="#f8e8da" stroke="#dcc3ab" stroke-width="~0.7""##),
    ("counter", r##"fill="#cfdfe6" stroke="#9db8c4" stroke-width="~0.7""##),
    ("room", r##"fill="#f1edf7" stroke="#bdb3d1" stroke-width="~0.7""##),
    ("stairs", r##"fill="#d3dbe1" stroke="#93a1ac" stroke-width="~0.6""##),
    ("walkway", r##"fill="#e3dcc3""##),
    ("plane", r##"fill="#ffffff" stroke="#b8c2ca" stroke-width="~0.9" stroke-linejoin="round""##),
    ("wall", r##"fill="none" stroke="#8794a0" stroke-width="~1.2" stroke-linecap="round""##),
    ("rail", r##"fill="none" stroke="#8fa0ad" stroke-width="~2.4" stroke-dasharray="1 4""##),
];

/// The attributes of a class; `None` for one that no drawing may use.
pub(super) fn attributes(class: &str) -> Option<&'static str> {
    CLASSES.iter().find(|(name, _)| *name == class).map(|(_, attributes)| *attributes)
}

pub(super) fn classes() -> String {
    CLASSES.map(|(name, _)| name).join(", ")
}

/// Shapes drawn at `scale` pixels a metre: lines keep their width on the screen.
pub(super) fn at_scale(shapes: &str, scale: f64) -> String {
    let mut pieces = shapes.split("stroke-width=\"~");
    let mut drawn = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (width, rest) = piece.split_once('"').unwrap_or((piece, ""));
        let width: f64 = width.parse().expect("the palette's widths are numbers, and no file can write '~'");
        drawn += &format!("stroke-width=\"{:.3}\"{rest}", width / scale);
    }
    drawn
}
