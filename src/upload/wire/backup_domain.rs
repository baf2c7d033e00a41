//! Whether requests go to the backup domain. The switch is made once.
//!
//! It depends on the number of attempts, so the machine and single requests decide it. A transport sees one attempt
//! only. `cos::address` says which hosts have a backup and which failures call for it.

use super::call::Failure;
use crate::cos::{AnswerError, Reached};
use crate::upload::error::SendErrorKind;
use crate::upload::patience::{Attempts, Patience};

/// Whether requests go to the backup domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackupDomain {
    /// The address has no backup domain.
    #[default]
    Absent,
    /// Requests go to the main domain; a failure may change that.
    Standby,
    /// Requests go to the backup domain from now on, so that not every part waits for a dead domain again.
    InUse,
}

impl BackupDomain {
    /// The initial state for an address with or without a backup domain.
    pub fn new(has_backup: bool) -> Self {
        if has_backup { Self::Standby } else { Self::Absent }
    }

    /// Switches to the backup domain if this failure calls for it and another attempt is allowed. True if it switched
    /// now.
    pub fn consider(&mut self, failure: &Failure, attempts: &Attempts, patience: Patience) -> bool {
        let Some(reached) =
            reached(failure).filter(|_| *self == Self::Standby && attempts.sent() < patience.max_attempts)
        else {
            return false;
        };
        let taken = reached.calls_for_backup(attempts.next_is_last(patience));
        if taken {
            *self = Self::InUse;
        }
        taken
    }
}

/// How far a failed attempt came; `None` if no request was sent, or the server refused it.
fn reached(failure: &Failure) -> Option<Reached> {
    match failure {
        Failure::Answer(AnswerError::Service(error)) => {
            Some(if error.request_id.is_some() { Reached::Cos } else { Reached::SomethingElse(error.status) })
        }
        Failure::Send(error) => match error.kind {
            SendErrorKind::Connect | SendErrorKind::Broken | SendErrorKind::Stalled { .. } => Some(Reached::Nothing),
            SendErrorKind::Certificate
            | SendErrorKind::Tls
            | SendErrorKind::ProxyRefused
            | SendErrorKind::NoCredentials => None,
        },
        Failure::Answer(AnswerError::Malformed { .. }) | Failure::Source(_) | Failure::Abandoned => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::{Headers, Response, ServiceError};
    use crate::upload::SendError;

    const PATIENCE: Patience = Patience { max_attempts: 3, retry_time: std::time::Duration::from_secs(600) };

    fn answer(status: u16, from_cos: bool) -> Failure {
        let mut headers = Headers::new();
        if from_cos {
            headers.set("x-cos-request-id", "id");
        }
        let error = ServiceError::read(&Response { status, headers, body: "".into() });
        Failure::Answer(AnswerError::Service(Box::new(error)))
    }

    fn nothing(kind: SendErrorKind) -> Failure {
        Failure::Send(SendError { kind, message: "".into() })
    }

    /// The number of attempts before the switch, if all fail like this.
    fn taken_after(failure: &Failure) -> Option<u32> {
        let (mut backup_domain, mut attempts) = (BackupDomain::new(true), Attempts::default());
        (1..=PATIENCE.max_attempts).find(|_| {
            attempts.count();
            backup_domain.consider(failure, &attempts, PATIENCE)
        })
    }

    #[test]
    fn the_last_attempt_goes_to_the_backup_where_nothing_answers() {
        assert_eq!(taken_after(&nothing(SendErrorKind::Connect)), Some(2));
        assert_eq!(taken_after(&nothing(SendErrorKind::Broken)), Some(2));
        assert_eq!(taken_after(&answer(502, false)), Some(2));
        assert_eq!(taken_after(&answer(307, false)), Some(1));
    }

    #[test]
    fn what_cos_itself_says_does_not_lead_there() {
        for failure in [
            answer(503, true),
            answer(307, true),
            answer(403, false),
            nothing(SendErrorKind::Certificate),
            nothing(SendErrorKind::NoCredentials),
            Failure::Abandoned,
        ] {
            assert_eq!(taken_after(&failure), None, "{failure:?}");
        }
    }

    #[test]
    fn it_is_taken_once_and_only_where_there_is_one() {
        let mut attempts = Attempts::default();
        attempts.count();
        let redirect = answer(307, false);
        for (mut backup_domain, taken) in
            [(BackupDomain::Absent, false), (BackupDomain::Standby, true), (BackupDomain::InUse, false)]
        {
            assert_eq!(backup_domain.consider(&redirect, &attempts, PATIENCE), taken);
        }
        let once = Patience { max_attempts: 1, ..PATIENCE };
        assert!(!BackupDomain::Standby.consider(&redirect, &attempts, once));
    }
}
