//! How many requests may be in flight with the descriptors that are free: each needs a connection, and each object its file
//! and its journal.

use crate::upload::batch::objects::AHEAD;

use crate::cli::uploading::work_sender::OPENED_AHEAD;

/// Streams, the runtime, the log, a certificate that is being read, connections to those who give credentials.
const OTHERS: u64 = 48;

/// Whether requests in flight may belong to as many objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objects {
    /// All to one.
    One,
    /// Each to another.
    Many,
}

/// Returns how many requests may be in flight if `free` more files may be opened; `None` if that is no limit. If this process
/// `serves`, it has the server's end of each connection too.
pub(crate) fn requests_within(free: u64, objects: Objects, serves: bool) -> Option<u16> {
    // Of an object: its file, which is opened once more to look whether it is the same, and its journal.
    let (each_object, objects_ahead) = match objects {
        Objects::One => (0, 1),
        Objects::Many => (3, AHEAD as u64),
    };
    // Of a connection: our end, and where we serve, the other end, and the file that it writes and its directory.
    let each_request = 1 + each_object + if serves { 3 } else { 0 };
    let others = OTHERS + OPENED_AHEAD as u64 + 3 * objects_ahead;
    u16::try_from((free.saturating_sub(others) / each_request).max(1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_at_a_time_stays_within_the_limit() {
        assert_eq!(requests_within(1024, Objects::Many, false), Some(235));
        assert_eq!(requests_within(1024, Objects::Many, true), Some(134));
        assert_eq!(requests_within(1024, Objects::One, false), Some(949));
        assert_eq!(requests_within(20, Objects::Many, true), Some(1));
        assert_eq!(requests_within(1 << 40, Objects::One, false), None);
    }
}
