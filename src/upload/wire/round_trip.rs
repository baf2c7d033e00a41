//! How long a request takes to the server and back, if the server is near.

use std::time::Duration;

use tokio::time::timeout;

use super::http::Http;
use crate::cos::Request;
use crate::upload::clock;

/// A server that has not answered a first request after this time is not near.
const NEAR: Duration = Duration::from_millis(3);

/// The time in which the server answers a request without a signature, if it does within `NEAR`, connecting included.
/// A connection that is not open by then is left to the next request.
pub(crate) async fn if_near(transport: &Http, request: Request) -> Option<Duration> {
    let is_open = transport.begin_to_open(&request).await?;
    let answered = async {
        is_open.await.ok()?;
        let began = clock::now();
        transport.send_unsigned(request).await.ok().map(|_| began.elapsed())
    };
    timeout(NEAR, answered).await.ok().flatten()
}
