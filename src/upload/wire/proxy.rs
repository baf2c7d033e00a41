//! The proxy that requests go through, as a variable names it, and the proxy's answer if it refuses.

use crate::language::{Message, Series, message, phrase};
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::no_proxy::NoProxy;

/// The supported proxy schemes.
const SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];
/// The status with which a proxy asks for a user name and password.
pub(super) const AUTHENTICATION_REQUIRED: u16 = 407;
/// The most that is read of a proxy's answer, in bytes.
const LONGEST_ANSWER: usize = 4096;

/// A proxy. `Debug` and `Display` show neither its user name nor its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    url: Url,
    variable: String,
    exceptions: NoProxy,
}

/// True for `http://::1:8080`: more colons than a host and a port have, and nothing but an address.
fn is_bare_ipv6(value: &str) -> bool {
    let host = value.split_once("://").map_or(value, |(_, host)| host).trim_end_matches('/');
    host.matches(':').count() > 1 && host.bytes().all(|byte| byte == b':' || byte.is_ascii_hexdigit())
}

/// Why the value of a variable is not a valid proxy. The value is not shown, because it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidProxy {
    /// The variable.
    pub variable: String,
    /// The fault in its value.
    pub why: Message,
}

/// A proxy's answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// The status and its reason phrase, as the proxy sent them.
    pub(super) text: String,
}

impl Proxy {
    /// Reads the value of a variable; `no_proxy` lists the hosts that are reached without the proxy.
    pub fn new(variable: &str, value: &str, no_proxy: &str) -> Result<Self, InvalidProxy> {
        let refuse = |why: Message| Err(InvalidProxy { variable: variable.to_owned(), why });
        if let Some(letter) = value.chars().find(|letter| letter.is_control() || letter.is_whitespace()) {
            return refuse(message!("it contains the character {letter}", letter = format_args!("{letter:?}")));
        }
        let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let encode =
            phrase!("in a user name or password, write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25");
        let url = match Url::parse(&with_scheme) {
            Ok(url) => url,
            Err(_) if is_bare_ipv6(value) => {
                return refuse(message!("an IPv6 address needs brackets, as in http://[::1]:8080"));
            }
            Err(error) => return refuse(message!("it is not a URL ({error}); {encode}", error, encode)),
        };
        if !SCHEMES.contains(&url.scheme()) {
            return refuse(message!("its scheme is none of {schemes}", schemes = Series(&SCHEMES)));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return refuse(message!("it has no host"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return refuse(message!("it has more than a host and a port; {encode}", encode));
        }
        Ok(Self { url, variable: variable.to_owned(), exceptions: NoProxy::new(no_proxy) })
    }

    /// The proxy as a setting of the network library.
    pub fn for_client(&self) -> reqwest::Proxy {
        let proxy = self.clone();
        reqwest::Proxy::custom(move |url| proxy.is_for(url).then(|| proxy.url.clone()))
    }

    /// True if requests to this URL go through the proxy.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        !self.exceptions.contains(url)
    }

    /// Asks the proxy for a connection once more to read its answer, because the network library drops it. `None` if
    /// the proxy does connect, does not answer, or speaks another protocol.
    pub(super) async fn refusal(&self, url: &Url, longest: Duration) -> Option<Refusal> {
        if self.url.scheme() != "http" || url.scheme() != "https" {
            return None;
        }
        let refusal = timeout(longest, self.connect(url)).await.ok()??;
        Some(refusal).filter(|refusal| !(200..300).contains(&refusal.status))
    }

    async fn connect(&self, url: &Url) -> Option<Refusal> {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        let proxy = (self.url.host_str()?.trim_matches(['[', ']']), self.url.port_or_known_default()?);
        let mut stream = TcpStream::connect(proxy).await.ok()?;
        let authorization = self.authorization().map(|value| format!("Proxy-Authorization: {value}\r\n"));
        let authorization = authorization.unwrap_or_default();
        let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        while !answer.contains(&b'\n') && answer.len() < LONGEST_ANSWER {
            if stream.read_buf(&mut answer).await.ok()? == 0 {
                break;
            }
        }
        let line = String::from_utf8_lossy(answer.split(|byte| *byte == b'\n').next()?).into_owned();
        let text = line.strip_prefix("HTTP/")?.split_once(' ')?.1.trim().to_owned();
        let status = text.get(..3)?.parse().ok()?;
        Some(Refusal { status, text })
    }

    fn authorization(&self) -> Option<String> {
        if self.url.username().is_empty() && self.url.password().is_none() {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (decoded(self.url.username()), decoded(self.url.password().unwrap_or_default()));
        Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (self.url.scheme(), self.url.host_str().unwrap_or_default());
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let address = format_args!("{scheme}://{host}{port}");
        message!("{address} (from {variable})", address, variable = self.variable).fmt(f)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message!("the variable {variable} names no proxy: {why}", variable = self.variable, why = self.why).fmt(f)
    }
}

impl std::error::Error for InvalidProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_without_brackets_is_named_as_such() {
        for bare in ["http://::1:8080", "::1", "fe80::1:3128/"] {
            let why = Proxy::new("http_proxy", bare, "").unwrap_err().why;
            assert_eq!(why, "an IPv6 address needs brackets, as in http://[::1]:8080", "{bare}");
        }
        assert!(Proxy::new("http_proxy", "[::1]:8080", "").is_ok());
    }

    fn why(value: &str) -> Message {
        Proxy::new("https_proxy", value, "").unwrap_err().why
    }

    #[test]
    fn a_proxy_may_be_written_with_or_without_a_scheme() {
        for value in ["http://proxy:3128", "proxy:3128", "http://user:p%40ss@proxy:3128/"] {
            let proxy = Proxy::new("https_proxy", value, "").unwrap();
            assert_eq!(proxy.to_string(), "http://proxy:3128 (from https_proxy)", "{value}");
        }
        assert!(Proxy::new("all_proxy", "socks5h://127.0.0.1:1080", "").is_ok());
    }

    #[test]
    fn a_value_that_is_no_proxy_is_refused_without_its_password() {
        assert_eq!(why("http://u:secret@proxy:3128\r"), "it contains the character '\\r'");
        for value in
            ["http://u:sec#ret@proxy:3128", "http://u:12/secret@proxy", "http://u:1?secret@proxy", "u:se/cret@p:1"]
        {
            assert!(why(value).contains("write @ as %40"), "{}", why(value));
            assert!(!why(value).contains("ret"), "{}", why(value));
        }
        assert_eq!(why("ftp://proxy"), "its scheme is none of http, https, socks5, socks5h");
        assert_eq!(why("http://"), why("http://u:secret@"));
    }
}
