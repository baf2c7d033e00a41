//! Progress for people: a bar on a terminal, a line now and then elsewhere. The text comes from `totals`.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::totals::Totals;
use crate::cli::output::console::Console;
use crate::cli::output::output_options::ProgressMode;
use crate::cli::process::world::World;

/// The time between two lines.
const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// The size of a terminal that does not report its own.
const USUAL_COLUMNS: usize = 80;
const USUAL_ROWS: usize = 24;
/// Columns that stay free: a full line makes some terminals wrap, and Ctrl-C adds `^C` to the line.
const FREE_COLUMNS: usize = 3;

/// Shows the progress of a command.
pub struct ProgressDisplay {
    mode: ProgressMode,
    console: Console,
    columns: fn() -> Option<usize>,
    rows: fn() -> Option<usize>,
    bar: Option<ProgressBar>,
    last_line: Option<Instant>,
    last_text: Option<String>,
}

impl ProgressDisplay {
    /// A display that shows nothing yet.
    pub fn new(mode: ProgressMode, console: &Console, world: &World) -> Self {
        let (columns, rows) = (world.stderr_columns, world.stderr_rows);
        Self { mode, console: console.clone(), columns, rows, bar: None, last_line: None, last_text: None }
    }

    /// Starts the interval of the first line.
    pub fn begin(&mut self, now: Instant) {
        self.last_line.get_or_insert(now);
    }

    /// Shows the progress so far.
    pub(crate) fn show(&mut self, now: Instant, totals: &Totals) {
        match self.mode {
            ProgressMode::Hidden => {}
            ProgressMode::Lines | ProgressMode::LinesAndLast => {
                let last = *self.last_line.get_or_insert(now);
                if now.duration_since(last) >= LINE_INTERVAL {
                    self.last_line = Some(now);
                    self.print(totals.line());
                }
            }
            ProgressMode::Bar => {
                let columns = (self.columns)().unwrap_or(USUAL_COLUMNS).saturating_sub(FREE_COLUMNS);
                let Some(text) = totals.bar(columns, (self.rows)().unwrap_or(USUAL_ROWS)) else { return };
                self.bar.get_or_insert_with(|| new_bar(&self.console)).set_message(text);
            }
        }
    }

    /// Ends the display: removes the bar, or prints the last line if there is always one.
    pub(crate) fn finish(&mut self, totals: &Totals) {
        if self.mode == ProgressMode::LinesAndLast {
            self.print(totals.line());
        }
        self.remove_bar();
    }

    fn print(&mut self, line: Option<String>) {
        let Some(line) = line.filter(|line| self.last_text.as_ref() != Some(line)) else { return };
        self.console.passing(&line);
        self.last_text = Some(line);
    }

    fn remove_bar(&mut self) {
        self.console.watch(None);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        self.remove_bar();
    }
}

/// A bar that draws its message only; the library redraws and clears it.
fn new_bar(console: &Console) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}").expect("the template is well formed");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
    console.watch(Some(bar.clone()));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;
    use crate::upload::batch::objects::ObjectId;
    use crate::upload::{Event, Plan, PlanOptions, Progress};
    use std::path::Path;

    fn printed(mode: ProgressMode) -> String {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let mut display = ProgressDisplay::new(mode, &console, &test.world);
        let (mut totals, object) = (Totals::new(false), ObjectId(0));
        let began = (test.world.stopwatch)();
        let total = 100 << 20;
        totals.begins(object, Path::new("a"), Some(total), 8);
        totals.event(began, object, &Event::Started(Plan::new(total, PlanOptions::default()).unwrap()));
        display.begin(began);
        for second in 1..=25 {
            let now = began + Duration::from_secs(second);
            totals.event(now, object, &Event::Progress(Progress { bytes: second << 20, total: Some(total) }));
            display.show(now, &totals);
        }
        display.finish(&totals);
        test.stderr.text()
    }

    #[test]
    fn lines_appear_every_ten_seconds() {
        assert_eq!(
            printed(ProgressMode::Lines),
            "10% 10.0 MiB of 100.0 MiB, 1.0 MiB/s, 90 s left\n20% 20.0 MiB of 100.0 MiB, 1.0 MiB/s, 80 s left\n"
        );
    }

    #[test]
    fn a_line_always_has_the_last_state_if_progress_is_always_shown() {
        let all = printed(ProgressMode::LinesAndLast);
        assert_eq!(all.lines().count(), 3);
        assert_eq!(all.lines().last(), Some("25% 25.0 MiB of 100.0 MiB, 1.0 MiB/s, 75 s left"));
    }

    #[test]
    fn hidden_progress_is_silent() {
        assert_eq!(printed(ProgressMode::Hidden), "");
    }
}
