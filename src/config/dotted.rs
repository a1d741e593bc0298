//! The name of a setting: `visit.idle_seconds`, `topics.0.label.en`, `camera."gate 3".fps_max`. Knows nothing of what it names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml_edit::Key;

/// Longest name in bytes: the deepest setting there is has 60.
const NAME_BYTES_MAX: usize = 512;
/// Most steps in a name; the deepest setting there is has six.
const STEPS_MAX: usize = 16;

/// A setting's name as steps from the root; a step into a list is its index, or the `id` of the entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dotted(pub Vec<String>);

impl Dotted {
    /// The name one step further down.
    pub fn with(&self, step: impl Into<String>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.into());
        Self(steps)
    }

    /// Whether `self` is `other` or something around it.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The last step; empty for the root.
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// What a check called the field, as a name; a name that cannot be read stays one step, so that nothing said is lost.
    pub fn said(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self(vec![text.to_owned()]))
    }
}

impl FromStr for Dotted {
    type Err = String;

    /// Reads TOML's own spelling of keys: bare words, or quoted where a word holds other signs.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > NAME_BYTES_MAX {
            return Err(format!("a setting's name has at most {NAME_BYTES_MAX} bytes"));
        }
        let keys = Key::parse(text)
            .map_err(|_| format!("'{}' is no setting's name; write it like visit.idle_seconds", text.escape_debug()))?;
        if keys.len() > STEPS_MAX {
            return Err(format!("a setting's name has at most {STEPS_MAX} steps"));
        }
        Ok(Self(keys.iter().map(|key| key.get().to_owned()).collect()))
    }
}

impl fmt::Display for Dotted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            let point = if index == 0 { "" } else { "." };
            write!(f, "{point}{}", Key::new(step.as_str()).display_repr())?;
        }
        Ok(())
    }
}

impl Serialize for Dotted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dotted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for name in ["visit.idle_seconds", "topics.0.label.en", "camera.hold-3.fps_max", "camera.\"gate 3\".title.zh"] {
            assert_eq!(name.parse::<Dotted>().unwrap().to_string(), name);
        }
        assert_eq!("camera.\"a.b\"".parse::<Dotted>().unwrap().0, ["camera", "a.b"]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert!("visit..idle".parse::<Dotted>().unwrap_err().contains("write it like visit.idle_seconds"));
        assert!("".parse::<Dotted>().is_err());
        assert!("a.".repeat(20).parse::<Dotted>().is_err());
        assert!(["a"; 17].join(".").parse::<Dotted>().unwrap_err().contains("16 steps"));
        assert!("a".repeat(600).parse::<Dotted>().is_err());
    }
}
