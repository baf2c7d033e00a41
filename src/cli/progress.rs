//! Progress for people: a bar on a terminal, now and then a line elsewhere. Numbers come from `meter`.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::meter::Meter;
use super::options::ProgressMode;
use super::world::World;
use crate::upload::Event;

/// How often a line appears where there is no bar.
const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// The width where the terminal does not tell its own.
const USUAL_COLUMNS: usize = 80;

/// Shows how far one upload is.
pub struct ProgressDisplay {
    mode: ProgressMode,
    console: Console,
    columns: fn() -> Option<usize>,
    meter: Option<Meter>,
    bar: Option<ProgressBar>,
    last_line: Option<Instant>,
}

impl ProgressDisplay {
    /// A display that shows nothing before the first event.
    pub fn new(mode: ProgressMode, console: &Console, world: &World) -> Self {
        let columns = world.stderr_columns;
        Self { mode, console: console.clone(), columns, meter: None, bar: None, last_line: None }
    }

    /// Shows what changed.
    pub fn event(&mut self, now: Instant, event: &Event) {
        if self.mode == ProgressMode::Hidden {
            return;
        }
        match event {
            Event::Started(plan) => {
                self.meter = Some(Meter::new(now, plan.size()));
                self.last_line.get_or_insert(now);
            }
            Event::Resumed { bytes, .. } => self.meter_at(now).resume(now, *bytes),
            Event::Progress(progress) => {
                self.meter_at(now).observe(now, *progress);
                self.show(now);
            }
            _ => {}
        }
    }

    /// Takes the bar away. What is told afterwards stands where it was.
    pub fn finish(&mut self) {
        self.console.watch(None);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn meter_at(&mut self, now: Instant) -> &mut Meter {
        self.meter.get_or_insert_with(|| Meter::new(now, None))
    }

    fn show(&mut self, now: Instant) {
        let Some(meter) = &self.meter else { return };
        match self.mode {
            ProgressMode::Hidden => {}
            ProgressMode::Lines => {
                let last = *self.last_line.get_or_insert(now);
                if now.duration_since(last) >= LINE_INTERVAL {
                    self.last_line = Some(now);
                    self.console.passing(&meter.line());
                }
            }
            ProgressMode::Bar => {
                // One column stays free: a full line makes some terminals wrap.
                let columns = (self.columns)().unwrap_or(USUAL_COLUMNS).saturating_sub(1);
                let text = meter.bar(columns);
                self.bar.get_or_insert_with(|| new_bar(&self.console)).set_message(text);
            }
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
    use crate::cli::world::tests::world;
    use crate::upload::{Plan, Progress, Wish};

    fn told(mode: ProgressMode) -> String {
        let test = world(&[], &[]);
        let console = Console::new(&test.world);
        let mut display = ProgressDisplay::new(mode, &console, &test.world);
        let began = (test.world.stopwatch)();
        let total = 100 << 20;
        display.event(began, &Event::Started(Plan::new(total, Wish::default()).unwrap()));
        for second in 1..=25 {
            let progress = Progress { bytes: second << 20, total: Some(total) };
            display.event(began + Duration::from_secs(second), &Event::Progress(progress));
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
