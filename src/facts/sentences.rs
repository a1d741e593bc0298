//! What a visitor is told when a business system gave no answer, and how old an answer is, in every language. Fixed sentences,
//! chosen by kind: whoever asks for a bag must not read a model's guess.

use std::time::Duration;

use super::FactsError;
use super::input::Kind;
use crate::domain::Language;

impl FactsError {
    /// What a visitor is told; never a name of a system, a number or a reason.
    pub fn told(&self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Missing { kind, .. } => asked(*kind),
            Self::Input { kind, .. } => wrong(*kind),
            Self::NotFound { .. } => (
                "Nothing is on record under that number. Please check it, or ask at the information desk.",
                "没有查到这个号码的记录。请核对号码，或到问询台咨询。",
            ),
            Self::Slow { .. } | Self::Busy { .. } => (
                "The system that knows this is slow at the moment. Please try again in a minute.",
                "查询系统现在响应较慢，请稍后再试。",
            ),
            Self::Down { .. } => (
                "The system that knows this cannot be reached at the moment. Please try again later, or ask the staff.",
                "目前无法连接查询系统。请稍后再试，或向工作人员咨询。",
            ),
            Self::Unknown { .. } | Self::Misconfigured { .. } | Self::Unusable { .. } => {
                ("I cannot look this up here. Please ask the staff.", "我在这里无法查询，请向工作人员咨询。")
            }
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

/// What is asked for when it was not said.
fn asked(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::BaggageTag => (
            "Which baggage tag? Please give me the ten digits under its bar code, or show it to the camera.",
            "请告诉我行李牌条码下方的十位数字，或把行李牌对准摄像头。",
        ),
        Kind::Flight => ("Which flight? Please give me its number.", "请问是哪个航班？请告诉我航班号。"),
        Kind::Date => ("On which day?", "请问是哪一天？"),
        Kind::Booking => ("Please give me the six-character booking reference.", "请告诉我六位预订编号。"),
        Kind::Ticket => ("Please give me the thirteen digits of the ticket.", "请告诉我十三位电子客票号码。"),
        Kind::QueueTicket => ("Which number is on your queue ticket?", "请问您的排队号码是多少？"),
        Kind::Text => ("I need one more detail. Please type it.", "还需要一项信息，请输入。"),
    }
}

/// What is said when it cannot be what was asked for.
fn wrong(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::BaggageTag => (
            "That is not the number of a baggage tag: it has ten digits, under the bar code.",
            "这不是行李牌号码：行李牌号码是条码下方的十位数字。",
        ),
        Kind::Flight => (
            "That is not a flight number. It looks like AB 123 and stands on your boarding pass.",
            "这不是航班号。航班号形如AB 123，印在登机牌上。",
        ),
        Kind::Date => ("I did not understand the day.", "我没有听懂是哪一天。"),
        Kind::Booking => (
            "That is not a booking reference: it has six letters and digits.",
            "这不是预订编号：预订编号由六位字母和数字组成。",
        ),
        Kind::Ticket => {
            ("That is not a ticket number: it has thirteen digits.", "这不是电子客票号码：它有十三位数字。")
        }
        Kind::QueueTicket => ("That is not a queue number. It looks like A 17.", "这不是排队号码。排队号码形如A 17。"),
        Kind::Text => ("I cannot use that. Please check how it is written.", "这项信息无法使用，请检查是否写对。"),
    }
}

/// Said behind an answer that is not of now.
pub fn aged(age: Duration, language: Language) -> String {
    let minutes = age.as_secs() / 60;
    match (language, minutes) {
        (Language::English, 0) => "That was so less than a minute ago; the system cannot be reached right now.".into(),
        (Language::English, 1) => "That was so one minute ago; the system cannot be reached right now.".into(),
        (Language::English, _) => format!("That was so {minutes} minutes ago; the system cannot be reached right now."),
        (Language::Chinese, 0) => "这是不到一分钟前的情况，目前无法连接查询系统。".into(),
        (Language::Chinese, _) => format!("这是{minutes}分钟前的情况，目前无法连接查询系统。"),
    }
}
