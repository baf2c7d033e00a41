//! Where an object is: endpoint, bucket and key, and the host and paths that they make.
//!
//! | file | content |
//! | --- | --- |
//! | `bucket`, `key`, `region` | names, checked |
//! | `invalid_name` | the error for a name that is refused |
//! | `endpoint` | scheme, host and port of a service |
//! | `addressing` | bucket in the host or in the path |
//! | `bucket_address` | service, endpoint and bucket: [`Address`] |
//! | `target` | a bucket's address and a key: one object |
//! | `backup` | the backup domain, and when it is used |

mod addressing;
mod backup;
mod bucket;
mod bucket_address;
mod endpoint;
mod invalid_name;
mod key;
mod region;
mod target;

pub use self::addressing::Addressing;
pub use self::backup::Reached;
pub use self::bucket::Bucket;
pub use self::bucket_address::Address;
pub use self::endpoint::Endpoint;
pub use self::invalid_name::InvalidName;
pub use self::key::{Key, LONGEST_KEY};
pub use self::region::Region;
pub use self::target::Target;
pub use super::service::Service;
