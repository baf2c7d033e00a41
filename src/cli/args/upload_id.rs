//! An upload ID as typed.

use crate::cos::multipart::UploadId;
use crate::language::{Message, message};

/// Reads an upload ID.
pub(super) fn upload_id(text: &str) -> Result<UploadId, Message> {
    UploadId::new(text).ok_or_else(|| message!("it has no value"))
}
