//! Text made safe for XML.

/// `text` as it may stand in XML, in an element or a quoted attribute. Characters that XML forbids even escaped are dropped.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_of_a_name_is_read_as_markup() {
        let name = "\u{0}<script>alert('1')</script> & \"2\"\u{ffff}";
        let safe = super::escape(name);
        let document = format!("<a b=\"{safe}\">{safe}</a>");
        let read = roxmltree::Document::parse(&document).unwrap();
        let said = "<script>alert('1')</script> & \"2\"";
        assert_eq!((read.root_element().attribute("b"), read.root_element().text()), (Some(said), Some(said)));
    }
}
