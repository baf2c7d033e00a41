//! What an earlier run left: its journal is found, and gone on with where it is of this upload, or settled where it is not.

use std::path::Path;

use super::event::{Event, Notice};
use super::journal::file::{JournalFile, OpenError, file_name};
use super::journal::lines::{Content, Header, Journal, no_overwrite_line};
use super::machine::Resume;
use super::session::{JournalPlace, Refused, Session, target_of};
use super::wire::transport::Transport;
use crate::cos::Endpoint;
use crate::cos::encryption::CUSTOMER_KEY_MD5;
use crate::cos::multipart::{UploadId, abort};

/// The first may teach the server's time, the second may be lost.
const TRIES_TO_ABORT: u32 = 3;

impl Session {
    /// Opens the journal. A PUT has none, but what an earlier run left under its name is settled too.
    pub(crate) fn open(
        &self,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Option<(JournalFile, Content)>, Refused> {
        let (path, required) = match &self.place {
            JournalPlace::Nowhere(why) => {
                if !self.plan.is_put() {
                    observe(Event::Notice(Notice::JournalUnwritable(why.clone())));
                }
                return Ok(None);
            }
            JournalPlace::Pointless => return Ok(None),
            JournalPlace::Directory(directory) => (directory.join(file_name(&self.header)), false),
            JournalPlace::File(path) => (path.clone(), true),
        };
        if self.plan.is_put() && !path.exists() {
            return Ok(None);
        }
        match JournalFile::open(&path) {
            Err(OpenError::Busy) => Err(Refused::Busy(path)),
            Err(OpenError::Unusable(error)) if required => Err(Refused::Unusable(path, error.to_string())),
            Err(OpenError::Unusable(error)) => {
                observe(Event::Notice(Notice::JournalUnwritable(error.to_string())));
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

    /// A journal of a later version keeps its name; ours gets one beside it.
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
                observe(Event::Notice(Notice::JournalUnwritable(error.to_string())));
                Ok(None)
            }
        }
    }

    /// Goes on with the journal's upload where it is this one, and throws it away where it is not.
    pub(crate) async fn settle<T: Transport>(
        &self,
        mut file: JournalFile,
        content: Content,
        transport: &T,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(Option<JournalFile>, Option<Resume>), Refused> {
        let mut kept = 0;
        let mut resume = None;
        let mut overruling = None;
        if let Content::Journal(journal) = content {
            match self.why_not(&journal) {
                None => {
                    kept = journal.whole;
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
                    let aborted = self.abort_stale(&journal.header, transport).await;
                    let stale = UploadId::new(&journal.header.upload_id).map(|id| (id, aborted));
                    observe(Event::Notice(Notice::JournalDoesNotFit { why, stale }));
                }
            }
        }
        if self.plan.is_put() {
            let _ = file.remove();
            return Ok((None, None));
        }
        let written = file.keep(kept).and_then(|()| overruling.map_or(Ok(()), |line| file.append(&line)));
        if let Err(error) = written {
            observe(Event::Notice(Notice::JournalUnwritable(error.to_string())));
            return Ok((None, resume));
        }
        Ok((Some(file), resume))
    }

    /// Aborts an upload that nothing will go on with; a few tries in a row, since its id is told either way.
    pub(crate) async fn abort_stale<T: Transport>(&self, stale: &Header, transport: &T) -> bool {
        // The emulator's endpoint is a directory's name; where it is ours, it answers where we send.
        let endpoint = if stale.endpoint == self.header.endpoint {
            Some(self.job.target.address.endpoint.clone())
        } else {
            Endpoint::parse(&stale.endpoint).ok()
        };
        let target = endpoint.and_then(|endpoint| target_of(stale, &endpoint));
        let (Some(target), Some(upload_id)) = (target, UploadId::new(&stale.upload_id)) else {
            return false;
        };
        for _ in 0..TRIES_TO_ABORT {
            let answer = transport.send(abort::request(&target, &upload_id), None).await;
            if answer.is_ok_and(|answer| abort::read(&answer).is_ok()) {
                return true;
            }
        }
        false
    }

    /// The first line of the journal of an upload that was named; `None` where its journal is there already.
    pub(crate) fn begun_elsewhere(&self, resume: Option<&Resume>) -> Option<Header> {
        let upload_id = self.upload_id.as_ref().filter(|_| resume.is_none())?;
        Some(Header { upload_id: upload_id.as_str().to_owned(), ..self.header.clone() })
    }

    fn why_not(&self, journal: &Journal) -> Option<String> {
        if self.upload_id.as_ref().is_some_and(|id| id.as_str() != journal.header.upload_id) {
            return Some("another upload was asked for".to_owned());
        }
        if !self.resume {
            return Some("a new upload was asked for".to_owned());
        }
        if self.plan.is_put() {
            // A PUT has no part size of its own.
            let alike = Header { part_size: self.header.part_size, ..journal.header.clone() };
            let differs = alike.difference(&self.header);
            return Some(differs.unwrap_or_else(|| "the file now goes in one request".to_owned()));
        }
        journal.header.difference(&self.header)
    }

    /// True where this is the journal's upload, but for the SSE-C key. A wrong key is a mistake more often than a wish, and
    /// beginning anew would throw away what the right one has sent.
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

fn replaced(file: JournalFile, path: &Path, observe: &mut (dyn FnMut(Event) + Send)) -> Option<(JournalFile, Content)> {
    match file.set_aside().and_then(|aside| JournalFile::open(path).map(|(file, _)| (aside, file)).map_err(io_error)) {
        Ok((aside, file)) => {
            observe(Event::Notice(Notice::JournalSetAside(aside.display().to_string())));
            Some((file, Content::Nothing))
        }
        Err(error) => {
            observe(Event::Notice(Notice::JournalUnwritable(error.to_string())));
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
