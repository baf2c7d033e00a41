//! Whether a person looks at the emulator with a browser or curl.
//!
//! Programs must sign their requests, as at COS. A person who opens the address of the emulator wants to see what it
//! holds, so an unsigned GET of a browser, curl or Wget at the address itself is answered with a page or an object. A
//! script in a page is a program: its requests have an `Origin`.

use super::authorization::is_signed;
use super::operation::Operation;
use super::request_head::RequestHead;

/// The beginnings of `User-Agent`.
const VIEWERS: [&str; 3] = ["Mozilla/", "curl/", "Wget/"];
/// The headers and values of requests that a script makes, or that load a part of another page.
const FETCHED: (&str, &str) = ("sec-fetch-mode", "cors");

/// True for a request that is answered with a page or an object without a signature.
pub(crate) fn is_browsing(head: &RequestHead, operation: Operation) -> bool {
    let reads = matches!(
        operation,
        Operation::ListBuckets | Operation::ListObjects | Operation::GetObject | Operation::HeadObject
    );
    let header = |name: &str| head.headers.get(name).unwrap_or_default();
    let views = VIEWERS.iter().any(|viewer| header("user-agent").starts_with(viewer));
    let by_script = !header("origin").is_empty() || header(FETCHED.0) == FETCHED.1;
    reads && views && !by_script && !is_signed(head) && is_own_address(&head.host)
}

/// True for an IP address or a name without a domain: a host of COS belongs to a program.
fn is_own_address(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok() || !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_looks_and_a_program_does_not() {
        let browses = |host: &str, headers: &[(&str, &str)]| {
            let head = RequestHead::new("GET", host, "/b-1/k", None, headers.iter().copied().collect()).unwrap();
            is_browsing(&head, Operation::GetObject)
        };
        let firefox = ("User-Agent", "Mozilla/5.0 (X11)");
        assert!(browses("127.0.0.1:9460", &[firefox]) && browses("localhost:9460", &[("User-Agent", "curl/8.5.0")]));
        assert!(browses("[::1]:9460", &[firefox]));
        assert!(!browses("127.0.0.1:9460", &[]) && !browses("127.0.0.1:9460", &[("User-Agent", "python-requests")]));
        assert!(!browses("127.0.0.1:9460", &[firefox, ("Origin", "http://localhost:3000")]));
        assert!(!browses("127.0.0.1:9460", &[firefox, ("Authorization", "x")]));
        assert!(!browses("b-1.cos.ap-beijing.myqcloud.com", &[firefox]));
    }
}
