//! The touch screen: targets that somebody was asked to touch, and where the screen says that they did. Pure.

use super::Line;
use crate::domain::{Told, told};

/// Targets of a row and of a column.
pub const GRID: usize = 3;

/// Farther than this from the middle of a target, as a share of the screen's shorter side, somebody else's button is hit.
const ERROR_SHARE_MAX: f64 = 0.04;

/// Nearer than this a touch belongs to its target; farther away the axes are wrong.
const NEAR_SHARE: f64 = 0.2;

/// A place on the screen, px from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// One target that was shown, and where it was touched; `None` when it was not in time.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
pub struct Attempt {
    pub target: Point,
    pub touched: Option<Point>,
}

/// What was reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    pub reached: usize,
    pub of: usize,
    /// Mean distance of touches from their targets, px; 0 without any.
    pub error_px: f64,
    /// Mean way from targets to touches, px: where a screen that needs calibration is off to.
    pub offset: Point,
    /// Places of the targets that were not reached: `lower left`.
    pub dead: Vec<Told>,
}

/// What the attempts tell, and their line of the report. `wide` and `high`: the screen, px.
pub fn touch(attempts: &[Attempt], wide: f64, high: f64) -> (Reach, Line) {
    let is_number = |point: &Point| point.x.is_finite() && point.y.is_finite();
    let sound = |attempt: &&Attempt| is_number(&attempt.target) && attempt.touched.as_ref().is_none_or(is_number);
    let attempts: Vec<&Attempt> = attempts.iter().filter(sound).collect();
    let near = NEAR_SHARE * wide.min(high);
    let is_reached =
        |attempt: &Attempt| attempt.touched.is_some_and(|touched| distance(attempt.target, touched) <= near);
    let reached: Vec<(Point, Point)> =
        attempts.iter().filter(|one| is_reached(one)).filter_map(|one| Some((one.target, one.touched?))).collect();
    let missed = attempts.iter().filter(|one| !is_reached(one));
    let reach = Reach {
        reached: reached.len(),
        of: attempts.len(),
        error_px: mean(reached.iter().map(|&(target, touched)| distance(target, touched))),
        offset: Point {
            x: mean(reached.iter().map(|(target, touched)| touched.x - target.x)),
            y: mean(reached.iter().map(|(target, touched)| touched.y - target.y)),
        },
        dead: missed.map(|one| place(one.target, wide, high)).collect(),
    };
    let line = judge(&reach, axes(&attempts, near, wide, high), wide.min(high));
    (reach, line)
}

fn judge(reach: &Reach, axes: Option<Told>, side: f64) -> Line {
    let Reach { reached, of, error_px, offset, dead } = reach;
    let finding = told!(
        "{reached} of {of} targets reached, {error_px:.0} px off on average",
        "{of} 个标记中触及 {reached} 个，平均偏差 {error_px:.0} px"
    );
    if let Some(axes) = axes {
        let repair = told!(
            "set the screen's rotation and its touch panel's to the same (libinput calibration matrix)",
            "请将屏幕与触摸面板的旋转设为一致（libinput 校准矩阵）"
        );
        return Line::bad("touch", told!(axes => "the touch panel is {axes}", "触摸面板{axes}"), repair);
    }
    if *reached == 0 {
        let repair = told!(
            "run the test again and touch the circles; when it stays so, check the panel's USB cable",
            "请再次测试并触摸圆圈；若仍如此，请检查面板的 USB 线"
        );
        return Line::bad("touch", told!("no target of {of} was reached", "{of} 个标记均未触及"), repair);
    }
    if !dead.is_empty() {
        let dead = Told::listed(dead.iter().cloned());
        let finding = told!(finding, dead => "{finding}; no touch at {dead}", "{finding}；以下位置没有触摸：{dead}");
        let repair = told!(
            "clean the glass and the frame there; when it stays so, replace the panel",
            "请清洁该处的玻璃和边框；若仍如此，请更换面板"
        );
        return Line::bad("touch", finding, repair);
    }
    if *error_px > ERROR_SHARE_MAX * side {
        let (across, down) = (across(offset.x), down(offset.y));
        let finding = told!(finding, across, down => "{finding}: {across}, {down}", "{finding}：{across}，{down}");
        return Line::warning("touch", finding, told!("calibrate the panel", "请校准面板"));
    }
    Line::good("touch", finding)
}

fn across(px: f64) -> Told {
    let far = px.abs();
    if px < 0.0 {
        told!("{far:.0} px left", "偏左 {far:.0} px")
    } else {
        told!("{far:.0} px right", "偏右 {far:.0} px")
    }
}

fn down(px: f64) -> Told {
    let far = px.abs();
    if px < 0.0 {
        told!("{far:.0} px up", "偏上 {far:.0} px")
    } else {
        told!("{far:.0} px down", "偏下 {far:.0} px")
    }
}

/// How the panel's axes lie, when most touches fit another way of laying them and few fit the right one.
fn axes(attempts: &[&Attempt], near: f64, wide: f64, high: f64) -> Option<Told> {
    type Laid = fn(Point) -> Point;
    // Shares of the screen, so that turned axes can be compared.
    let ways: [(Told, Laid); 5] = [
        (told!("mirrored left to right", "左右镜像"), |at| Point { x: 1.0 - at.x, y: at.y }),
        (told!("mirrored top to bottom", "上下镜像"), |at| Point { x: at.x, y: 1.0 - at.y }),
        (told!("upside down", "上下颠倒"), |at| Point { x: 1.0 - at.x, y: 1.0 - at.y }),
        (told!("turned by 90 degrees to the right", "向右转了 90 度"), |at| Point { x: 1.0 - at.y, y: at.x }),
        (told!("turned by 90 degrees to the left", "向左转了 90 度"), |at| Point { x: at.y, y: 1.0 - at.x }),
    ];
    let share = |at: Point| Point { x: at.x / wide.max(1.0), y: at.y / high.max(1.0) };
    let fits = |laid: Laid| {
        let is_near = |one: &&&Attempt| {
            let laid = laid(share(one.target));
            let laid = Point { x: laid.x * wide, y: laid.y * high };
            one.touched.is_some_and(|touched| distance(laid, touched) <= near)
        };
        attempts.iter().filter(is_near).count()
    };
    let (name, count) = ways.map(|(name, laid)| (name, fits(laid))).into_iter().max_by_key(|(_, count)| *count)?;
    (count * 3 >= attempts.len() * 2 && count > fits(|at| at)).then_some(name)
}

/// Where on the screen `at` is, in words.
fn place(at: Point, wide: f64, high: f64) -> Told {
    let third = |at: f64, of: f64| ((at / of.max(1.0) * GRID as f64) as usize).min(GRID - 1);
    match (third(at.y, high), third(at.x, wide)) {
        (0, 0) => told!("upper left", "左上"),
        (0, 1) => told!("upper middle", "中上"),
        (0, _) => told!("upper right", "右上"),
        (1, 0) => told!("left", "左侧"),
        (1, 1) => told!("middle", "中央"),
        (1, _) => told!("right", "右侧"),
        (_, 0) => told!("lower left", "左下"),
        (_, 1) => told!("lower middle", "中下"),
        (_, _) => told!("lower right", "右下"),
    }
}

fn distance(one: Point, other: Point) -> f64 {
    (one.x - other.x).hypot(one.y - other.y)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), one| (sum + one, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;

    const WIDE: f64 = 1_080.0;
    const HIGH: f64 = 1_920.0;

    /// Nine targets, each touched where `touched` says.
    fn attempts(touched: impl Fn(Point) -> Option<Point>) -> Vec<Attempt> {
        let at = |index: usize| Point {
            x: WIDE * (0.1 + 0.4 * (index % 3) as f64),
            y: HIGH * (0.1 + 0.4 * (index / 3) as f64),
        };
        (0..9).map(at).map(|target| Attempt { target, touched: touched(target) }).collect()
    }

    fn found(touched: impl Fn(Point) -> Option<Point>) -> (Reach, Line) {
        touch(&attempts(touched), WIDE, HIGH)
    }

    #[test]
    fn fingers_near_every_target_are_good() {
        let (reach, line) = found(|at| Some(Point { x: at.x + 3.0, y: at.y - 4.0 }));
        assert_eq!((reach.reached, reach.of, reach.error_px.round()), (9, 9, 5.0));
        assert_eq!(
            (line.health, line.finding.en.as_str()),
            (Health::Good, "9 of 9 targets reached, 5 px off on average")
        );
    }

    #[test]
    fn a_dead_corner_is_named() {
        let (reach, line) = found(|at| (at.x > 500.0 || at.y < 1_000.0).then_some(at));
        assert_eq!(reach.dead, [told!("lower left", "左下")]);
        assert!(line.health == Health::Bad && line.finding.en.ends_with("no touch at lower left"), "{line:?}");
    }

    #[test]
    fn a_panel_that_is_off_is_told_where_to() {
        let (_, line) = found(|at| Some(Point { x: at.x - 90.0, y: at.y + 20.0 }));
        assert!(line.health == Health::Warning && line.finding.en.contains("90 px left, 20 px down"), "{line:?}");
    }

    #[test]
    fn wrong_axes_are_told_apart() {
        let turned = |at: Point| Some(Point { x: WIDE * (1.0 - at.y / HIGH), y: HIGH * at.x / WIDE });
        assert!(found(turned).1.finding.en.contains("turned by 90 degrees to the right"));
        assert!(found(|at| Some(Point { x: WIDE - at.x, y: at.y })).1.finding.en.contains("mirrored left to right"));
        assert!(found(|at| Some(Point { x: WIDE - at.x, y: HIGH - at.y })).1.finding.en.contains("upside down"));
    }

    #[test]
    fn nothing_and_nonsense_are_bad_and_no_panic() {
        assert_eq!(found(|_| None).1.finding.en, "no target of 9 was reached");
        assert_eq!(touch(&[], 0.0, 0.0).1.health, Health::Bad);
        let (reach, _) = found(|_| Some(Point { x: f64::NAN, y: 0.0 }));
        assert_eq!(reach.of, 0);
        assert_eq!(touch(&attempts(Some), -1.0, f64::NAN).1.health, Health::Bad);
    }
}
