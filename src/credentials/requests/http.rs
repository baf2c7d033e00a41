//! Small requests to metadata and STS: no redirects, short answers, and errors without the secrets of the address.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::language::{Message, message};

/// The longest answer that is read, in bytes.
const MOST: usize = 1 << 20;

/// Whether the proxy of the system is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proxy {
    System,
    None,
}

impl Proxy {
    /// No proxy for a server on this machine.
    pub(crate) fn towards(url: &Url) -> Self {
        let local = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if local { Self::None } else { Self::System }
    }
}

/// A client for a few requests to `url`.
pub(crate) fn client(url: &Url, proxy: Proxy, connect: Duration, whole: Duration) -> Result<Client, Message> {
    let builder = Client::builder()
        .user_agent(concat!("cosput/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(connect)
        .timeout(whole);
    let builder = if proxy == Proxy::None { builder.no_proxy() } else { builder };
    // Without TLS, no certificates need to be installed.
    let builder = if url.scheme() == "https" { builder } else { builder.tls_certs_only([]) };
    builder.build().map_err(|why| explain(&why))
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: RequestBuilder) -> Result<(StatusCode, Zeroizing<Vec<u8>>), Message> {
    let mut response = request.send().await.map_err(|why| explain(&why))?;
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|why| explain(&why))? {
        if body.len() + chunk.len() > MOST {
            return Err(message!("the answer is larger than 1 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((response.status(), body))
}

/// The message of an error, without the address, which may contain a password.
fn explain(why: &reqwest::Error) -> Message {
    if why.is_timeout() {
        return message!("no answer in time");
    }
    let mut root: &dyn std::error::Error = why;
    while let Some(source) = root.source() {
        root = source;
    }
    match (why.is_connect(), why.source().is_some()) {
        (true, true) => message!("could not connect: {why}", why = root),
        (true, false) => message!("could not connect"),
        (false, true) => root.to_string().into(),
        (false, false) => message!("the request failed"),
    }
}
