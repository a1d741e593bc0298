//! The words that stand on cards beside the facts. A site may say them its own way.

use std::collections::BTreeMap;

use super::error::{Fault, fault};
use crate::domain::{Language, Localised};

const CHARS_MAX: usize = 60;
/// Name, English, Chinese. `{}` stands for a number.
const WORDS: [(&str, &str, &str); 29] = [
    ("card", "At a glance", "一览"),
    ("steps", "Step by step", "办理步骤"),
    ("fees", "Fees", "收费"),
    ("flight", "Your flight", "您的航班"),
    ("bag", "Your bag", "您的行李"),
    ("animal", "Your animal", "您的宠物"),
    ("text", "What it says", "识别的文字"),
    ("where", "Where", "地点"),
    ("hours", "Hours", "时间"),
    ("fee", "Fee", "费用"),
    ("gate", "Gate", "登机口"),
    ("boarding", "Boarding", "登机"),
    ("departs", "Departs", "起飞"),
    ("seat", "Seat", "座位"),
    ("group", "Group", "登机组"),
    ("terminal", "Terminal", "航站楼"),
    ("from", "From", "出发"),
    ("to", "To", "到达"),
    ("tag", "Tag", "行李牌"),
    ("since", "Since", "时间"),
    ("temperature", "Temperature", "温度"),
    ("as_of", "As of", "更新于"),
    ("stale", "The service does not answer. Last known:", "服务暂无回应，最近一次信息："),
    ("more_steps", "{} more steps in the answer", "另有{}步见回答"),
    ("more_rows", "{} more in the answer", "另有{}项见回答"),
    ("now", "Now", "当前"),
    ("recorded", "Recorded", "录像"),
    ("live", "Live", "实时"),
    ("ai_made", "AI-made explanation", "AI生成的说明"),
];

/// Every word in every language.
#[derive(Debug)]
pub(super) struct Words(BTreeMap<&'static str, Localised>);

impl Words {
    /// Ours, where a site has none of its own.
    pub fn with(mut own: BTreeMap<String, Localised>, languages: &[Language]) -> Result<Self, Fault> {
        let mut words = BTreeMap::new();
        for (name, english, chinese) in WORDS {
            let ours = || {
                let texts = [(Language::English, english), (Language::Chinese, chinese)];
                Localised(texts.into_iter().map(|(language, text)| (language, text.to_owned())).collect())
            };
            let word = own.remove(name).unwrap_or_else(ours);
            check(name, english, &word, languages)?;
            words.insert(name, word);
        }
        match own.keys().next() {
            None => Ok(Self(words)),
            Some(name) => {
                let known = WORDS.map(|(name, ..)| name).join(", ");
                Err(fault(format!("no word is called '{name}'"), format!("use one of {known}")))
            }
        }
    }

    /// The word in `language`.
    ///
    /// # Panics
    /// For a name that no code of ours should ask for.
    pub fn get(&self, name: &str, language: Language) -> &str {
        self.0[name].get(language)
    }

    pub fn counted(&self, name: &str, count: usize, language: Language) -> String {
        self.get(name, language).replace("{}", &count.to_string())
    }

    pub fn all(&self, language: Language) -> BTreeMap<&'static str, &str> {
        self.0.iter().map(|(&name, word)| (name, word.get(language))).collect()
    }
}

fn check(name: &str, english: &str, word: &Localised, languages: &[Language]) -> Result<(), Fault> {
    for language in languages {
        let chars = word.0.get(language).map_or(0, |text| text.trim().chars().count());
        if chars == 0 || chars > CHARS_MAX {
            let what = format!("the word '{name}' has {chars} characters in '{language}'");
            return Err(fault(what, format!("give it 1 to {CHARS_MAX} in every language of the site")));
        }
    }
    if english.contains("{}") && word.0.values().any(|text| !text.contains("{}")) {
        return Err(fault(format!("the word '{name}' does not hold {{}}"), "write {} where the number stands"));
    }
    Ok(())
}
