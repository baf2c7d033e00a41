//! One object: a bucket's address and a key, and the path of its requests.

use std::fmt;

use super::{Address, Key};
use crate::cos::request::{Method, Request};

/// One object: a bucket's address and a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The bucket's address.
    pub address: Address,
    /// The object's key.
    pub key: Key,
}

impl Target {
    /// A request for the object.
    pub fn request(&self, method: Method) -> Request {
        self.address.request_of(method, self.key.as_str(), &self.key.encoded())
    }

    /// The object's URL.
    pub fn location(&self) -> String {
        self.request(Method::Get).url()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cos://{}/{}", self.address.bucket, self.key)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use url::Url;

    use super::*;
    use crate::cos::address::{Addressing, Bucket, Endpoint, Service};
    use crate::cos::service::Edition;

    pub(in crate::cos::address) fn target(endpoint: &str, service: Service, key: &str) -> Target {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let addressing = Addressing::fitting(service, &endpoint);
        let bucket = Bucket::new("examplebucket-1250000000").unwrap();
        let address = Address { service, edition: Edition::default(), endpoint, addressing, bucket };
        Target { address, key: Key::new(key).unwrap() }
    }

    #[test]
    fn path_style_signs_the_whole_decoded_path() {
        let request = target("http://127.0.0.1:9460", Service::Cos, "a//b").request(Method::Put);
        assert_eq!(request.path, "/examplebucket-1250000000/a//b");
        assert_eq!(request.wire_path, "/examplebucket-1250000000/a%2F%2Fb");
        assert_eq!(request.headers.get("host"), Some("127.0.0.1:9460"));
    }

    #[test]
    fn the_real_http_library_sends_the_path_as_encoded() {
        for key in [
            "a//b/./c/../d/.../e/",
            "./x",
            "../x",
            "a/..",
            "a/.",
            "~t*s(p)'q!b$,;:@&=.txt",
            "100%/%2e%2e/x",
            "x\\y",
            "a\tb",
        ] {
            let target = target("http://127.0.0.1:9460", Service::Cos, key);
            let request = target.request(Method::Put);
            assert_eq!(Url::parse(&request.url()).unwrap().path(), request.wire_path, "{key}");
        }
    }
}
