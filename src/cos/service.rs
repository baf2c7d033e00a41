//! The two services, COS and CDCS, and their differences.
//!
//! CDCS (document 1232/44617 and those beside it) is not COS with another host: its objects cannot be overwritten, its answers
//! have no CRC-64, it has its own headers, and its documents exist in two editions.

use super::header_list::Headers;

/// The service that a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Service {
    /// Cloud Object Storage.
    #[default]
    Cos,
    /// Cloud Data Coffer Service, 数据保险箱.
    Cdcs,
}

/// The edition of CDCS's documents in which requests are written. Answers are read in both. COS has only XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Edition {
    /// The newer one.
    #[default]
    Json,
    /// The older one, which resembles COS.
    Xml,
}

impl Service {
    /// The name on the command line and in journals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cos => "cos",
            Self::Cdcs => "cdcs",
        }
    }

    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cos => "COS",
            Self::Cdcs => "CDCS",
        }
    }

    /// The header of the token of temporary credentials.
    pub fn token_header(self) -> &'static str {
        match self {
            Self::Cos => "x-cos-security-token",
            Self::Cdcs => "x-cdcs-security-token",
        }
    }

    /// The header of the request ID.
    pub fn request_id_header(self) -> &'static str {
        match self {
            Self::Cos => "x-cos-request-id",
            Self::Cdcs => "x-cdcs-request-id",
        }
    }

    /// The header of the trace ID.
    pub fn trace_id_header(self) -> &'static str {
        match self {
            Self::Cos => "x-cos-trace-id",
            Self::Cdcs => "x-cdcs-trace-id",
        }
    }

    /// True if every answer about an object has its CRC-64.
    pub fn promises_crc64(self) -> bool {
        self == Self::Cos
    }

    /// True if an object can be neither replaced nor deleted, and an unfinished upload blocks its key.
    pub fn is_write_once(self) -> bool {
        self == Self::Cdcs
    }

    /// True if an object may be empty (CDCS answers `ObjectEmpty`).
    pub fn takes_empty_objects(self) -> bool {
        self == Self::Cos
    }

    /// True if the service accepts this header of an object. CDCS has no ACL, metadata, storage class, tags or traffic
    /// limit, and encrypts on its own: it accepts only the content type.
    pub fn takes_header(self, name: &str) -> bool {
        self == Self::Cos || name.eq_ignore_ascii_case("content-type")
    }

    /// The first of these headers that the service does not accept.
    pub fn refused_header(self, headers: &Headers) -> Option<&str> {
        headers.iter().map(|(name, _)| name).find(|name| !self.takes_header(name))
    }
}

impl Edition {
    /// The name in journals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cdcs_accepts_only_the_content_type_of_an_object() {
        let plain: Headers = [("Content-Type", "text/plain")].into_iter().collect();
        assert_eq!(Service::Cdcs.refused_header(&plain), None);
        for name in ["x-cos-acl", "x-cos-meta-a", "X-Cos-Storage-Class", "Cache-Control", "x-cos-tagging"] {
            let headers: Headers = [("Content-Type", "text/plain"), (name, "v")].into_iter().collect();
            assert_eq!(Service::Cdcs.refused_header(&headers), Some(name));
            assert_eq!(Service::Cos.refused_header(&headers), None);
        }
    }
}
