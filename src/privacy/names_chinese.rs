//! Names of persons in Chinese: a surname with a given name after it, a surname with a title, a foreign name with its dot.
//! A word list tells 周末 from 周敏; words around decide where it cannot. Knows no single sentence.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use regex::Regex;

use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::{Kind, pattern};
use crate::domain::is_han;

/// Loads in about 0.1 s and holds 35 MB, only once a text with a Chinese surname comes by.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::read(include_str!("facts/chinese.txt")));

/// Longest stretch of Han letters that is cut into words at once: segmentation keeps a table as long as the stretch.
const STRETCH_CHARS_MAX: usize = 512;

struct Facts {
    surnames: HashSet<char>,
    /// The few hundred that most people have: enough where nothing else tells.
    frequent: HashSet<char>,
    compound: HashSet<&'static str>,
    /// Surnames that hardly are anything else after 小 and 老.
    familiar: HashSet<char>,
    given: HashSet<char>,
    foreign: HashSet<char>,
    /// Shops and places that look like names.
    brands: HashSet<&'static str>,
}

/// What follows surely is a name.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:我叫|他叫|她叫|孩子叫|名叫|叫做|名字(?:叫做|应该是|叫|是|为)?:? ?|姓名(?:是|为|叫)?:? ?|全名(?:是|叫)?:? ?|本人|开户人:? ?|乘客:? ?|旅客:? ?|乘机人:? ?|持卡人(?:姓名)?:? ?|户名(?:是)?:? ?|户主:? ?|收款人(?:是)?:? ?|收件人:? ?|联系人(?:是)?:? ?|预订人(?:是)?:? ?|委托人:? ?|受托人:? ?|投保人:? ?|被保险人:? ?|办理人:? ?|申请人:? ?|监护人:? ?|(?:家人|爸爸|妈妈|父亲|母亲|儿子|女儿|先生|太太|老公|老婆|丈夫|妻子|朋友|同事|哥哥|姐姐|弟弟|妹妹|爷爷|奶奶|姥姥|外公|外婆|孩子|老板|女朋友|男朋友)(?:叫|是)?)$",
    )
});

/// Where a name surely begins, in a text without a segmentation.
static NAME_COMES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"我叫|他叫|她叫|名叫|叫做|名字(?:叫做|应该是|叫|是|为)|姓名(?:是|为|叫)?:? ?|本人|旅客:? ?|乘客:? ?|户名:? ?|[我他她你](?:代|替|陪|帮)",
    )
});

/// What follows may be a name.
static HINTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:我是|他是|她是|这是|昨天是|客户|同事|委托|呼叫|投诉|接待|交给|开户人:? ?|通知一下|这位是|应该是|不是|写的是|写成|叫|找|找一下|请|替|代|帮|给|转给|转账给|汇给|和|跟|与|同|、|问|通知|联系|陪|接|送|等|是)$",
    )
});

/// What stands after a name.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ ?(?:先生|女士|小姐|太太|同志|同学|旅客|老师|医生|大夫|师傅|经理|主任|行长|在吗|在不在|的(?:家属|包裹|贷款|行李|护照|身份证|登机牌|卡|航班|电话|手机|朋友|孩子|座位|机票|账户|包|东西)|说|约好|来电|代办|取票|给我|坐|已经|刚才|今天|两位|几位|办理|转账|打印|和\p{Han}|、|,? ?你的|[:：]|$)",
    )
});

const TITLES: [&str; 42] = [
    "先生",
    "女士",
    "小姐",
    "太太",
    "夫人",
    "老师",
    "医生",
    "大夫",
    "师傅",
    "经理",
    "主任",
    "行长",
    "机长",
    "处长",
    "局长",
    "科长",
    "总监",
    "教授",
    "律师",
    "警官",
    "阿姨",
    "叔叔",
    "大爷",
    "大妈",
    "同学",
    "同志",
    "主管",
    "店长",
    "院长",
    "校长",
    "部长",
    "组长",
    "队长",
    "书记",
    "老板",
    "秘书",
    "助理",
    "护士",
    "董事长",
    "总经理",
    "副总",
    "大哥",
];

/// 王总, 李工, 陈姐: one letter after the surname, among colleagues. "工作" and "总是" begin with the same letters.
static COLLEAGUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[ ,:、\n]|[找请是给让跟和问叫向替帮对的])(?P<name>\p{Han})(?P<title>[总工哥姐叔姨])(?P<next>\p{Han}?)",
    )
});

static TITLED: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"\p{{Han}}{{1,4}}?(?P<title>{})", TITLES.join("|"))));

static SURNAME_SAID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:免贵|我|他|她|本人|先生|女士|,|^| )姓(?P<name>\p{Han}{1,2})"));

/// "名字是薛，": a surname alone where a whole name is due.
static SURNAME_ALONE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:名字(?:是|叫|:)|姓名(?:是|为|:)|我叫|免贵) ?(?P<name>\p{Han})(?:[ ,.;。!]|$)"));

/// What joins a name to the next one.
static JOINED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:、|和|与|跟|及|以及|还有)"));

/// 老李, 小王: how colleagues and neighbours are called.
static FAMILIAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"[小老阿]\p{Han}"));

static FOREIGN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\p{Han}{1,8}(?:[·・•]\p{Han}{1,8})+"));

/// Characters that join words and are in no given name.
const JOINING: &str =
    "的了在是和我你他她它这那吗呢吧啊有没不要去来到从把被给对也都就还很说问想请让什怎谁哪几个们位号岁与跟及或";

/// Surnames that are far more often words of grammar.
const GRAMMAR: &str = "都和时连从那能应相后全由";

impl Facts {
    fn read(facts: &'static str) -> Self {
        let line = |name: &str| facts.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        Self {
            surnames: line("surnames ").chars().chain(line("frequent ").chars()).collect(),
            frequent: line("frequent ").chars().collect(),
            compound: line("compound ").split_whitespace().collect(),
            familiar: line("familiar ").chars().collect(),
            given: line("given ").chars().collect(),
            foreign: line("foreign ").chars().collect(),
            brands: line("brands ").split_whitespace().collect(),
        }
    }

    /// How many characters of surname `letters` begin with.
    fn surname(&self, letters: &[char]) -> usize {
        let pair: String = letters.iter().take(2).collect();
        match letters.first() {
            _ if self.compound.contains(pair.as_str()) => 2,
            Some(first) if self.surnames.contains(first) => 1,
            _ => 0,
        }
    }
}

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let text = &folded.text;
    if !text.chars().any(is_han) {
        return;
    }
    let mut name = |range: Range<usize>, sure| candidates.push(Candidate::new(range, Kind::Person, sure));
    FOREIGN
        .find_iter(text)
        .filter_map(|found| foreign(text, found.range()))
        .for_each(|range| name(range, Sure::Announced));
    for found in SURNAME_SAID.captures_iter(text).chain(SURNAME_ALONE.captures_iter(text)) {
        let Some(said) = found.name("name") else { continue };
        let letters: Vec<char> = said.as_str().chars().collect();
        let count = FACTS.surname(&letters);
        if count > 0 {
            name(said.start()..said.start() + bytes(&letters[..count]), Sure::Announced);
        }
    }
    TITLED.captures_iter(text).filter_map(|found| titled(&found)).for_each(|range| name(range, Sure::Announced));
    FAMILIAR
        .find_iter(text)
        .filter(|found| is_familiar(text, found))
        .for_each(|found| name(found.range(), Sure::Likely));
    COLLEAGUE.captures_iter(text).filter_map(|found| colleague(&found)).for_each(|range| name(range, Sure::Likely));
    let next = |end: usize| JOINED.find(&text[end..]).map(|joined| end + joined.end());
    let mut starts: BTreeSet<usize> = NAME_COMES.find_iter(text).map(|found| found.end()).collect();
    for stretch in stretches(text) {
        in_stretch(text, stretch, &mut |range, sure| {
            starts.extend(next(range.end));
            name(range, sure);
        });
    }
    // Where a name is announced or listed it begins, however the words around are cut.
    while let Some(start) = starts.pop_first() {
        if let Some((length, sure)) = name_cut_at(text, start) {
            starts.extend(next(start + length));
            name(start..start + length, sure);
        }
    }
}

/// The bytes of the name that begins at `start`, with the words cut anew from there.
fn name_cut_at(text: &str, start: usize) -> Option<(usize, Sure)> {
    let rest = &text[start..];
    let length = rest.char_indices().take(5).take_while(|(_, c)| is_han(*c)).map(|(at, c)| at + c.len_utf8()).last();
    let words: Vec<&str> = JIEBA.cut(&rest[..length.unwrap_or(0)], true).into_iter().map(|token| token.word).collect();
    name_at(text, start, &words)
}

fn bytes(letters: &[char]) -> usize {
    letters.iter().map(|c| c.len_utf8()).sum()
}

/// "请广播找玛丽亚·加西亚女士": the letters that foreign names are written with, around the dot.
fn foreign(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let inside = &text[range.clone()];
    let is_dot = |c: char| matches!(c, '·' | '・' | '•');
    let first = inside.find(is_dot)?;
    let last = inside.rfind(is_dot)?;
    let dot = inside[last..].chars().next()?.len_utf8();
    let head: usize = inside[..first].chars().rev().take_while(|c| FACTS.foreign.contains(c)).map(char::len_utf8).sum();
    let tail: usize = inside[last + dot..].chars().take_while(|c| FACTS.foreign.contains(c)).map(char::len_utf8).sum();
    (head > 0 && tail > 0).then(|| range.start + first - head..range.start + last + dot + tail)
}

/// The name before a title, its longest reading that begins with a surname.
fn titled(found: &regex::Captures) -> Option<Range<usize>> {
    let (whole, title) = (found.get(0)?, found.name("title")?);
    let before: Vec<char> = whole.as_str()[..title.start() - whole.start()].chars().collect();
    let polite = matches!(title.as_str(), "先生" | "女士" | "小姐" | "太太" | "夫人");
    (0..before.len()).find_map(|from| {
        let letters = &before[from..];
        let word: String = letters.iter().collect();
        let surname = FACTS.surname(letters);
        let given = letters.get(surname..).unwrap_or_default();
        let is_name = surname > 0 && given.len() <= 2 && !given.iter().any(|c| JOINING.contains(*c));
        let is_word = given.len() == 1 && surname == 1 && ordinary(&word) && !polite;
        let is_word =
            is_word || ["关于", "由于", "对于", "等于", "至于", "属于"].iter().any(|joining| word.starts_with(joining));
        (is_name && !is_word).then(|| title.start() - bytes(letters)..title.start())
    })
}

/// 小王 and 老李; 小白 and 老方 are more often something else, and count where a person is due.
fn is_familiar(text: &str, found: &regex::Match) -> bool {
    let Some(surname) = found.as_str().chars().nth(1).filter(|c| FACTS.frequent.contains(c)) else { return false };
    let is_due = HINTED.is_match(super::cue::before(text, found.start(), 32));
    let is_called = is_due || FACTS.familiar.contains(&surname) || !ordinary(found.as_str());
    is_called && stands_alone(text, found.range())
}

fn colleague(found: &regex::Captures) -> Option<Range<usize>> {
    let (name, title, next) = (found.name("name")?, found.name("title")?, found.name("next")?);
    let called = name.as_str().chars().all(|c| FACTS.frequent.contains(&c) && !GRAMMAR.contains(c));
    let is_word = |word: String| JIEBA.has_word(&word);
    let other = is_word(format!("{}{}", title.as_str(), next.as_str())) && !next.is_empty();
    (called && !other && !ordinary(&format!("{}{}", name.as_str(), title.as_str()))).then(|| name.range())
}

/// Whether the word list has `word` as something else than a person's name.
fn ordinary(word: &str) -> bool {
    JIEBA.has_word(word) && JIEBA.tag(word, false).first().is_none_or(|tag| !tag.tag.starts_with("nr"))
}

/// Whether no longer word of the list goes over the ends of `range`: 小范 in 小范围.
fn stands_alone(text: &str, range: Range<usize>) -> bool {
    let next = text[range.end..].chars().next().filter(|c| is_han(*c));
    let longer = next.map(|next| format!("{}{next}", text[range.clone()].chars().nth(1).unwrap_or(next)));
    !longer.is_some_and(|longer| JIEBA.has_word(&longer))
}

/// Stretches of Han letters with a surname in them.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut count = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_han(*c)) {
        match stretches.last_mut() {
            Some(last) if last.end == at && count < STRETCH_CHARS_MAX => {
                last.end = at + c.len_utf8();
                count += 1;
            }
            _ => {
                stretches.push(at..at + c.len_utf8());
                count = 1;
            }
        }
    }
    stretches.retain(|range| text[range.clone()].chars().any(|c| FACTS.surnames.contains(&c)));
    stretches
}

fn in_stretch(text: &str, stretch: Range<usize>, name: &mut impl FnMut(Range<usize>, Sure)) {
    let words: Vec<&str> = JIEBA.cut(&text[stretch.clone()], true).into_iter().map(|token| token.word).collect();
    let mut start = stretch.start;
    let mut done = stretch.start;
    for (place, word) in words.iter().enumerate() {
        if start >= done
            && let Some((length, sure)) = name_at(text, start, &words[place..])
        {
            name(start..start + length, sure);
            done = start + length;
        }
        start += word.len();
    }
}

/// The bytes of the name that begins with the first of `words`, which stands at `start`.
fn name_at(text: &str, start: usize, words: &[&str]) -> Option<(usize, Sure)> {
    let first = words.first()?;
    let letters: Vec<char> = words.iter().flat_map(|word| word.chars()).take(5).collect();
    let surname = FACTS.surname(&letters);
    if surname == 0 {
        return None;
    }
    let before = super::cue::before(text, start, 32);
    let announced = ANNOUNCED.is_match(before);
    let hinted = HINTED.is_match(before);
    let begins = before.is_empty() || before.ends_with([' ', ',', ':', '\n']);
    let count = length(&letters, surname, words)?;
    let given = &letters[surname..count];
    let bytes = bytes(&letters[..count]);
    let word: String = letters[..count].iter().collect();
    let goes_on = GOES_ON.is_match(&text[start + bytes..]);
    let usual = given.iter().all(|c| FACTS.given.contains(c));
    let frequent = surname == 2 || FACTS.frequent.contains(&letters[0]);
    // A word of the list is a name only where one is due: 高峰, 方圆, 安琪.
    let is_title = TITLES.contains(&given.iter().collect::<String>().as_str());
    if is_title || FACTS.brands.contains(word.as_str()) {
        return None;
    }
    let is_word =
        (first.chars().count() >= count && ordinary(&word)) || (first.chars().count() > surname && ordinary(first));
    if !announced && (GRAMMAR.contains(letters[0]) || !(frequent || goes_on)) {
        return None;
    }
    let signs = [frequent, usual, hinted, begins, goes_on].into_iter().filter(|sign| *sign).count();
    let sure = match () {
        () if announced && (!is_word || goes_on) => Sure::Announced,
        () if is_word && hinted && goes_on && !text[start + bytes..].is_empty() => Sure::Likely,
        () if is_word => return None,
        () if signs >= 3 && (hinted || begins || goes_on) => Sure::Likely,
        () if frequent && usual && given.len() == 2 => Sure::Likely,
        () if frequent && hinted && given.len() == 2 && !JIEBA.has_word(&given.iter().collect::<String>()) => {
            Sure::Likely
        }
        () => return None,
    };
    Some((bytes, sure))
}

/// How many characters the name has: the segmentation's cut where it made one word, else surname and the short word after.
fn length(letters: &[char], surname: usize, words: &[&str]) -> Option<usize> {
    let mut count = 0;
    for word in words {
        let more = word.chars().count();
        let joins = count >= surname && word.chars().any(|c| JOINING.contains(c));
        if count + more > surname + 2 || joins {
            break;
        }
        // A second word of two letters after a whole name is something else.
        if count > surname && more > 1 {
            break;
        }
        count += more;
    }
    let given = letters.get(surname..count.min(letters.len()))?;
    let joined = given.iter().any(|c| JOINING.contains(*c));
    (!given.is_empty() && !joined).then_some(count)
}
