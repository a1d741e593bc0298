//! A report to read on a terminal and one to print. Names the kiosk, the program and the lines, and nothing of any visitor.

use std::fmt::Write;

use super::{Count, Health, Line, Report, names};
use crate::base::escape;
use crate::domain::{Language, Told, told};

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

/// The longest word for a line's health, `warning`, columns.
const WORD_COLUMNS: usize = 7;

/// One document that stands alone. Every text is escaped: findings name files and whatever a disk is called.
pub fn html(report: &Report, header: &Header<'_>, language: Language) -> String {
    let rows: String = report.lines.iter().map(|line| row(line, language)).collect();
    let (worst, at) = (report.worst().word(), report.at.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let [kiosk, site, version] = [header.kiosk, header.site, header.version].map(escape);
    let title = told!("Self-test of {kiosk}", "自检报告：{kiosk}");
    let (title, sum) = (title.get(language), sum(report.count()));
    let sum = sum.get(language);
    let Words { tag, site_is, tested, state, what, found, technician, date } = words(language);
    format!(
        "<!doctype html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body>\
         <h1>{title}</h1>\n\
         <p class=\"facts\"><span>{site_is} <b>{site}</b></span><span>usher <b>{version}</b></span><span>{tested} <b>{at}</b></span></p>\n\
         <p class=\"sum {worst}\">{sum}</p>\n\
         <table><thead><tr><th>{state}</th><th>{what}</th><th>{found}</th></tr></thead><tbody>\n{rows}</tbody></table>\n\
         <p class=\"sign\"><span>{technician}</span><span>{date}</span></p>\n</body></html>\n"
    )
}

/// The fixed words of the page.
struct Words {
    /// For the `lang` attribute.
    tag: &'static str,
    site_is: &'static str,
    tested: &'static str,
    state: &'static str,
    what: &'static str,
    found: &'static str,
    technician: &'static str,
    date: &'static str,
}

fn words(language: Language) -> Words {
    match language {
        Language::English => Words {
            tag: "en",
            site_is: "Site",
            tested: "Tested",
            state: "State",
            what: "What",
            found: "Found, and what to do",
            technician: "Technician",
            date: "Date",
        },
        Language::Chinese => Words {
            tag: "zh-Hans",
            site_is: "站点",
            tested: "检测时间",
            state: "状态",
            what: "项目",
            found: "结果与修复方法",
            technician: "技术员",
            date: "日期",
        },
    }
}

fn row(line: &Line, language: Language) -> String {
    let (class, word) = (line.health.word(), line.health.shown(language));
    let repair = match line.repair.get(language) {
        "" => String::new(),
        repair => format!("<p class=\"repair\">{}</p>", escape(repair)),
    };
    let (what, finding) = (escape(names::of(&line.what, language)), escape(line.finding.get(language)));
    format!(
        "<tr class=\"{class}\"><td class=\"{class}\">{} {word}</td><td>{what}</td><td>{finding}{repair}</td></tr>\n",
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

fn sum(count: Count) -> Told {
    let Count { good, warning, bad } = count;
    match (warning, bad) {
        (0, 0) => told!("Everything is good: {good} checks", "一切正常：共 {good} 项"),
        (_, 0) => told!(
            "Works, with {warning} to look at: {good} good, {warning} warning",
            "可以运行：{warning} 项需留意，{good} 项正常"
        ),
        _ => told!(
            "Somebody must act: {bad} bad, {warning} warning, {good} good",
            "需要处理：{bad} 项需修复，{warning} 项需留意，{good} 项正常"
        ),
    }
}

/// The lines for a terminal, each with its repair below it.
pub fn table(report: &Report, language: Language) -> String {
    let named = |line: &Line| names::of(&line.what, language).to_owned();
    let wide = report.lines.iter().map(|line| columns(&named(line))).max().unwrap_or(0);
    let mut text = String::new();
    for line in &report.lines {
        // Writing into a String does not fail. A line stays one line, whatever a fault's text holds.
        let finding = line.finding.get(language).replace(char::is_control, " ");
        let (health, what) = (padded(line.health.shown(language), WORD_COLUMNS), padded(&named(line), wide));
        let _ = writeln!(text, "{health}  {what}  {finding}");
        let repair = line.repair.get(language);
        if !repair.is_empty() {
            let _ = writeln!(text, "{}  {}  -> {repair}", padded("", WORD_COLUMNS), padded("", wide));
        }
    }
    text
}

/// Columns of a terminal that a word or a name takes: a Chinese character or sign takes two.
fn columns(text: &str) -> usize {
    text.chars().map(|one| if one.is_ascii() { 1 } else { 2 }).sum()
}

fn padded(text: &str, wide: usize) -> String {
    format!("{text}{}", " ".repeat(wide.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let lines = vec![
            Line::good("disk", told!("20 GiB free", "剩余 20 GiB")),
            Line::bad(
                "knowledge",
                told!("cannot read <b>\"x\".md & 'y'\n", "无法读取 <b>\"x\".md & 'y'\n"),
                told!("import it <again>", "请<重新>导入"),
            ),
        ];
        Report::new(lines, "2026-11-23T08:01:02Z".parse().unwrap())
    }

    const HEADER: Header = Header { kiosk: "T2 <arrivals>", site: "airport", version: "0.1.0" };

    #[test]
    fn the_printed_report_names_everything_and_escapes_it() {
        let page = html(&report(), &HEADER, Language::English);
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
    fn the_chinese_report_has_no_english_word_but_names() {
        let page = html(&report(), &HEADER, Language::Chinese);
        for part in [
            "<html lang=\"zh-Hans\">",
            "自检报告：T2 &lt;arrivals&gt;",
            "需要处理：1 项需修复，0 项需留意，1 项正常",
            "<td>磁盘</td><td>剩余 20 GiB</td>",
            "✗ 需修复</td><td>知识库</td>",
            "无法读取 &lt;b&gt;&quot;x&quot;.md &amp; &#39;y&#39; <p class=\"repair\">请&lt;重新&gt;导入</p>",
            "<span>技术员</span><span>日期</span>",
        ] {
            assert!(page.contains(part), "{part} is missing in {page}");
        }
        let body = page.split("<body>").nth(1).unwrap();
        for english in ["Self-test", "Site", "Found", "free", "cannot", "import", ">good", " bad<", "Date"] {
            assert!(!body.contains(english), "{english} is in {body}");
        }
    }

    #[test]
    fn the_chinese_table_is_aligned_by_columns() {
        let text = table(&report(), Language::Chinese);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "正常     磁盘    剩余 20 GiB");
        assert_eq!(lines.last().unwrap(), &"                 -> 请<重新>导入");
    }

    #[test]
    fn the_table_is_aligned_and_shows_the_repair() {
        let text = table(&report(), Language::English);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (3, "good     disk       20 GiB free"));
        assert_eq!(lines.last().unwrap(), &"                    -> import it <again>");
    }

    #[test]
    fn the_sum_is_told_in_words() {
        let count = |good, warning, bad| sum(Count { good, warning, bad }).en;
        assert_eq!(count(9, 0, 0), "Everything is good: 9 checks");
        assert_eq!(count(8, 1, 0), "Works, with 1 to look at: 8 good, 1 warning");
    }
}
