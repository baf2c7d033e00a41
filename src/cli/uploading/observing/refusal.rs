//! The failure that a refused session causes.

use crate::cli::options::object_headers;
use crate::cli::output::failures::failure::Failure;
use crate::cos::Service;
use crate::language::message;
use crate::upload::session::Refused;

/// The failure of a session that was refused before any request.
pub(crate) fn failure(refused: Refused, service: Service) -> Failure {
    match refused {
        Refused::Busy(journal) => Failure::JournalInUse(journal),
        Refused::NotAJournal(journal) => Failure::usage(message!(
            "--journal {journal} is no journal of this version of cosput; name another file",
            journal = journal.display()
        )),
        Refused::Header(name) => Failure::usage(message!(
            "{service} takes no header {name}: leave out the option that asks for it",
            service = service.name(),
            name
        )),
        Refused::Unusable(journal, why) => Failure::JournalUnusable { journal, why },
        Refused::OtherKey(_) => object_headers::other_key(),
        Refused::NotHeldBack(why) => {
            Failure::Other(message!("could not complete the upload: {why}; run the command again", why))
        }
    }
}
