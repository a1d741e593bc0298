//! How much of what is personal in labelled sentences is withheld, through the command that prints it. A change of rules that costs a
//! kind of data its rate fails here.

use std::path::Path;

use serde_json::Value;

use crate::support::{root, shared, usher_in};

fn rates(cases: &Path) -> Value {
    let data = tempfile::tempdir().expect("a folder can be made");
    usher_in(data.path(), "", &["privacy", "eval", cases.to_str().expect("the path is text"), "--json"]).document()
}

/// Every kind with labelled spans has at least this recall and this precision.
fn all_have(rates: &Value, recall: f64, precision: f64) {
    let kinds = rates["kinds"].as_object().expect("rates by kind");
    let counted: Vec<_> = kinds.iter().filter(|(_, rates)| rates["spans"] != 0).collect();
    assert!(!counted.is_empty(), "{rates}");
    for (kind, rates) in counted {
        let (found, right) = (rates["recall"].as_f64().unwrap(), rates["precision"].as_f64().unwrap_or(1.0));
        assert!(found >= recall && right >= precision, "{kind}: {rates}");
    }
}

#[test]
fn chinese_cases_of_our_own_are_redacted() {
    all_have(&rates(&root().join("tests/privacy/cases.zh.jsonl")), 0.97, 0.90);
}

#[test]
fn public_english_cases_are_redacted() {
    // Without the public data beside the checkout the project's own lines, which are harder, stand in.
    match shared("text/pii") {
        Some(folder) => all_have(&rates(&folder.join("synthetic.json")), 0.97, 0.90),
        None => all_have(&rates(&root().join("tests/privacy/cases.en.jsonl")), 0.94, 0.90),
    }
}

#[test]
fn texts_that_nothing_was_tuned_on_keep_their_rates() {
    let rates = rates(&root().join("tests/privacy/unseen.en.jsonl"));
    for (kind, recall, precision) in [("person", 0.95, 0.86), ("address", 0.94, 0.97)] {
        let rates = &rates["kinds"][kind];
        let (found, right) = (rates["recall"].as_f64().unwrap(), rates["precision"].as_f64().unwrap());
        assert!(found >= recall && right >= precision, "{kind}: {rates}");
    }
}
