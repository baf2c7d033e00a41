//! The page of `--timings`, if one is asked for.

use std::path::Path;
use std::time::Instant;

use crate::cli::output::console::{Console, shown};
use crate::cli::output::timings::recorder::Timings;
use crate::cli::process::world::World;
use crate::language::message;
use crate::upload::batch::objects::ObjectId;
use crate::upload::timing::{Sample, Timing};

/// The timings, or nothing.
#[derive(Debug, Default)]
pub(crate) struct TimingPage {
    timings: Option<Timings>,
    /// Whether further observers record on this page.
    is_shared: bool,
}

impl TimingPage {
    /// The page of one observer, which writes it, if `file` is given.
    pub(crate) fn new(file: Option<&Path>, world: &World) -> Self {
        let timings = file.map(|file| Timings::new(file, (world.stopwatch)(), (world.clock)()));
        Self { timings, is_shared: false }
    }

    /// The page of several observers, one after the other. The last one to have it writes it by [`finish`](Self::finish).
    pub(crate) fn shared(file: Option<&Path>, world: &World) -> Self {
        Self { is_shared: true, ..Self::new(file, world) }
    }

    /// This page for objects in `bucket`.
    pub(super) fn to(mut self, bucket: &str) -> Self {
        if let Some(timings) = &mut self.timings {
            timings.to(bucket);
        }
        self
    }

    /// An upload begins.
    pub(super) fn begins(&mut self, object: ObjectId, key: &str) {
        if let Some(timings) = &mut self.timings {
            timings.begins(object, key);
        }
    }

    /// An upload has ended.
    pub(super) fn ends(&mut self, object: ObjectId) {
        if let Some(timings) = &mut self.timings {
            timings.ends(object);
        }
    }

    /// A request has ended.
    pub(super) fn request(&mut self, object: ObjectId, timing: &Timing) {
        if let Some(timings) = &mut self.timings {
            timings.request(object, timing);
        }
    }

    /// The state of all requests.
    pub(super) fn sample(&mut self, sample: Sample) {
        if let Some(timings) = &mut self.timings {
            timings.sample(sample);
        }
    }

    /// Writes the page unless another observer continues it.
    pub(super) fn close(&mut self, now: Instant, exit_code: u8, console: &Console) {
        if !self.is_shared {
            self.finish(now, exit_code, console);
        }
    }

    /// Writes the page. A failure is a warning, because what is uploaded does not depend on it.
    pub(crate) fn finish(&mut self, now: Instant, exit_code: u8, console: &Console) {
        let Some(timings) = self.timings.as_mut().filter(|timings| timings.has_begun()) else { return };
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
