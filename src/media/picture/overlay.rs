//! What lies on a floor's drawing: the way with its direction, here and there, rides, and the labels.

use super::labels::{Board, Face, INK, Label, round_sign, text, text_width};
use super::panel::{Area, Panel};
use super::{Scene, head_area, signs};
use crate::domain::Localised;
use crate::media::file::WayKind;
use crate::media::journey::{Action, Stage};
use crate::media::place::Point;
use crate::media::{Kind, Map, Place};

/// The pin at the goal: a warm red beside every accent.
const PIN: &str = "#c8321e";
const PIN_PIXELS: f64 = 46.0;
/// Width of the way, and of its white rim.
const LINE_PIXELS: f64 = 10.0;
const RIM_PIXELS: f64 = 17.0;
/// From one direction mark to the next.
const MARK_PIXELS: f64 = 46.0;
/// The way keeps this much room from labels.
const CLEAR_PIXELS: f64 = 9.0;
/// Radius of the sign of a ride.
const RIDE_PIXELS: f64 = 19.0;

pub(super) fn draw(map: &Map, scene: &Scene, panels: &[Panel], index: usize) -> String {
    let panel = &panels[index];
    let mut board = Board::new(panel.area.width, panel.area.height);
    board.take(head_area(map, scene, panels, index));
    let mut drawn = String::new();
    let line: Vec<Point> =
        panel.stage.map_or(Vec::new(), |stage| stage.points.iter().map(|&at| panel.pixel(at)).collect());
    drawn += &draw_line(&line, scene.accent());
    drawn += &draw_scale(panel, &mut board);
    for at in along(&line, 2.0 * CLEAR_PIXELS) {
        board.take(Area { x: at.x, y: at.y, width: 0.0, height: 0.0 }.grown(CLEAR_PIXELS));
    }
    for place in map.places.iter().filter(|place| place.floor == panel.floor && signs::of(place.kind).rank < 5) {
        board.want(panel.pixel(place.at));
    }
    put_places(map, scene, panel, true, &mut board);
    drawn += &put_ends(map, scene, panels, index, &mut board);
    put_places(map, scene, panel, false, &mut board);
    put_towers(map, panel, &mut board);
    // Pins lie on the labels' signs, the labels' words on the way.
    format!("{drawn}{}", board.drawn)
}

/// The way: rim, line, and marks that point onward.
fn draw_line(line: &[Point], accent: &str) -> String {
    if line.len() < 2 {
        return String::new();
    }
    let points: Vec<String> = line.iter().map(|p| format!("{:.1},{:.1}", p.x, p.y)).collect();
    let points = points.join(" ");
    let stroke = |colour: &str, width: f64| {
        format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        )
    };
    let ahead: Vec<Point> = along(line, 4.0);
    let every = (MARK_PIXELS / 4.0) as usize;
    let marks = (every / 2..ahead.len().saturating_sub(1)).step_by(every).map(|index| {
        let (at, next) = (ahead[index], ahead[index + 1]);
        let degrees = at.heading(next).0;
        format!(
            "<path d=\"M-3 2.5L0 -2L3 2.5\" transform=\"translate({:.1} {:.1}) rotate({degrees:.0})\"/>",
            at.x, at.y
        )
    });
    let marks: String = marks.collect();
    format!(
        "{}{}<g fill=\"none\" stroke=\"#ffffff\" stroke-width=\"2.2\" stroke-linecap=\"round\">{marks}</g>",
        stroke("#ffffff", RIM_PIXELS),
        stroke(accent, LINE_PIXELS)
    )
}

/// Points every `step` pixels along the line.
fn along(line: &[Point], step: f64) -> Vec<Point> {
    let mut points = Vec::new();
    let mut rest = 0.0;
    for ends in line.windows(2) {
        let long = ends[0].distance(ends[1]);
        while rest <= long && long > 0.0 {
            points.push(ends[0].towards(ends[1], rest / long));
            rest += step;
        }
        rest -= long;
    }
    points
}

/// Start, goal and rides of this panel, with their labels.
fn put_ends(map: &Map, scene: &Scene, panels: &[Panel], index: usize, board: &mut Board) -> String {
    let panel = &panels[index];
    let mut drawn = String::new();
    if let Some(stage) = panel.stage {
        drawn += &put_rides(map, scene, panels, index, stage, board);
    }
    let start = scene.route.map(|route| &map.places[route.from]);
    let begins = index == 0 || scene.route.is_none();
    if let Some(place) = start.or(scene.here).filter(|place| place.floor == panel.floor && begins) {
        let at = panel.pixel(place.at);
        drawn += &draw_here(at, place, scene.accent());
        let words = if place.kind == Kind::Kiosk { scene.words().here } else { place.name.get(scene.language) };
        let at = Point { x: at.x, y: at.y + 17.0 };
        board.put(&Label { at, face: Face::Drawn { size: 34.0 }, text: words, is_strong: true, is_needed: true });
    }
    let ends = index + 1 == panels.len();
    if ends && scene.place.floor == panel.floor {
        let at = panel.pixel(scene.place.at);
        drawn += &draw_pin(at);
        let text = scene.place.name.get(scene.language);
        board.put(&Label { at, face: Face::Drawn { size: PIN_PIXELS }, text, is_strong: true, is_needed: true });
    }
    drawn
}

fn put_rides(map: &Map, scene: &Scene, panels: &[Panel], index: usize, stage: &Stage, board: &mut Board) -> String {
    let mut drawn = String::new();
    let mut put = |at: Point, kind: WayKind, words: &str| {
        drawn += &round_sign(at, signs::of_way(kind), INK, RIDE_PIXELS);
        let below = Point { x: at.x, y: at.y + RIDE_PIXELS };
        let face = Face::Drawn { size: 2.0 * RIDE_PIXELS };
        board.put(&Label { at: below, face, text: words, is_strong: true, is_needed: true });
    };
    if let (Some(kind), Some(&last), Some(next)) = (stage.leaves_by, stage.points.last(), panels.get(index + 1)) {
        let there = &map.floors[next.floor];
        let goal = if kind == WayKind::PeopleMover { &there.name } else { &there.short };
        put(panels[index].pixel(last), kind, &ride_words(scene, goal));
    }
    let came = index.checked_sub(1).and_then(|before| panels[before].stage).and_then(|stage| stage.leaves_by);
    if let (Some(kind), Some(&first)) = (came, stage.points.first()) {
        put(panels[index].pixel(first), kind, "");
    }
    drawn
}

fn ride_words(scene: &Scene, goal: &Localised) -> String {
    format!("{}{}", scene.words().onward, goal.get(scene.language))
}

/// A dot, and a beam where one looks to.
fn draw_here(at: Point, place: &Place, accent: &str) -> String {
    let beam = place.facing.map_or(String::new(), |facing| {
        format!(
            "<path d=\"M0 0L-22 -46A51 51 0 0 1 22 -46z\" transform=\"translate({:.1} {:.1}) rotate({:.0})\" \
             fill=\"{accent}\" fill-opacity=\"0.25\"/>",
            at.x, at.y, facing.0
        )
    });
    format!(
        "{beam}<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"17\" fill=\"#ffffff\" stroke=\"{accent}\" stroke-width=\"2\"/>\
         <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"10.5\" fill=\"{accent}\"/>",
        x = at.x,
        y = at.y
    )
}

fn draw_pin(at: Point) -> String {
    format!(
        "<g transform=\"translate({:.1} {:.1})\"><ellipse rx=\"9\" ry=\"3.5\" fill=\"{INK}\" fill-opacity=\"0.3\"/>\
         <path d=\"M0 0C-6 -13 -18 -18 -18 -29A18 18 0 0 1 18 -29C18 -18 6 -13 0 0z\" fill=\"{PIN}\" stroke=\"#ffffff\" \
         stroke-width=\"2.5\"/><circle cy=\"-29\" r=\"7\" fill=\"#ffffff\"/></g>",
        at.x, at.y
    )
}

/// A measure of the first round length that is easily seen.
fn draw_scale(panel: &Panel, board: &mut Board) -> String {
    let lengths = [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
    let Some(metres) = lengths.into_iter().find(|metres| metres * panel.scale >= 70.0) else { return String::new() };
    let (long, words) = (metres * panel.scale, format!("{metres} m"));
    let (right, y) = (panel.area.width - 16.0, panel.area.height - 16.0);
    let left = right - long;
    let x = right - long / 2.0 - text_width(&words, 16.0) / 2.0;
    board.take(Area { x: left - 6.0, y: y - 28.0, width: long + 12.0, height: 36.0 });
    format!(
        "<path d=\"M{left:.1} {:.1}v6H{right:.1}v-6\" fill=\"none\" stroke=\"{INK}\" stroke-width=\"2\"/>{}",
        y - 6.0,
        text(&words, x, y - 9.0, 16.0, false)
    )
}

/// The places that are in sight: before the way takes its room, those that the steps speak of; then all others.
fn put_places(map: &Map, scene: &Scene, panel: &Panel, told: bool, board: &mut Board) {
    let mut places: Vec<(u8, &Place)> = map
        .places
        .iter()
        .filter(|place| place.floor == panel.floor && place.kind != Kind::Kiosk && place.id != scene.place.id)
        .filter(|place| is_told(scene, place) == told)
        .map(|place| (signs::of(place.kind).rank, place))
        .collect();
    places.sort_by_key(|(rank, _)| *rank);
    for (_, place) in places {
        let sign = signs::of(place.kind);
        let face = match (&place.code, place.kind) {
            (Some(code), Kind::Gate) => Face::Code { code, fill: "#f6c343", ink: INK },
            (Some(code), _) => Face::Code { code, fill: "#3d4954", ink: "#ffffff" },
            (None, _) => Face::Sign { line: sign.line, colour: sign.colour },
        };
        let text = if place.code.is_some() { "" } else { place.name.get(scene.language) };
        let is_needed = told && place.kind.is_checkpoint();
        let label = Label { at: panel.pixel(place.at), face, text, is_strong: false, is_needed };
        board.put_near(&label, away(map, place));
    }
}

/// Lifts, escalators and stairs that the way does not take.
fn put_towers(map: &Map, panel: &Panel, board: &mut Board) {
    for (node, edges) in map.graph.nodes.iter().zip(&map.graph.edges).filter(|(node, _)| node.floor == panel.floor) {
        let climbs = |kind: WayKind| kind == WayKind::Lift || kind.has_steps();
        let Some(edge) = edges.iter().find(|edge| climbs(edge.kind)) else { continue };
        let face = Face::Sign { line: signs::of_way(edge.kind), colour: INK };
        let at = panel.pixel(node.at);
        board.put(&Label { at, face, text: "", is_strong: false, is_needed: false });
    }
}

/// From the door into the place: where its sign may move to when it has no room.
fn away(map: &Map, place: &Place) -> Point {
    let door = map.graph.edges[place.node].first().map_or(place.at, |edge| map.graph.nodes[edge.to].at);
    let long = door.distance(place.at).max(f64::EPSILON);
    Point { x: (place.at.x - door.x) / long, y: (place.at.y - door.y) / long }
}

/// Whether a step names the place.
fn is_told(scene: &Scene, place: &Place) -> bool {
    let steps = scene.route.map_or(&[][..], |route| &route.steps);
    steps.iter().any(|step| match &step.action {
        Action::Walk { mark: Some(mark), .. } => mark.said == place.said,
        Action::Pass { said } => *said == place.said,
        _ => false,
    })
}
