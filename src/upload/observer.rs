//! The receiver of the events of all uploads.

use super::batch::objects::ObjectId;
use super::event::Event;
use super::session::{Ended, Refused, Session};
use super::timing::{Sample, Timing};

/// Receives what happens.
pub trait Observer<N> {
    /// Takes news, in its place between the uploads.
    fn news(&mut self, news: N);
    /// An upload begins.
    fn begins(&mut self, object: ObjectId, session: &Session);
    /// Something happened to an upload.
    fn event(&mut self, object: ObjectId, event: Event);
    /// A request of an upload, or a step on this machine, has ended.
    fn timed(&mut self, _object: ObjectId, _timing: &Timing) {}
    /// The state of all requests at a moment: with each request that ends, and a few times a second.
    fn sampled(&mut self, _sample: Sample) {}
    /// The first upload failed for a reason that concerns every upload. No other begins.
    fn has_no_destination(&mut self) {}
    /// An upload has ended.
    fn ends(&mut self, object: ObjectId, ended: Result<Ended, Refused>);
}
