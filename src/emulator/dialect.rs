//! The service that the emulator imitates, and the format of its documents (documents 1232/44617 to 44742).
//!
//! CDCS differs from COS in header names, error codes and documents, and its objects cannot be overwritten. Its older
//! edition uses XML, its newer one JSON; both label it `application/xml`.

use crate::cos::address::Service;

use super::refusal;
use super::refusal::Refusal;
use super::request::operation::Operation;
use super::request::request_head::RequestHead;

/// The service, and in CDCS the edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Cos,
    Cdcs(Format),
}

/// The format of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Xml,
    Json,
}

impl Dialect {
    pub(crate) fn of(service: Service, cdcs_xml: bool) -> Self {
        match service {
            Service::Cos => Self::Cos,
            Service::Cdcs => Self::Cdcs(if cdcs_xml { Format::Xml } else { Format::Json }),
        }
    }

    /// The dialect of a client that sent this document.
    pub(crate) fn of_client(self, document: &[u8]) -> Self {
        match (self, document.trim_ascii_start().first()) {
            (Self::Cdcs(_), Some(b'<')) => Self::Cdcs(Format::Xml),
            (Self::Cdcs(_), Some(b'{')) => Self::Cdcs(Format::Json),
            _ => self,
        }
    }

    pub(crate) fn is_cdcs(self) -> bool {
        self != Self::Cos
    }

    pub(crate) fn service(self) -> Service {
        if self.is_cdcs() { Service::Cdcs } else { Service::Cos }
    }

    pub(crate) fn format(self) -> Format {
        match self {
            Self::Cos => Format::Xml,
            Self::Cdcs(format) => format,
        }
    }

    /// The header `Server`.
    pub(crate) fn server(self) -> &'static str {
        if self.is_cdcs() { "tencent-cdcs" } else { "tencent-cos" }
    }

    pub(crate) fn request_id_header(self) -> &'static str {
        if self.is_cdcs() { "x-cdcs-request-id" } else { "x-cos-request-id" }
    }

    pub(crate) fn trace_id_header(self) -> &'static str {
        if self.is_cdcs() { "x-cdcs-trace-id" } else { "x-cos-trace-id" }
    }

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

    #[test]
    fn the_first_byte_of_a_document_shows_the_edition_of_the_client() {
        let cdcs = Dialect::Cdcs(Format::Json);
        assert_eq!(cdcs.of_client(b" \r\n<a/>"), Dialect::Cdcs(Format::Xml));
        assert_eq!(Dialect::Cdcs(Format::Xml).of_client(b"{}"), cdcs);
        assert_eq!(cdcs.of_client(b""), cdcs);
        assert_eq!(Dialect::Cos.of_client(b"{}"), Dialect::Cos);
    }

    #[test]
    fn an_unknown_upload_has_two_codes() {
        let code = |operation| Dialect::Cdcs(Format::Json).refusal(refusal::NO_SUCH_UPLOAD, operation).code;
        assert_eq!(code(Some(Operation::UploadPart)), "NoSuchUpload");
        assert_eq!(code(Some(Operation::Complete)), "MultipartNotExists");
        assert_eq!(Dialect::Cos.refusal(refusal::NO_SUCH_UPLOAD, Some(Operation::Abort)).code, "NoSuchUpload");
    }
}
