//! The backup domain: which hosts have one, and when it is used.

use super::{Address, Addressing, Endpoint, Region, Service};

impl Address {
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
}

/// Whether an attempt reached COS.
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
    /// True if the next attempt should go to the backup domain: immediately if something other than COS redirects; for the
    /// last attempt if nothing answers, or if something other than COS answers 5xx. The official SDKs use the same conditions.
    pub fn calls_for_backup(self, next_is_last: bool) -> bool {
        match self {
            Self::Cos => false,
            Self::SomethingElse(status) => matches!(status, 301 | 302 | 307) || (status >= 500 && next_is_last),
            Self::Nothing => next_is_last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::address::target::tests::target;
    use crate::cos::request::Method;

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
    fn the_backup_domain_is_used_if_cos_was_not_reached() {
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
}
