//! Which of the two services the emulator is, and in which documents it speaks (documents 1232/44617 to 44742).
//!
//! CDCS is COS with other header names, error codes and documents, whose objects are written once. Its older edition
//! speaks XML, its newer one JSON; both label it `application/xml`.

use crate::cos::address::Service;

use super::refusal;
use super::refusal::Refusal;
use crate::emulator::http::request_head::Head;
use crate::emulator::request::kept::Kept;
use crate::emulator::request::operation::Operation;
use crate::emulator::store::Overwrite;

/// The service, and for CDCS the edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Cos,
    Cdcs(Format),
}

/// How documents are written.
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

    /// The edition of a client that sent this document.
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

    /// Refuses what COS knows and CDCS does not. It may be that the service passes over such headers; what they ask for
    /// would then be lost in silence, so the emulator says it.
    pub(crate) fn check(self, operation: Operation, head: &Head) -> Result<(), Refusal> {
        const COS_ALONE: [Operation; 5] = [
            Operation::ListBuckets,
            Operation::ListObjects,
            Operation::DeleteObject,
            Operation::DeleteObjects,
            Operation::GetTagging,
        ];
        if !self.is_cdcs() {
            return Ok(());
        }
        if COS_ALONE.contains(&operation) {
            return Err(refusal::METHOD_NOT_ALLOWED);
        }
        match head.headers.iter().find(|(name, _)| name.to_ascii_lowercase().starts_with("x-cos-")) {
            Some((name, _)) => Err(refusal::INVALID_ARGUMENT.saying(format!("CDCS does not know the header {name}."))),
            None => Ok(()),
        }
    }

    /// What an object keeps beside its bytes: with CDCS its type alone.
    pub(crate) fn kept(self, head: &Head) -> Result<Kept, Refusal> {
        let mut kept = Kept::of(head)?;
        if self.is_cdcs() {
            kept.headers.retain(|(name, _)| name == "content-type");
        }
        Ok(kept)
    }

    /// What may happen to an object that is there already.
    pub(crate) fn overwrite(self, head: &Head) -> Overwrite {
        match head.headers.get("x-cos-forbid-overwrite") {
            _ if self.is_cdcs() => Overwrite::WriteOnce,
            Some(value) if value.eq_ignore_ascii_case("true") => Overwrite::Forbidden,
            _ => Overwrite::Allowed,
        }
    }

    /// An error with the status and the code that this service has for it.
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
            // The page of Upload Part names the one code, the table of errors both.
            "NoSuchUpload" if operation != Some(Operation::UploadPart) => (404, "MultipartNotExists"),
            "NotImplemented" => (405, "MethodNotAllowed"),
            "PathConflict" | "UploadConflict" => (409, "AlreadyLock"),
            code => (refusal.status, code),
        };
        Refusal { status, code, ..refusal }
    }

    /// Why a signature was not accepted. CDCS has one code for it; a wrong clock keeps its own, so that it can be
    /// followed.
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
    fn the_first_byte_of_a_clients_document_tells_its_edition() {
        let cdcs = Dialect::Cdcs(Format::Json);
        assert_eq!(cdcs.of_client(b" \r\n<a/>"), Dialect::Cdcs(Format::Xml));
        assert_eq!(Dialect::Cdcs(Format::Xml).of_client(b"{}"), cdcs);
        assert_eq!(cdcs.of_client(b""), cdcs);
        assert_eq!(Dialect::Cos.of_client(b"{}"), Dialect::Cos);
    }

    #[test]
    fn an_upload_that_is_gone_has_two_names() {
        let code = |operation| Dialect::Cdcs(Format::Json).refusal(refusal::NO_SUCH_UPLOAD, operation).code;
        assert_eq!(code(Some(Operation::UploadPart)), "NoSuchUpload");
        assert_eq!(code(Some(Operation::Complete)), "MultipartNotExists");
        assert_eq!(Dialect::Cos.refusal(refusal::NO_SUCH_UPLOAD, Some(Operation::Abort)).code, "NoSuchUpload");
    }
}
