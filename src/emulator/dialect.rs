//! The service that the emulator imitates, and the format of its documents (documents 1232/44617 to 44742).
//!
//! CDCS differs from COS in header names, error codes and documents, and its objects cannot be overwritten. Its older
//! edition uses XML, its newer one JSON; both label it `application/xml`.

use crate::cos::address::Service;

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
}
