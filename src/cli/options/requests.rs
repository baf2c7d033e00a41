//! The options of credentials and requests.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::args::{AccessArguments, IdentityArguments, RateArguments, RequestArguments};
use crate::upload::batch::concurrency::Concurrency;
use crate::upload::patience::Patience;

const MAX_ATTEMPTS: u32 = 8;
const RETRY_TIME: Duration = Duration::from_secs(600);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// The credentials, and the certificates to trust.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessOptions {
    /// The profile, if one is named.
    pub profile: Option<String>,
    /// The configuration file, if one is named.
    pub config: Option<PathBuf>,
    /// Certificates to trust besides those of the system.
    pub ca_bundle: Option<PathBuf>,
    /// Whether requests never go to the backup domain.
    pub no_backup_domain: bool,
}

/// The options of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestOptions {
    /// Requests in flight.
    pub concurrency: Concurrency,
    /// Attempts for each request, the first included.
    pub max_attempts: u32,
    /// How long throttled requests do not count as attempts.
    pub retry_time: Duration,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time without a byte moving.
    pub stall_timeout: Duration,
    /// The most bytes a second of all bodies together.
    pub limit_rate: Option<NonZeroU64>,
}

impl AccessOptions {
    pub(in crate::cli) fn new(arguments: AccessArguments) -> Self {
        let AccessArguments { identity: IdentityArguments { profile, config }, ca_bundle, no_backup_domain } =
            arguments;
        Self { profile, config, ca_bundle, no_backup_domain }
    }
}

impl RequestOptions {
    /// The retries of each request.
    pub(in crate::cli) fn patience(self) -> Patience {
        Patience { max_attempts: self.max_attempts, retry_time: self.retry_time }
    }

    pub(in crate::cli) fn new(arguments: RequestArguments) -> Self {
        Self {
            concurrency: arguments.concurrency.unwrap_or_default(),
            max_attempts: arguments.max_attempts.unwrap_or(MAX_ATTEMPTS),
            retry_time: arguments.retry_time.unwrap_or(RETRY_TIME),
            connect_timeout: arguments.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            stall_timeout: arguments.stall_timeout.unwrap_or(STALL_TIMEOUT),
            limit_rate: None,
        }
    }

    pub(super) fn at_rate(self, RateArguments { limit_rate }: RateArguments) -> Self {
        let concurrency = limit_rate.map_or(self.concurrency, |rate| self.concurrency.at_rate(rate.get()));
        Self { concurrency, limit_rate, ..self }
    }
}
