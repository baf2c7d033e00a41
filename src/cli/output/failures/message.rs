//! The text of failures. Codes are in `exit`, advice is in `hint`.

use super::circumstances::Circumstances;
use crate::cli::process::signals::Signal;
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::{Cause, Operation, UploadError};

/// The failure and its reason, in one line.
pub(crate) fn of_upload(error: &UploadError, circumstances: Circumstances<'_>) -> Message {
    let Circumstances { source, parts, unknown, .. } = circumstances;
    let what = match error.operation {
        _ if unknown => message!("could not determine whether {source} was uploaded", source),
        // HEAD worked, and found an object.
        Some(operation) if !matches!(error.cause, Cause::KeyTaken { .. }) => could_not(operation, source, parts),
        _ => message!("could not upload {source}", source),
    };
    match (&error.cause, circumstances.signal, error.attempts) {
        (Cause::Interrupted, None, _) => message!("{what}: stopped because of another failure", what),
        (Cause::Interrupted, Some(Signal::Deadline), _) => message!("{what}: stopped by the deadline", what),
        (cause, _, 0 | 1) => message!("{what}: {cause}", what, cause),
        (cause, _, attempts) => message!("{what}: {cause} after {attempts} attempts", what, cause, attempts),
    }
}

fn could_not(operation: Operation, source: &str, parts: Option<u16>) -> Message {
    match operation {
        Operation::PutObject | Operation::CheckSource | Operation::ReadSource => {
            message!("could not upload {source}", source)
        }
        Operation::Initiate => message!("could not initiate the upload of {source}", source),
        Operation::ListParts => message!("could not list the parts of {source} on the server", source),
        Operation::ListUploads => message!("could not list the uploads of {source}", source),
        Operation::UploadPart(_) => {
            message!("could not upload {part} of {source}", part = name(operation, parts), source)
        }
        Operation::CopyPart(_) => message!("could not copy {part} of {source}", part = name(operation, parts), source),
        Operation::ComparePart(_) => {
            message!("could not read {part} of {source} again", part = name(operation, parts), source)
        }
        Operation::Complete => message!("could not complete the upload of {source}", source),
        Operation::HeadObject => message!("could not check the object of {source}", source),
        Operation::Abort => message!("could not abort the upload of {source}", source),
        Operation::ListObjects => message!("could not list the objects of {source}", source),
        Operation::GetObject => message!("could not read the object {source}", source),
        Operation::DeleteObject => message!("could not delete the object {source}", source),
    }
}

/// A request in plain words: `part 7 of 120`.
pub(crate) fn name(operation: Operation, parts: Option<u16>) -> Message {
    match (operation, parts) {
        (Operation::UploadPart(number) | Operation::CopyPart(number) | Operation::ComparePart(number), Some(parts)) => {
            message!("part {number} of {parts}", number, parts)
        }
        (Operation::UploadPart(number) | Operation::CopyPart(number) | Operation::ComparePart(number), None) => {
            message!("part {number}", number)
        }
        (operation, _) => kind(operation).into(),
    }
}

/// COS's name of a request, which is English in its Chinese documents too, or what is done instead.
pub(crate) fn kind(operation: Operation) -> Phrase {
    match operation {
        Operation::PutObject => Phrase::new("PUT Object"),
        Operation::Initiate => Phrase::new("Initiate Multipart Upload"),
        Operation::ListParts => Phrase::new("List Parts"),
        Operation::ListUploads => Phrase::new("List Multipart Uploads"),
        Operation::UploadPart(_) => Phrase::new("Upload Part"),
        Operation::CopyPart(_) => Phrase::new("Upload Part - Copy"),
        Operation::ComparePart(_) => phrase!("reading a part again"),
        Operation::CheckSource => phrase!("looking at the source"),
        Operation::ReadSource => phrase!("reading the source"),
        Operation::Complete => Phrase::new("Complete Multipart Upload"),
        Operation::HeadObject => Phrase::new("HEAD Object"),
        Operation::Abort => Phrase::new("Abort Multipart Upload"),
        Operation::ListObjects => Phrase::new("GET Bucket"),
        Operation::GetObject => Phrase::new("GET Object"),
        Operation::DeleteObject => Phrase::new("DELETE Object"),
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
