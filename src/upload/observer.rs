//! The receiver of the events of all uploads.

use super::batch::objects::ObjectId;
use super::event::Event;
use super::session::{Ended, Refused, Session};

/// Receives what happens.
pub trait Observer<N> {
    /// Takes news, in its place between the uploads.
    fn news(&mut self, news: N);
    /// An upload begins.
    fn begins(&mut self, object: ObjectId, session: &Session);
    /// Something happened to an upload.
    fn event(&mut self, object: ObjectId, event: Event);
    /// The first upload failed for a reason that concerns every upload. No other begins.
    fn has_no_destination(&mut self) {}
    /// An upload has ended.
    fn ends(&mut self, object: ObjectId, ended: Result<Ended, Refused>);
}
