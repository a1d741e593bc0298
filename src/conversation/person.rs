//! Whether a visitor asks for a human being: short rules over words, in every language the site speaks.
//! "Human" must work as one word and inside a sentence, and must not fire on questions *about* people ("travel agent", "personal loan").

use std::sync::LazyLock;

use regex::Regex;

/// Who stands for a human being in a request.
const WHO: &str = r"(?:(?:a|an|the|some|any|your|another)\s+)?(?:(?:real|live|actual|human|proper|customer|service|staff|support|desk|kind)\s+)*(?:human(?:\s+being)?|person|people|someone|somebody|agent|representative|rep|operator|advisor|adviser|employee|staff(?:\s+member)?|member\s+of\s+(?:the\s+)?(?:staff|team)|assistant|colleague|man|woman|clerk|teller|manager|supervisor|service)";

static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    // The whole utterance, politeness aside: "human", "an agent please".
    let alone = r"(?:(?:please|hi|hello|ok|okay|no)[\s,]+)*(?:get\s+me\s+|give\s+me\s+|i\s+(?:want|need)\s+)?(?:(?:a|an|the|real|live|actual)\s+)*(?:human(?:\s+being)?|person|agent|representative|rep|operator|staff|real\s+people|customer\s+service|help\s*desk)(?:[\s,]+(?:please|now|pls|plz))*";
    let talk = format!(
        r"(?:talk|speak|chat|talking|speaking|spoken)(?:\s+directly|\s+live)?\s+(?:to|with)\s+{WHO}(?:\s+(?:please|now|instead|here|about|who|than|on|from|in|at|that|right|else|directly|today|real).*|$|[,.!?].*)"
    );
    let connect = format!(
        r"(?:connect|transfer|put|pass|hand|forward|switch|escalate|redirect)\s+(?:me|us|this|over)?(?:\s*(?:through|over|on))?\s*(?:to|with)\s+{WHO}\b.*"
    );
    let want = r"(?:i(?:'d|\s+would)?\s+(?:rather\s+|really\s+|just\s+)?(?:want|need|like|prefer)|get\s+me|find\s+me|call(?:\s+me)?|fetch|bring|send|give\s+me|is\s+there|can\s+i\s+(?:have|see|get)|could\s+i\s+(?:have|see|get))\s+(?:a|an|some|any)?\s*(?:(?:real|live|actual|human)\s+)*(?:human(?:\s+being)?|person|someone|somebody|agent|representative|operator|staff(?:\s+member)?|member\s+of\s+(?:the\s+)?staff|people|employee)(?:\s+(?:to\s+(?:talk|speak|help|come|assist).*|who\s+can.*|i\s+can\s+(?:talk|speak|ask).*|here.*|please|now|instead|not\s+a.*|over\s+here.*|around.*))?[\s.!?]*";
    let not_machine =
        r".*\bnot\s+(?:to\s+|with\s+)?(?:a\s+|this\s+|the\s+)?(?:machine|robot|bot|computer|screen|kiosk)\b.*";
    let pattern = format!(r"(?i)^(?:{alone}[\s.!?]*|.*\b{talk}|.*\b{connect}|(?:.*[\s,.!?])?{want}|{not_machine})$");
    Regex::new(&pattern).expect("the pattern is a constant")
});

static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    let who = "(?:人工|真人|客服|工作人员|服务人员|柜员|专员|接线员|话务员|店员|大堂经理|经理|活人)";
    let alone = format!(
        "(?:请|麻烦|帮我|给我|我要|我想|我需要|要|需要|来个|找个?|叫个?|换个?|转|转到|转接)*{who}(?:服务|客服|帮助|帮忙|坐席|台)?(?:吧|啊|呀|谢谢|好吗|可以吗|行吗|一下|来一下|过来|来)*"
    );
    let transfer = format!(
        "(?:转|接|换|叫|找|喊|请|派)(?:接|到|个|一个|一下|位|一位|名)*(?:你们的?|你们这的?)?{who}(?:服务|客服|来|帮|处理|说|问|聊|谈|接|过|和|跟|给)?"
    );
    let talk = format!(
        "(?:和|跟|与|找)(?:一个|个|一位|位|你们的?)?(?:{who}|人)(?:直接)?(?:说话|说|谈|聊|通话|讲|沟通|对话|交流)"
    );
    let machine = "不(?:想|要|愿意?)(?:再)?(?:和|跟|对着|与)(?:这个?)?(?:机器|机器人|屏幕|电脑)";
    let pattern = format!(
        r"^(?:{alone})[\s。！!？?，,]*$|{transfer}|{talk}|{machine}|有没有(?:真人|活人|人工)|有(?:真人|活人|人工)吗"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

/// Whether `text` (cleaned) asks for a person.
pub fn is_wanted(text: &str) -> bool {
    let text = text.trim();
    ENGLISH.is_match(text) || CHINESE.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::is_wanted;

    #[test]
    fn one_word_or_a_sentence_reaches_a_person() {
        for text in [
            "human",
            "Agent please",
            "a real person",
            "operator!",
            "I want to talk to a human",
            "can I speak to someone?",
            "let me speak with a member of staff please",
            "connect me to an agent",
            "transfer me to a representative",
            "I need a person",
            "get me a human now",
            "is there someone I can talk to",
            "I'd rather talk to a real person than a screen",
            "please call a staff member",
            "I don't want to talk to a machine, not a robot",
            "人工",
            "转人工",
            "我要人工服务",
            "请帮我转人工客服",
            "找工作人员",
            "叫个工作人员过来",
            "我想和真人说话",
            "能不能跟人聊",
            "有没有真人",
            "不想跟机器说话",
        ] {
            assert!(is_wanted(text), "{text}");
        }
    }

    #[test]
    fn questions_about_people_are_questions() {
        for text in [
            "where is the travel agent",
            "how do I get a personal loan",
            "can another person collect my parcel",
            "how many bags per person",
            "is there a staff canteen",
            "human rights office opening hours",
            "where can a disabled person park",
            "can someone else use my card",
            "how do I speak to my airline about a refund",
            "I need a person's name changed on a ticket",
            "人工智能展在哪里",
            "人工费多少钱",
            "客服电话是多少",
            "工作人员食堂在哪",
            "可以带人进贵宾室吗",
            "大堂经理在几号柜台",
        ] {
            assert!(!is_wanted(text), "{text}");
        }
    }
}
