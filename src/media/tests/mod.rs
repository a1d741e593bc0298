//! The room through its door: both shipped maps, and maps that must be refused.

mod hostile;
mod hours;
mod paths;
mod pictures;
mod shipped;

use std::path::Path;

use super::{Map, MapError};
use crate::domain::Language;

const EN: Language = Language::English;
const ZH: Language = Language::Chinese;

/// A map that ships; the tests run in the checkout.
fn shipped(site: &str) -> Map {
    let folder = Path::new("firmware-config/sites").join(site).join("media");
    Map::open(&folder, &Language::ALL).unwrap_or_else(|error| panic!("{error}"))
}

fn airport() -> Map {
    shipped("airport")
}

/// Two halls, a lift and stairs, a desk below and a café above.
const SMALL: &str = r#"
[[floors]]
id = "low"
level = 1
name = { en = "Level 1", zh = "一层" }
short = { en = "level 1", zh = "一层" }
title = { en = "Hall", zh = "大厅" }
drawing = "low.svg"
[[floors]]
id = "high"
level = 2
name = { en = "Level 2", zh = "二层" }
short = { en = "level 2", zh = "二层" }
title = { en = "Gallery", zh = "走廊" }
drawing = "high.svg"
[nodes.low]
middle = [50, 50]
stairs-low = [50, 10]
lift-low = [90, 50]
[nodes.high]
stairs-high = [50, 10]
lift-high = [90, 50]
[[places]]
id = "kiosk"
name = { en = "Kiosk", zh = "自助屏" }
kind = "kiosk"
floor = "low"
x = 50
y = 90
facing = 0
[[places]]
id = "desk"
name = { en = "Desk & <b>", zh = "柜台" }
kind = "desk"
floor = "low"
x = 40
y = 50
door = "middle"
[[places]]
id = "cafe"
name = { en = "Café", zh = "咖啡馆" }
kind = "coffee"
floor = "high"
x = 50
y = 40
[[ways]]
along = ["kiosk", "middle", "stairs-low"]
[[ways]]
along = ["middle", "lift-low"]
[[ways]]
along = ["stairs-high", "cafe", "lift-high"]
[[ways]]
kind = "stairs"
along = ["stairs-low", "stairs-high"]
[[ways]]
kind = "lift"
along = ["lift-low", "lift-high"]
"#;

const SQUARE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
  <g transform="translate(0 0)"><rect class="hall" x="1" y="1" width="98" height="98"/></g>
</svg>"#;

fn open_with(map: &str, drawing: &str) -> Result<Map, MapError> {
    let folder = tempfile::tempdir().expect("a folder of its own");
    std::fs::write(folder.path().join("map.toml"), map).expect("written");
    std::fs::write(folder.path().join("low.svg"), drawing).expect("written");
    std::fs::write(folder.path().join("high.svg"), SQUARE).expect("written");
    Map::open(folder.path(), &Language::ALL)
}

fn small() -> Map {
    open_with(SMALL, SQUARE).unwrap_or_else(|error| panic!("{error}"))
}
