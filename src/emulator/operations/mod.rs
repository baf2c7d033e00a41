//! One file for each group of operations: the answer made of a request and the store.
//!
//! | file | operations |
//! | --- | --- |
//! | `dispatch` | selects the function for an operation |
//! | `buckets` | PUT, HEAD and DELETE Bucket, the lists, DELETE Multiple Objects |
//! | `objects` | PUT, HEAD, GET and DELETE Object |
//! | `multipart` | Initiate, Upload Part, List Parts, Complete, Abort |

mod buckets;
mod dispatch;
mod multipart;
mod objects;

pub(super) use self::dispatch::perform;
