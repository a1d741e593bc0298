//! What usher tells technicians, in both languages at once: whoever finds something does not know who will read it.

use serde::Serializer;

use super::Language;

/// A finding or a repair. Made by [`told!`]; [`Told::same`] is for what has no translation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub en: String,
    pub zh: String,
}

/// Formats the English and the Chinese text with the same arguments, which are read twice. Names before an arrow are [`Told`] themselves, and stand in
/// each text in its language: `told!(doubt, finding => "{doubt}: {finding}", "{doubt}：{finding}")`.
macro_rules! told {
    ($($part:ident),+ => $en:literal, $zh:literal $(, $given:expr)* $(,)?) => {
        $crate::domain::Told {
            en: {
                let ($($part,)+) = ($(&$part.en,)+);
                format!($en $(, $given)*)
            },
            zh: {
                let ($($part,)+) = ($(&$part.zh,)+);
                format!($zh $(, $given)*)
            },
        }
    };
    ($en:literal, $zh:literal $(, $given:expr)* $(,)?) => {
        $crate::domain::Told { en: format!($en $(, $given)*), zh: format!($zh $(, $given)*) }
    };
}
pub(crate) use told;

impl Told {
    /// A name, a path, a figure with its unit, a command: the same in both.
    pub fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { zh: en.clone(), en }
    }

    /// One after the other, as a list in a sentence.
    pub fn listed(parts: impl IntoIterator<Item = Self>) -> Self {
        let (en, zh): (Vec<String>, Vec<String>) = parts.into_iter().map(|part| (part.en, part.zh)).unzip();
        Self { en: en.join(", "), zh: zh.join("、") }
    }

    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    /// For documents whose field is the English text alone.
    ///
    /// # Errors
    /// Those of `serializer`.
    pub fn english<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_texts_have_the_arguments_and_parts_in_their_language() {
        let (name, free) = ("eth0", told!("{} free", "剩余 {}", 7));
        let told = told!(free => "{name}: {free} of {:.1}", "{name}：{free}，共 {:.1}", 9.0);
        assert_eq!((told.en.as_str(), told.zh.as_str()), ("eth0: 7 free of 9.0", "eth0：剩余 7，共 9.0"));
    }

    #[test]
    fn a_list_has_each_languages_comma() {
        let listed = Told::listed([told!("left", "左侧"), Told::same("eth0")]);
        assert_eq!((listed.get(Language::English), listed.get(Language::Chinese)), ("left, eth0", "左侧、eth0"));
    }
}
