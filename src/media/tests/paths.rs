//! The quickest path, held against every path there is.

use super::{EN, ZH, airport, small};
use crate::media::file::WayKind;
use crate::media::graph::{Edge, Graph, Hop, Node};
use crate::media::place::Point;
use crate::media::{Action, RouteError};

/// A small generator of the same numbers on every machine (Knuth's linear congruence).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn random(seed: u64) -> Graph {
    let mut dice = Dice(seed);
    let mut graph = Graph::default();
    for index in 0..6 {
        let at = Point { x: dice.roll(100) as f64, y: dice.roll(100) as f64 };
        graph.nodes.push(Node { id: index.to_string(), floor: 0, at, place: None });
        graph.edges.push(Vec::new());
    }
    for _ in 0..9 {
        let (from, to) = (dice.roll(6) as usize, dice.roll(6) as usize);
        let kind = if dice.roll(4) == 0 { WayKind::Stairs } else { WayKind::Walk };
        let ms = 1_000 + dice.roll(60_000);
        let edge = |to| Edge { to, kind, metres: 1.0, ms, step_free: !kind.has_steps(), name: None };
        if from != to {
            graph.edges[from].push(edge(to));
            if dice.roll(3) > 0 {
                graph.edges[to].push(edge(from));
            }
        }
    }
    graph
}

/// The least cost over all trails, turns included.
fn least(graph: &Graph, from: usize, to: usize, step_free: bool, trail: &mut Vec<(usize, usize)>, cost: u64) -> u64 {
    let mut best = if from == to { cost } else { u64::MAX };
    for (index, edge) in graph.edges[from].iter().enumerate() {
        if step_free && !edge.step_free || trail.contains(&(from, index)) {
            continue;
        }
        let next = Hop { from, edge };
        let turn = trail
            .last()
            .map_or(0, |&(node, edge)| graph.turn_ms(&Hop { from: node, edge: &graph.edges[node][edge] }, &next));
        trail.push((from, index));
        best = best.min(least(graph, edge.to, to, step_free, trail, cost + edge.ms + turn));
        trail.pop();
    }
    best
}

#[test]
fn the_quickest_path_is_the_least_of_all_paths() {
    let mut reached = 0;
    for seed in 0..60 {
        let graph = random(seed);
        for step_free in [false, true] {
            let reach = graph.reach(0, step_free);
            for to in 1..6 {
                let least = least(&graph, 0, to, step_free, &mut Vec::new(), 0);
                assert_eq!(reach.ms(to).unwrap_or(u64::MAX), least, "seed {seed}, to {to}, step-free {step_free}");
                let Some(path) = reach.path(to) else { continue };
                reached += 1;
                let turns: u64 = path.windows(2).map(|hops| graph.turn_ms(&hops[0], &hops[1])).sum();
                assert_eq!(path.iter().map(|hop| hop.edge.ms).sum::<u64>() + turns, least);
                assert!(path.windows(2).all(|hops| hops[0].edge.to == hops[1].from));
                assert!(!step_free || path.iter().all(|hop| !hop.edge.kind.has_steps()));
            }
        }
    }
    assert!(reached > 100, "the random graphs have paths: {reached}");
}

#[test]
fn stairs_are_quicker_and_the_lift_is_step_free() {
    let map = small();
    let texts = |step_free, language| {
        let journey = map.route("kiosk", "cafe", step_free).expect("a way");
        journey.steps.iter().map(|step| step.text(language)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        texts(false, EN),
        "Walk straight ahead 80 m. Take the stairs up to level 2. Walk 30 m. You will see Café in front of you."
    );
    assert_eq!(texts(true, ZH), "直行40米。 右转，走40米。 乘电梯上到二层。 步行40米。 咖啡馆就在前方。");
    let journey = map.route("kiosk", "cafe", false).expect("a way");
    assert_eq!((journey.metres, journey.has_queue, journey.has_ride), (110.0, false, false));
    // 110 m at 1.2 m/s, and one level of stairs.
    assert!((journey.seconds - 111.7).abs() < 0.1, "{}", journey.seconds);
    assert_eq!(journey.summary(EN), "About 2 minutes on foot · 110 m");
    assert_eq!(journey.summary(ZH), "步行约2分钟 · 110米");
}

#[test]
fn a_door_is_on_its_side_and_a_place_is_no_way_to_itself() {
    let map = small();
    let journey = map.route("kiosk", "desk", false).expect("a way");
    let last = journey.steps.last().expect("a last step");
    assert_eq!(last.text(EN), "You will see Desk & <b> on your left.");
    assert_eq!(last.text(ZH), "柜台在您左侧。");
    let none = map.route("desk", "desk", false).expect("a way");
    assert_eq!((none.metres, none.steps.len()), (0.0, 1));
    assert_eq!(none.steps[0].text(EN), "You are at Desk & <b>.");
    assert_eq!(map.route("kiosk", "moon", false), Err(RouteError::Unknown("moon".into())));
}

#[test]
fn nobody_is_sent_to_the_baggage_hall_from_the_public_hall() {
    let map = airport();
    let refused = map.route("kiosk-c", "baggage-service", false).unwrap_err();
    assert_eq!(refused, RouteError::ArrivingOnly("baggage-service".into()));
    assert!(refused.told(EN).contains("just landed") && refused.told(ZH).contains("刚抵达"));
    // Those who are there get out, through customs and never back through it.
    let out = map.route("baggage-service", "taxi", true).expect("a way");
    let passed: Vec<String> =
        out.steps.iter().filter(|s| matches!(s.action, Action::Pass { .. })).map(|s| s.text(EN)).collect();
    assert_eq!(passed, ["Go through customs."]);
}
