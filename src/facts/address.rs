//! An address with `{input}` in it. Whatever an input holds, the address stays on the same machine and at the same depth.

use std::collections::BTreeMap;

use reqwest::Url;

use crate::fetch;

/// Longest address that is asked for, with its inputs.
const URL_CHARS_MAX: usize = 1_000;

/// A checked address: fixed parts and the inputs between them.
#[derive(Debug, Clone)]
pub struct Address {
    parts: Vec<Part>,
    /// What stands before the path, as `Url` spells it.
    origin: String,
    depth: usize,
    is_private: bool,
}

#[derive(Debug, Clone)]
enum Part {
    Fixed(String),
    Input(String),
}

impl Address {
    /// Reads `https://host/path/{input}?key={input}`.
    ///
    /// # Errors
    /// What is wrong with it, for a technician.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = parts(text)?;
        // A letter stands for every input: the address must be whole with it.
        let sample = filled(&parts, |_| Some("x".into())).unwrap_or_default();
        let url = Url::parse(&sample).map_err(|error| format!("'{}' cannot be read: {error}", fetch::shown(text)))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("'{}' is neither https:// nor http://", fetch::shown(text)));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds a user or a password; put them into headers_file".into());
        }
        if url.fragment().is_some() {
            return Err("the address has a #; nothing behind it would be sent".into());
        }
        let origin = origin(&url);
        // An input in the host would let a visitor choose the machine.
        let Some(Part::Fixed(first)) = parts.first() else { return Err("the address begins with an input".into()) };
        let behind = first.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
        if parts.len() > 1 && !behind {
            return Err("an input may stand behind the host only".into());
        }
        Ok(Self { origin, depth: depth(&url), is_private: fetch::is_private(&sample), parts })
    }

    /// The inputs it uses.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Input(name) => Some(name.as_str()),
            Part::Fixed(_) => None,
        })
    }

    /// Whether what is asked stays on this machine or is encrypted.
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    /// The address with its inputs, percent-encoded. `None` when an input is missing or would lead elsewhere.
    pub fn with(&self, inputs: &BTreeMap<String, String>) -> Option<Url> {
        let text = filled(&self.parts, |name| inputs.get(name).map(|value| encoded(value)))?;
        let url = Url::parse(&text).ok().filter(|_| text.len() <= URL_CHARS_MAX)?;
        // The kinds of inputs and the encoding prevent it already; a fault in either must not become a request.
        (origin(&url) == self.origin && depth(&url) == self.depth && url.fragment().is_none()).then_some(url)
    }
}

fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or("a { has no }")?;
        if !before.is_empty() {
            parts.push(Part::Fixed(before.into()));
        }
        parts.push(Part::Input(name.into()));
        rest = after;
    }
    if rest.contains('}') {
        return Err("a } has no {".into());
    }
    if !rest.is_empty() {
        parts.push(Part::Fixed(rest.into()));
    }
    Ok(parts)
}

fn filled(parts: &[Part], value: impl Fn(&str) -> Option<String>) -> Option<String> {
    parts
        .iter()
        .map(|part| match part {
            Part::Fixed(text) => Some(text.clone()),
            Part::Input(name) => value(name),
        })
        .collect()
}

/// Everything but the unreserved characters of RFC 3986, section 2.3; the full stop too, for `..` climbs even when it is encoded.
fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn origin(url: &Url) -> String {
    format!(
        "{}://{}:{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

fn depth(url: &Url) -> usize {
    url.path_segments().map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(address: &str, value: &str) -> Option<String> {
        let inputs = BTreeMap::from([("tag".to_owned(), value.to_owned())]);
        Address::parse(address).unwrap().with(&inputs).map(|url| url.to_string())
    }

    #[test]
    fn an_input_stays_one_piece_of_the_path() {
        assert_eq!(with("http://127.0.0.1/t/{tag}", "06 18/%").unwrap(), "http://127.0.0.1/t/06%2018%2F%25");
        assert_eq!(with("http://127.0.0.1/t?x={tag}&y=1", "a&b#c").unwrap(), "http://127.0.0.1/t?x=a%26b%23c&y=1");
        assert_eq!(with("http://127.0.0.1/t/{tag}", "..").as_deref(), None);
        assert_eq!(with("http://127.0.0.1/t/{tag}", "a\r\nHost: x").unwrap(), "http://127.0.0.1/t/a%0D%0AHost%3A%20x");
    }

    #[test]
    fn an_address_that_an_input_could_turn_elsewhere_is_refused() {
        for bad in [
            "http://{tag}/x",
            "http://a{tag}/x",
            "{tag}://a/x",
            "http://a{tag}",
            "ftp://a/{tag}",
            "http://u:p@a/{tag}",
            "http://a/{tag",
            "http://a/x#{tag}",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
        let error = Address::parse("http://user:geheim@a/{tag}").unwrap_err();
        assert!(!error.contains("geheim"), "{error}");
    }
}
