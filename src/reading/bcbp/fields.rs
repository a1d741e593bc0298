//! Fields of fixed width, taken one after the other. Never reaches beyond what is there.

/// What is left of a text of single-byte characters.
#[derive(Clone, Copy)]
pub struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    /// `None` when the text is not printable ASCII: widths would not be bytes.
    pub fn new(text: &'a str) -> Option<Self> {
        text.bytes().all(|byte| (b' '..=b'~').contains(&byte)).then_some(Self(text))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn starts_with(&self, first: char) -> bool {
        self.0.starts_with(first)
    }

    /// The next `width` characters; `None`, and nothing taken, when fewer are left.
    pub fn take(&mut self, width: usize) -> Option<&'a str> {
        let (field, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        Some(field)
    }

    /// The next `width` characters, or what is left of them.
    pub fn take_up_to(&mut self, width: usize) -> Fields<'a> {
        let (field, rest) = self.0.split_at(width.min(self.0.len()));
        self.0 = rest;
        Fields(field)
    }

    /// The next field without its padding; `None` when it is blank or not there.
    pub fn text(&mut self, width: usize) -> Option<String> {
        let field = self.take_up_to(width).0.trim();
        (!field.is_empty()).then(|| field.to_owned())
    }

    /// The next character; `None` when it is blank or not there.
    pub fn letter(&mut self) -> Option<char> {
        self.take(1)?.chars().next().filter(|letter| *letter != ' ')
    }

    /// A size: two hexadecimal digits.
    pub fn size(&mut self) -> Option<usize> {
        let field = self.take(2)?;
        field.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| usize::from_str_radix(field, 16).ok()).flatten()
    }
}
