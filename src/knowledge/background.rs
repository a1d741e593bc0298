//! Plain sentences about anything: what the language is like where no site is. Knows no site.
//!
//! The texts of a site of one page are alike, and their common middle would take away what the page is about. The mean
//! of these sentences holds against it.

use crate::domain::Language;

/// How many texts of a site they count for. Found on the calibration questions of small and whole sites.
pub const TEXTS: f32 = 100.0;

const SENTENCES: [(Language, &[&str]); 2] = [
    (
        Language::English,
        &[
            "The children are playing in the garden.",
            "How much does this cost?",
            "Where is the nearest station?",
            "She studied medicine for six years.",
            "What time does the shop close today?",
            "Please send the form before Friday.",
            "My brother repairs old bicycles.",
            "Can I bring my dog?",
            "The river floods almost every spring.",
            "I have lost my key.",
            "Turn left after the bridge.",
            "He cooked soup with carrots and onions.",
            "Is there a doctor here?",
            "The company was founded in 1982.",
            "Members pay a lower fee.",
            "I would like to speak to somebody.",
            "The concert was cancelled because of the storm.",
            "Which documents do I need?",
            "The film won three prizes.",
            "Payment by card is possible.",
        ],
    ),
    (
        Language::Chinese,
        &[
            "孩子们在花园里玩。",
            "这个多少钱？",
            "最近的车站在哪里？",
            "她学了六年医。",
            "商店今天几点关门？",
            "请在星期五之前把表格寄来。",
            "我哥哥会修旧自行车。",
            "可以带狗吗？",
            "这条河几乎每年春天都涨水。",
            "我的钥匙丢了。",
            "过了桥往左拐。",
            "他用胡萝卜和洋葱煮了汤。",
            "这里有医生吗？",
            "公司成立于1982年。",
            "会员收费较低。",
            "我想找人谈谈。",
            "音乐会因为暴雨取消了。",
            "我需要哪些证件？",
            "这部电影得了三个奖。",
            "可以刷卡付款。",
        ],
    ),
];

pub fn sentences(language: Language) -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().filter(move |(of, _)| *of == language).flat_map(|(_, texts)| texts.iter().copied())
}
