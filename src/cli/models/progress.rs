//! The progress of a pull on a terminal: one bar over all bytes. Without a terminal, one line a package.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::shown::size;
use crate::models::Event;

/// The bar's layout; a name as long as the longest package of the starter pack fits.
const TEMPLATE: &str = "{msg:36!} {bar:30} {bytes:>10} of {total_bytes:>9}  {bytes_per_sec:>12}  {eta:>4} left";

/// What has been shown so far.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    terminal: bool,
    /// Bytes of the packages before the one in hand.
    before: u64,
    /// The package in hand, with its size.
    current: Option<(String, u64)>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { bar: None, terminal: std::io::stderr().is_terminal(), before: 0, current: None }
    }

    pub(super) fn show(&mut self, event: Event) {
        match event {
            Event::Planned { packages: 0, .. } | Event::Checking { .. } | Event::Placed { .. } => {}
            Event::Planned { packages, bytes } => self.begin(packages, bytes),
            Event::Fetching { package, bytes } => self.fetching(package.label(), package.bytes, bytes),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn begin(&mut self, packages: usize, bytes: u64) {
        if !self.terminal {
            return eprintln!("fetching {packages} packages, {}", size(bytes));
        }
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar = Some(ProgressBar::new(bytes).with_style(style.progress_chars("━━╌")));
    }

    fn fetching(&mut self, label: String, total: u64, bytes: u64) {
        if self.current.as_ref().is_none_or(|(current, _)| *current != label) {
            self.before += self.current.take().map_or(0, |(_, total)| total);
            match &self.bar {
                Some(bar) => bar.set_message(label.clone()),
                None => eprintln!("fetching {label}, {}", size(total)),
            }
            self.current = Some((label, total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.before + bytes);
        }
    }
}
