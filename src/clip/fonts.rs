//! The system's fonts: a plain sans serif and one with Chinese letters. The only file that chooses a face.

use std::sync::Arc;

use resvg::usvg::fontdb::{Database, Family, ID, Query, Weight};
use resvg::usvg::{Font, FontFamily, FontResolver, ImageHrefResolver, ImageKind, Options};
use skrifa::{FontRef, MetadataProvider as _};

use super::ClipError;

/// By preference; the first that is there is used.
const LATIN: [&str; 5] = ["Noto Sans", "Inter", "Open Sans", "Liberation Sans", "DejaVu Sans"];
const CHINESE: [&str; 4] = ["Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei"];
/// Weights from here on are bold.
const BOLD: u16 = 600;

/// A family's two faces; the same one twice when there is no bold.
#[derive(Debug, Clone, Copy)]
struct Pair {
    regular: ID,
    bold: ID,
}

impl Pair {
    fn find(database: &Database, names: &[&str]) -> Option<Self> {
        let query = |name: &str, weight| {
            let families = [Family::Name(name)];
            database.query(&Query { families: &families, weight, ..Query::default() })
        };
        names.iter().find_map(|name| {
            let regular = query(name, Weight::NORMAL)?;
            Some(Self { regular, bold: query(name, Weight::BOLD).unwrap_or(regular) })
        })
    }

    fn of_weight(self, weight: u16) -> ID {
        if weight >= BOLD { self.bold } else { self.regular }
    }
}

/// The fonts that clips are drawn with. Opened once: reading the system's takes some 30 ms.
#[derive(Clone)]
pub struct Fonts {
    database: Arc<Database>,
    latin: Pair,
    chinese: Pair,
}

impl Fonts {
    /// Reads the system's fonts; their files are mapped when a letter of theirs is drawn.
    ///
    /// # Errors
    /// [`ClipError::NoChineseFont`] or [`ClipError::NoFont`], with the package that brings one.
    pub fn open() -> Result<Self, ClipError> {
        let mut database = Database::new();
        database.load_system_fonts();
        Self::of(database)
    }

    fn of(database: Database) -> Result<Self, ClipError> {
        let any = database.faces().next().map(|face| face.id).ok_or(ClipError::NoFont)?;
        // A font whose family is not listed serves when it has the letters: 登 is in every Chinese font.
        let with_han = || database.faces().find(|face| has(&database, face.id, '登')).map(|face| face.id);
        let single = |id| Pair { regular: id, bold: id };
        let chinese = Pair::find(&database, &CHINESE).or_else(|| with_han().map(single));
        let chinese = chinese.ok_or(ClipError::NoChineseFont)?;
        let latin = Pair::find(&database, &LATIN).unwrap_or(single(any));
        Ok(Self { database: Arc::new(database), latin, chinese })
    }

    /// How usvg reads a drawing here: these fonts, embedded PNG and JPEG, and nothing from a disk or a network.
    pub(super) fn options(&self) -> Options<'static> {
        Options {
            font_family: "sans-serif".into(),
            fontdb: Arc::clone(&self.database),
            font_resolver: FontResolver { select_font: self.select(), select_fallback: self.fallback() },
            image_href_resolver: ImageHrefResolver {
                resolve_data: Box::new(|mime, bytes, _| match mime {
                    "image/png" => Some(ImageKind::PNG(bytes)),
                    "image/jpeg" => Some(ImageKind::JPEG(bytes)),
                    _ => None,
                }),
                resolve_string: Box::new(|_, _| None),
            },
            ..Options::default()
        }
    }

    fn select(&self) -> resvg::usvg::FontSelectionFn<'static> {
        let latin = self.latin;
        Box::new(move |font: &Font, database| {
            let named = font.families().iter().filter_map(|family| match family {
                FontFamily::Named(name) => Some(name.as_str()),
                _ => None,
            });
            let weight = Weight(font.weight());
            let found = named.into_iter().find_map(|name| {
                let families = [Family::Name(name)];
                database.query(&Query { families: &families, weight, ..Query::default() })
            });
            Some(found.unwrap_or(latin.of_weight(weight.0)))
        })
    }

    /// Ours first: usvg's own choice is the first face that has the letter, often a Japanese or a serif one.
    fn fallback(&self) -> resvg::usvg::FallbackSelectionFn<'static> {
        let (latin, chinese) = (self.latin, self.chinese);
        Box::new(move |letter, used, database| {
            let weight = used.first().and_then(|&id| database.face(id)).map_or(400, |face| face.weight.0);
            let ours = [chinese.of_weight(weight), latin.of_weight(weight)];
            let others = database.faces().map(|face| face.id);
            ours.into_iter().chain(others).find(|id| !used.contains(id) && has(database, *id, letter))
        })
    }
}

/// Whether the face has the letter. A file that cannot be read has none.
fn has(database: &Database, face: ID, letter: char) -> bool {
    let has = |data: &[u8], index| {
        FontRef::from_index(data, index)
            .is_ok_and(|font| font.charmap().map(letter).is_some_and(|glyph| glyph.to_u32() > 0))
    };
    database.with_face_data(face, has).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_fonts_is_told_the_package() {
        let refused = Fonts::of(Database::new()).err().map(|error| error.to_string());
        assert_eq!(
            refused.as_deref(),
            Some("no font is on this system; run `apt-get install fonts-noto-core fonts-noto-cjk`")
        );
    }

    #[test]
    fn a_system_without_chinese_letters_is_told_the_package() {
        let mut database = Database::new();
        database.load_font_file("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").unwrap();
        let refused = Fonts::of(database).err().map(|error| error.to_string());
        assert_eq!(
            refused.as_deref(),
            Some("no font with Chinese letters is on this system; run `apt-get install fonts-noto-cjk`")
        );
    }
}
