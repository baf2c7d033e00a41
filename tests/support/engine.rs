//! One upload by the engine in this process, without the program around it.

use std::sync::Arc;

use cosput::cos::{Credentials, Service, Target};
use cosput::upload::batch::concurrency::Concurrency;
use cosput::upload::batch::objects::ObjectId;
use cosput::upload::driver::{Stop, Work, drive};
use cosput::upload::journal::header::Header;
use cosput::upload::machine::Settings;
use cosput::upload::observer::Observer;
use cosput::upload::session::{Ended, Goal, JournalLocation, Refused, Session};
use cosput::upload::source::Source;
use cosput::upload::wire::http::{Http, Limits, client};
use cosput::upload::{Event, Finished, Job, Notice, ObjectOptions, Plan};
use tokio::sync::{mpsc, watch};

use super::clock::LIMIT;
use super::emulator::clock;

/// A transport from this process to a server on this machine, whatever proxy the environment names.
pub(crate) fn direct(service: Service, credentials: Credentials) -> Http {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = Limits { connect: LIMIT, stall: LIMIT };
    Http::over(client(limits).no_proxy(), service, Arc::new(credentials), clock, limits).unwrap()
}

/// A new upload that is completed, without a journal.
pub(crate) fn session(header: Header, source: Source, target: Target, plan: Plan) -> Session {
    Session {
        header,
        job: Arc::new(Job { source, target, object: ObjectOptions::default() }),
        plan,
        intake: None,
        settings: Settings { abort_on_failure: false, ..Settings::default() },
        location: JournalLocation::NotNeeded,
        resume: false,
        upload_id: None,
        unless: None,
        share: None,
        delta: None,
        goal: Goal::Complete,
        seed: 1,
    }
}

/// Runs one upload to its end. Returns the result and the notices.
pub(crate) async fn run_one(
    session: Session,
    concurrency: Concurrency,
    transport: Arc<Http>,
) -> (Finished, Vec<Notice>) {
    let (_stop, stopping) = watch::channel(Stop::No);
    let (sender, work) = mpsc::channel(1);
    assert!(sender.try_send(vec![Work::Upload { session: Box::new(session), found: 1 }]).is_ok());
    drop(sender);
    let mut recorded = Recorded::default();
    drive(work, concurrency, transport, stopping, &mut recorded).await;
    (recorded.finished.unwrap(), recorded.notices)
}

/// Records the notices of one upload, and how it ends.
#[derive(Default)]
struct Recorded {
    notices: Vec<Notice>,
    finished: Option<Finished>,
}

impl Observer<()> for Recorded {
    fn news(&mut self, _what: ()) {}

    fn begins(&mut self, _object: ObjectId, _session: &Session) {}

    fn event(&mut self, _object: ObjectId, event: Event) {
        if let Event::Notice(notice) = event {
            self.notices.push(notice);
        }
    }

    fn ends(&mut self, _object: ObjectId, ended: Result<Ended, Refused>) {
        self.finished = Some(ended.unwrap().finished);
    }
}
