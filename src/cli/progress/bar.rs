//! Progress for people: a bar on a terminal, now and then a line elsewhere. What they say comes from `course`.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::totals::Course;
use crate::cli::options::ProgressMode;
use crate::cli::output::console::Console;
use crate::cli::process::world::World;

/// How often a line appears where there is no bar.
const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// The width where the terminal does not tell its own.
const USUAL_COLUMNS: usize = 80;
const USUAL_ROWS: usize = 24;

/// Shows how far a command is.
pub struct ProgressDisplay {
    mode: ProgressMode,
    console: Console,
    columns: fn() -> Option<usize>,
    rows: fn() -> Option<usize>,
    bar: Option<ProgressBar>,
    last_line: Option<Instant>,
}

impl ProgressDisplay {
    /// A display that shows nothing yet.
    pub fn new(mode: ProgressMode, console: &Console, world: &World) -> Self {
        let (columns, rows) = (world.stderr_columns, world.stderr_rows);
        Self { mode, console: console.clone(), columns, rows, bar: None, last_line: None }
    }

    /// An upload begins: the first line is due some time after.
    pub fn begin(&mut self, now: Instant) {
        self.last_line.get_or_insert(now);
    }

    /// Shows how far it is by now.
    pub(crate) fn show(&mut self, now: Instant, course: &Course) {
        match self.mode {
            ProgressMode::Hidden => {}
            ProgressMode::Lines => {
                let last = *self.last_line.get_or_insert(now);
                if now.duration_since(last) >= LINE_INTERVAL {
                    self.last_line = Some(now);
                    course.line().into_iter().for_each(|line| self.console.passing(&line));
                }
            }
            ProgressMode::Bar => {
                // One column stays free: a full line makes some terminals wrap.
                let columns = (self.columns)().unwrap_or(USUAL_COLUMNS).saturating_sub(1);
                let Some(text) = course.bar(columns, (self.rows)().unwrap_or(USUAL_ROWS)) else { return };
                self.bar.get_or_insert_with(|| new_bar(&self.console)).set_message(text);
            }
        }
    }

    /// Takes the bar away. What is told afterwards stands where it was.
    pub fn finish(&mut self) {
        self.console.watch(None);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A bar that draws what it is told; the library does the redrawing and the clearing.
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

    fn told(mode: ProgressMode) -> String {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let mut display = ProgressDisplay::new(mode, &console, &test.world);
        let (mut course, object) = (Course::new(false), ObjectId(0));
        let began = (test.world.stopwatch)();
        let total = 100 << 20;
        course.begins(object, Path::new("a"), Some(total));
        course.event(began, object, &Event::Started(Plan::new(total, PlanOptions::default()).unwrap()));
        display.begin(began);
        for second in 1..=25 {
            let now = began + Duration::from_secs(second);
            course.event(now, object, &Event::Progress(Progress { bytes: second << 20, total: Some(total) }));
            display.show(now, &course);
        }
        display.finish();
        test.stderr.text()
    }

    #[test]
    fn lines_appear_every_ten_seconds() {
        assert_eq!(
            told(ProgressMode::Lines),
            "10% 10.0 MiB of 100.0 MiB, 1.0 MiB/s, 90 s left\n20% 20.0 MiB of 100.0 MiB, 1.0 MiB/s, 80 s left\n"
        );
    }

    #[test]
    fn hidden_progress_is_silent() {
        assert_eq!(told(ProgressMode::Hidden), "");
    }
}
