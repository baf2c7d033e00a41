//! The provider behind an upload: searches once, keeps what it found, and renews it before it ends or when it is refused.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::found::error;
use super::place::Place;
use super::search::{Obtained, again, has_ended, search};
use super::settings::Settings;
use crate::cos::{Credentials, CredentialsError, Provider};

/// How long before their end credentials are renewed at the earliest.
const AHEAD: Duration = Duration::from_secs(600);

/// Gives credentials from the first place that holds some.
pub struct Chain {
    settings: Settings,
    state: Mutex<State>,
    /// Whoever holds this searches or renews; everybody else waits for the outcome.
    turn: tokio::sync::Mutex<()>,
}

/// What may be shown of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Where they came from, in words.
    pub source: String,
    /// The beginning and the end of the id.
    pub masked_id: String,
    /// When they end, where that is known.
    pub expires: Option<SystemTime>,
    /// Whether they end at all.
    pub temporary: bool,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// How many searches have ended, and how the last one failed if it did.
    rounds: u64,
    failure: Option<CredentialsError>,
}

#[derive(Clone)]
struct Held {
    credentials: Credentials,
    place: Place,
    source: String,
    /// When to renew.
    due: Option<SystemTime>,
}

impl Chain {
    /// A chain that has not looked anywhere yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, state: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Where the credentials in use came from; `None` before the first were given.
    pub fn source(&self) -> Option<String> {
        self.state().held.as_ref().map(|held| held.source.clone())
    }

    /// Gets credentials and tells what may be shown of them.
    pub async fn describe(&self, now: SystemTime) -> Result<Described, CredentialsError> {
        let credentials = self.current(now, None).await?;
        Ok(Described {
            source: self.source().unwrap_or_default(),
            masked_id: credentials.masked_id(),
            expires: credentials.expires(),
            temporary: credentials.session_token().is_some() || credentials.expires().is_some(),
        })
    }

    async fn current(&self, now: SystemTime, refused: Option<&Credentials>) -> Result<Credentials, CredentialsError> {
        let (held, round) = {
            let state = self.state();
            (state.held.clone(), state.rounds)
        };
        let usable = held.filter(|held| held.is_usable(now, refused));
        let _turn = match usable {
            Some(held) if !held.is_due(now) => return Ok(held.credentials),
            Some(held) => match self.turn.try_lock() {
                Ok(turn) => turn,
                // Somebody else is renewing; the old ones still do.
                Err(_) => return Ok(held.credentials),
            },
            None => self.turn.lock().await,
        };
        match self.outcome_since(round, now, refused) {
            Some(outcome) => outcome,
            None => self.renew(now, refused).await,
        }
    }

    /// How a search ended that was under way when this one was asked for.
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
        let usable = state.held.as_ref().filter(|held| held.is_usable(now, refused));
        usable.map(|held| Ok(held.credentials.clone())).or_else(|| state.failure.clone().map(Err))
    }

    async fn renew(&self, now: SystemTime, refused: Option<&Credentials>) -> Result<Credentials, CredentialsError> {
        let held = self.state().held.clone();
        let obtained = match &held {
            Some(held) => again(&self.settings, held.place, now).await,
            None => search(&self.settings, now).await,
        };
        let obtained = obtained.and_then(|obtained| obtained.unless(refused));
        let mut state = self.state();
        state.rounds += 1;
        state.failure = None;
        match (obtained, held.filter(|held| held.is_usable(now, refused))) {
            (Ok(obtained), _) => {
                let held = Held::new(obtained, now);
                let credentials = held.credentials.clone();
                state.held = Some(held);
                Ok(credentials)
            }
            (Err(_), Some(held)) => {
                let credentials = held.credentials.clone();
                state.held = Some(held.postponed(now));
                Ok(credentials)
            }
            (Err(why), None) => {
                state.failure = Some(why.clone());
                Err(why)
            }
        }
    }

    /// No code can panic while this is held, so a poisoned lock is as good as any.
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
        Box::pin(self.current(now, refused))
    }
}

impl Obtained {
    /// Refuses what the service has refused: a file or a server may hold it still.
    fn unless(self, refused: Option<&Credentials>) -> Result<Self, CredentialsError> {
        if refused.is_some_and(|refused| same_keys(refused, &self.credentials)) {
            return Err(error(format!(
                "the service calls the credentials expired, and {} has no newer ones",
                self.source
            )));
        }
        Ok(self)
    }
}

impl Held {
    fn new(obtained: Obtained, now: SystemTime) -> Self {
        let Obtained { credentials, place, source } = obtained;
        let due = credentials.expires().map(|expires| due(expires, now));
        Self { credentials, place, source, due }
    }

    fn is_usable(&self, now: SystemTime, refused: Option<&Credentials>) -> bool {
        !has_ended(&self.credentials, now) && !refused.is_some_and(|refused| same_keys(refused, &self.credentials))
    }

    fn is_due(&self, now: SystemTime) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// The same, to be renewed when most of what is left has passed.
    fn postponed(self, now: SystemTime) -> Self {
        let left = self.credentials.expires().and_then(|expires| expires.duration_since(now).ok());
        Self { due: left.map(|left| now + (left / 4).max(Duration::from_secs(1))), ..self }
    }
}

/// A quarter of the lifetime before the end, at most ten minutes. Each renewal that brings the same credentials again
/// shortens what is left, so that a server which is slow to change them is asked a few times, not at every request.
fn due(expires: SystemTime, now: SystemTime) -> SystemTime {
    let lifetime = expires.duration_since(now).unwrap_or_default();
    expires - AHEAD.min(lifetime / 4)
}

/// A source may learn a new end for the keys it has; that does not make them other keys.
fn same_keys(one: &Credentials, other: &Credentials) -> bool {
    let keys = |credentials: &Credentials| credentials.clone().expiring(None);
    keys(one) == keys(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::expiry::unix;

    #[test]
    fn credentials_are_due_a_quarter_of_their_life_but_at_most_ten_minutes_before_the_end() {
        let now = unix(1_000_000).unwrap();
        let at = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(due(at(7200), now), at(6600));
        assert_eq!(due(at(2400), now), at(1800));
        assert_eq!(due(at(400), now), at(300));
        assert_eq!(due(now, now), now);
    }
}
