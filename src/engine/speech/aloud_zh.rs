//! How Chinese says numbers, times, money and codes. Pure.

use super::aloud::{Special, spaced};

/// Digits from which a bare number is a telephone number or a reference, said digit by digit.
const REFERENCE_DIGITS_MIN: usize = 5;

/// Words before a number that make it one to dial, and words after it that make it a count.
const DIAL: [&str; 6] = ["拨打", "致电", "电话", "热线", "拨", "呼叫"];
const COUNTED: [&str; 16] =
    ["元", "美元", "人民币", "英镑", "欧元", "港元", "人", "个", "米", "公里", "次", "件", "张", "名", "位", "分"];

/// Before these words two is 两 and not 二.
const TWO_OF: [&str; 14] = ["个", "位", "件", "张", "次", "种", "名", "天", "周", "人", "小时", "点", "分钟", "公斤"];

/// `special` in Han characters; letters stand apart, so that they are spelled.
pub(super) fn read(special: &Special<'_>) -> String {
    match *special {
        Special::Money { currency, amount } => format!("{}{}", number(amount), money(currency)),
        Special::Time { hour, minute, half } => time(hour, minute, half),
        Special::Percent(percent) => format!("百分之{}", number(percent)),
        Special::Phone(digits) => one_by_one(digits),
        Special::Code { letters, digits, tail } => code(letters, digits, tail),
        Special::Measure { number: count, unit } => format!("{}{}", number(count), measure(unit)),
        Special::Number { number, before, after } => count_or_reference(number, before, after),
        Special::Range => "到".into(),
        Special::Caps(letters) => format!(" {} ", spaced(letters)),
        Special::Sign('&') => "和".into(),
        Special::Sign('/') => "或".into(),
        Special::Sign('+') => "加".into(),
        Special::Sign('=') => "等于".into(),
        Special::Sign('@') => " at ".into(),
        Special::Sign(_) => "度".into(),
    }
}

fn money(currency: &str) -> &'static str {
    match currency {
        "£" => "英镑",
        "€" => "欧元",
        "¥" | "￥" => "元",
        "HK$" => "港元",
        _ => "美元",
    }
}

fn time(hour: u32, minute: u32, half: Option<char>) -> String {
    let half = match half {
        Some('a') => "上午",
        Some(_) => "下午",
        None => "",
    };
    let hour = if hour == 2 { "两".to_owned() } else { count(u64::from(hour)) };
    match minute {
        0 => format!("{half}{hour}点"),
        1..10 => format!("{half}{hour}点零{}分", count(u64::from(minute))),
        _ => format!("{half}{hour}点{}分", count(u64::from(minute))),
    }
}

/// A gate is a number, a flight is digits.
fn code(letters: &str, digits: &str, tail: &str) -> String {
    let digits = match digits.parse::<u64>() {
        Ok(value) if digits.len() <= 2 && !digits.starts_with('0') => count(value),
        _ => one_by_one(digits),
    };
    format!(" {} {digits} {tail} ", spaced(letters))
}

fn measure(unit: &str) -> &'static str {
    match unit {
        "kg" => "公斤",
        "g" => "克",
        "km" => "公里",
        "m" => "米",
        "cm" => "厘米",
        "mm" => "毫米",
        "ml" => "毫升",
        "L" => "升",
        "min" => "分钟",
        _ => "摄氏度",
    }
}

fn count_or_reference(digits: &str, before: &str, after: &str) -> String {
    let bare = digits.chars().all(|c| c.is_ascii_digit());
    let counted = COUNTED.iter().any(|word| after.starts_with(word));
    let dialled = DIAL.iter().any(|word| before.ends_with(word)) || before.ends_with(['或', '、']) && digits.len() == 3;
    let year = digits.len() == 4 && after.starts_with('年');
    if bare && year {
        return one_by_one(digits).replace(' ', "").replace('幺', "一");
    }
    if bare
        && !counted
        && (dialled || digits.len() >= REFERENCE_DIGITS_MIN || digits.len() > 1 && digits.starts_with('0'))
    {
        return one_by_one(digits);
    }
    if digits == "2" && TWO_OF.iter().any(|word| after.starts_with(word)) { "两".into() } else { number(digits) }
}

/// Digits said one by one, one as 幺, the way telephone and room numbers are read.
fn one_by_one(digits: &str) -> String {
    let said: Vec<String> = digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|digit| if digit == 1 { "幺".to_owned() } else { DIGITS[digit as usize].to_owned() })
        .collect();
    said.join(" ")
}

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A written number, thousands parted by commas, with or without a fraction.
fn number(written: &str) -> String {
    let marks = &written[written.trim_end_matches(',').len()..];
    let bare = written.replace(',', "");
    let (whole, part) = bare.split_once('.').unwrap_or((&bare, ""));
    let whole = whole.parse().map_or_else(|_| one_by_one(whole), count);
    let part: String = part.chars().filter_map(|c| c.to_digit(10)).map(|digit| DIGITS[digit as usize]).collect();
    let point = if part.is_empty() { "" } else { "点" };
    format!("{whole}{point}{part}{marks}")
}

/// A count: 5000 is 五千, 10050 is 一万零五十.
fn count(value: u64) -> String {
    let said = match value {
        0 => DIGITS[0].to_owned(),
        1..10_000 => below_ten_thousand(value),
        10_000..100_000_000 => grouped(value, 10_000, "万"),
        _ => grouped(value, 100_000_000, "亿"),
    };
    // 一十二 is said 十二
    said.strip_prefix("一十").map(|rest| format!("十{rest}")).unwrap_or(said)
}

fn grouped(value: u64, unit: u64, name: &str) -> String {
    let (high, low) = (value / unit, value % unit);
    let high = if high >= 10_000 { count(high) } else { below_ten_thousand(high) };
    match low {
        0 => format!("{high}{name}"),
        low if low < unit / 10 => format!("{high}{name}零{}", unshortened(low)),
        low => format!("{high}{name}{}", unshortened(low)),
    }
}

fn unshortened(value: u64) -> String {
    if value < 10_000 { below_ten_thousand(value) } else { grouped(value, 10_000, "万") }
}

fn below_ten_thousand(value: u64) -> String {
    let mut said = String::new();
    let mut skipped = false;
    for (unit, name) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = value / unit % 10;
        if digit == 0 {
            skipped = !said.is_empty();
            continue;
        }
        said.push_str(if skipped { "零" } else { "" });
        said.push_str(DIGITS[digit as usize]);
        said.push_str(name);
        skipped = false;
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_said_as_they_are_written_out() {
        for (value, said) in [
            (0, "零"),
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (105, "一百零五"),
            (110, "一百一十"),
            (938, "九百三十八"),
            (5_000, "五千"),
            (5_005, "五千零五"),
            (10_000, "一万"),
            (10_050, "一万零五十"),
            (120_000, "十二万"),
            (1_010_010, "一百零一万零一十"),
            (300_000_000, "三亿"),
            (300_000_001, "三亿零一"),
            (120_030_000, "一亿二千零三万"),
        ] {
            assert_eq!(count(value), said, "{value}");
        }
    }

    #[test]
    fn any_count_is_said() {
        for value in [u64::MAX, 99_999_999, 999_999_999_999] {
            assert!(!count(value).is_empty());
        }
    }
}
