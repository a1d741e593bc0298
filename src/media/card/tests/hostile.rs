//! Templates and themes that are refused, each with a sentence that a technician can act on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::open_with;

/// A card that would be good, with `inside` in it.
fn card(inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 960 400\" \
         width=\"960\" height=\"400\">\n<title>{{{{ title }}}}</title>\n{inside}\n</svg>"
    )
}

fn refusal(template: &str) -> String {
    open_with("card.svg", template.as_bytes()).err().unwrap_or_else(|| panic!("taken: {template}")).to_string()
}

#[test]
fn a_plain_template_is_taken() {
    let good = card(
        "<defs><symbol id=\"a\"><path d=\"M0 0h1\"/></symbol></defs><use href=\"#a\"/><g style=\"fill: #14161b\">\
         <text x=\"20\" y=\"60\" font-size=\"40\">{{ title|cut(900, 40) }}</text></g>",
    );
    open_with("card.svg", good.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn nothing_that_runs_or_fetches_may_stand_in_a_card() {
    let nested = STANDARD.encode("<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>");
    let cases = [
        "<script>alert(1)</script>",
        "<SCRIPT/>",
        "<script xmlns=\"http://www.w3.org/1999/xhtml\"/>",
        "<foreignObject/>",
        "<style>@import url(http://x.example/);</style>",
        "<a href=\"javascript:alert(1)\"/>",
        "<animate attributeName=\"x\"/>",
        "<set attributeName=\"href\" to=\"http://x.example/\"/>",
        "<filter id=\"f\"/>",
        "<rect onload=\"alert(1)\"/>",
        "<rect onclick=\"alert(1)\"/>",
        "<rect class=\"a\"/>",
        "<rect style=\"fill:url(http://x.example/a)\"/>",
        "<rect style=\"background-image:url(#a)\"/>",
        "<rect fill=\"url(http://x.example/#a)\"/>",
        "<rect fill=\"image-set(x)\"/>",
        "<rect clip-path=\"url(other.svg#a)\"/>",
        "<?xml-stylesheet href=\"http://x.example/\"?>",
        "<use href=\"other.svg#a\"/>",
        "<use xlink:href=\"http://x.example/#a\"/>",
        "<rect href=\"#a\"/>",
        "<defs><symbol id=\"a\"><use href=\"#a\"/></symbol></defs>",
        "<symbol id=\"a\"><text x=\"1\" y=\"1\">x</text></symbol>",
    ];
    for inside in cases {
        let told = refusal(&card(inside));
        assert!(told.contains("card.svg: line 3: ") && told.contains("may not stand in a card; "), "{inside}: {told}");
    }
    assert!(refusal(&card("<svg/>")).contains("<svg> inside another may not stand in a card"));
    for (address, said) in [
        ("http://x.example/a.png", "an image from 'http://x.example/a.png'"),
        ("/etc/passwd", "an image from '/etc/passwd'"),
        ("data:text/html;base64,SGVsbG8=", "neither PNG, JPEG nor SVG"),
        ("data:image/png;base64,!!!", "no base64"),
        ("data:image/png;base64,PHN2Zy8+", "the outermost element is no svg"),
        (&format!("data:image/svg+xml;base64,{nested}"), "<script> may not stand in a card"),
    ] {
        let told = refusal(&card(&format!("<image href=\"{address}\"/>")));
        assert!(told.contains(said), "{address}: {told}");
    }
}

#[test]
fn a_card_is_well_formed_in_its_size_and_readable() {
    let entity = format!("<!DOCTYPE svg [<!ENTITY a \"aaaa\">]>{}", card(""));
    let cases = [
        (entity, "no well-formed XML"),
        (card("<g>"), "no well-formed XML"),
        ("<html xmlns=\"http://www.w3.org/2000/svg\"/>".into(), "the outermost element is no svg"),
        (card("").replace("width=\"960\"", "width=\"961\""), "its size is not a card's; write width=\"960\""),
        (card("").replace("400", "9000"), "its size is not a card's"),
        (card("").replace("400", "NaN"), "height=\"NaN\" on <svg> may not stand in a card"),
        (card("<use href=\"#b\"/>"), "no symbol is called '#b'"),
        (
            card(&"<g>".repeat(40).replace("<g>", "<g><g>")).replace("</svg>", &format!("{}</svg>", "</g>".repeat(80))),
            "groups deeper than",
        ),
        (card(&"<g/>".repeat(7_000)), "more than 2000 elements"),
        (card("<text x=\"1\" y=\"60\" font-size=\"12\">x</text>"), "smaller than 28 pixels"),
        (
            card("<text x=\"900\" y=\"60\" font-size=\"40\">runs out</text>"),
            "runs out of the card; lay it out with wrap",
        ),
        (card("<text x=\"1\" y=\"60\" font-size=\"40\">{{ title }}</text>"), "runs out of the card"),
        (card("<text y=\"60\" font-size=\"40\">x</text>"), "has no x"),
        (
            card("<g transform=\"scale(2)\"><text x=\"1\" y=\"60\" font-size=\"40\">x</text></g>"),
            "is moved by a transform",
        ),
        (
            card(
                "<text x=\"1\" y=\"60\" font-size=\"40\">one</text><text x=\"9\" y=\"80\" font-size=\"40\">two</text>",
            ),
            "the text 'two' covers 'one'",
        ),
        (" ".repeat(140_000), "has more than 131072 bytes"),
    ];
    for (template, said) in cases {
        let told = refusal(&template);
        assert!(told.contains(said) && told.contains("card.svg"), "{said}: {told}");
    }
    assert!(open_with("card.svg", b"\xff\xfe").expect_err("no text").to_string().contains("is not UTF-8 text"));
    let clip = card("").replace("960 400", "1280 720").replace("\"960\"", "\"1280\"").replace("\"400\"", "\"720\"");
    let told = open_with("clip-map.svg", clip.as_bytes()).expect_err("no map").to_string();
    assert!(told.contains("clip-map.svg: it leaves no room for the map; add <rect id=\"area-map\""), "{told}");
}

#[test]
fn a_template_has_a_budget_and_knows_only_its_facts() {
    let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}";
    let cases = [
        (loops, "fuel"),
        ("{{ 'x' * 1000000000 }}", "fuel"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
        ("{% include '/etc/passwd' %}", "template not found"),
        ("{{ visitor }}", "undefined value"),
        ("{{ title|safe }}", "unknown filter"),
        ("{% autoescape false %}<desc>{{ title }}</desc>{% endautoescape %}", "well-formed XML"),
        ("{{ title|wrap(0, 40) }}", "a width of 0 at a size of 40"),
        ("{% for %}", "syntax error"),
    ];
    for (inside, said) in cases {
        let told = refusal(&card(inside));
        assert!(told.contains(said) && told.contains("card.svg"), "{inside}: {told}");
    }
    assert!(refusal(&card("{{ visitor }}")).contains("line 3: "));
}

#[test]
fn a_theme_is_checked_like_a_template() {
    let cases = [
        ("accent = \"red\"", "accent = \"red\" is no colour; write #rrggbb"),
        ("accent = \"#aaddee\"", "has a contrast of"),
        ("[colours]\nink = \"#999999\"", "ink on surface has a contrast of 2.8 to 1; choose colours"),
        ("[colours]\npink = \"#999999\"", "no colour is called 'pink'; use one of accent, "),
        ("family = \"a\\\"/><script>\"", "write names of fonts"),
        ("radius = nan", "radius = NaN; use 0 to 80 pixels"),
        ("logo = \"../../logo.svg\"", "give the name of a file beside theme.toml"),
        ("logo = \"gone.svg\"", "gone.svg; check its name and rights"),
        ("colour = 1", "unknown field `colour`"),
        ("[words]\ngates = { en = \"a\", zh = \"b\" }", "no word is called 'gates'"),
        ("[words]\ngate = { en = \"Gate\" }", "the word 'gate' has 0 characters in 'zh'"),
        ("[words]\nmore_rows = { en = \"more\", zh = \"{}\" }", "the word 'more_rows' does not hold {}"),
    ];
    for (theme, said) in cases {
        let told = open_with("theme.toml", theme.as_bytes()).err().unwrap_or_else(|| panic!("taken: {theme}"));
        let told = told.to_string();
        assert!(told.contains(said) && (told.contains("theme.toml") || told.contains("gone.svg")), "{theme}: {told}");
    }
}
