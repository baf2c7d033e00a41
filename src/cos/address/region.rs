//! The name of a region.

use super::InvalidName;

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
        if name.is_empty() || name.starts_with('-') || name.ends_with('-') || !name.bytes().all(allowed) {
            return Err(InvalidName(format!(
                "'{name}' is not a region name; expected lower-case letters, digits and hyphens, like ap-guangzhou"
            )));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
