//! The hosts that are reached without a proxy, as `NO_PROXY` lists them.
//!
//! Entries are separated by commas or blanks. A name matches itself and all names below it, with or without `.` or `*.`
//! before it; an address may have a prefix length (`10.0.0.0/8`); `*` matches all hosts. An entry with a port matches
//! that port only.

use std::net::IpAddr;

use url::{Host, Url};

/// The entries of a `NO_PROXY` variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Hosts {
    All,
    /// In lower case, without a dot at either end.
    Name(String),
    Addresses {
        first: IpAddr,
        prefix_length: u32,
    },
}

impl NoProxy {
    /// Parses the variable. An invalid entry matches nothing.
    pub(super) fn new(text: &str) -> Self {
        let entries = text.split(|letter: char| letter == ',' || letter.is_whitespace());
        Self(entries.filter(|entry| !entry.is_empty()).map(Entry::new).collect())
    }

    /// True if the URL's host is listed.
    pub(super) fn contains(&self, url: &Url) -> bool {
        self.0.iter().any(|entry| entry.matches(url))
    }
}

impl Entry {
    fn new(text: &str) -> Self {
        if let Some(hosts) = Hosts::addresses(text) {
            return Self { hosts, port: None };
        }
        let (name, port) = match text.rsplit_once(':').map(|(name, port)| (name, port.parse())) {
            Some((name, Ok(port))) => (name, Some(port)),
            _ => (text, None),
        };
        let hosts = Hosts::addresses(name).unwrap_or_else(|| Hosts::name(name));
        Self { hosts, port }
    }

    fn matches(&self, url: &Url) -> bool {
        self.port.is_none_or(|port| url.port_or_known_default() == Some(port)) && self.hosts.contain(url)
    }
}

impl Hosts {
    fn name(text: &str) -> Self {
        if text == "*" {
            return Self::All;
        }
        let name = text.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(text);
        Self::Name(name.trim_matches('.').to_ascii_lowercase())
    }

    fn addresses(text: &str) -> Option<Self> {
        let (address, prefix_length) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let first: IpAddr = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let prefix_length = prefix_length.map_or(Some(most), |bits| bits.parse().ok())?.min(most);
        Some(Self::Addresses { first, prefix_length })
    }

    fn contain(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (Self::All, _) => true,
            (Self::Name(listed), Some(Host::Domain(name))) => {
                let name = name.trim_end_matches('.');
                let above = name.strip_suffix(listed.as_str());
                !listed.is_empty() && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
            (Self::Addresses { first, prefix_length }, Some(Host::Ipv4(address))) => {
                share_prefix(*first, address.into(), *prefix_length)
            }
            (Self::Addresses { first, prefix_length }, Some(Host::Ipv6(address))) => {
                share_prefix(*first, address.into(), *prefix_length)
            }
            _ => false,
        }
    }
}

/// True if both addresses begin with the same bits.
fn share_prefix(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(list: &str, url: &str) -> bool {
        NoProxy::new(list).contains(&Url::parse(url).unwrap())
    }

    const COS: &str = "https://b-1.cos.ap-guangzhou.myqcloud.com/k";

    #[test]
    fn a_name_stands_for_all_names_below_it_however_it_is_written() {
        for list in
            ["myqcloud.com", ".myqcloud.com", "*.myqcloud.com", "MyQcloud.com.", "a.example, *.myqcloud.com", "*"]
        {
            assert!(listed(list, COS), "{list}");
        }
        for list in ["", "cloud.com", "b-2.cos.ap-guangzhou.myqcloud.com", "*myqcloud.com", "a,,b", ".", "*."] {
            assert!(!listed(list, COS), "{list}");
        }
        assert!(listed("myqcloud.com", "https://myqcloud.com"));
    }

    #[test]
    fn a_port_limits_an_entry() {
        assert!(listed(".myqcloud.com:443", COS));
        assert!(!listed(".myqcloud.com:80", COS));
        assert!(listed("myqcloud.com:8080", "http://x.myqcloud.com:8080"));
        assert!(listed("*:443", COS) && !listed("*:80", COS));
    }

    #[test]
    fn addresses_may_have_a_prefix_length() {
        let url = "http://10.1.2.3:9000";
        for list in ["10.1.2.3", "10.0.0.0/8", "0.0.0.0/0", "10.1.2.3:9000"] {
            assert!(listed(list, url), "{list}");
        }
        for list in ["10.1.2.4", "11.0.0.0/8", "10.1.2.3:80", "::/0"] {
            assert!(!listed(list, url), "{list}");
        }
        assert!(listed("fd00::/8", "http://[fd00::1]") && listed("[fd00::1]", "http://[fd00::1]"));
        assert!(!listed("fd00::/8", "http://[fe80::1]"));
    }
}
