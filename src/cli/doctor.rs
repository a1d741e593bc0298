//! `usher doctor`: a table of what is good, doubtful and bad, each with its repair. Exits 1 when something is bad.

use std::path::Path;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use jiff::Timestamp;

use super::setting::{Global, runtime};
use crate::appliance::{self, Needs, Opened, examination};
use crate::checks::{Health, Line, Report, Runner, table};
use crate::config::Settings;
use crate::domain::{Language, Question, Route, Told, told};

#[derive(ClapArgs)]
#[command(after_help = "Example: usher doctor --site bank --json")]
pub struct Args {
    /// Language of the table; the JSON document holds both.
    #[arg(long, value_name = "en|zh", default_value = "en")]
    language: Language,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let report = Report::new(examine(global, &global.data_dir()), Timestamp::now());
    if args.json {
        println!("{:#}", serde_json::to_value(&report)?);
    } else {
        print!("{}", table(&report, args.language));
    }
    Ok(if report.worst() == Health::Bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn examine(global: &Global, data: &Path) -> Vec<Line> {
    let settings = match global.settings() {
        Ok(settings) => settings,
        Err(error) => {
            let finding = told!("{error:#}", "配置无法使用：{error:#}");
            return vec![Line::bad(
                "configuration",
                finding,
                told!("run `usher config check`", "请运行 `usher config check`"),
            )];
        }
    };
    let mut lines = examination::machine(&settings, data, &Runner::default());
    lines.push(Line::good("configuration", Told::same(settings.path.display().to_string())));
    let needs = Needs { hearing: true, voice: true, writing: true, seeing: false };
    match appliance::open(&settings, data, global.names_site(), needs) {
        Ok(opened) => lines.extend(opened_lines(&settings, &opened)),
        Err(error) => {
            let repair = told!("repair or move the file that is named", "请修复或移走所指的文件");
            lines.push(Line::bad("knowledge", told!("{error:#}", "知识库无法打开：{error:#}"), repair));
        }
    }
    lines
}

fn opened_lines(settings: &Settings, opened: &Opened) -> Vec<Line> {
    let mut lines: Vec<Line> = opened
        .conversation
        .engines
        .names
        .list()
        .iter()
        .map(|(role, name)| Line::good(role, told!("{name} loaded", "{name} 已加载")))
        .collect();
    let gone = opened.missing.iter();
    lines.extend(gone.map(|gone| examination::missing(&gone.role, &gone.model, &gone.repair)));
    for &language in &settings.site.languages {
        if !opened.conversation.engines.hears().contains(&language) {
            let finding = told!(
                "no installed model hears '{language}'; typing and touch work",
                "已安装的模型都不能听写“{language}”；打字和触摸可用"
            );
            let repair = told!(
                "run `usher models list` and pull one that does",
                "请运行 `usher models list`，并获取一个能听写它的模型"
            );
            lines.push(Line::warning("hearing", finding, repair));
        }
    }
    lines.extend(settings.site.languages.iter().map(|&language| golden(settings, opened, language)));
    lines
}

/// The first question of the first topic, typed: it must be answered from its own item.
fn golden(settings: &Settings, opened: &Opened, language: Language) -> Line {
    let what = format!("golden {language}");
    match ask_golden(settings, opened, language) {
        Ok(true) => Line::good(
            &what,
            told!("a question of the first topic is answered from its item", "首个主题的问题已按其条目回答"),
        ),
        Ok(false) => Line::bad(
            &what,
            told!("a question of the first topic is not answered from its item", "首个主题的问题没有按其条目回答"),
            told!(
                "run `usher knowledge list`; import the site's knowledge again",
                "请运行 `usher knowledge list`；再重新导入站点的知识"
            ),
        ),
        Err(error) => Line::bad(
            &what,
            told!("{error:#}", "基准问题未通过：{error:#}"),
            told!("import the site's knowledge again", "请重新导入站点的知识"),
        ),
    }
}

fn ask_golden(settings: &Settings, opened: &Opened, language: Language) -> anyhow::Result<bool> {
    let conversation = &opened.conversation;
    let Some(id) = settings.site.topics.first().and_then(|topic| topic.items.first()).cloned() else { return Ok(true) };
    let wanted = id.clone();
    let item = conversation.knowledge.call(move |knowledge, _| knowledge.item(&wanted, language))?.wait()?.value?;
    let Some(text) = item.and_then(|item| item.questions.into_iter().next()) else { return Ok(false) };
    let question = Question::typed(text, language);
    let mut visit = crate::conversation::Visit::begin(language);
    let turn = runtime()?.block_on(conversation.turn(&mut visit, question, &mut |_| {}))?;
    let from = turn.answer.sources.first().map(|source| source.document.as_str());
    Ok(turn.answer.route == Route::Answer && from == Some(id.as_str()))
}
