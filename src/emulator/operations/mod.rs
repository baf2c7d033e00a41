//! One file for each group of operations: the answer made of a request and the store.
//!
//! | file | operations |
//! | --- | --- |
//! | `dispatch` | selects the function for an operation |
//! | `buckets` | PUT, HEAD and DELETE Bucket, the lists, DELETE Multiple Objects, constant answers |
//! | `objects` | PUT, HEAD, GET and DELETE Object |
//! | `copies` | PUT Object - Copy, Upload Part - Copy |
//! | `append` | APPEND Object |
//! | `form` | POST Object |
//! | `versioning` | GET and PUT Bucket versioning |
//! | `properties` | tags and ACL of an object |
//! | `multipart` | Initiate, Upload Part, List Parts, Complete, Abort |
//! | `complete_body` | the body of the answer to Complete |
//! | `preflight` | OPTIONS, and the CORS headers of every answer |
//! | `browse` | pages for a browser or curl |

mod append;
mod browse;
mod buckets;
mod complete_body;
mod copies;
mod dispatch;
mod form;
mod multipart;
mod objects;
mod preflight;
mod properties;
mod versioning;

pub(super) use self::dispatch::perform;
pub(super) use self::preflight::headers as cors_headers;
