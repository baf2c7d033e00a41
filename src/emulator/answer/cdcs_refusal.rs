//! What CDCS refuses, and its statuses and codes.

use crate::emulator::dialect::Dialect;
use crate::emulator::refusal::{self, Refusal};
use crate::emulator::request::operation::Operation;
use crate::emulator::request::request_head::RequestHead;

impl Dialect {
    /// Refuses operations and headers that COS has and CDCS does not. The real service may ignore such headers; the
    /// emulator refuses them, so that the loss is noticed.
    pub(crate) fn check(self, operation: Operation, head: &RequestHead) -> Result<(), Refusal> {
        if !self.is_cdcs() {
            return Ok(());
        }
        if !operation.is_in_cdcs() {
            return Err(refusal::METHOD_NOT_ALLOWED);
        }
        match head.headers.iter().find(|(name, _)| name.to_ascii_lowercase().starts_with("x-cos-")) {
            Some((name, _)) => Err(refusal::INVALID_ARGUMENT.saying(format!("CDCS has no header {name}."))),
            None => Ok(()),
        }
    }

    /// An error with the status and code of this dialect.
    pub(crate) fn refusal(self, refusal: Refusal, operation: Option<Operation>) -> Refusal {
        if !self.is_cdcs() {
            return refusal;
        }
        let (status, code) = match refusal.code {
            "AccessDenied" => (401, "PolicyCheckFailed"),
            "BucketAlreadyOwnedByYou" => (409, "CofferAlreadyOwnedByYou"),
            "BucketNotEmpty" => (409, "CofferNotEmpty"),
            "InvalidBucketName" => (400, "InvalidCofferName"),
            "InvalidObjectName" | "KeyTooLong" => (400, "InvalidObjectKey"),
            "MalformedXML" | "XMLSizeLimit" => (400, "InvalidArgument"),
            "NoSuchBucket" => (404, "NoSuchCoffer"),
            "NoSuchKey" => (404, "ObjectNotExists"),
            // The page of Upload Part has only one code, the table of errors has both.
            "NoSuchUpload" if operation != Some(Operation::UploadPart) => (404, "MultipartNotExists"),
            "NotImplemented" => (405, "MethodNotAllowed"),
            "PathConflict" | "UploadConflict" => (409, "AlreadyLock"),
            code => (refusal.status, code),
        };
        Refusal { status, code, ..refusal }
    }

    /// The error for a signature that was refused. CDCS has one code for all reasons; a wrong clock keeps its own code, so
    /// that clients can correct their clock.
    pub(crate) fn unverified(self, refusal: Refusal) -> Refusal {
        if self.is_cdcs() && refusal != refusal::REQUEST_TIME_TOO_SKEWED {
            return refusal::AUTH_FAILED.saying(refusal.message);
        }
        refusal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::dialect::Format;

    #[test]
    fn an_unknown_upload_has_two_codes() {
        let code = |operation| Dialect::Cdcs(Format::Json).refusal(refusal::NO_SUCH_UPLOAD, operation).code;
        assert_eq!(code(Some(Operation::UploadPart)), "NoSuchUpload");
        assert_eq!(code(Some(Operation::Complete)), "MultipartNotExists");
        assert_eq!(Dialect::Cos.refusal(refusal::NO_SUCH_UPLOAD, Some(Operation::Abort)).code, "NoSuchUpload");
    }
}
