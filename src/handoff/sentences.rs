//! The fixed sentences of a hand-over, in every language. Chosen by state, never generated: whoever waits for a person must not
//! read a model's guess.

use super::rules::Rule;
use super::state::{Nobody, State};
use crate::domain::Language;

/// What the visitor is told in `state`.
pub fn message(state: &State, language: Language) -> String {
    match language {
        Language::English => english(state),
        Language::Chinese => chinese(state),
    }
}

fn english(state: &State) -> String {
    match state {
        State::Bot | State::Abandoned | State::Closed => String::new(),
        State::Offered { rule } => english_offer(*rule).into(),
        State::Requested => "I have asked for a person. You need not repeat anything.".into(),
        State::Queued { position: 1, eta_seconds } => {
            format!("You are next. {}", english_eta(*eta_seconds))
        }
        State::Queued { position, eta_seconds } => {
            format!("You are number {position}. {}", english_eta(*eta_seconds))
        }
        State::Ringing { agent } => format!("I am calling {agent}."),
        State::Briefing { agent } => format!("{agent} is reading what you told me."),
        State::Live { agent, .. } => format!("You are talking with {agent}."),
        State::LostLink { .. } => "The connection is interrupted. I keep your place and try again.".into(),
        State::WrapUp { agent, .. } => format!("{agent} has ended the conversation."),
        State::Unavailable { reason } => english_nobody(*reason).into(),
        State::CallbackBooked => "Your call is booked. A person will ring you.".into(),
    }
}

fn english_eta(eta_seconds: Option<u32>) -> String {
    match eta_seconds {
        None => "I cannot say how long it takes; you can go on asking me meanwhile.".into(),
        Some(seconds) if seconds <= 60 => "It should take about a minute.".into(),
        Some(seconds) => format!("It should take about {} minutes.", seconds.div_ceil(60)),
    }
}

fn english_offer(rule: Rule) -> &'static str {
    match rule {
        Rule::LostChild | Rule::Medical => "This needs a person at once. Shall I get one?",
        Rule::Fraud => "A person should look at this with you. Shall I get one?",
        Rule::Complaint => "A person can take your complaint. Shall I get one?",
        Rule::Bereavement => "I am sorry. A person can help you with this. Shall I get one?",
        Rule::HumanFirst => "Would you like to talk to a person?",
        _ => "I could not help you with this. Shall I get a person?",
    }
}

fn english_nobody(reason: Nobody) -> &'static str {
    match reason {
        Nobody::Closed => "The people who could help you here are not at work now.",
        Nobody::NoLanguage => "Nobody who speaks English is at the desk now.",
        Nobody::NoAgent => "Nobody is free to talk with you now.",
        Nobody::NoLink => "I cannot reach the people at the desk now.",
        Nobody::LongWait => "You have waited too long. I am sorry.",
        Nobody::AgentLost => "The connection to our person was lost. I am sorry.",
        Nobody::NotStored => "I could not send your request. I am sorry.",
    }
}

fn chinese(state: &State) -> String {
    match state {
        State::Bot | State::Abandoned | State::Closed => String::new(),
        State::Offered { rule } => chinese_offer(*rule).into(),
        State::Requested => "已为您呼叫工作人员，您不需要再重复说明。".into(),
        State::Queued { position: 1, eta_seconds } => format!("下一位就是您。{}", chinese_eta(*eta_seconds)),
        State::Queued { position, eta_seconds } => format!("您排在第{position}位。{}", chinese_eta(*eta_seconds)),
        State::Ringing { agent } => format!("正在呼叫{agent}。"),
        State::Briefing { agent } => format!("{agent}正在阅读您刚才说明的情况。"),
        State::Live { agent, .. } => format!("您正在与{agent}交谈。"),
        State::LostLink { .. } => "连接中断了，已为您保留位置，正在重新连接。".into(),
        State::WrapUp { agent, .. } => format!("{agent}已结束本次交谈。"),
        State::Unavailable { reason } => chinese_nobody(*reason).into(),
        State::CallbackBooked => "已为您预约回电，工作人员会打给您。".into(),
    }
}

fn chinese_eta(eta_seconds: Option<u32>) -> String {
    match eta_seconds {
        None => "暂时无法估计等待时间，您可以继续向我提问。".into(),
        Some(seconds) if seconds <= 60 => "大约需要一分钟。".into(),
        Some(seconds) => format!("大约需要{}分钟。", seconds.div_ceil(60)),
    }
}

fn chinese_offer(rule: Rule) -> &'static str {
    match rule {
        Rule::LostChild | Rule::Medical => "这件事需要马上由工作人员处理，要我呼叫吗？",
        Rule::Fraud => "这件事应由工作人员与您一起核实，要我呼叫吗？",
        Rule::Complaint => "您的投诉可以由工作人员受理，要我呼叫吗？",
        Rule::Bereavement => "请您节哀。工作人员可以帮您办理，要我呼叫吗？",
        Rule::HumanFirst => "需要我为您呼叫工作人员吗？",
        _ => "这个问题我没能帮到您，要我呼叫工作人员吗？",
    }
}

fn chinese_nobody(reason: Nobody) -> &'static str {
    match reason {
        Nobody::Closed => "现在不是工作人员的服务时间。",
        Nobody::NoLanguage => "现在没有会中文的工作人员在线。",
        Nobody::NoAgent => "现在没有空闲的工作人员。",
        Nobody::NoLink => "现在无法连接到工作人员。",
        Nobody::LongWait => "让您久等了，非常抱歉，暂时没有人能接待您。",
        Nobody::AgentLost => "与工作人员的连接中断了，非常抱歉。",
        Nobody::NotStored => "您的请求未能发出，非常抱歉。",
    }
}

/// What is sent, in one sentence.
pub fn what_is_sent(language: Language) -> &'static str {
    match language {
        Language::English => {
            "The person gets what you asked and what I answered, without names and numbers; never your voice or picture."
        }
        Language::Chinese => "工作人员将看到您的提问和我的回答，其中的姓名和号码已隐去；绝不会发送您的声音或影像。",
    }
}

/// What usher says when it takes over again.
pub fn after(promises: &[String], language: Language) -> String {
    match (language, promises.is_empty()) {
        (Language::English, true) => "I am back. Is there anything else?".into(),
        (Language::English, false) => format!("I am back. What was agreed: {}", promises.join("; ")),
        (Language::Chinese, true) => "我回来了，还有什么可以帮您？".into(),
        (Language::Chinese, false) => format!("我回来了。刚才约定的是：{}", promises.join("；")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_promise_is_made_of_a_time_that_nobody_knows() {
        let next = State::Queued { position: 1, eta_seconds: None };
        assert!(message(&next, Language::English).contains("cannot say how long"));
        let third = State::Queued { position: 3, eta_seconds: Some(150) };
        assert_eq!(message(&third, Language::Chinese), "您排在第3位。大约需要3分钟。");
    }
}
