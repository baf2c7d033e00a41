//! Where an object lives: endpoint, bucket and key, and the host and paths they make.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use url::{Host, Url};

use super::encoding::encode_path;
use super::request::{Headers, Method, Request};
use super::service::Edition;
pub use super::service::Service;

/// The longest key, in bytes of UTF-8 (document 436/13324).
pub const LONGEST_KEY: usize = 850;
/// The longest host name that COS gives a bucket (document 436/13312).
pub const LONGEST_HOST: usize = 60;

/// Why a name was refused: what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName(String);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidName {}

/// A bucket's or coffer's full name, `NAME-APPID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bucket(String);

impl Bucket {
    /// Takes lower-case letters, digits and hyphens, ending in `-APPID`.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let refuse =
            |why: &str| Err(InvalidName(format!("'{name}' {why}; expected NAME-APPID, like examplebucket-1250000000")));
        let Some((own, appid)) = name.rsplit_once('-') else {
            return refuse("has no APPID");
        };
        if appid.is_empty() || !appid.bytes().all(|byte| byte.is_ascii_digit()) {
            return refuse("does not end in an APPID, the digits of your account");
        }
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if own.is_empty() || own.starts_with('-') || own.ends_with('-') || !own.bytes().all(allowed) {
            return refuse("may hold a-z, 0-9 and hyphens inside its name only");
        }
        Ok(Self(name.to_owned()))
    }

    /// The full name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A region such as `ap-guangzhou`. New ones appear without notice, so any well-formed name is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Takes lower-case letters, digits and hyphens.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.starts_with('-') || name.ends_with('-') || !name.bytes().all(allowed) {
            return Err(InvalidName(format!(
                "'{name}' is no region; expected lower-case letters, digits and hyphens, like ap-guangzhou"
            )));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An object's key: 1 to 850 bytes of UTF-8 that can be sent without another meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Refuses keys that COS refuses, and those that no encoding protects on their way.
    pub fn new(key: &str) -> Result<Self, InvalidName> {
        let refuse = |why: String| Err(InvalidName(why));
        if key.is_empty() {
            return refuse("the key is empty".to_owned());
        }
        if key.len() > LONGEST_KEY {
            return refuse(format!("the key has {} bytes of UTF-8; COS takes at most {LONGEST_KEY}", key.len()));
        }
        if key.starts_with(['/', '\\']) {
            return refuse(format!("the key '{key}' begins with a slash; leave it out"));
        }
        if key.bytes().any(|byte| (0x18..=0x1b).contains(&byte)) {
            return refuse("the key has a control character (CAN, EM, SUB or ESC) that COS does not take".to_owned());
        }
        if key == "." || key == ".." {
            return refuse(format!("the key '{key}' would be taken for a directory on its way"));
        }
        Ok(Self(key.to_owned()))
    }

    /// The key as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key on the wire. Where a segment is empty, `.` or `..`, every `/` becomes `%2F`, because HTTP libraries
    /// and proxies rewrite such paths.
    pub fn encoded(&self) -> String {
        let encoded = encode_path(&self.0);
        let rewritten_on_the_way = self.0.split('/').any(|segment| matches!(segment, "" | "." | ".."));
        if rewritten_on_the_way { encoded.replace('/', "%2F") } else { encoded }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How bucket and host go together.
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
    /// What fits where nobody said: path style for CDCS, for IP addresses and for `localhost`.
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

/// Scheme, host and port of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: String,
    host: String,
    port: Option<u16>,
    /// True where [`Address::backup`] must not be used.
    pinned: bool,
}

impl Endpoint {
    /// The public endpoint of a region, over https (document 436/6224).
    pub fn of_region(service: Service, region: &Region) -> Self {
        Self::named(format!("{}.{}.myqcloud.com", service.as_str(), region.as_str()))
    }

    /// The endpoint of a region inside Tencent Cloud, over https (document 436/6224).
    pub fn internal(region: &Region) -> Self {
        Self::named(format!("cos-internal.{}.tencentcos.cn", region.as_str()))
    }

    /// The endpoint of global acceleration, the same for every region.
    pub fn accelerated() -> Self {
        Self::named("cos.accelerate.myqcloud.com".to_owned())
    }

    /// The endpoint of global acceleration inside Tencent Cloud.
    pub fn internal_accelerated() -> Self {
        Self::named("cos-internal.accelerate.tencentcos.cn".to_owned())
    }

    fn named(host: String) -> Self {
        Self { scheme: "https".to_owned(), host, port: None, pinned: false }
    }

    /// The same, but requests stay with it, answered or not.
    #[must_use]
    pub fn pinned(self) -> Self {
        Self { pinned: true, ..self }
    }

    /// Reads `https://host[:port]`; a bare host means https.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let refuse = |why: &str| {
            InvalidName(format!("'{text}' {why}; expected an address like https://cos.ap-guangzhou.myqcloud.com"))
        };
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&with_scheme).map_err(|error| refuse(&format!("is no address ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidName(
                "the address holds a user name or password; credentials do not belong there".to_owned(),
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("has more than scheme, host and port"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refuse("has no host"))?;
        Ok(Self { scheme: url.scheme().to_owned(), host: host.to_owned(), port: url.port(), pinned: false })
    }

    /// True where the bytes travel encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// True where nothing leaves this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.ip_address().is_some_and(|address| address.is_loopback())
    }

    fn is_ip_address(&self) -> bool {
        self.ip_address().is_some()
    }

    fn ip_address(&self) -> Option<IpAddr> {
        match Host::parse(&self.host).ok()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Where a bucket answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The service that answers there.
    pub service: Service,
    /// How documents for CDCS are written.
    pub edition: Edition,
    /// The endpoint as it was chosen.
    pub endpoint: Endpoint,
    /// How bucket and host go together.
    pub addressing: Addressing,
    /// The bucket.
    pub bucket: Bucket,
}

impl Address {
    /// The value of `Host`: with the port, where it is not the scheme's own.
    pub fn host(&self) -> String {
        let Endpoint { host, port, .. } = &self.endpoint;
        let prefix = format!("{}.", self.bucket);
        let host = match self.addressing {
            Addressing::Virtual if !host.starts_with(&prefix) => format!("{prefix}{host}"),
            _ => host.clone(),
        };
        port.map_or(host.clone(), |port| format!("{host}:{port}"))
    }

    /// The same bucket at the service's backup domain, `tencentcos.cn`. Only the public
    /// `<bucket>.cos.<region>.myqcloud.com` has one: no acceleration, internal, custom or path-style host.
    pub fn backup(&self) -> Option<Self> {
        if self.endpoint.pinned || self.service != Service::Cos || self.addressing == Addressing::Path {
            return None;
        }
        let host = self.host();
        let host = host.split_once(':').map_or(host.as_str(), |(host, _)| host);
        let region = host.strip_prefix(&format!("{}.cos.", self.bucket))?.strip_suffix(".myqcloud.com")?;
        if region == "accelerate" || Region::new(region).is_err() {
            return None;
        }
        let endpoint = Endpoint { host: format!("cos.{region}.tencentcos.cn"), ..self.endpoint.clone() };
        Some(Self { endpoint, addressing: Addressing::Virtual, ..self.clone() })
    }

    /// A request for the bucket itself.
    pub fn request(&self, method: Method) -> Request {
        self.request_of(method, "", "")
    }

    fn request_of(&self, method: Method, path: &str, encoded: &str) -> Request {
        let host = self.host();
        let base = match self.addressing {
            Addressing::Path => format!("/{}/", self.bucket),
            Addressing::Virtual | Addressing::Cname => "/".to_owned(),
        };
        Request {
            method,
            origin: format!("{}://{host}", self.endpoint.scheme),
            path: format!("{base}{path}"),
            wire_path: format!("{base}{encoded}"),
            query: Vec::new(),
            headers: Headers::from_iter([("Host", host)]),
            document: Bytes::new(),
        }
    }
}

/// What came of an attempt, as far as it says whether COS was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// The answer has an `x-cos-request-id`, so COS sent it.
    Cos,
    /// An answer of this status came from something else.
    SomethingElse(u16),
    /// No answer came.
    Nothing,
}

impl Reached {
    /// True where the next attempt goes to the backup domain: at once when something else redirects, for the last
    /// attempt when nothing answers or something else fails. These are the conditions of the official SDKs.
    pub fn calls_for_backup(self, next_is_last: bool) -> bool {
        match self {
            Self::Cos => false,
            Self::SomethingElse(status) => matches!(status, 301 | 302 | 307) || (status >= 500 && next_is_last),
            Self::Nothing => next_is_last,
        }
    }
}

/// One object: a bucket's address and a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where the bucket answers.
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
mod tests {
    use super::*;

    fn target(endpoint: &str, service: Service, key: &str) -> Target {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let addressing = Addressing::fitting(service, &endpoint);
        let bucket = Bucket::new("examplebucket-1250000000").unwrap();
        let address = Address { service, edition: Edition::default(), endpoint, addressing, bucket };
        Target { address, key: Key::new(key).unwrap() }
    }

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

    #[test]
    fn only_the_public_domain_of_a_bucket_has_a_backup() {
        let backup = |endpoint: &str| {
            target(endpoint, Service::Cos, "k").address.backup().map(|address| address.request(Method::Get).url())
        };
        let at = |url: &str| Some(url.to_owned());
        assert_eq!(
            backup("cos.ap-guangzhou.myqcloud.com"),
            at("https://examplebucket-1250000000.cos.ap-guangzhou.tencentcos.cn/")
        );
        assert_eq!(
            backup("http://examplebucket-1250000000.cos.ap-beijing-1.myqcloud.com:8080"),
            at("http://examplebucket-1250000000.cos.ap-beijing-1.tencentcos.cn:8080/")
        );
        for other in [
            "cos.accelerate.myqcloud.com",
            "cos-internal.ap-guangzhou.tencentcos.cn",
            "cos.ap-guangzhou.tencentcos.cn",
            "cos.a.b.myqcloud.com",
            "cossh.myqcloud.com",
            "upload.example.com",
            "http://127.0.0.1:9460",
        ] {
            assert_eq!(backup(other), None, "{other}");
        }
        let address = target("cos.ap-guangzhou.myqcloud.com", Service::Cos, "k").address;
        let pinned = Address { endpoint: address.endpoint.clone().pinned(), ..address.clone() };
        assert_eq!(pinned.backup(), None);
        assert_eq!(Address { addressing: Addressing::Path, ..address }.backup(), None);
    }

    #[test]
    fn the_backup_is_called_for_where_cos_was_not_reached() {
        let table = [
            (Reached::Cos, false, false),
            (Reached::Nothing, false, true),
            (Reached::SomethingElse(301), true, true),
            (Reached::SomethingElse(307), true, true),
            (Reached::SomethingElse(308), false, false),
            (Reached::SomethingElse(502), false, true),
            (Reached::SomethingElse(403), false, false),
            (Reached::SomethingElse(200), false, false),
        ];
        for (reached, at_once, at_last) in table {
            assert_eq!([false, true].map(|last| reached.calls_for_backup(last)), [at_once, at_last], "{reached:?}");
        }
    }

    #[test]
    fn path_style_signs_the_whole_decoded_path() {
        let request = target("http://127.0.0.1:9460", Service::Cos, "a//b").request(Method::Put);
        assert_eq!(request.path, "/examplebucket-1250000000/a//b");
        assert_eq!(request.wire_path, "/examplebucket-1250000000/a%2F%2Fb");
        assert_eq!(request.headers.get("host"), Some("127.0.0.1:9460"));
    }

    #[test]
    fn buckets_need_a_name_and_an_appid() {
        for good in ["a-1", "my-bucket-1250000000", "0-0"] {
            assert!(Bucket::new(good).is_ok(), "{good}");
        }
        for bad in ["", "bucket", "bucket-", "-125", "Bucket-125", "-a-125", "a--125-x", "a_b-125", "a.b-125", "a--125"]
        {
            assert!(Bucket::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn endpoints_are_scheme_host_and_port_alone() {
        for bad in ["ftp://h", "https://u:p@h", "https://h/path", "https://h?x=1", "https://", "h:99999"] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_that_cannot_be_sent_safely_are_refused() {
        for bad in ["", ".", "..", "/a", "\\a", "a\u{18}", "a\u{1b}b"] {
            assert!(Key::new(bad).is_err(), "{bad:?}");
        }
        assert!(Key::new(&"k".repeat(850)).is_ok());
        assert!(Key::new(&"k".repeat(851)).is_err());
        assert!(Key::new(&"中".repeat(284)).is_err());
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
