//! The headers of an object: the fields with one value (content type, ACL, grants, storage class and the like), metadata,
//! tags, and the traffic limit (documents 436/7746 and 436/7749).
//!
//! A value that the service is known to refuse is refused here, before anything is sent. A new field is one row of the
//! table in `field`, with a reader in `value` if its values have a form of their own.
//!
//! `object_headers` has all headers of one object: fields, `metadata` and `tag`s. `traffic_limit` belongs to a request.
//! `disposition` is about file names beyond ASCII, `names` about headers that are no fields, `invalid_header` about values
//! that cannot be sent.

mod disposition;
mod field;
mod invalid_header;
mod metadata;
mod names;
mod object_headers;
mod tag;
mod traffic_limit;
mod value;

pub use self::field::Field;
pub use self::invalid_header::{InvalidHeader, check_value};
pub use self::metadata::{LARGEST_METADATA, LARGEST_METADATA_OF_ALL, Metadata};
pub use self::names::{FORBID_OVERWRITE, TRAFFIC_LIMIT};
pub use self::object_headers::ObjectHeaders;
pub use self::tag::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS, Tag};
pub use self::traffic_limit::TrafficLimit;
pub use self::value::{ACLS, STORAGE_CLASSES};
