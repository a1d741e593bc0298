//! `usher privacy report`: what the operator's impact assessment needs, from the settings and the models of this device.

use std::io::Write;
use std::process::ExitCode;

use clap::Args as ClapArgs;

use crate::appliance;
use crate::cli::setting::Global;
use crate::privacy::profile::Profile;
use crate::privacy::report::{Report, report};

#[derive(ClapArgs)]
pub struct Args {
    /// Profile: eu, cn, us [default: the site's, else the strictest of each]
    #[arg(long)]
    profile: Option<String>,
    /// A page to print.
    #[arg(long, conflicts_with = "json")]
    html: bool,
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let named = args.profile.as_deref().or(settings.privacy.profile.as_deref());
    let profile = named.map_or_else(|| Ok(Profile::strictest()), Profile::named)?;
    let facts = appliance::privacy_facts(&settings, &global.data_dir())?;
    let report = report(facts, &profile);
    let mut out = std::io::stdout().lock();
    if args.html {
        out.write_all(report.html().as_bytes())?;
    } else if args.json {
        writeln!(out, "{:#}", serde_json::to_value(&report)?)?;
    } else {
        print(&report, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{} ({}), profile {}, usher {}", report.site, report.place, report.profile, report.version)?;
    for open in &report.open {
        writeln!(out, "open: {open}")?;
    }
    for line in &report.retention {
        writeln!(out, "{:12} {} ({})", line.class.word(), line.kept.words(), line.place)?;
    }
    for waiting in report.features.iter().filter(|waiting| waiting.is_on) {
        writeln!(out, "on: {}, after the notices {}", waiting.feature.word(), waiting.notices.join(", "))?;
    }
    if report.recipients.is_empty() {
        writeln!(out, "nothing leaves this device")?;
    }
    report.recipients.iter().try_for_each(|to| writeln!(out, "goes to {}: {}, {}", to.who, to.what, to.how))
}
