//! Maps and drawings that must be refused, each with a sentence that says what to do.

use super::{SMALL, SQUARE, open_with};

/// What is said of the small map with one thing changed.
fn refusal(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "the small map has {from}");
    open_with(&SMALL.replacen(from, to, 1), SQUARE).expect_err(to).to_string()
}

fn drawing_refusal(inside: &str) -> String {
    let drawing = SQUARE.replace("<g ", &format!("{inside}<g "));
    open_with(SMALL, &drawing).expect_err(inside).to_string()
}

#[test]
fn a_mistake_in_the_map_is_named_with_its_repair() {
    let cases = [
        (r#"door = "middle""#, r#"door = "nowhere""#, "no node or place is called 'nowhere'"),
        (r#"id = "cafe""#, r#"id = "desk""#, "'desk' is there twice"),
        (r#"id = "cafe""#, r#"id = "Café!""#, "'Café!' is no id; use lower case letters"),
        (r#"{ en = "Café", zh = "咖啡馆" }"#, r#"{ en = "Café" }"#, "place 'cafe' has no 'zh' name; add zh = "),
        (r#"{ en = "Café", zh = "咖啡馆" }"#, r#"{ en = "Café", zh = " " }"#, "place 'cafe' has no 'zh' name"),
        ("x = 40", "x = 400", "outside the drawing of floor 'low'; give metres within 100 by 100"),
        ("x = 40", "x = nan", "outside the drawing"),
        ("x = 40", "x = inf", "outside the drawing"),
        (r#"floor = "high""#, r#"floor = "attic""#, "no floor is called 'attic'; use one of low, high"),
        (r#"["middle", "lift-low"]"#, r#"["middle"]"#, "has one end"),
        (r#"["middle", "lift-low"]"#, r#"["lift-low", "lift-low"]"#, "to itself"),
        (r#"["middle", "lift-low"]"#, r#"["middle", "lift-high"]"#, "do not suit its kind"),
        (r#"kind = "stairs""#, "kind = \"stairs\"\nstep_free = true", "never step-free"),
        (r#"kind = "stairs""#, "kind = \"stairs\"\nseconds = -1", "out of bounds"),
        (r#"kind = "stairs""#, r#"kind = "people-mover""#, "a people mover has a timetable"),
        (r#"kind = "lift""#, r#"kind = "escalator""#, "no step-free way leads from 'kiosk' to 'cafe'; add a lift"),
        (r#"along = ["stairs-high", "cafe", "lift-high"]"#, r#"along = ["stairs-high", "lift-high"]"#, "no way leads"),
        (r#"kind = "kiosk""#, r#"kind = "desk""#, "no place is a kiosk; add one"),
        (r#"drawing = "low.svg""#, r#"drawing = "../low.svg""#, "an .svg file beside map.toml"),
        (r#"drawing = "low.svg""#, r#"drawing = "gone.svg""#, "gone.svg; check its name and rights"),
        (r#"kind = "coffee""#, r#"kind = "castle""#, "unknown variant `castle`"),
        ("facing = 0", "facing = 0\ncolour = 1", "unknown field `colour`"),
    ];
    for (from, to, said) in cases {
        let told = refusal(from, to);
        assert!(told.contains(said), "{to}: {told}");
        assert!(told.contains(".toml") || told.contains(".svg"), "names the file: {told}");
    }
}

#[test]
fn a_drawing_holds_shapes_and_nothing_that_runs_or_fetches() {
    let cases = [
        "<script>alert(1)</script>",
        "<style>@import url(http://x.example/);</style>",
        "<image href=\"http://x.example/a.png\"/>",
        "<use href=\"#a\"/>",
        "<foreignObject/>",
        "<a href=\"javascript:alert(1)\"/>",
        "<animate attributeName=\"x\"/>",
        "<text>Gate</text>",
        "loose words",
        "<rect onload=\"alert(1)\"/>",
        "<rect style=\"fill:url(http://x.example/)\"/>",
        "<rect fill=\"red\"/>",
        "<rect class=\"hall glowing\"/>",
        "<rect x=\"url(#a)\"/>",
        "<rect transform=\"url(1)\"/>",
        "<rect xmlns:x=\"http://www.w3.org/1999/xlink\" x:href=\"a\"/>",
        "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\"/>",
    ];
    for inside in cases {
        let told = drawing_refusal(inside);
        assert!(told.contains("low.svg: line ") && told.contains("may not stand in a drawing; "), "{inside}: {told}");
    }
}

#[test]
fn a_drawing_is_well_formed_bounded_and_in_metres() {
    let entity = SQUARE.replace("<svg", "<!DOCTYPE svg [<!ENTITY a \"aaaa\">]><svg");
    let deep = SQUARE.replace("<rect", &format!("{}<rect", "<g>".repeat(40))).replace("</g>", &"</g>".repeat(41));
    let many = SQUARE.replace("<g ", &format!("{}<g ", "<rect/>".repeat(6_000)));
    let huge = SQUARE.replace("<g ", &format!("{}<g ", " ".repeat(600_000)));
    let cases = [
        (entity, "not well-formed XML"),
        (SQUARE.replace("</svg>", ""), "not well-formed XML"),
        (SQUARE.replace("svg", "html"), "the outermost element is no svg"),
        (SQUARE.replace(" viewBox=\"0 0 100 100\"", ""), "write viewBox=\"0 0 WIDTH HEIGHT\""),
        (SQUARE.replace("0 0 100 100", "0 0 NaN 100"), "viewBox"),
        (deep, "groups deeper than"),
        (many, "more than 5000 shapes"),
        (huge, "bytes and may have"),
    ];
    for (drawing, said) in cases {
        let told = open_with(SMALL, &drawing).expect_err(said).to_string();
        assert!(told.contains(said), "{told}");
    }
}
