//! The name of a region.

use super::InvalidName;
use crate::language::message;

/// A region such as `ap-guangzhou`. Any well-formed name is accepted, because new regions appear without notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// The regions of COS that its documentation lists.
    pub const KNOWN: [&str; 23] = [
        "ap-beijing",
        "ap-beijing-1",
        "ap-nanjing",
        "ap-shanghai",
        "ap-guangzhou",
        "ap-chengdu",
        "ap-chongqing",
        "ap-shenzhen-fsi",
        "ap-shanghai-fsi",
        "ap-beijing-fsi",
        "ap-hongkong",
        "ap-singapore",
        "ap-mumbai",
        "ap-jakarta",
        "ap-seoul",
        "ap-bangkok",
        "ap-tokyo",
        "na-siliconvalley",
        "na-ashburn",
        "na-toronto",
        "sa-saopaulo",
        "eu-frankfurt",
        "eu-moscow",
    ];

    /// Takes lower-case letters, digits and hyphens.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if let Some(region) = named_in_host(name) {
            return Err(InvalidName(message!("'{name}' is not a region name; write {region}", name, region)));
        }
        if name.is_empty() || name.starts_with('-') || name.ends_with('-') || !name.bytes().all(allowed) {
            return Err(InvalidName(message!(
                "'{name}' is not a region name; expected lower-case letters, digits and hyphens, like ap-guangzhou",
                name
            )));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The region in `cos.ap-guangzhou` or in the host of an endpoint, as some tools take it.
fn named_in_host(text: &str) -> Option<&str> {
    let host = text.split_once("://").map_or(text, |(_, host)| host).trim_end_matches('/');
    let mut names = host.split('.').skip_while(|name| !matches!(*name, "cos" | "cos-internal" | "cdcs"));
    let region = names.nth(1)?;
    Region::new(region).is_ok().then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_has_a_region_is_refused_with_the_region() {
        for host in ["cos.ap-guangzhou", "cos.ap-guangzhou.myqcloud.com", "https://b-1.cos.ap-guangzhou.myqcloud.com/"]
        {
            let error = Region::new(host).unwrap_err().to_string();
            assert_eq!(error, format!("'{host}' is not a region name; write ap-guangzhou"));
        }
        for other in ["Guangzhou", "cos.", "ap.guangzhou", ""] {
            assert!(Region::new(other).unwrap_err().to_string().contains("like ap-guangzhou"), "{other}");
        }
        assert!(Region::new("cos").is_ok());
    }
}
