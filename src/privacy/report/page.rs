//! The report as one HTML page: tables and plain words, no script, nothing fetched. Knows markup, decides nothing.

use std::fmt::Write;

use super::{Described, Report, Text};
use crate::base::escape;
use crate::domain::Language;
use crate::privacy::cards::NOT_MEASURED;

const STYLE: &str = "body{font:14px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}\
table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}th,td{border:1px solid #888;padding:.3em .5em;\
text-align:left;vertical-align:top}th{background:#eee}h2{margin-top:1.5em}.open{border:2px solid #a40000;padding:.5em 1em}\
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}";

pub(super) fn of(report: &Report) -> String {
    let title = format!("{}: privacy report", report.site);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{}</title><style>{STYLE}</style></head><body><h1>{}</h1>",
        escape(&title),
        escape(&title)
    );
    head(&mut page, report);
    retention(&mut page, report);
    features(&mut page, report);
    recipients(&mut page, report);
    texts(&mut page, "Notices", &report.notices, &report.operator);
    texts(&mut page, "Consents, asked in these words", &report.consents, &report.operator);
    models(&mut page, report);
    law(&mut page, report);
    page.push_str("</body></html>\n");
    page
}

fn head(page: &mut String, report: &Report) {
    let operator = if report.operator.is_empty() { "not named yet" } else { &report.operator };
    let facts = [
        ("Place", report.place.as_str()),
        ("Operator", operator),
        ("Profile", report.profile_title.get(Language::English)),
        ("usher", &report.version),
        ("Day", &report.day),
    ];
    let rows = facts.iter().map(|(name, value)| vec![(*name).to_owned(), (*value).to_owned()]);
    table(page, &[], rows);
    if !report.open.is_empty() {
        page.push_str("<div class=\"open\"><p>Before visitors are served:</p><ul>");
        for open in &report.open {
            let _ = write!(page, "<li>{}</li>", escape(open));
        }
        page.push_str("</ul></div>");
    }
    page.push_str(
        "<p>Everything is computed on this device. By default nothing of a visit survives it: its words, voice and pictures are in memory \
         only. What a visitor lets go to a person is redacted first and sealed on the disk until it has arrived.</p>",
    );
}

fn retention(page: &mut String, report: &Report) {
    page.push_str("<h2>What is processed, where and how long</h2>");
    let rows = report.retention.iter().map(|line| {
        let whose = if line.of_visitor { "visitor" } else { "site" };
        vec![line.what.to_owned(), whose.to_owned(), line.place.to_owned(), line.kept.words(), line.why.to_owned()]
    });
    table(page, &["What", "Of whom", "Where", "How long", "Why"], rows);
}

fn features(page: &mut String, report: &Report) {
    page.push_str("<h2>What starts only after a notice</h2>");
    let rows = report.features.iter().map(|waiting| {
        let state = if waiting.is_on { "on" } else { "off" };
        vec![waiting.feature.word().replace('_', " "), state.to_owned(), waiting.notices.join(", ")]
    });
    table(page, &["Feature", "Here", "Notices"], rows);
}

fn recipients(page: &mut String, report: &Report) {
    page.push_str("<h2>Who else gets data</h2>");
    if report.recipients.is_empty() {
        page.push_str("<p>Nobody: nothing leaves this device.</p>");
        return;
    }
    let rows = report.recipients.iter().map(|to| vec![to.who.clone(), to.what.clone(), to.how.clone()]);
    table(page, &["Who", "What", "How"], rows);
}

fn texts(page: &mut String, title: &str, texts: &[Text], operator: &str) {
    let _ = write!(page, "<h2>{}</h2>", escape(title));
    let operator = if operator.is_empty() { "…" } else { operator };
    let filled = |text: &Text, language| text.text.get(language).replace("{operator}", operator);
    let rows = texts
        .iter()
        .map(|text| vec![text.name.clone(), filled(text, Language::English), filled(text, Language::Chinese)]);
    table(page, &["Name", "English", "中文"], rows);
}

fn models(page: &mut String, report: &Report) {
    page.push_str("<h2>Models, their licences and known limits</h2>");
    for model in &report.models {
        let _ = write!(page, "<h3>{}</h3>", escape(&model.title));
        let limits = model.card.limits.join("; ");
        let facts = [
            ("Role", model.role.as_str()),
            ("Use", &model.card.purpose),
            ("Languages", &model.languages.join(", ")),
            ("Licence", &model.licence),
            ("Known limits", if limits.is_empty() { "none known" } else { &limits }),
        ];
        table(page, &[], facts.iter().map(|(name, value)| vec![(*name).to_owned(), (*value).to_owned()]));
        figures(page, model);
    }
}

/// Figures by language; a language of the model without any says so.
fn figures(page: &mut String, model: &Described) {
    let card = &model.card;
    let mut rows: Vec<Vec<String>> = card
        .figures
        .iter()
        .map(|figure| vec![figure.language.clone(), figure.what.clone(), figure.value.clone(), figure.command.clone()])
        .collect();
    for language in &model.languages {
        if !card.figures.iter().any(|figure| figure.language.contains(language.as_str())) {
            rows.push(vec![language.clone(), "quality for its use".into(), NOT_MEASURED.into(), String::new()]);
        }
    }
    if !rows.is_empty() {
        table(page, &["Language", "What", "Figure", "Command"], rows.into_iter());
    }
}

fn law(page: &mut String, report: &Report) {
    page.push_str("<h2>Law</h2><p>The profile is no legal advice. What is marked is for the operator's counsel.</p>");
    let mark = |check: bool| if check { "counsel must check" } else { "" };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for basis in &report.basis {
        let article = basis.article.clone().unwrap_or_default();
        rows.push(vec![basis.law.clone(), article, basis.about.clone(), mark(basis.check).to_owned()]);
    }
    let age = &report.age;
    rows.push(vec![format!("Age {}", age.minimum), String::new(), age.what.clone(), mark(age.check).to_owned()]);
    table(page, &["Law", "Article", "About", ""], rows.into_iter());
}

fn table(page: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    page.push_str("<table>");
    if !head.is_empty() {
        page.push_str("<tr>");
        head.iter().for_each(|cell| {
            let _ = write!(page, "<th scope=\"col\">{}</th>", escape(cell));
        });
        page.push_str("</tr>");
    }
    for row in rows {
        page.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let (tag, scope) = if index == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            let _ = write!(page, "<{tag}{scope}>{}</{tag}>", escape(cell));
        }
        page.push_str("</tr>");
    }
    page.push_str("</table>");
}
