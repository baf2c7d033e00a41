//! The headers of an object and the conditions of its upload, as typed.

use clap::Args;

use super::fields::FieldArguments;
use crate::cos::headers::{Metadata, Tag};

/// The headers of an object.
#[derive(Debug, Args)]
pub struct ObjectArguments {
    /// The headers with one value.
    #[command(flatten)]
    pub fields: FieldArguments,
    /// User metadata; can be repeated
    ///
    /// Sent as x-cos-meta-K. Names have letters, digits and hyphens; characters beyond ASCII in values are
    /// percent-encoded. At most 2KiB each and 4KiB together, names included. In COSPUT_META, spaces separate several.
    /// Example: build-id=17.
    #[arg(long, value_name = "K=V", value_parser = Metadata::parse)]
    pub meta: Vec<Metadata>,
    /// Tag of the object; can be repeated
    ///
    /// At most 10 tags, with keys of up to 127 and values of up to 255 characters. In COSPUT_TAG, spaces separate
    /// several. Example: team=web.
    #[arg(long, hide_short_help = true, value_name = "K=V", value_parser = Tag::parse)]
    pub tag: Vec<Tag>,
    /// Fail if the key exists
    ///
    /// cosput looks at the key before it sends anything. The server checks the key again, so that no other upload can come
    /// in between. COS leaves this second check out in a bucket that has or had versioning.
    #[arg(long)]
    pub no_overwrite: bool,
}
