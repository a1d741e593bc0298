//! A table's rows as sentences that can be read aloud: "Weight up to 10 kg: Lantern Air $90, others $110." Knows cells, not files.

use super::documents::ended;
use crate::domain::Language;

/// Cells as they come; the first row is the headings.
#[derive(Default)]
pub(super) struct Table {
    headings: Option<Vec<String>>,
    row: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn cell(&mut self, text: &str) {
        self.row.push(text.to_owned());
    }

    pub fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        match self.headings {
            None => self.headings = Some(row),
            Some(_) => self.rows.push(row),
        }
    }

    /// One sentence a row; every value keeps its heading, empty cells are left out.
    pub fn sentences(&self, language: Language) -> Vec<String> {
        self.rows.iter().filter_map(|row| self.sentence(row, language)).collect()
    }

    fn sentence(&self, row: &[String], language: Language) -> Option<String> {
        let (colon, comma) = match language {
            Language::English => (": ", ", "),
            Language::Chinese => ("：", "，"),
        };
        let mut cells = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(column, cell)| {
            let heading = self.headings.as_ref().and_then(|headings| headings.get(column)).map_or("", String::as_str);
            joined(heading, cell, language)
        });
        let name = cells.next()?;
        let values: Vec<String> = cells.collect();
        let sentence = if values.is_empty() { name } else { format!("{name}{colon}{}", values.join(comma)) };
        Some(ended(capitalised(&sentence), language))
    }
}

fn joined(heading: &str, cell: &str, language: Language) -> String {
    match (heading.is_empty(), language) {
        (true, _) => cell.to_owned(),
        (false, Language::English) => format!("{heading} {cell}"),
        (false, Language::Chinese) => format!("{heading}{cell}"),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
