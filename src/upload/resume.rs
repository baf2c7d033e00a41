//! The upload of an earlier run: its journal is opened, and the upload resumed if it is the same one, or else aborted.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::error::Operation;
use super::event::{Event, Notice};
use super::journal::file::{JournalFile, OpenError, file_name, look};
use super::journal::header::Header;
use super::journal::lines::{Content, Journal, no_overwrite_line};
use super::machine::Resume;
use super::patience::Patience;
use super::plan::object_plan::Plan;
use super::session::{Earlier, JournalLocation, Refused, Session};
use super::wire::one_request::Requester;
use super::wire::transport::Transport;
use crate::cos::encryption::CUSTOMER_KEY_MD5;
use crate::cos::multipart::{UploadId, abort};
use crate::cos::{Address, Endpoint, Target};
use crate::language::{Message, message};

/// How often an upload is tried to be aborted: the first answer may correct the clock, the second may be lost.
const ABORT_PATIENCE: Patience = Patience { max_attempts: 3, retry_time: Duration::ZERO };

impl Session {
    /// There is no upload of an earlier run.
    pub(crate) fn no_earlier(&self) -> Earlier {
        Earlier { file: None, resume: None, plan: self.plan, delta: None }
    }

    /// The delta upload of an earlier run, which a dry run only looks at.
    pub(crate) fn look_for_delta(&self) -> Earlier {
        let path = match &self.location {
            JournalLocation::Directory(directory) => directory.join(file_name(&self.header)),
            JournalLocation::File(path) => path.clone(),
            JournalLocation::Unavailable(_) | JournalLocation::NotNeeded => return self.no_earlier(),
        };
        let journal = self.delta.as_ref().and_then(|_| look(&path));
        let Some(journal) = journal.filter(|journal| self.why_not(journal).is_none()) else {
            return self.no_earlier();
        };
        let Some(delta) = journal.header.delta_parts() else { return self.no_earlier() };
        let upload_id = UploadId::new(&journal.header.upload_id).expect("a journal's reader checks it");
        let plan = self.plan_of(&journal).expect("there is one if the journal fits");
        Earlier { file: None, resume: Some(Resume { upload_id, parts: journal.parts }), plan, delta: Some(delta) }
    }

    /// Opens the journal. A PUT has none of its own, but an earlier run may have left one under its name.
    pub(crate) fn open(
        &self,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Option<(JournalFile, Content)>, Refused> {
        let (path, required) = match &self.location {
            JournalLocation::Unavailable(why) => {
                if !self.plan.is_put() {
                    observe(Event::Notice(Notice::JournalUnwritable(why.clone())));
                }
                return Ok(None);
            }
            JournalLocation::NotNeeded => return Ok(None),
            JournalLocation::Directory(directory) => (directory.join(file_name(&self.header)), false),
            JournalLocation::File(path) => (path.clone(), true),
        };
        if self.plan.is_put() && !path.exists() {
            return Ok(None);
        }
        match JournalFile::open(&path) {
            Err(OpenError::Busy) => Err(Refused::Busy(path)),
            Err(OpenError::Unusable(error)) if required => Err(Refused::Unusable(path, Message::of(&error))),
            Err(OpenError::Unusable(error)) => {
                observe(Event::Notice(Notice::JournalUnwritable(why_not_written(&path, &error))));
                Ok(None)
            }
            Ok((_, Some(Content::Garbage | Content::Publishing(_) | Content::LaterVersion))) if required => {
                Err(Refused::NotAJournal(path))
            }
            Ok((file, Some(Content::Garbage | Content::Publishing(_)))) => Ok(replaced(file, &path, observe)),
            Ok((_, Some(Content::LaterVersion))) => {
                observe(Event::Notice(Notice::JournalOfLaterVersion));
                self.open_beside(&path, observe)
            }
            Ok((file, Some(Content::Nothing))) => {
                observe(Event::Notice(Notice::PossibleOrphan));
                Ok(Some((file, Content::Nothing)))
            }
            Ok((file, content)) => Ok(Some((file, content.unwrap_or(Content::Nothing)))),
        }
    }

    /// Opens a journal beside one of a later version, which keeps its name.
    fn open_beside(
        &self,
        path: &Path,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Option<(JournalFile, Content)>, Refused> {
        let path = path.with_extension("schema1.jsonl");
        match JournalFile::open(&path) {
            Ok((file, content)) => Ok(Some((file, content.unwrap_or(Content::Nothing)))),
            Err(OpenError::Busy) => Err(Refused::Busy(path)),
            Err(OpenError::Unusable(error)) => {
                observe(Event::Notice(Notice::JournalUnwritable(why_not_written(&path, &error))));
                Ok(None)
            }
        }
    }

    /// Resumes the journal's upload if it is this one, and aborts it otherwise.
    pub(crate) async fn resume_or_abort<T: Transport>(
        &self,
        mut file: JournalFile,
        content: Content,
        transport: &T,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Earlier, Refused> {
        let mut kept = 0;
        let mut resume = None;
        let mut delta = None;
        let mut plan = self.plan;
        let mut overruling = None;
        if let Content::Journal(journal) = content {
            match self.why_not(&journal) {
                None => {
                    kept = journal.whole;
                    delta = journal.header.delta_parts();
                    plan = self.plan_of(&journal).expect("there is one if the journal fits");
                    overruling = (journal.header.no_overwrite != self.header.no_overwrite)
                        .then(|| no_overwrite_line(self.header.no_overwrite));
                    let upload_id = UploadId::new(&journal.header.upload_id).expect("a journal's reader checks it");
                    resume = Some(Resume { upload_id, parts: journal.parts });
                }
                Some(_) if self.differs_in_the_key_alone(&journal) => {
                    return Err(Refused::OtherKey(file.path().to_owned()));
                }
                Some(_) if self.upload_id.is_some() => {
                    let left =
                        UploadId::new(&journal.header.upload_id).filter(|id| Some(id) != self.upload_id.as_ref());
                    if let Some(left) = left {
                        observe(Event::Notice(Notice::OtherUploadLeft(left)));
                    }
                }
                Some(why) => {
                    let aborted = self.abort_stale(&journal.header, transport, observe).await;
                    let stale = UploadId::new(&journal.header.upload_id).map(|id| (id, aborted));
                    observe(Event::Notice(Notice::JournalDoesNotFit { why, stale }));
                }
            }
        }
        if self.plan.is_put() {
            let _ = file.remove();
            return Ok(Earlier { file: None, resume: None, plan, delta: None });
        }
        let written = file.keep(kept).and_then(|()| overruling.map_or(Ok(()), |line| file.append(&line)));
        if let Err(error) = written {
            observe(Event::Notice(Notice::JournalUnwritable(Message::of(&error))));
            return Ok(Earlier { file: None, resume, plan, delta });
        }
        Ok(Earlier { file: Some(file), resume, plan, delta })
    }

    /// Aborts an upload that nothing will resume, if it can; its upload ID is reported either way.
    pub(crate) async fn abort_stale<T: Transport>(
        &self,
        stale: &Header,
        transport: &T,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> bool {
        // The emulator's endpoint is named after its directory, and answers at the port that this session uses.
        let endpoint = if stale.endpoint == self.header.endpoint {
            Some(self.job.target.address.endpoint.clone())
        } else {
            Endpoint::parse(&stale.endpoint).ok()
        };
        let target = endpoint.and_then(|endpoint| stale.target(&endpoint));
        let (Some(target), Some(upload_id)) = (target, UploadId::new(&stale.upload_id)) else {
            return false;
        };
        let Target { address, key } = target;
        let request =
            |address: &Address| abort::request(&Target { address: address.clone(), key: key.clone() }, &upload_id);
        let mut requester = Requester::new(transport, address, ABORT_PATIENCE, self.seed);
        requester.send(Operation::Abort, request, abort::read, observe).await.is_ok()
    }

    /// The first line of the journal of an upload that the user named; `None` if it has a journal already.
    pub(crate) fn begun_elsewhere(&self, resume: Option<&Resume>) -> Option<Header> {
        let upload_id = self.upload_id.as_ref().filter(|_| resume.is_none())?;
        Some(Header { upload_id: upload_id.as_str().to_owned(), ..self.header.clone() })
    }

    fn why_not(&self, journal: &Journal) -> Option<Message> {
        if self.upload_id.as_ref().is_some_and(|id| id.as_str() != journal.header.upload_id) {
            return Some(message!("another upload was asked for"));
        }
        if !self.resume {
            return Some(message!("a new upload was asked for"));
        }
        // A PUT has no part size of its own.
        let alike = Header { part_size: self.header.part_size, ..journal.header.clone() };
        if self.plan.is_put() {
            let differs = alike.difference(&self.header);
            return Some(differs.unwrap_or_else(|| message!("the file now goes in one request")));
        }
        let differs = match self.plan.with_part_size(journal.header.part_size) {
            Some(_) => alike.difference(&self.header),
            None => journal.header.difference(&self.header),
        };
        let impossible =
            || self.plan_of(journal).is_none().then(|| message!("its parts cannot be divided as its journal says"));
        differs.or_else(impossible)
    }

    /// The source in the parts that a journal says; `None` if it has no such parts.
    fn plan_of(&self, journal: &Journal) -> Option<Plan> {
        let plan = self.plan.with_part_size(journal.header.part_size).unwrap_or(self.plan);
        journal.divisions.iter().try_fold(plan, |plan, division| plan.divided(*division))
    }

    /// Whether only the SSE-C key differs. A wrong key is more often a mistake than an intention, and a new upload would
    /// discard the parts that were sent with the right one.
    fn differs_in_the_key_alone(&self, journal: &Journal) -> bool {
        let mut with_our_key = journal.header.clone();
        with_our_key.sse_c_key_md5.clone_from(&self.header.sse_c_key_md5);
        if let Some(md5) = self.header.options.get(CUSTOMER_KEY_MD5) {
            with_our_key.options.insert(CUSTOMER_KEY_MD5.to_owned(), md5.clone());
        }
        let with_our_key = Journal { header: with_our_key, ..journal.clone() };
        journal.header.has_another_key(&self.header) && self.why_not(&with_our_key).is_none()
    }
}

fn why_not_written(path: &Path, error: &io::Error) -> Message {
    message!("{file}: {why}", file = path.display(), why = error)
}

fn replaced(file: JournalFile, path: &Path, observe: &mut (dyn FnMut(Event) + Send)) -> Option<(JournalFile, Content)> {
    match file.set_aside().and_then(|aside| JournalFile::open(path).map(|(file, _)| (aside, file)).map_err(io_error)) {
        Ok((aside, file)) => {
            observe(Event::Notice(Notice::JournalSetAside(aside.display().to_string())));
            Some((file, Content::Nothing))
        }
        Err(error) => {
            observe(Event::Notice(Notice::JournalUnwritable(Message::of(&error))));
            None
        }
    }
}

fn io_error(error: OpenError) -> std::io::Error {
    match error {
        OpenError::Busy => std::io::ErrorKind::WouldBlock.into(),
        OpenError::Unusable(error) => error,
    }
}
