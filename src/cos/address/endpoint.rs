//! The endpoint of a service: scheme, host and port.

use crate::language::{Message, message};
use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::{InvalidName, Region, Service};

/// Scheme, host and port of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// True if [`Address::backup`](super::Address::backup) must not be used.
    pub(super) pinned: bool,
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

    /// The same endpoint, without a backup domain.
    #[must_use]
    pub fn pinned(self) -> Self {
        Self { pinned: true, ..self }
    }

    /// Reads `https://host[:port]`; a bare host means https.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let refuse = |why: Message| {
            InvalidName(message!(
                "'{text}' {why}; expected an address like https://cos.ap-guangzhou.myqcloud.com",
                text,
                why
            ))
        };
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url =
            Url::parse(&with_scheme).map_err(|error| refuse(message!("is not a valid address ({error})", error)))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(message!("is neither http nor https")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidName(message!(
                "the address contains a user name or password, which cosput does not use"
            )));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse(message!("must be only scheme, host and port")));
        }
        if url.port() == Some(0) {
            return Err(refuse(message!("has port 0, at which no server can be reached")));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refuse(message!("has no host")))?;
        Ok(Self { scheme: url.scheme().to_owned(), host: host.to_owned(), port: url.port(), pinned: false })
    }

    /// True if the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// True if the endpoint is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.ip_address().is_some_and(|address| address.is_loopback())
    }

    pub(crate) fn is_ip_address(&self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_scheme_host_and_port_alone() {
        for bad in ["ftp://h", "https://u:p@h", "https://h/path", "https://h?x=1", "https://", "h:99999", "h:0"] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }
}
