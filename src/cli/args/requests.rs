//! How requests are made, as typed.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::Args;

use crate::cli::output::units::{parse_bit_rate, parse_byte_rate, parse_duration};
use crate::cos::TrafficLimit;
use crate::upload::batch::window::Concurrency;
use crate::upload::wire::rate;

/// How requests are made.
#[derive(Debug, Args)]
pub struct RequestArguments {
    /// Requests in flight, 1 to 1000 [auto]
    ///
    /// Each sends a part of its own. Default: auto, which begins with 4, goes up to 64 while more of them bring more, and
    /// makes do with fewer where the network is slow.
    #[arg(long, value_name = "N", value_parser = parse_concurrency)]
    pub concurrency: Option<Concurrency>,
    /// Attempts for each request [8]
    ///
    /// The first one counts, 1 to 1000. Default: 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_attempts: Option<u32>,
    /// Longest time of being asked for less [10m]
    ///
    /// While it lasts, answers that ask for less, like SlowDown, do not count as attempts. It begins anew with each part.
    /// Units are ms, s, m, h and d. Default: 10m.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, hide_short_help = true)]
    pub retry_time: Option<Duration>,
    /// Longest wait for a connection [10s]
    ///
    /// Units are ms, s, m, h and d. Default: 10s.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_duration)]
    pub connect_timeout: Option<Duration>,
    /// Longest time without a byte moving [60s]
    ///
    /// After it a request is given up and sent again. Units are ms, s, m, h and d. Default: 60s.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_duration)]
    pub stall_timeout: Option<Duration>,
}

/// How fast all requests together are.
#[derive(Debug, Args)]
pub struct RateArguments {
    /// Speed limit of all requests together
    ///
    /// So many bytes a second, at least 1KiB, with a unit like 8MiB or 1MB/s. It holds for the whole command, however many
    /// requests are in flight, and counts the bytes of files, those that are sent again too. Default: no limit.
    #[arg(long, value_name = "BYTES", value_parser = parse_limit_rate)]
    pub limit_rate: Option<NonZeroU64>,
}

fn parse_concurrency(text: &str) -> Result<Concurrency, String> {
    if text == "auto" {
        return Ok(Concurrency::Auto);
    }
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.map(Concurrency::Fixed).ok_or_else(|| "expected a number from 1 to 1000, or auto".to_owned())
}

fn parse_limit_rate(text: &str) -> Result<NonZeroU64, String> {
    let bytes = parse_byte_rate(text).map_err(|error| error.to_string())?;
    let enough = NonZeroU64::new(bytes).filter(|bytes| bytes.get() >= rate::LEAST);
    enough.ok_or_else(|| format!("{bytes} bytes a second are too few; expected 1KiB or more"))
}

pub(super) fn parse_traffic_limit(text: &str) -> Result<TrafficLimit, String> {
    let bits = parse_bit_rate(text).map_err(|error| error.to_string())?;
    TrafficLimit::new(bits).map_err(|error| error.to_string())
}
