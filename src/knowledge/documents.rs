//! Documents into parts by heading, every part a row of speakable sentences. Knows markdown, not search.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::limits::PART_CHARS_MAX;
use super::sentences;
use super::tables::Table;
use crate::domain::{Document, Language, Part};

/// Reads markdown. `file` is the file's name; the language is that of its `.en.md` or `.zh.md` ending, else its script's.
///
/// # Errors
/// A reason, without the file's name: no letters, nothing but headings.
pub fn read_markdown(file: &str, source: &str) -> Result<Document, String> {
    let language = language_of(file, source)?;
    let mut reading = Reading::new(language);
    for event in Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        reading.take(event);
    }
    reading.close_part();
    document(file, language, reading.title, reading.parts, source)
}

/// Reads plain text: paragraphs between blank lines.
///
/// # Errors
/// As [`read_markdown`].
pub fn read_text(file: &str, source: &str) -> Result<Document, String> {
    let language = language_of(file, source)?;
    let mut reading = Reading::new(language);
    let text = source.replace("\r\n", "\n");
    for paragraph in text.split("\n\n") {
        reading.say(sentences::split(paragraph));
    }
    reading.close_part();
    document(file, language, None, reading.parts, source)
}

fn document(
    file: &str,
    language: Language,
    title: Option<String>,
    parts: Vec<Part>,
    source: &str,
) -> Result<Document, String> {
    if parts.is_empty() {
        return Err("there is no text under its headings".into());
    }
    let title = title.unwrap_or_else(|| file.split('.').next().unwrap_or(file).to_owned());
    Ok(Document { file: file.into(), language, title, parts, source: source.into() })
}

fn language_of(file: &str, source: &str) -> Result<Language, String> {
    let mut endings = file.rsplit('.').skip(1);
    let named = endings.next().filter(|code| code.len() == 2).and_then(|code| code.parse().ok());
    named.or_else(|| Language::of_text(source)).ok_or_else(|| "it has no letters, so no language".into())
}

/// The state while the events of one document pass by.
struct Reading {
    language: Language,
    title: Option<String>,
    /// The headings above, with their levels.
    path: Vec<(HeadingLevel, String)>,
    parts: Vec<Part>,
    /// Paragraphs of the part in hand, each as sentences.
    paragraphs: Vec<Vec<String>>,
    /// Inline text of the block in hand.
    text: String,
    /// Lists that are open, innermost last: the words before the list that its items complete.
    leads: Vec<String>,
    table: Option<Table>,
    /// Inside a block that is not text: HTML, metadata.
    silent: usize,
}

impl Reading {
    fn new(language: Language) -> Self {
        Self {
            language,
            title: None,
            path: Vec::new(),
            parts: Vec::new(),
            paragraphs: Vec::new(),
            text: String::new(),
            leads: Vec::new(),
            table: None,
            silent: 0,
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) if self.silent == 0 => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::Rule => self.close_block(),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::HtmlBlock | Tag::MetadataBlock(_) => self.silent += 1,
            Tag::List(_) => {
                let lead = self.take_lead();
                self.leads.push(lead);
            }
            Tag::Table(_) => {
                self.close_block();
                self.table = Some(Table::default());
            }
            Tag::TableCell => self.text.clear(),
            Tag::Heading { .. } | Tag::Paragraph | Tag::Item | Tag::CodeBlock(_) | Tag::BlockQuote(_) => {
                self.close_block();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => self.silent = self.silent.saturating_sub(1),
            TagEnd::Heading(level) => self.heading(level),
            TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock => self.close_block(),
            TagEnd::List(_) => {
                self.close_block();
                self.leads.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(table) = &mut self.table {
                    table.cell(cell.trim());
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Table => {
                let rows = self.table.take().unwrap_or_default().sentences(self.language);
                rows.into_iter().for_each(|row| self.say(vec![row]));
            }
            _ => {}
        }
    }

    /// The first heading of the first level is the document's title; others name parts.
    fn heading(&mut self, level: HeadingLevel) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        self.close_part();
        self.path.retain(|(above, _)| *above < level);
        match (level, &self.title) {
            (HeadingLevel::H1, None) => self.title = Some(text),
            _ if text.is_empty() => {}
            _ => self.path.push((level, text)),
        }
    }

    /// Ends a paragraph or a list item.
    fn close_block(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match self.leads.last() {
            Some(lead) => {
                let item = ended(format!("{lead}{text}"), self.language);
                self.say(sentences::split(&item));
            }
            None => self.say(sentences::split(text)),
        }
    }

    /// Takes back the words that a list completes: a last sentence that ends in a colon.
    fn take_lead(&mut self) -> String {
        if self.leads.is_empty() {
            self.close_block();
        } else if self.text.trim_end().ends_with([':', '：']) {
            let outer = self.leads.last().cloned().unwrap_or_default();
            return spaced(outer + std::mem::take(&mut self.text).trim());
        } else {
            let outer = self.leads.last().cloned().unwrap_or_default();
            self.close_block();
            return outer;
        }
        let Some(paragraph) = self.paragraphs.last_mut() else { return String::new() };
        if !paragraph.last().is_some_and(|sentence| sentence.ends_with([':', '：'])) {
            return String::new();
        }
        spaced(paragraph.pop().unwrap_or_default())
    }

    fn say(&mut self, sentences: Vec<String>) {
        if !sentences.is_empty() {
            self.paragraphs.push(sentences);
        }
    }

    /// Ends what stands under one heading, divided between paragraphs when it is long.
    fn close_part(&mut self) {
        self.close_block();
        self.leads.clear();
        let section = self.path.iter().map(|(_, heading)| heading.as_str()).collect::<Vec<_>>().join(" > ");
        let (mut sentences, mut chars) = (Vec::new(), 0);
        for sentence in std::mem::take(&mut self.paragraphs).into_iter().flatten() {
            let more = sentence.chars().count();
            if chars + more > PART_CHARS_MAX && !sentences.is_empty() {
                self.parts.push(Part { section: section.clone(), sentences: std::mem::take(&mut sentences) });
                chars = 0;
            }
            chars += more;
            sentences.push(sentence);
        }
        if !sentences.is_empty() {
            self.parts.push(Part { section, sentences });
        }
    }
}

/// A lead with the space that English wants before its completion.
fn spaced(lead: String) -> String {
    if lead.is_empty() || lead.ends_with('：') { lead } else { lead + " " }
}

/// `text` with a full stop when it has no mark at its end: list items and table rows are read aloud as sentences.
pub(super) fn ended(text: String, language: Language) -> String {
    let text = text.trim_end_matches([',', ';', '，', '；', '、', ' ']).to_owned();
    match (text.ends_with(['.', '!', '?', ':', '。', '！', '？', '：']), language) {
        (true, _) => text,
        (false, Language::English) => text + ".",
        (false, Language::Chinese) => text + "。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(document: &Document) -> Vec<(&str, Vec<&str>)> {
        document
            .parts
            .iter()
            .map(|part| (part.section.as_str(), part.sentences.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn parts_keep_their_heading_path_and_speak() {
        let source = "# Pets\n\nBook *early*. Call us.\n\n## In the cabin\n\nA bag must be:\n\n- soft\n- closed;\n  - by a zip\n\n\
                      ### Fees\n\n| weight | Lantern Air | others |\n|---|---|---|\n| up to 10 kg | $90 | $110 |\n| over 10 kg | `$160` | |\n\n\
                      ## Dogs\n\n1. Walk it.\n2. Feed it\n";
        let document = read_markdown("pets.en.md", source).unwrap();
        assert_eq!((document.title.as_str(), document.language), ("Pets", Language::English));
        let want: Vec<(&str, Vec<&str>)> = vec![
            ("", vec!["Book early.", "Call us."]),
            ("In the cabin", vec!["A bag must be: soft.", "A bag must be: closed.", "A bag must be: by a zip."]),
            (
                "In the cabin > Fees",
                vec!["Weight up to 10 kg: Lantern Air $90, others $110.", "Weight over 10 kg: Lantern Air $160."],
            ),
            ("Dogs", vec!["Walk it.", "Feed it."]),
        ];
        assert_eq!(sections(&document), want);
    }

    #[test]
    fn chinese_documents_speak_chinese() {
        let source = "# 收费\n\n## 代码\n\n| 代码 | 项目 | 金额 |\n|---|---|---|\n| SC-05 | 账户管理费 | $5 |\n\n## 证明\n\n带上：\n- 护照\n- 卡";
        let document = read_markdown("fees.zh.md", source).unwrap();
        let want: Vec<(&str, Vec<&str>)> =
            vec![("代码", vec!["代码SC-05：项目账户管理费，金额$5。"]), ("证明", vec!["带上：护照。", "带上：卡。"])];
        assert_eq!(sections(&document), want);
        assert_eq!(document.language, Language::Chinese);
    }

    #[test]
    fn plain_text_is_paragraphs_and_long_ones_are_divided() {
        let source = "First. Second.\r\n\r\n".to_owned() + &"A sentence of some length stands here. ".repeat(80);
        let document = read_text("notes.txt", &source).unwrap();
        assert_eq!(document.title, "notes");
        assert!(document.parts.len() > 2);
        assert!(document.parts.iter().all(|part| part.sentences.join("").chars().count() <= PART_CHARS_MAX));
        assert_eq!(read_text("a.zh.txt", "only latin letters").unwrap().language, Language::Chinese);
    }

    #[test]
    fn documents_without_text_are_refused() {
        assert_eq!(
            read_markdown("a.md", "# Title\n\n## Section\n").unwrap_err(),
            "there is no text under its headings"
        );
        assert_eq!(read_markdown("a.md", "123 456").unwrap_err(), "it has no letters, so no language");
        assert!(read_markdown("a.en.md", "<div>hidden</div>").is_err());
    }
}
