//! The options of requests, as typed.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::Args;

use crate::cli::values::units::{parse_bit_rate, parse_byte_rate, parse_duration};
use crate::cos::TrafficLimit;
use crate::language::{Message, message};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::wire::limits::rate;

/// The requests.
#[derive(Debug, Args)]
pub struct RequestArguments {
    /// Requests in flight, 1 to 1000 [auto]
    ///
    /// Each request sends one part or one small file. Default: auto, which begins with 8, adds requests up to 64, or
    /// 184 of small files, while that is faster, and uses fewer on a slow network.
    #[arg(long, value_name = "N", value_parser = parse_concurrency, allow_negative_numbers = true)]
    pub concurrency: Option<Concurrency>,
    /// Attempts for each request, 1 to 1000 [8]
    ///
    /// The first attempt counts. Default: 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), allow_negative_numbers = true)]
    pub max_attempts: Option<u32>,
    /// How long to keep retrying while throttled or without a network [10m]
    ///
    /// Until then, answers that ask for fewer requests, such as SlowDown, do not count as attempts; the time begins
    /// anew with each part. Nor do requests that fail with the network, once the server has answered; the time begins
    /// anew with each answer. Units: ms, s, m, h and d. Default: 10m.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true, hide_short_help = true)]
    pub retry_time: Option<Duration>,
    /// Longest wait for a connection [10s]
    ///
    /// Units: ms, s, m, h and d. Default: 10s.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub connect_timeout: Option<Duration>,
    /// Longest time without a byte moving [60s]
    ///
    /// A request that exceeds it is cancelled and sent again. Units: ms, s, m, h and d. Default: 60s.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub stall_timeout: Option<Duration>,
    /// Time after which the command stops, as on SIGTERM
    ///
    /// Requests in flight get two seconds to finish, the journal is kept, and the exit code is 143. In a GitLab job the
    /// default is a minute before the job's own timeout. Units: ms, s, m, h and d. Default: no deadline. Example: 50m.
    #[arg(long, hide_short_help = true, value_name = "TIME", value_parser = parse_duration, allow_negative_numbers = true)]
    pub deadline: Option<Duration>,
}

/// The speed limit of all requests together.
#[derive(Debug, Args)]
pub struct RateArguments {
    /// Speed limit of all requests together
    ///
    /// Bytes a second, at least 1KiB, with a unit like 8MiB or 1MB/s. It holds for the whole command, and counts all
    /// bytes of files, including those that are sent again. Default: no limit.
    #[arg(long, value_name = "BYTES", value_parser = parse_limit_rate)]
    pub limit_rate: Option<NonZeroU64>,
}

fn parse_concurrency(text: &str) -> Result<Concurrency, Message> {
    if text == "auto" {
        return Ok(Concurrency::Auto);
    }
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.map(Concurrency::Fixed).ok_or_else(|| message!("expected a number from 1 to 1000, or auto"))
}

pub(super) fn parse_limit_rate(text: &str) -> Result<NonZeroU64, Message> {
    let bytes = parse_byte_rate(text).map_err(|error| Message::of(&error))?;
    let enough = NonZeroU64::new(bytes).filter(|bytes| bytes.get() >= rate::LEAST);
    enough.ok_or_else(|| message!("{bytes} bytes a second are too few; expected 1KiB or more", bytes))
}

pub(super) fn parse_traffic_limit(text: &str) -> Result<TrafficLimit, Message> {
    let bits = parse_bit_rate(text).map_err(|error| Message::of(&error))?;
    TrafficLimit::new(bits).map_err(|error| Message::of(&error))
}
