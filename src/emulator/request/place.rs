//! The bucket and the key that a request names, in its host or in its path.

use crate::cos::address::{Bucket, Key, LONGEST_KEY};

use super::request_head::Level;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// The domains of COS.
const DOMAINS: [&str; 2] = [".myqcloud.com", ".tencentcos.cn"];
/// The label before the region in hosts of COS and CDCS.
const SERVICES: [&str; 4] = ["cos", "cos-internal", "cdcs", "cos-website"];

/// The names in a request, not yet checked; an empty name is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    /// The region, if the host names one.
    pub(crate) region: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Reads host and decoded path. The host has the bucket in front, unless it is an address or the host of the whole
    /// service; otherwise the path begins with the bucket.
    pub(crate) fn of(host: &'a str, path: &'a str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let name = host
            .rsplit_once(':')
            .map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
        let (label, region) = match DOMAINS.iter().find_map(|domain| name.strip_suffix(domain)) {
            Some(name) => of_cos(name),
            None => (bucket_label(name), None),
        };
        match label {
            Some(bucket) => Self { bucket, key: path, region },
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                Self { bucket, key, region }
            }
        }
    }

    pub(crate) fn level(self) -> Level {
        match (self.bucket, self.key) {
            ("", _) => Level::Service,
            (_, "") => Level::Bucket,
            _ => Level::Object,
        }
    }

    pub(crate) fn bucket(self) -> Result<Bucket, Refusal> {
        Bucket::new(self.bucket).map_err(|error| refusal::INVALID_BUCKET_NAME.saying(error.to_string()))
    }

    pub(crate) fn key(self) -> Result<Key, Refusal> {
        if self.key.len() > LONGEST_KEY {
            return Err(refusal::KEY_TOO_LONG);
        }
        Key::as_stored(self.key).ok_or(refusal::INVALID_OBJECT_NAME)
    }
}

/// The bucket and the region in a host of COS without its domain: `BUCKET.cos.REGION`.
fn of_cos(name: &str) -> (Option<&str>, Option<&str>) {
    let (before, region) = name.rsplit_once('.').unwrap_or(("", name));
    let (bucket, service) = match before.rsplit_once('.') {
        Some((bucket, service)) => (Some(bucket), service),
        None => (None, before),
    };
    let region = Some(region).filter(|region| SERVICES.contains(&service) && *region != "accelerate");
    let bucket = if SERVICES.contains(&service) { bucket } else { Some(before).filter(|before| *before != "service") };
    (bucket.filter(|bucket| !bucket.is_empty()), region)
}

/// The first label of any other host, if it is a bucket name or a name below `localhost`.
fn bucket_label(name: &str) -> Option<&str> {
    let (label, rest) = name.split_once('.')?;
    (Bucket::new(label).is_ok() || rest == "localhost").then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_in_the_host_or_in_the_path() {
        for (host, path, bucket, key, region) in [
            ("127.0.0.1:9460", "/b-1/a//b/../c", "b-1", "a//b/../c", ""),
            ("127.0.0.1:9460", "/b-1//a", "b-1", "/a", ""),
            ("localhost:9460", "/b-1", "b-1", "", ""),
            ("[::1]:9460", "/b-1/", "b-1", "", ""),
            ("b-1.localhost:9460", "/b-2/k", "b-1", "b-2/k", ""),
            ("b.localhost:9460", "/b-2/k", "b", "b-2/k", ""),
            ("b-1.cos.ap-beijing.myqcloud.com", "/", "b-1", "", "ap-beijing"),
            ("b-1.cos.ap-beijing.myqcloud.com", "//k", "b-1", "/k", "ap-beijing"),
            ("b-1.cos.ap-beijing.tencentcos.cn:8080", "/k", "b-1", "k", "ap-beijing"),
            ("b.cos.ap-beijing.myqcloud.com", "/build-17/app.js", "b", "build-17/app.js", "ap-beijing"),
            ("b-1.cos.accelerate.myqcloud.com", "/k", "b-1", "k", ""),
            ("cos.ap-beijing.myqcloud.com", "/b-1/k", "b-1", "k", "ap-beijing"),
            ("cdcs.ap-tianjin.myqcloud.com", "/b-1/k", "b-1", "k", "ap-tianjin"),
            ("service.cos.myqcloud.com", "/", "", "", ""),
            ("localhost", "/", "", "", ""),
            ("emulator:9460", "/b-1/k", "b-1", "k", ""),
        ] {
            let region = Some(region).filter(|region| !region.is_empty());
            assert_eq!(Place::of(host, path), Place { bucket, key, region }, "{host}{path}");
        }
    }
}
