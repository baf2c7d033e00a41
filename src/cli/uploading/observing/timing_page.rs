//! The page of `--timings`, if one is asked for.

use std::time::Instant;

use crate::cli::output::console::{Console, shown};
use crate::cli::output::timings::recorder::Timings;
use crate::language::message;
use crate::upload::batch::objects::ObjectId;
use crate::upload::timing::{Sample, Timing};

/// The timings, or nothing.
#[derive(Debug, Default)]
pub(super) struct TimingPage(pub(super) Option<Timings>);

impl TimingPage {
    /// An upload begins.
    pub(super) fn begins(&mut self, object: ObjectId, key: &str) {
        if let Some(timings) = &mut self.0 {
            timings.begins(object, key);
        }
    }

    /// An upload has ended.
    pub(super) fn ends(&mut self, object: ObjectId) {
        if let Some(timings) = &mut self.0 {
            timings.ends(object);
        }
    }

    /// A request has ended.
    pub(super) fn request(&mut self, object: ObjectId, timing: &Timing) {
        if let Some(timings) = &mut self.0 {
            timings.request(object, timing);
        }
    }

    /// The state of all requests.
    pub(super) fn sample(&mut self, sample: Sample) {
        if let Some(timings) = &mut self.0 {
            timings.sample(sample);
        }
    }

    /// Writes the page. A failure is a warning, because what is uploaded does not depend on it.
    pub(super) fn write(&mut self, now: Instant, exit_code: u8, console: &Console) {
        let Some(timings) = &mut self.0 else { return };
        match timings.write(now, exit_code) {
            Ok(None) => {}
            Ok(Some(file)) => console.note_once(&message!("the timings are in {file}", file = shown(file))),
            Err((why, file)) => {
                console.warning_once(&message!(
                    "could not write the timings to {file}: {why}",
                    file = shown(file),
                    why
                ));
            }
        }
    }
}
