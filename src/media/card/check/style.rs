//! Values of attributes: numbers, colours and names, with no way to write an address.

/// Styles that any element may have.
const STYLES: [&str; 31] = [
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-miterlimit",
    "opacity",
    "color",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "letter-spacing",
    "text-anchor",
    "paint-order",
    "clip-path",
    "clip-rule",
    "mask",
    "stop-color",
    "stop-opacity",
    "display",
    "visibility",
    "shape-rendering",
    "text-rendering",
    "clipPathUnits",
    "maskUnits",
];
/// What may stand before a bracket.
const FUNCTIONS: [&str; 9] = ["url", "rgb", "rgba", "hsl", "translate", "scale", "rotate", "matrix", ""];
const VALUE_CHARS_MAX: usize = 400;

/// Whether an attribute is a style with a harmless value.
pub(super) fn is_good(name: &str, value: &str) -> bool {
    STYLES.contains(&name) && value.len() <= VALUE_CHARS_MAX && is_harmless(value)
}

/// Whether `style="..."` holds such attributes only.
pub(super) fn is_good_list(list: &str) -> bool {
    list.split(';')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .all(|one| one.split_once(':').is_some_and(|(name, value)| is_good(name.trim(), value.trim())))
}

/// Whether an element's own attribute is geometry: numbers and commands.
pub(super) fn is_geometry(name: &str, value: &str) -> bool {
    match name {
        "x" | "y" | "width" | "height" | "r" | "cx" | "cy" | "rx" | "ry" | "x1" | "x2" | "y1" | "y2" => {
            number(value.strip_suffix('%').unwrap_or(value)).is_some()
        }
        _ => value.chars().all(|c| c.is_ascii_alphanumeric() || " ,.+-()%\n\t".contains(c)) && is_harmless(value),
    }
}

/// No quotes, colons, escapes or comments; brackets only after known functions, and `url` only of this document.
fn is_harmless(value: &str) -> bool {
    let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || " #.,%()-_+\n\t".contains(c));
    let mut pieces = value.split('(').peekable();
    while let Some(piece) = pieces.next() {
        let Some(inside) = pieces.peek() else { break };
        let name = piece.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
        if !FUNCTIONS.contains(&name) || name == "url" && !inside.starts_with('#') {
            return false;
        }
    }
    is_plain
}

/// A finite number that a drawing may hold.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.abs() <= 100_000.0)
}

#[cfg(test)]
mod tests {
    use super::{is_good, is_good_list};

    #[test]
    fn no_value_holds_an_address() {
        for good in ["#14161b", "url(#fade)", "rgb(1, 2, 3)", "Noto Sans CJK SC, sans-serif", "none"] {
            assert!(is_good("fill", good), "{good}");
        }
        let bad =
            ["url(http://x)", "url(x.svg#a)", "image-set(x)", "ur\\6c(x)", "u/**/rl(x)", "URL(x)", "\"x\"", "a:b"];
        for value in bad {
            assert!(!is_good("fill", value), "{value}");
        }
        assert!(!is_good("onload", "x") && !is_good("filter", "none") && !is_good("class", "a"));
        assert!(is_good_list("fill:#fff; stroke: none;") && !is_good_list("fill:#fff;background:red"));
        assert!(!is_good_list("@import x") && !is_good_list("fill:url(//x)"));
    }
}
