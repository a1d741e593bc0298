//! Chinese characters with several readings that espeak-ng reads wrong in words of a kiosk, spelled in pinyin. Pure.
//!
//! Found by comparing the phonemes of espeak-ng 1.51 for some 330 airport and bank words with those for the words' pinyin.

/// A character, its reading, and the words in which it has that reading (`*`: everywhere).
struct Reading {
    character: char,
    pinyin: &'static str,
    words: &'static str,
    /// Before these characters the word is not that word: 机长 is a captain, but not in 候机长时间.
    not_before: &'static str,
}

const fn reading(character: char, pinyin: &'static str, words: &'static str, not_before: &'static str) -> Reading {
    Reading { character, pinyin, words, not_before }
}

const READINGS: [Reading; 59] = [
    reading(
        '行',
        "hang2",
        "银行 分行 支行 总行 央行 我行 跨行 同行 农行 工行 招行 发卡行 开户行 行业 行情 行长",
        "李程走驶动为人",
    ),
    reading(
        '长',
        "zhang3",
        "增长 成长 家长 部长 院长 队长 会长 站长 船长 机长 车长 乘务长 局长 校长 市长 董事长 店长 组长 行长 长大 生长",
        "时途期度久",
    ),
    reading('重', "chong2", "重新 重复 重庆 重建 重叠 重返 重启 重组 重置 重试 重办 双重", "杂"),
    reading('调', "tiao2", "调整 协调 空调 调节 下调 上调 调解", ""),
    reading('都', "du1", "首都 成都 都市 京都", ""),
    reading('乐', "yue4", "音乐 乐器 乐队", ""),
    reading('着', "zhuo2", "着陆 附着 衣着 着装 着手", ""),
    reading('着', "zhao2", "着急 着火 着凉", ""),
    reading('了', "liao3", "了解 不了", ""),
    reading('的', "di4", "目的 标的", ""),
    reading('的', "di2", "的确", ""),
    reading('的', "di1", "的士 打的", ""),
    reading('地', "di4", "*", ""),
    reading('便', "pian2", "便宜", ""),
    reading('会', "kuai4", "会计", ""),
    reading('角', "jue2", "角色", ""),
    reading('觉', "jiao4", "睡觉", ""),
    reading('厦', "xia4", "厦门", ""),
    reading('朝', "zhao1", "朝阳", ""),
    reading('还', "huan2", "偿还 归还 还给 还原 退还 还贷 还车", ""),
    reading('贷', "dai4", "*", ""),
    reading('呕', "ou3", "*", ""),
    reading('凌', "ling2", "*", ""),
    reading('浏', "liu2", "*", ""),
    reading('泊', "bo2", "停泊 泊位 泊车", ""),
    reading('罗', "luo2", "罗马", ""),
    reading('曼', "man4", "*", ""),
    reading('瑞', "rui4", "*", ""),
    reading('雅', "ya3", "*", ""),
    reading('孟', "meng4", "*", ""),
    reading('柏', "bo2", "柏林", ""),
    reading('陕', "shan3", "*", ""),
    reading('莞', "guan3", "东莞", ""),
    reading('聘', "pin4", "*", ""),
    reading('媒', "mei2", "*", ""),
    reading('差', "chai1", "出差", ""),
    reading('差', "cha1", "差别 差错", ""),
    reading('没', "mo4", "没收", ""),
    reading('给', "ji3", "供给 给予 补给", ""),
    reading('率', "shuai4", "率先 率领", ""),
    reading('恭', "gong1", "*", ""),
    reading('弹', "tan2", "弹性", ""),
    reading('露', "lou4", "泄露", ""),
    reading('暖', "nuan3", "*", ""),
    reading('祈', "qi2", "*", ""),
    reading('分', "fen4", "部分 充分 成分", ""),
    reading('处', "chu3", "处理 处罚 处于", ""),
    reading('应', "ying4", "应用 适应 反应 响应 应急 答应 相应 供应 对应", ""),
    reading('为', "wei2", "作为 成为 认为 分为 视为 改为 称为 设为 以为 行为 为主 为准 为期 为止", ""),
    reading('更', "geng1", "更新 更改 更换 变更 更衣", "鲜"),
    reading('与', "yu4", "参与", ""),
    reading('载', "zai3", "记载 登载", ""),
    reading('累', "lei3", "累计", ""),
    reading('少', "shao4", "少年", ""),
    reading('当', "dang4", "适当 当天", ""),
    reading('巴', "ba1", "巴黎", ""),
    reading('看', "kan1", "看管 看守", ""),
    reading('倒', "dao3", "倒闭", ""),
    reading('假', "jia4", "假日 假期", ""),
];

/// `text` with the characters that would be read wrong spelled out, apart from their neighbours.
pub(super) fn spelled(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match READINGS.iter().find(|reading| reading.character == c && reading.stands(text, at)) {
            Some(reading) => spelled.extend([" ", reading.pinyin, " "]),
            None => spelled.push(c),
        }
    }
    spelled
}

impl Reading {
    /// Whether the character at the byte position `at` of `text` stands in one of the words.
    fn stands(&self, text: &str, at: usize) -> bool {
        self.words.split(' ').any(|word| match word.split_once(self.character) {
            Some((before, after)) => {
                let rest = text[at..].strip_prefix(self.character).and_then(|rest| rest.strip_prefix(after));
                text[..at].ends_with(before)
                    && rest.is_some_and(|rest| !rest.starts_with(|c| self.not_before.contains(c)))
            }
            None => word == "*",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_spelled_in_its_words_only() {
        assert_eq!(spelled("银行在左边"), "银 hang2 在左边");
        assert_eq!(spelled("请带好行李"), "请带好行李");
        assert_eq!(spelled("请看好我行李"), "请看好我行李");
        assert_eq!(spelled("机长"), "机 zhang3 ");
        assert_eq!(spelled("候机长时间"), "候机长时间");
        assert_eq!(spelled("目的地"), "目 di4  di4 ");
        assert_eq!(spelled("我的证件"), "我的证件");
        assert_eq!(spelled("行长"), " hang2  zhang3 ");
    }

    #[test]
    fn every_word_holds_its_character() {
        for reading in &READINGS {
            for word in reading.words.split(' ') {
                assert!(word == "*" || word.contains(reading.character), "{word}");
                assert!(spelled(word).contains(reading.pinyin) || word == "*", "{word}");
            }
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "Gate B22", "登机口", "1234，。"] {
            assert_eq!(spelled(text), text);
        }
    }
}
