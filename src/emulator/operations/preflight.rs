//! CORS: pages of every origin may use the emulator (document 436/8288).

use crate::cos::Headers;

use crate::emulator::answer::response::Answer;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;

const METHODS: &str = "GET, PUT, POST, DELETE, HEAD";
/// The headers of an answer that a page may read.
const EXPOSED: &str = "ETag, Content-Length, Content-Range, Location, x-cos-request-id, x-cos-trace-id, \
    x-cos-hash-crc64ecma, x-cos-version-id, x-cos-next-append-position";

/// OPTIONS: answers the preflight request of a browser.
pub(super) fn preflight(head: &RequestHead) -> Result<Answer, Refusal> {
    if head.headers.get("origin").is_none() {
        return Err(refusal::ACCESS_DENIED.saying("OPTIONS needs the header Origin."));
    }
    let requested = head.headers.get("access-control-request-headers").unwrap_or("*");
    Ok(Answer::empty(200)
        .with("Access-Control-Allow-Methods", METHODS)
        .with("Access-Control-Allow-Headers", requested)
        .with("Access-Control-Max-Age", "600")
        .with("Content-Length", "0"))
}

/// The headers of every answer to a request of a page with this origin.
pub(in crate::emulator) fn headers(origin: &str) -> Headers {
    let pairs =
        [("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", EXPOSED), ("Vary", "Origin")];
    pairs.into_iter().collect()
}
