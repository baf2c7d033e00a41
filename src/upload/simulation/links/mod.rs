//! Uploads over links that are slow in one way or another, as in docs/performance.md: how long they take, and what they send
//! in vain.
//!
//! - `link`: what a link does to requests; `connection`: TCP's slow start
//! - `uploads`: a batch of uploads over a link, under virtual time
//! - `auto`: `auto` against fixed numbers of requests
//! - `throttled`: servers that refuse requests beyond a limit
//! - `slow_parts`: links that delay some answers
//! - `broken`: links that die for a while, or reset connections

mod auto;
mod broken;
mod connection;
mod link;
mod slow_parts;
mod throttled;
mod uploads;
