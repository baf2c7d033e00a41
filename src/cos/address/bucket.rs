//! The name of a bucket (in CDCS, of a coffer).

use crate::language::{Phrase, message, phrase};
use std::fmt;

use super::InvalidName;

/// A bucket's or coffer's full name, `NAME-APPID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bucket(String);

impl Bucket {
    /// Takes lower-case letters, digits and hyphens, ending in `-APPID`.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let refuse = |why: Phrase| {
            Err(InvalidName(message!("'{name}' {why}; expected NAME-APPID, like examplebucket-1250000000", name, why)))
        };
        let address = name.split_once("://").map_or(name, |(_, rest)| rest);
        if let Some(bucket) = address.split(['/', '.']).next().filter(|bucket| *bucket != name)
            && Self::new(bucket).is_ok()
        {
            return Err(InvalidName(message!("'{name}' is not the name of a bucket; write {bucket}", name, bucket)));
        }
        let Some((own, appid)) = name.rsplit_once('-') else {
            return refuse(phrase!("has no APPID"));
        };
        if appid.is_empty() || !appid.bytes().all(|byte| byte.is_ascii_digit()) {
            return refuse(phrase!("does not end in an APPID (the number of your account)"));
        }
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if own.is_empty() || own.starts_with('-') || own.ends_with('-') || !own.bytes().all(allowed) {
            return refuse(phrase!("may contain only a-z, 0-9 and hyphens, and a hyphen may not come first or last"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_refused_with_the_bucket_in_it() {
        for url in ["cos://b-1", "cos://b-1/key", "b-1/", "b-1/key", "https://b-1.cos.ap-guangzhou.myqcloud.com"] {
            let error = Bucket::new(url).unwrap_err().to_string();
            assert_eq!(error, format!("'{url}' is not the name of a bucket; write b-1"));
        }
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
}
