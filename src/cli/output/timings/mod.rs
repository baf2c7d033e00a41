//! `--timings`: a page that shows each request over time, so that a person sees why an upload was slow.
//!
//! - `recorder`: what happened, in a bounded amount of memory
//! - `samples`: throughput, window and requests in flight
//! - `page`: the file, one page without references: `page.html`, `page.css`, `page.js`
//! - `texts`: what the page says, for its translation

mod page;
pub(crate) mod recorder;
mod samples;
mod texts;
