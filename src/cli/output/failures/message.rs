//! The text of failures. Codes are in `exit`, advice is in `hint`.

use super::circumstances::Circumstances;
use crate::cli::process::signals::Signal;
use crate::upload::{Cause, Operation, UploadError};

/// The failure and its reason, in one line.
pub(crate) fn of_upload(error: &UploadError, circumstances: Circumstances<'_>) -> String {
    let Circumstances { source, parts, unknown, .. } = circumstances;
    let what = match error.operation {
        _ if unknown => format!("could not determine whether {source} was uploaded"),
        Some(operation) => could_not(operation, source, parts),
        None => format!("could not upload {source}"),
    };
    let attempts = match error.attempts {
        0 | 1 => String::new(),
        attempts => format!(" after {attempts} attempts"),
    };
    match (&error.cause, circumstances.signal) {
        (Cause::Interrupted, None) => format!("{what}: stopped because another file failed"),
        (Cause::Interrupted, Some(Signal::Deadline)) => format!("{what}: stopped by the deadline"),
        (cause, _) => format!("{what}: {cause}{attempts}"),
    }
}

fn could_not(operation: Operation, source: &str, parts: Option<u16>) -> String {
    match operation {
        Operation::PutObject | Operation::CheckSource | Operation::ReadSource => format!("could not upload {source}"),
        Operation::Initiate => format!("could not initiate the upload of {source}"),
        Operation::ListParts => format!("could not list the parts of {source} on the server"),
        Operation::ListUploads => format!("could not list the uploads of {source}"),
        Operation::UploadPart(_) => format!("could not upload {} of {source}", name(operation, parts)),
        Operation::CopyPart(_) => format!("could not copy {} of {source}", name(operation, parts)),
        Operation::ComparePart(_) => format!("could not read {} of {source} again", name(operation, parts)),
        Operation::Complete => format!("could not complete the upload of {source}"),
        Operation::HeadObject => format!("could not check the object of {source}"),
        Operation::Abort => format!("could not abort the upload of {source}"),
        Operation::ListObjects => format!("could not list the objects of {source}"),
        Operation::GetObject => format!("could not read the object {source}"),
        Operation::DeleteObject => format!("could not delete the object {source}"),
    }
}

/// A request in plain words: `part 7 of 120`.
pub(crate) fn name(operation: Operation, parts: Option<u16>) -> String {
    match (operation, parts) {
        (Operation::UploadPart(number) | Operation::CopyPart(number) | Operation::ComparePart(number), Some(parts)) => {
            format!("part {number} of {parts}")
        }
        (Operation::UploadPart(number) | Operation::CopyPart(number) | Operation::ComparePart(number), None) => {
            format!("part {number}")
        }
        (operation, _) => kind(operation).to_owned(),
    }
}

/// COS's name of a request.
pub(crate) fn kind(operation: Operation) -> &'static str {
    match operation {
        Operation::PutObject => "PUT Object",
        Operation::Initiate => "Initiate Multipart Upload",
        Operation::ListParts => "List Parts",
        Operation::ListUploads => "List Multipart Uploads",
        Operation::UploadPart(_) => "Upload Part",
        Operation::CopyPart(_) => "Upload Part - Copy",
        Operation::ComparePart(_) => "reading a part again",
        Operation::CheckSource => "looking at the source",
        Operation::ReadSource => "reading the source",
        Operation::Complete => "Complete Multipart Upload",
        Operation::HeadObject => "HEAD Object",
        Operation::Abort => "Abort Multipart Upload",
        Operation::ListObjects => "GET Bucket",
        Operation::GetObject => "GET Object",
        Operation::DeleteObject => "DELETE Object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::multipart::PartNumber;

    #[test]
    fn every_step_has_its_words() {
        let number = PartNumber::new(7).unwrap();
        let table = [
            (Operation::PutObject, "could not upload f"),
            (Operation::CheckSource, "could not upload f"),
            (Operation::Initiate, "could not initiate the upload of f"),
            (Operation::ListParts, "could not list the parts of f on the server"),
            (Operation::ListUploads, "could not list the uploads of f"),
            (Operation::UploadPart(number), "could not upload part 7 of 9 of f"),
            (Operation::CopyPart(number), "could not copy part 7 of 9 of f"),
            (Operation::ComparePart(number), "could not read part 7 of 9 of f again"),
            (Operation::Complete, "could not complete the upload of f"),
            (Operation::HeadObject, "could not check the object of f"),
            (Operation::Abort, "could not abort the upload of f"),
            (Operation::ListObjects, "could not list the objects of f"),
            (Operation::GetObject, "could not read the object f"),
            (Operation::DeleteObject, "could not delete the object f"),
        ];
        for (operation, words) in table {
            assert_eq!(could_not(operation, "f", Some(9)), words);
        }
        assert_eq!(name(Operation::UploadPart(number), None), "part 7");
    }
}
