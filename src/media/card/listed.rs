//! Steps in an answer's text: told only where the text itself numbers or lists them.

use std::sync::LazyLock;

use regex::Regex;

/// Longest text that is read, characters, and most steps.
const CHARS_MAX: usize = 4_000;
const STEPS_MAX: usize = 40;
/// "1. ", "2) ", "3、", "Step 4: ", "第五步：" at the beginning of a line or after the end of a sentence.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    let begins = r"(?:^|\n|[.!?;:][ \n]|[。！？；：])[ \t]*";
    let digits = r"(?P<digits>\d{1,2})(?:[.)] +|、|）)";
    let step = r"[Ss]tep (?P<step>\d{1,2})[:.] *";
    let han = r"第(?P<han>[一二三四五六七八九十])步[：，:, ]*";
    Regex::new(&format!("{begins}(?:{digits}|{step}|{han})")).expect("our own pattern is written right")
});
const HAN: &str = "一二三四五六七八九十";

/// The text before the list, empty when there is none, and its steps; `None` when fewer than two are listed in order.
pub(super) fn steps(text: &str) -> Option<(String, Vec<String>)> {
    if text.chars().count() > CHARS_MAX {
        return None;
    }
    numbered(text).or_else(|| bulleted(text))
}

fn numbered(text: &str) -> Option<(String, Vec<String>)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for found in NUMBERS.captures_iter(text) {
        let digits =
            found.name("digits").or_else(|| found.name("step")).and_then(|digits| digits.as_str().parse().ok());
        let han = || found.name("han").and_then(|han| Some(HAN.find(han.as_str())? / 3 + 1));
        let whole = found.get(0)?;
        // Another number, such as a price, is text of the step.
        if digits.or_else(han) == Some(starts.len() + 1) {
            let mark = text[whole.start()..].chars().next().filter(|c| ".。!！?？;；:：".contains(*c));
            starts.push((whole.start() + mark.map_or(0, char::len_utf8), whole.end()));
        }
    }
    if starts.len() < 2 || starts.len() > STEPS_MAX {
        return None;
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let steps = starts.iter().zip(ends).map(|((_, from), to)| text[*from..to].trim().to_owned()).collect();
    whole(text[..starts[0].0].trim(), steps)
}

fn bulleted(text: &str) -> Option<(String, Vec<String>)> {
    let bullet = |line: &str| {
        let line = line.trim();
        ["- ", "* ", "• ", "·"].iter().find_map(|mark| line.strip_prefix(mark)).map(|step| step.trim().to_owned())
    };
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.iter().position(|line| bullet(line).is_some())?;
    let steps: Vec<String> = lines[first..].iter().map_while(|line| bullet(line)).collect();
    // What follows the list would be lost.
    if steps.len() < 2 || steps.len() > STEPS_MAX || first + steps.len() != lines.len() {
        return None;
    }
    whole(&lines[..first].join(" "), steps)
}

fn whole(lead: &str, steps: Vec<String>) -> Option<(String, Vec<String>)> {
    steps.iter().all(|step| !step.is_empty()).then(|| (lead.trim_end_matches([':', '：']).to_owned(), steps))
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn only_a_list_is_a_list() {
        let found = |text| steps(text).map(|(lead, steps)| (lead, steps.join("|")));
        let some = |lead: &str, steps: &str| Some((lead.to_owned(), steps.to_owned()));
        assert_eq!(found("Do this: 1. Go to 2.5. 2. Wait. 3. Sit."), some("Do this", "Go to 2.5.|Wait.|Sit."));
        assert_eq!(found("1) Take a ticket\n2) Wait"), some("", "Take a ticket|Wait"));
        assert_eq!(
            found("请按以下步骤：1、取号；2、等候叫号。3、办理"),
            some("请按以下步骤", "取号；|等候叫号。|办理")
        );
        assert_eq!(found("第一步：取号。第二步，等候。"), some("", "取号。|等候。"));
        assert_eq!(found("Bring:\n- your card\n- your ID"), some("Bring", "your card|your ID"));
        for text in ["Counter 1 is left. 2 is cash.", "It costs $1. 3. Four", "", "1. One", "- a\n- b\nand more"] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(steps(&"1. a 2. b ".repeat(10_000)), None);
    }
}
