//! The server's name: DNS has addresses for it.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::time::Duration;

use tokio::time::timeout;

use super::check::Check;
use super::finding::Finding;
use crate::cli::output::failures::exit::UNAVAILABLE;
use crate::language::{Message, Series, message};
use crate::upload::threads;

/// The most addresses that are shown.
const MOST_SHOWN: usize = 4;

/// Asks DNS for the addresses of `host`.
pub(super) async fn look_up(host: &str, longest: Duration) -> io::Result<Vec<IpAddr>> {
    let name = host.trim_matches(['[', ']']).to_owned();
    let looking = threads::spawn_blocking(move || {
        let addresses = (name.as_str(), 0).to_socket_addrs()?;
        Ok(addresses.map(|address| address.ip()).collect())
    });
    match timeout(longest, looking).await {
        Ok(answer) => answer.unwrap_or_else(|died| Err(io::Error::other(died))),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, message!("DNS did not answer in time"))),
    }
}

/// What the answer of DNS means.
pub(super) fn judge(host: &str, answer: io::Result<Vec<IpAddr>>) -> Finding {
    let why = match answer {
        Ok(_) if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() => {
            return Finding::ok(Check::Names, message!("{host} is an address", host));
        }
        Ok(mut addresses) if !addresses.is_empty() => {
            addresses.dedup();
            let more = addresses.len().saturating_sub(MOST_SHOWN);
            let shown: Vec<String> = addresses.iter().take(MOST_SHOWN).map(IpAddr::to_string).collect();
            let more = if more > 0 { message!(" and {number} more", number = more) } else { Message::default() };
            let found = message!("{host} is {addresses}{more}", host, addresses = Series(&shown), more);
            return Finding::ok(Check::Names, found);
        }
        Ok(_) => message!("it has no address"),
        Err(error) => Message::of(&error),
    };
    let hint =
        message!("check the bucket, the region or endpoint, and this machine's DNS; behind a proxy, set HTTPS_PROXY");
    Finding::failed(Check::Names, message!("{host} was not found: {why}", host, why), Some(hint), UNAVAILABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;

    #[test]
    fn addresses_are_shown_and_their_absence_fails() {
        let addresses = |count: u8| Ok((1..=count).map(|last| IpAddr::from([10, 0, 0, last])).collect());
        assert_eq!(judge("[::1]", addresses(1)).detail, "[::1] is an address");
        assert_eq!(judge("h", addresses(1)).detail, "h is 10.0.0.1");
        assert_eq!(judge("h", addresses(6)).detail, "h is 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 and 2 more");
        let unknown = judge("h", Err(io::Error::other("unknown")));
        assert_eq!((unknown.verdict, unknown.detail.english()), (Verdict::Failed, "h was not found: unknown"));
        assert_eq!(judge("h", addresses(0)).verdict, Verdict::Failed);
    }
}
