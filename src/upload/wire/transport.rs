//! The one seam of the engine: something that sends a request and brings the answer.

use std::future::Future;

use super::body::SourceBody;
use crate::cos::{Request, Response};
use crate::upload::error::SendError;

/// Sends requests. It signs them, keeps time limits, and decides nothing.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request`, with the bytes of `body` where there is one, and reads the answer to its end.
    fn send(
        &self,
        request: Request,
        body: Option<SourceBody>,
    ) -> impl Future<Output = Result<Response, SendError>> + Send;

    /// How many seconds the server is ahead of this machine, where that was found out since it was last asked.
    fn take_clock_correction(&self) -> Option<i64> {
        None
    }
}
