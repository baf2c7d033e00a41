//! The two services, and what one has that the other lacks.
//!
//! CDCS (document 1232/44617 and those beside it) is not COS with another host: it writes each object once, it promises no
//! CRC-64, it has headers of its own, and its documents come in two editions.

use super::request::Headers;

/// Which of the two services is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Service {
    /// Cloud Object Storage.
    #[default]
    Cos,
    /// Cloud Data Coffer Service, 数据保险箱.
    Cdcs,
}

/// The two editions of CDCS's documents. Answers are read in either; requests are written in this one. COS has the second
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Edition {
    /// The newer one.
    #[default]
    Json,
    /// The older one, as COS has it.
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

    /// The name that people know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cos => "COS",
            Self::Cdcs => "CDCS",
        }
    }

    /// The header that carries the token of temporary credentials.
    pub fn token_header(self) -> &'static str {
        match self {
            Self::Cos => "x-cos-security-token",
            Self::Cdcs => "x-cdcs-security-token",
        }
    }

    /// The header that carries the id that support asks for.
    pub fn request_id_header(self) -> &'static str {
        match self {
            Self::Cos => "x-cos-request-id",
            Self::Cdcs => "x-cdcs-request-id",
        }
    }

    /// The header that carries the second id that support asks for.
    pub fn trace_id_header(self) -> &'static str {
        match self {
            Self::Cos => "x-cos-trace-id",
            Self::Cdcs => "x-cdcs-trace-id",
        }
    }

    /// True where every object comes with the CRC-64 of its bytes.
    pub fn promises_crc64(self) -> bool {
        self == Self::Cos
    }

    /// True where an object can be neither replaced nor removed, and an unfinished upload keeps its key from all others.
    pub fn is_write_once(self) -> bool {
        self == Self::Cdcs
    }

    /// True where an object may have no bytes (CDCS answers `ObjectEmpty`).
    pub fn takes_empty_objects(self) -> bool {
        self == Self::Cos
    }

    /// True where a header that shapes the object may be sent. CDCS has no ACL, metadata, storage class, tags or traffic
    /// limit, and encrypts by itself: of an object it takes the type alone.
    pub fn takes_header(self, name: &str) -> bool {
        self == Self::Cos || name.eq_ignore_ascii_case("content-type")
    }

    /// The first of these headers that may not be sent.
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
    fn cdcs_takes_the_type_of_an_object_and_nothing_else() {
        let plain: Headers = [("Content-Type", "text/plain")].into_iter().collect();
        assert_eq!(Service::Cdcs.refused_header(&plain), None);
        for name in ["x-cos-acl", "x-cos-meta-a", "X-Cos-Storage-Class", "Cache-Control", "x-cos-tagging"] {
            let headers: Headers = [("Content-Type", "text/plain"), (name, "v")].into_iter().collect();
            assert_eq!(Service::Cdcs.refused_header(&headers), Some(name));
            assert_eq!(Service::Cos.refused_header(&headers), None);
        }
    }
}
