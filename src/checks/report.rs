//! A report to read on a terminal and one to print. Names the kiosk, the program and the lines, and nothing of any visitor.

use std::fmt::Write;

use super::{Count, Health, Line, Report};
use crate::base::escape;

/// What stands above the lines.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// Where the kiosk stands, in the site's words: `Terminal 2, arrivals`.
    pub kiosk: &'a str,
    pub site: &'a str,
    pub version: &'a str,
}

/// Print black on white, no colour alone says anything. Nothing is fetched and no script runs, so that it can be kept as a file.
const STYLE: &str = "\
:root{font:12pt/1.45 system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif;color:#14161b;background:#fff}\
body{max-width:60rem;margin:2rem auto;padding:0 1.2rem}\
h1{font-size:1.7rem;margin:0}\
.facts{display:flex;flex-wrap:wrap;gap:.3rem 2rem;margin:.8rem 0 1.4rem;color:#4c515c}.facts b{color:#14161b}\
.sum{border:2px solid;border-radius:.6rem;padding:.7rem 1rem;font-weight:700}\
table{width:100%;border-collapse:collapse;margin-top:1.4rem}\
th,td{text-align:left;vertical-align:top;padding:.55rem .6rem;border-bottom:1px solid #b9bcc4;overflow-wrap:anywhere}\
th{font-size:.85rem;color:#4c515c}\
td:nth-child(-n+2){white-space:nowrap}td:first-child{font-weight:700}\
td p{margin:.25rem 0 0}.repair:before{content:'\\2192\\00a0'}\
:is(td,.sum).good{color:#176b3a}:is(td,.sum).warning{color:#8a4b00}:is(td,.sum).bad{color:#a3160f}\
tr.bad td{background:#fdeceb}tr.warning td{background:#fff6e5}\
.sign{display:flex;gap:2rem;margin-top:3rem}.sign span{flex:1;border-top:1px solid #14161b;padding-top:.3rem;color:#4c515c;font-size:.85rem}\
@media (max-width:40rem){thead{display:none}tr{display:block;border-bottom:1px solid #b9bcc4;padding:.4rem 0}td{display:block;border:0;padding:.15rem .6rem}.sign{flex-direction:column;gap:2.5rem}}\
@media print{@page{margin:16mm}body{max-width:none;margin:0;padding:0}tr{break-inside:avoid}thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

/// One document that stands alone. Every text is escaped: findings name files and whatever a disk is called.
pub fn html(report: &Report, header: &Header<'_>) -> String {
    let rows: String = report.lines.iter().map(row).collect();
    let (worst, at) = (report.worst(), report.at.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let [kiosk, site, version] = [header.kiosk, header.site, header.version].map(escape);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Self-test of {kiosk}</title><style>{STYLE}</style></head>\n<body>\
         <h1>Self-test of {kiosk}</h1>\n\
         <p class=\"facts\"><span>Site <b>{site}</b></span><span>usher <b>{version}</b></span><span>Tested <b>{at}</b></span></p>\n\
         <p class=\"sum {}\">{}</p>\n\
         <table><thead><tr><th>State</th><th>What</th><th>Found, and what to do</th></tr></thead><tbody>\n{rows}</tbody></table>\n\
         <p class=\"sign\"><span>Technician</span><span>Date</span></p>\n</body></html>\n",
        worst.word(),
        sum(report.count()),
    )
}

fn row(line: &Line) -> String {
    let word = line.health.word();
    let repair = match line.repair.as_str() {
        "" => String::new(),
        repair => format!("<p class=\"repair\">{}</p>", escape(repair)),
    };
    let (what, finding) = (escape(&line.what), escape(&line.finding));
    format!(
        "<tr class=\"{word}\"><td class=\"{word}\">{} {word}</td><td>{what}</td><td>{finding}{repair}</td></tr>\n",
        sign(line.health)
    )
}

/// A sign beside the word, for who prints without colours.
fn sign(health: Health) -> char {
    match health {
        Health::Good => '✓',
        Health::Warning => '!',
        Health::Bad => '✗',
    }
}

fn sum(count: Count) -> String {
    let Count { good, warning, bad } = count;
    match (warning, bad) {
        (0, 0) => format!("Everything is good: {good} checks"),
        (_, 0) => format!("Works, with {warning} to look at: {good} good, {warning} warning"),
        _ => format!("Somebody must act: {bad} bad, {warning} warning, {good} good"),
    }
}

/// The lines for a terminal, each with its repair below it.
pub fn table(report: &Report) -> String {
    let wide = report.lines.iter().map(|line| line.what.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for line in &report.lines {
        // Writing into a String does not fail. A line stays one line, whatever a fault's text holds.
        let finding = line.finding.replace(char::is_control, " ");
        let _ = writeln!(text, "{:<7}  {:<wide$}  {finding}", line.health.word(), line.what);
        if !line.repair.is_empty() {
            let _ = writeln!(text, "{:<7}  {:<wide$}  -> {}", "", "", line.repair);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let lines = vec![
            Line::good("disk", "20 GiB free"),
            Line::bad("knowledge", "cannot read <b>\"x\".md & 'y'\n", "import it <again>"),
        ];
        Report::new(lines, "2026-11-23T08:01:02Z".parse().unwrap())
    }

    #[test]
    fn the_printed_report_names_everything_and_escapes_it() {
        let page = html(&report(), &Header { kiosk: "T2 <arrivals>", site: "airport", version: "0.1.0" });
        for part in [
            "Self-test of T2 &lt;arrivals&gt;",
            "<b>0.1.0</b>",
            "2026-11-23 08:01:02 UTC",
            "Somebody must act: 1 bad, 0 warning, 1 good",
            "cannot read &lt;b&gt;&quot;x&quot;.md &amp; &#39;y&#39; ",
            "import it &lt;again&gt;",
            "✗ bad",
            "@media print",
        ] {
            assert!(page.contains(part), "{part} is missing in {page}");
        }
        assert!(!page.contains("<script") && !page.contains("http"), "nothing runs and nothing is fetched");
    }

    #[test]
    fn the_table_is_aligned_and_shows_the_repair() {
        let text = table(&report());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (3, "good     disk       20 GiB free"));
        assert_eq!(lines.last().unwrap(), &"                    -> import it <again>");
    }

    #[test]
    fn the_sum_is_told_in_words() {
        let count = |good, warning, bad| sum(Count { good, warning, bad });
        assert_eq!(count(9, 0, 0), "Everything is good: 9 checks");
        assert_eq!(count(8, 1, 0), "Works, with 1 to look at: 8 good, 1 warning");
    }
}
