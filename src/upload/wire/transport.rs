//! The interface between the engine and the network: it sends a request and returns the answer.

use std::future::Future;

use super::body::SourceBody;
use crate::cos::{Request, Response};
use crate::upload::error::SendError;

/// Sends requests. It signs them and keeps time limits, but makes no decisions.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request`, with the bytes of `body` if there is one, and reads the answer to its end.
    ///
    /// The body is boxed: each future that it passes through would have room for a copy, and hundreds of requests are in
    /// flight.
    fn send(
        &self,
        request: Request,
        body: Option<Box<SourceBody>>,
    ) -> impl Future<Output = Result<Response, SendError>> + Send;

    /// Begins to open connections for requests like this one, which is not sent. Returns at once.
    fn open_ahead(&self, _request: &Request, _connections: u16) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// The seconds that the server is ahead of this machine, if a correction was made since the last call.
    fn take_clock_correction(&self) -> Option<i64> {
        None
    }

    /// How many corrections were made so far. Of several requests that were signed with the wrong time, only one takes the
    /// correction; each of the others sees by this number that it may be sent again.
    fn clock_corrections(&self) -> u64 {
        0
    }
}
