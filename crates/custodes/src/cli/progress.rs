//! Progress on standard error: files, rows and rate; nothing where nobody watches.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::on_one_line;

/// A line that says how far reading has come.
pub struct Progress(ProgressBar);

impl Progress {
    /// Shown only where standard error is a terminal.
    pub fn new() -> Progress {
        Progress::counting("rows")
    }

    /// The same of something else than rows.
    pub fn counting(what: &str) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        let style = ProgressStyle::with_template(&format!("{{msg}}  {{human_pos}} {what}, {{per_sec}}, {{elapsed}}"))
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress(bar)
    }

    /// So many more rows of a file have been read.
    pub fn read(&self, file: &str, rows: u64) {
        self.0.set_message(format!("reading {}", on_one_line(file)));
        self.0.inc(rows);
    }

    /// So many more are on record.
    pub fn recorded(&self, more: u64) {
        self.0.set_message("on record");
        self.0.inc(more);
    }

    pub fn done(&self) {
        self.0.finish_and_clear();
    }

    /// A handle that another thread may use.
    pub fn handle(&self) -> Progress {
        Progress(self.0.clone())
    }
}
