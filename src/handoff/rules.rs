//! When a person is asked for, and by which rule. Every hand-over names its rule in the log and in the package.
//!
//! The visitor's own wish is a request; any other rule is an offer, for nobody is sent to a person against their will.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::domain::Route;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The button on the page or beside the screen.
    PersonButton,
    /// "human", "人工": heard or typed.
    PersonWord,
    /// Two questions in a row without an answer.
    TwoFailed,
    LostChild,
    Medical,
    Fraud,
    Complaint,
    Bereavement,
    /// An errand in the site's systems failed.
    ErrandFailed,
    /// The visitor's access profile asks for people first.
    HumanFirst,
}

impl Rule {
    /// The visitor asked: usher does not ask back.
    pub fn is_the_visitors(self) -> bool {
        matches!(self, Self::PersonButton | Self::PersonWord)
    }

    /// Somebody may be in danger: such a case goes before the others.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::LostChild | Self::Medical | Self::Fraud)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::PersonButton => "person_button",
            Self::PersonWord => "person_word",
            Self::TwoFailed => "two_failed",
            Self::LostChild => "lost_child",
            Self::Medical => "medical",
            Self::Fraud => "fraud",
            Self::Complaint => "complaint",
            Self::Bereavement => "bereavement",
            Self::ErrandFailed => "errand_failed",
            Self::HumanFirst => "human_first",
        }
    }
}

/// Answers without success in a row, at which a person is offered (the issue of every visitor survey: two, not three).
const FAILED_MAX: u32 = 2;

/// Counts failed answers of a visit and reads its questions for topics that people should handle.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    failed: u32,
    /// Rules that were offered and declined: nobody is asked twice for the same reason.
    declined: Vec<Rule>,
    human_first: bool,
}

impl Watch {
    pub fn human_first(&mut self, wanted: bool) {
        self.human_first = wanted;
    }

    /// The visitor said no to an offer.
    pub fn declined(&mut self, rule: Rule) {
        self.declined.push(rule);
        self.failed = 0;
    }

    /// The rule that a finished turn fires, if any. `question` is the visitor's, as understood.
    pub fn turn(&mut self, question: &str, route: Route) -> Option<Rule> {
        match route {
            Route::Decline | Route::Handoff => self.failed += 1,
            Route::Clarify => {}
            Route::Answer | Route::Show | Route::Errand => self.failed = 0,
        }
        let found = topic(question)
            .or_else(|| (self.failed >= FAILED_MAX).then_some(Rule::TwoFailed))
            .or_else(|| self.human_first.then_some(Rule::HumanFirst))?;
        (!self.declined.contains(&found)).then_some(found)
    }

    /// A turn failed for the appliance's own reasons: as bad for the visitor as no answer.
    pub fn broke(&mut self) -> Option<Rule> {
        self.failed += 1;
        (self.failed >= FAILED_MAX && !self.declined.contains(&Rule::TwoFailed)).then_some(Rule::TwoFailed)
    }
}

/// Words of topics that policy gives to people. Narrow on purpose: "complaint form" and "first aid kit" are questions.
static TOPICS: LazyLock<[(Rule, Regex); 5]> = LazyLock::new(|| {
    [
        (
            Rule::LostChild,
            r"(?i)\b(?:lost|missing|can(?:'|no|’)?t find|cannot find|separated from|disappeared)\b.{0,24}\b(?:my|our|the|a) (?:little |small |\w+[- ]year[- ]old )?(?:child|kid|son|daughter|boy|girl|toddler|baby)\b|\bwhere is (?:my|our) (?:little |\w+[- ]year[- ]old )?(?:child|kid|son|daughter|boy|girl|toddler|baby)\b|\b(?:child|kid|son|daughter|boy|girl|toddler)\b.{0,20}\b(?:is|are|has|have|went|got)\b.{0,8}\b(?:lost|missing|disappeared|gone)\b|(?:孩子|小孩|儿子|女儿|宝宝|小朋友).{0,6}(?:丢了|走失|走丢|不见了|找不到|失踪)|(?:找不到|丢了|走失).{0,5}(?:孩子|小孩|儿子|女儿|宝宝)",
        ),
        (
            Rule::Medical,
            r"(?i)\b(?:heart attack|chest pain|can(?:'|no|’)?t breathe|cannot breathe|unconscious|fainted|collapsed|having a (?:seizure|stroke)|is bleeding|i(?:'m| am) bleeding|need (?:an? )?(?:doctor|ambulance|paramedic)|call (?:an? )?(?:doctor|ambulance)|allergic reaction|medical emergency|overdose)\b|(?:胸口?痛|胸闷得|喘不过气|呼吸困难|昏倒|晕倒|失去意识|心脏病发|中风|抽搐|大出血|流血不止|叫救护车|需要医生|要医生|急救)",
        ),
        (
            Rule::Fraud,
            r"(?i)\b(?:been scammed|got scammed|scammed me|defrauded|unauthori[sz]ed (?:transaction|payment|transfer|charge|withdrawal)s?|didn(?:'|’)?t (?:make|authori[sz]e) (?:this|that|the|these|those) (?:transaction|payment|transfer|charge|withdrawal)s?|someone (?:is using|used|has|stole|took) my (?:card|account|money|identity)|card (?:was|has been|is being) (?:cloned|skimmed)|money (?:was|has been|is) (?:stolen|missing|gone)|identity theft|was tricked into|pretending to be (?:the|my|your) bank)\b|(?:被骗|诈骗|盗刷|被盗用|冒用|钱被转走|不是我本人操作|不是我转的|陌生.{0,3}(?:交易|扣款)|可疑交易|钱不见了)",
        ),
        (
            Rule::Complaint,
            r"(?i)\b(?:i (?:want|wish|would like|need|have) (?:to )?(?:make |file |lodge |raise )?(?:a |an )?(?:formal |official |serious )?complain(?:t)?\b(?: (?:about|against|to)\b)?|complain to (?:the|your) manager|speak to (?:the|your) manager|i demand (?:a|compensation|an apology))|(?:我要投诉|要投诉|想投诉|进行投诉|投诉你们|找你们经理|给我个说法|要求赔偿)",
        ),
        (
            Rule::Bereavement,
            r"(?i)\b(?:my|our) (?:late |\w+ )?(?:husband|wife|mother|father|mum|mom|dad|son|daughter|brother|sister|partner|grandmother|grandfather|parent|parents)\b.{0,16}\b(?:died|has died|passed away|is dead|has passed)\b|\bdeceased(?:'s)? (?:account|estate|customer|relative)|\bestate of (?:my|the) (?:late|deceased)|(?:去世|过世|逝世|身故|亡故|遗产|奔丧)",
        ),
    ]
    .map(|(rule, pattern)| (rule, Regex::new(pattern).expect("the pattern is a constant")))
});

fn topic(question: &str) -> Option<Rule> {
    TOPICS.iter().find(|(_, pattern)| pattern.is_match(question)).map(|(rule, _)| *rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_topics_are_read_in_both_languages() {
        for (text, rule) in [
            ("I can't find my son, he is five", Rule::LostChild),
            ("my little girl has gone missing", Rule::LostChild),
            ("where is my daughter", Rule::LostChild),
            ("我的孩子不见了", Rule::LostChild),
            ("my wife fainted, I need a doctor", Rule::Medical),
            ("我爸爸晕倒了", Rule::Medical),
            ("there are unauthorised transactions on my account", Rule::Fraud),
            ("我的卡被盗刷了", Rule::Fraud),
            ("I want to make a formal complaint about the lounge", Rule::Complaint),
            ("我要投诉", Rule::Complaint),
            ("my father passed away and I need his account closed", Rule::Bereavement),
            ("我母亲去世了，怎么办理存款", Rule::Bereavement),
        ] {
            assert_eq!(topic(text), Some(rule), "{text}");
        }
    }

    #[test]
    fn questions_that_only_sound_like_it_are_questions() {
        for text in [
            "where is the play area for my child",
            "where can I buy a first aid kit",
            "how do I open an account for my daughter",
            "what are the opening hours of the medical centre",
            "where do I find the complaint form",
            "我的孩子可以用自助通道吗",
            "儿童票怎么买",
            "医疗中心在哪里",
            "投诉电话是多少",
        ] {
            assert_eq!(topic(text), None, "{text}");
        }
    }

    #[test]
    fn two_failures_in_a_row_offer_a_person_once() {
        let mut watch = Watch::default();
        assert_eq!(watch.turn("a", Route::Decline), None);
        assert_eq!(watch.turn("b", Route::Answer), None);
        assert_eq!(watch.turn("c", Route::Decline), None);
        assert_eq!(watch.turn("d", Route::Decline), Some(Rule::TwoFailed));
        watch.declined(Rule::TwoFailed);
        assert_eq!((watch.turn("e", Route::Decline), watch.turn("f", Route::Decline)), (None, None));
    }
}
