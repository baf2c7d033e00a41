//! An upload ID as typed.

use crate::cos::multipart::UploadId;

/// Reads an upload ID.
pub(super) fn upload_id(text: &str) -> Result<UploadId, &'static str> {
    UploadId::new(text).ok_or("it is empty")
}
