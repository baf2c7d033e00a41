//! The source of credentials for an upload: searches once, keeps the result, and renews it before it expires or when the
//! service refuses it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::error::error;
use super::place::Place;
use super::search::{Obtained, has_expired, renew, search};
use super::settings::Settings;
use crate::cos::{Credentials, CredentialsError, Provider};
use crate::language::{Message, message};

/// The longest time before expiry at which credentials are renewed.
const AHEAD: Duration = Duration::from_secs(600);

/// Provides the credentials of the first place that has any.
pub struct Chain {
    settings: Settings,
    state: Mutex<State>,
    /// Held while searching or renewing; other requests wait for the result.
    renewal: tokio::sync::Mutex<()>,
}

/// The properties of credentials that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Where they came from, for messages.
    pub source: Message,
    /// The first and last characters of the ID.
    pub masked_id: String,
    /// When they expire, if that is known.
    pub expires: Option<SystemTime>,
    /// True if they expire.
    pub temporary: bool,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// The number of finished searches.
    rounds: u64,
    /// The error of the last search, if it failed.
    failure: Option<CredentialsError>,
}

#[derive(Clone)]
struct Current {
    credentials: Credentials,
    place: Place,
    source: Message,
    /// When to renew them.
    due: Option<SystemTime>,
}

impl Chain {
    /// A chain that has not searched yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, state: Mutex::default(), renewal: tokio::sync::Mutex::default() }
    }

    /// Where the current credentials came from; `None` before the first search.
    pub fn source(&self) -> Option<Message> {
        self.state().current.as_ref().map(|current| current.source.clone())
    }

    /// Gets credentials and describes them.
    pub async fn describe(&self, now: SystemTime) -> Result<Described, CredentialsError> {
        let credentials = self.get(now, None).await?;
        Ok(Described {
            source: self.source().unwrap_or_default(),
            masked_id: credentials.masked_id(),
            expires: credentials.expires(),
            temporary: credentials.session_token().is_some() || credentials.expires().is_some(),
        })
    }

    async fn get(&self, now: SystemTime, refused: Option<&Credentials>) -> Result<Credentials, CredentialsError> {
        let (current, round) = {
            let state = self.state();
            (state.current.clone(), state.rounds)
        };
        let usable = current.filter(|current| current.is_usable(now, refused));
        let _renewal = match usable {
            Some(current) if !current.is_due(now) => return Ok(current.credentials),
            Some(current) => match self.renewal.try_lock() {
                Ok(renewal) => renewal,
                // Another request is renewing them; the current ones are still valid.
                Err(_) => return Ok(current.credentials),
            },
            None => self.renewal.lock().await,
        };
        match self.outcome_since(round, now, refused) {
            Some(outcome) => outcome,
            None => self.renew(now, refused).await,
        }
    }

    /// The result of a search that finished while this request waited.
    fn outcome_since(
        &self,
        round: u64,
        now: SystemTime,
        refused: Option<&Credentials>,
    ) -> Option<Result<Credentials, CredentialsError>> {
        let state = self.state();
        if state.rounds == round {
            return None;
        }
        let usable = state.current.as_ref().filter(|current| current.is_usable(now, refused));
        usable.map(|current| Ok(current.credentials.clone())).or_else(|| state.failure.clone().map(Err))
    }

    async fn renew(&self, now: SystemTime, refused: Option<&Credentials>) -> Result<Credentials, CredentialsError> {
        let current = self.state().current.clone();
        let obtained = match &current {
            Some(current) => renew(&self.settings, current.place, now).await,
            None => search(&self.settings, now).await,
        };
        let obtained = obtained.and_then(|obtained| obtained.unless(refused));
        let mut state = self.state();
        state.rounds += 1;
        state.failure = None;
        match (obtained, current.filter(|current| current.is_usable(now, refused))) {
            (Ok(obtained), _) => {
                let current = Current::new(obtained, now);
                let credentials = current.credentials.clone();
                state.current = Some(current);
                Ok(credentials)
            }
            (Err(_), Some(current)) => {
                let credentials = current.credentials.clone();
                state.current = Some(current.postponed(now));
                Ok(credentials)
            }
            (Err(why), None) => {
                state.failure = Some(why.clone());
                Err(why)
            }
        }
    }

    /// No code panics while it holds the lock, so a poisoned lock can be used.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for Chain {
    fn credentials<'a>(
        &'a self,
        now: SystemTime,
        refused: Option<&'a Credentials>,
    ) -> Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send + 'a>> {
        Box::pin(self.get(now, refused))
    }
}

impl Obtained {
    /// Refuses credentials that the service has refused: a file or a server may still return them.
    fn unless(self, refused: Option<&Credentials>) -> Result<Self, CredentialsError> {
        if refused.is_some_and(|refused| same_keys(refused, &self.credentials)) {
            return Err(error(message!(
                "the service says that the credentials have expired, and {source} has no newer ones",
                source = self.source
            )));
        }
        Ok(self)
    }
}

impl Current {
    fn new(obtained: Obtained, now: SystemTime) -> Self {
        let Obtained { credentials, place, source } = obtained;
        let due = credentials.expires().map(|expires| due(expires, now));
        Self { credentials, place, source, due }
    }

    fn is_usable(&self, now: SystemTime, refused: Option<&Credentials>) -> bool {
        !has_expired(&self.credentials, now) && !refused.is_some_and(|refused| same_keys(refused, &self.credentials))
    }

    fn is_due(&self, now: SystemTime) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// The same credentials, to be renewed after a quarter of their remaining time.
    fn postponed(self, now: SystemTime) -> Self {
        let left = self.credentials.expires().and_then(|expires| expires.duration_since(now).ok());
        Self { due: left.map(|left| now + (left / 4).max(Duration::from_secs(1))), ..self }
    }
}

/// A quarter of the lifetime before expiry, up to ten minutes. If a renewal returns the same credentials, the remaining
/// time is shorter, so a server that is slow to renew is asked a few times and not for every request.
fn due(expires: SystemTime, now: SystemTime) -> SystemTime {
    let lifetime = expires.duration_since(now).unwrap_or_default();
    expires - AHEAD.min(lifetime / 4)
}

/// Compares ID, key and token. A source may return the same keys with another time of expiry.
fn same_keys(one: &Credentials, other: &Credentials) -> bool {
    let keys = |credentials: &Credentials| credentials.clone().expiring(None);
    keys(one) == keys(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::parsing::expiry::unix;

    #[test]
    fn credentials_are_renewed_a_quarter_of_their_lifetime_or_ten_minutes_before_expiry() {
        let now = unix(1_000_000).unwrap();
        let at = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(due(at(7200), now), at(6600));
        assert_eq!(due(at(2400), now), at(1800));
        assert_eq!(due(at(400), now), at(300));
        assert_eq!(due(now, now), now);
    }
}
