//! Whether the bucket is in the host or in the path.

use super::{Endpoint, Service};

/// Where a request names its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// The bucket is the first label of the host.
    Virtual,
    /// The bucket is the first segment of the path.
    Path,
    /// The host is a domain bound to the bucket.
    Cname,
}

impl Addressing {
    /// The default for an endpoint: path style for CDCS, for IP addresses and for `localhost`, otherwise virtual.
    pub fn fitting(service: Service, endpoint: &Endpoint) -> Self {
        if service == Service::Cdcs || endpoint.is_ip_address() || endpoint.host == "localhost" {
            Self::Path
        } else {
            Self::Virtual
        }
    }

    /// The name on the command line and in journals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Path => "path",
            Self::Cname => "cname",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::address::target::tests::target;

    #[test]
    fn auto_addressing_follows_the_host() {
        let location = |endpoint, service| target(endpoint, service, "a b").location();
        assert_eq!(
            location("cos.ap-beijing.myqcloud.com", Service::Cos),
            "https://examplebucket-1250000000.cos.ap-beijing.myqcloud.com/a%20b"
        );
        assert_eq!(
            location("https://examplebucket-1250000000.cos.ap-beijing.myqcloud.com", Service::Cos),
            "https://examplebucket-1250000000.cos.ap-beijing.myqcloud.com/a%20b"
        );
        assert_eq!(
            location("http://127.0.0.1:9460", Service::Cos),
            "http://127.0.0.1:9460/examplebucket-1250000000/a%20b"
        );
        assert_eq!(location("http://[::1]:80", Service::Cos), "http://[::1]/examplebucket-1250000000/a%20b");
        assert_eq!(location("http://localhost:1", Service::Cos), "http://localhost:1/examplebucket-1250000000/a%20b");
        assert_eq!(
            location("cdcs.ap-tianjin.myqcloud.com", Service::Cdcs),
            "https://cdcs.ap-tianjin.myqcloud.com/examplebucket-1250000000/a%20b"
        );
    }
}
