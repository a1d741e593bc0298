//! Cuts running text into clauses, each of which is spoken while the next is still being written. English and Chinese
//! marks alike. Pure; knows no voice.

/// Weight (a Han character counts two, anything else one) from which a comma ends a clause: shorter pieces sound chopped.
const COMMA_WEIGHT_MIN: usize = 32;

/// Weight at which a clause without any mark is cut at a space, or in Han text anywhere: some 15 s of speech.
const WEIGHT_MAX: usize = 240;

/// What closes a quotation or a bracket belongs to the sentence in it.
const CLOSING: &str = "\"'”’」』）)】》";

const ABBREVIATIONS: [&str; 16] =
    ["mr", "mrs", "ms", "dr", "st", "no", "vs", "etc", "e.g", "i.e", "a.m", "p.m", "approx", "ext", "tel", "dept"];

/// Takes text as it is written and gives whole clauses. The clauses joined are the text, to the letter.
#[derive(Debug, Default)]
pub struct Clauses {
    rest: String,
}

impl Clauses {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of text; gives the clauses that are whole now. One is whole when the text after it has begun.
    pub fn push(&mut self, piece: &str) -> Vec<String> {
        self.rest.push_str(piece);
        let mut whole = Vec::new();
        while let Some(at) = cut(&self.rest) {
            let after = self.rest.split_off(at);
            whole.push(std::mem::replace(&mut self.rest, after));
        }
        whole
    }

    /// The text is over: its last clause, if any is left.
    pub fn finish(self) -> Option<String> {
        (!self.rest.is_empty()).then_some(self.rest)
    }
}

/// The clauses of a whole text.
pub fn clauses(text: &str) -> Vec<String> {
    let mut clauses = Clauses::new();
    let mut all = clauses.push(text);
    all.extend(clauses.finish());
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Comma,
    Stop,
}

/// Where the first clause of `text` ends: a byte position inside it, after its marks, closing quotes and spaces.
fn cut(text: &str) -> Option<usize> {
    let mut pending = Mark::None;
    let (mut weight, mut space) = (0, None);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if pending != Mark::None && !belongs_to_mark(c) {
            return Some(at);
        }
        let next = chars.peek().map(|&(_, c)| c);
        match mark(text, at, c, next) {
            Mark::Stop => pending = Mark::Stop,
            Mark::Comma if pending == Mark::None && weight >= COMMA_WEIGHT_MIN => pending = Mark::Comma,
            _ => {}
        }
        weight += if is_wide(c) { 2 } else { 1 };
        if weight > WEIGHT_MAX && (is_wide(c) || space.is_some()) {
            return space.or(next.map(|_| at + c.len_utf8()));
        }
        if c.is_whitespace() {
            space = Some(at + c.len_utf8());
        }
    }
    None
}

fn mark(text: &str, at: usize, c: char, next: Option<char>) -> Mark {
    let before_space = next.is_some_and(char::is_whitespace);
    let before_end = next.is_some_and(|next| next.is_whitespace() || CLOSING.contains(next) || is_wide(next));
    match c {
        '。' | '！' | '？' | '；' | '…' | '\n' => Mark::Stop,
        '!' | '?' | ';' if before_end => Mark::Stop,
        '.' if before_end && !is_abbreviation(&text[..at]) => Mark::Stop,
        '，' | '：' => Mark::Comma,
        ',' | ':' if before_space => Mark::Comma,
        '—' | '–' if before_space => Mark::Comma,
        _ => Mark::None,
    }
}

/// "Mr." and initials end no sentence, and a number at the start of a line is a list's.
fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let initial = bare.chars().count() == 1 && bare.chars().all(char::is_alphabetic);
    let numbering =
        !word.is_empty() && word.len() == before.trim_start().len() && word.chars().all(|c| c.is_ascii_digit());
    initial || numbering || ABBREVIATIONS.contains(&bare.as_str())
}

fn belongs_to_mark(c: char) -> bool {
    c.is_whitespace() || CLOSING.contains(c) || "。！？；…!?;.".contains(c)
}

fn is_wide(c: char) -> bool {
    crate::domain::is_han(c) || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_part_at_their_marks_in_both_languages() {
        assert_eq!(clauses("Go left. Then ask! Why? Done."), ["Go left. ", "Then ask! ", "Why? ", "Done."]);
        assert_eq!(clauses("请往左走。然后询问！为什么？好"), ["请往左走。", "然后询问！", "为什么？", "好"]);
        assert_eq!(clauses("一楼有厕所。The lift is next to it."), ["一楼有厕所。", "The lift is next to it."]);
    }

    #[test]
    fn closing_quotes_and_brackets_stay_with_their_sentence() {
        assert_eq!(clauses("她说：“请稍等。”然后走了。"), ["她说：“请稍等。”", "然后走了。"]);
        assert_eq!(clauses("(It is free.) Ask us."), ["(It is free.) ", "Ask us."]);
    }

    #[test]
    fn numbers_times_and_abbreviations_are_not_torn() {
        for whole in [
            "The fee is $5,000.50 today.",
            "Open 07:30 to 22:00.",
            "See Dr. Lee at 9 a.m. today.",
            "1. Take the lift.",
            "Version 3.5 works",
        ] {
            assert_eq!(clauses(whole), [whole]);
        }
    }

    #[test]
    fn a_comma_ends_a_clause_that_is_long_enough() {
        assert_eq!(clauses("Yes, it is."), ["Yes, it is."]);
        assert_eq!(
            clauses("Take the lift beside the information desk to level two, then turn left at the pharmacy."),
            ["Take the lift beside the information desk to level two, ", "then turn left at the pharmacy."]
        );
        assert_eq!(
            clauses("请乘坐问询台旁边的电梯前往航站楼二层，然后在药店左转。"),
            ["请乘坐问询台旁边的电梯前往航站楼二层，", "然后在药店左转。"]
        );
    }

    #[test]
    fn text_without_marks_is_cut_all_the_same() {
        let english = "word ".repeat(200);
        assert!(clauses(&english).iter().all(|clause| clause.len() <= WEIGHT_MAX + 1));
        let chinese = "请".repeat(500);
        assert!(clauses(&chinese).iter().all(|clause| clause.chars().count() <= WEIGHT_MAX / 2 + 1));
        assert_eq!(clauses(&"x".repeat(1_000)).len(), 1);
    }

    #[test]
    fn however_it_is_written_the_clauses_are_the_same_and_join_to_the_text() {
        let text = "The lounge is open 05:00-22:30. 请出示登机牌。It costs $45, children under 2 are free; ask at desk 3.\n\n1. Bring a pass. 2. Sit down…好！";
        let whole = clauses(text);
        assert_eq!(whole.concat(), text);
        for size in [1, 2, 3, 7] {
            let letters: Vec<char> = text.chars().collect();
            let mut written = Clauses::new();
            let mut heard: Vec<String> =
                letters.chunks(size).flat_map(|piece| written.push(&piece.iter().collect::<String>())).collect();
            heard.extend(written.finish());
            assert_eq!(heard, whole, "in pieces of {size}");
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(clauses("").is_empty());
        assert_eq!(clauses("  "), ["  "]);
    }
}
