//! Colours: read, mixed, and held against each other.

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour([u8; 3]);

impl Colour {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.contains('+'))?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// This colour with `share` of `other`, `0.0..=1.0`.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |one: u8, two: u8| (f64::from(one) * (1.0 - share) + f64::from(two) * share).round() as u8;
        Self(std::array::from_fn(|index| mix(self.0[index], other.0[index])))
    }

    /// `1.0..=21.0` (WCAG 2.2, contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(two) / one.min(two)
    }

    /// `0.0..=1.0` (WCAG 2.2, relative luminance).
    fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn contrast_is_the_standards() {
        let [black, white] = ["#000000", "#ffffff"].map(|text| Colour::parse(text).expect("a colour"));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // The airport's site file states 6.8 for its accent.
        assert!((Colour::parse("#0b6478").expect("a colour").contrast(white) - 6.8).abs() < 0.1);
        assert_eq!(black.mixed(white, 0.5).to_string(), "#808080");
        for wrong in ["red", "#fff", "#+12345", "#gggggg", ""] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }
}
