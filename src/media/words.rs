//! Ways in words: fixed sentences in each language, filled with names, metres and minutes.

use super::journey::{Action, Climb, Journey, Mark, RouteError, Side, Step, Turn};
use crate::domain::{Language, Localised};

impl Step {
    /// The step as a visitor reads it: one sentence with its full stop.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::English => capital(self.english()),
            Language::Chinese => self.chinese(),
        }
    }

    fn english(&self) -> String {
        let language = Language::English;
        match &self.action {
            Action::Walk { turn, mark } => {
                let go = match turn {
                    Turn::Unknown => "walk",
                    Turn::Straight => "walk straight ahead",
                    Turn::Left => "turn left and walk",
                    Turn::Right => "turn right and walk",
                    Turn::Back => "turn round and walk",
                };
                let mark = mark.as_ref().map_or(String::new(), |Mark { said, ends }| {
                    format!(" {} {}", if *ends { "to" } else { "past" }, said.get(language))
                });
                format!("{go} {} m{mark}.", round_metres(self.metres))
            }
            Action::Climb { by, name, to, up, several } => {
                let by = name.as_ref().map_or(english_climb(*by, *several), |name| name.get(language));
                format!("take {by} {} to {}.", if *up { "up" } else { "down" }, to.get(language))
            }
            Action::Cross { name, to, on_foot } => {
                let (name, to, minutes) = (name.get(language), to.get(language), minutes(self.seconds));
                match on_foot {
                    true => format!("follow {name} to {to}: about {minutes}."),
                    false => format!("take {name} to {to}: about {minutes} with the wait."),
                }
            }
            Action::Pass { said } => format!("go through {}.", said.get(language)),
            Action::Arrive { said, side } => {
                let said = said.get(language);
                match side {
                    Side::Here => format!("you are at {said}."),
                    // No verb has to agree with "the toilets".
                    Side::Ahead => format!("you will see {said} in front of you."),
                    Side::Left => format!("you will see {said} on your left."),
                    Side::Right => format!("you will see {said} on your right."),
                }
            }
        }
    }

    fn chinese(&self) -> String {
        let language = Language::Chinese;
        match &self.action {
            Action::Walk { turn, mark } => {
                let go = match turn {
                    Turn::Unknown => "步行",
                    Turn::Straight => "直行",
                    Turn::Left => "左转，走",
                    Turn::Right => "右转，走",
                    Turn::Back => "向后转，走",
                };
                let mark = mark.as_ref().map_or(String::new(), |Mark { said, ends }| {
                    format!("，{}{}", if *ends { "到" } else { "经过" }, said.get(language))
                });
                format!("{go}{}米{mark}。", round_metres(self.metres))
            }
            Action::Climb { by, name, to, up, .. } => {
                let by = match (by, name) {
                    (Climb::Stairs, None) => "走楼梯".to_owned(),
                    (Climb::Stairs, Some(name)) => format!("走{}", name.get(language)),
                    (Climb::Lift, None) => "乘电梯".to_owned(),
                    (Climb::Escalator, None) => "乘自动扶梯".to_owned(),
                    (_, Some(name)) => format!("乘{}", name.get(language)),
                };
                format!("{by}{}到{}。", if *up { "上" } else { "下" }, to.get(language))
            }
            Action::Cross { name, to, on_foot } => {
                let (name, to, minutes) = (name.get(language), to.get(language), whole_minutes(self.seconds));
                match on_foot {
                    true => format!("沿{name}走到{to}，约{minutes}分钟。"),
                    false => format!("乘{name}到{to}，含候车约{minutes}分钟。"),
                }
            }
            Action::Pass { said } => format!("通过{}。", said.get(language)),
            Action::Arrive { said, side } => {
                let said = said.get(language);
                match side {
                    Side::Here => format!("您已到达{said}。"),
                    Side::Ahead => format!("{said}就在前方。"),
                    Side::Left => format!("{said}在您左侧。"),
                    Side::Right => format!("{said}在您右侧。"),
                }
            }
        }
    }
}

impl Journey {
    /// How long and how far, on one line.
    pub fn summary(&self, language: Language) -> String {
        let metres = round_metres(self.metres);
        let mut parts = match language {
            Language::English => {
                let how = if self.has_ride { "in all" } else { "on foot" };
                vec![format!("about {} {how}", minutes(self.seconds)), format!("{metres} m")]
            }
            Language::Chinese => {
                let how = if self.has_ride { "全程" } else { "步行" };
                vec![format!("{how}约{}分钟", whole_minutes(self.seconds)), format!("{metres}米")]
            }
        };
        let more = [
            (self.step_free, "step-free", "无台阶路线"),
            (self.has_queue, "plus the queue at security", "安检排队时间另计"),
        ];
        parts.extend(more.iter().filter(|(is_so, ..)| *is_so).map(|(_, english, chinese)| match language {
            Language::English => (*english).to_owned(),
            Language::Chinese => (*chinese).to_owned(),
        }));
        capital(parts.join(" · "))
    }
}

impl RouteError {
    /// What a visitor is told; never the id.
    pub fn told(&self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::ArrivingOnly(_) => (
                "Only passengers who have just landed can get there. Please ask at the information desk.",
                "只有刚抵达的旅客才能到那里，请到问询台咨询。",
            ),
            Self::NoStepFreeWay { .. } => {
                ("There is no step-free way. Please ask the staff for help.", "没有无台阶路线，请找工作人员帮助。")
            }
            Self::Unknown(_) | Self::NoWay { .. } => {
                ("I have no way to that place. Please ask the staff.", "我没有去那里的路线，请向工作人员咨询。")
            }
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

fn english_climb(by: Climb, several: bool) -> &'static str {
    match (by, several) {
        (Climb::Lift, _) => "the lift",
        (Climb::Escalator, false) => "the escalator",
        (Climb::Escalator, true) => "the escalators",
        (Climb::Stairs, _) => "the stairs",
    }
}

fn minutes(seconds: f64) -> String {
    match whole_minutes(seconds) {
        1 => "1 minute".into(),
        more => format!("{more} minutes"),
    }
}

/// The nearest whole minute, at least one.
pub(super) fn whole_minutes(seconds: f64) -> u64 {
    (seconds / 60.0).round().max(1.0) as u64
}

/// As a person would say it: tens of metres, fives below 30.
fn round_metres(metres: f64) -> u64 {
    let grain = if metres < 30.0 { 5.0 } else { 10.0 };
    ((metres / grain).round() * grain).max(grain) as u64
}

fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// "1. ...  2. ..." of all steps.
pub(super) fn numbered(steps: &[Step], language: Language) -> String {
    let lines = steps.iter().enumerate().map(|(index, step)| format!("{}. {}", index + 1, step.text(language)));
    lines.collect::<Vec<_>>().join(" ")
}

/// The picture's own words.
pub(super) struct Labels {
    pub here: &'static str,
    pub map_of: &'static str,
    pub way_to: &'static str,
    /// Before the floor that a ride leads to.
    pub onward: &'static str,
    /// Between a place and its floor.
    pub on: &'static str,
}

pub(super) fn labels(language: Language) -> Labels {
    match language {
        Language::English => {
            Labels { here: "You are here", map_of: "Map: ", way_to: "The way to ", onward: "to ", on: ", " }
        }
        Language::Chinese => {
            Labels { here: "您在这里", map_of: "地图：", way_to: "路线：", onward: "去", on: "，" }
        }
    }
}

/// Two names on one heading.
pub(super) fn heading(name: &Localised, title: &Localised, language: Language) -> String {
    format!("{} · {}", name.get(language), title.get(language))
}
