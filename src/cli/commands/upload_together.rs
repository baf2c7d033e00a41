//! `--publish-together`: first everything is sent, and completed only once all of it is on the server.
//!
//! COS completes one object at a time, so a crash between the first completion and the last leaves some of them visible. A
//! record beside the journals tells the next run of it: what is visible already is then compared and left alone, and the
//! rest is completed without being sent again.

use std::path::PathBuf;

use tokio::task::spawn_blocking;

use crate::cli::options::UploadOptions;
use crate::cli::options::sources::Many;
use crate::cli::output::console::Console;
use crate::cli::output::exit::SUCCESS;
use crate::cli::output::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::Connection;
use crate::cli::uploading::observer::{HeldFile, Tally};
use crate::cli::uploading::supply;
use crate::cli::uploading::supply::Handing;
use crate::cli::uploading::template::{SkipUnchanged, Template};
use crate::cli::uploading::transfer::{Transferred, transfer, transfer_gathered};
use crate::cos::checksum::crc64;
use crate::upload::journal::file::{JournalFile, OpenError};
use crate::upload::journal::lines::{Content, SCHEMA};
use crate::upload::session::Ending;
use crate::upload::source::{FileSource, Sources};
use crate::upload::{SourceError, Wish};

/// What tells the next run that this one was completing objects. While it is held, no other run does the same.
struct Record {
    file: JournalFile,
    /// True where an earlier run ended while it completed objects.
    interrupted: bool,
}

impl Record {
    /// The record of these sources on their way to this place. That it can be written is known before anything is sent.
    fn claim(many: &Many, options: &UploadOptions, connection: &Connection) -> Result<Self, Failure> {
        let directory = options.state_directory.as_ref().ok_or_else(|| {
            Failure::usage(
                "--publish-together keeps journals, and no home directory is known; name one with --state-dir",
            )
        })?;
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let sources: Vec<PathBuf> =
            many.named.iter().chain(many.list.iter().map(|list| &list.file)).map(absolute).collect();
        let what = format!("{} {} {:?} {sources:?}", connection.site.name, options.bucket, many.prefix);
        let path = directory.join(format!("publishing-{:016x}.json", crc64(what.as_bytes())));
        match JournalFile::open(&path) {
            Ok((file, content)) => Ok(Self { file, interrupted: !matches!(content, None | Some(Content::Nothing)) }),
            Err(OpenError::Busy) => Err(Failure::JournalInUse(path)),
            Err(OpenError::Unusable(error)) => Err(Failure::JournalUnusable { journal: path, why: error.to_string() }),
        }
    }

    /// Says that objects are completed from now on.
    fn write(&mut self, objects: usize) -> Result<(), Failure> {
        let line = format!("{{\"schema\":{SCHEMA},\"publishing\":{objects}}}\n");
        let written = self.file.keep(0).and_then(|()| self.file.append(&line));
        written
            .map_err(|error| Failure::JournalUnusable { journal: self.file.path().to_owned(), why: error.to_string() })
    }

    /// All that was to be completed is.
    fn remove(self) {
        let _ = self.file.remove();
    }

    /// Leaves what an earlier run has to tell, and nothing else.
    fn leave(self) {
        if !self.interrupted {
            self.remove();
        }
    }
}

/// How files are cut: all of them in parts, since a PUT is visible at once.
pub(crate) fn wish(options: &UploadOptions) -> Wish {
    Wish { multipart_threshold: 0, ..options.wish }
}

/// One command's publishing.
pub(crate) struct Publisher<'a> {
    pub(crate) template: Template,
    pub(crate) options: &'a UploadOptions,
    pub(crate) connection: &'a Connection,
    pub(crate) console: &'a Console,
}

impl Publisher<'_> {
    /// Uploads all of the sources, then completes them one after the other.
    pub(crate) async fn publish(
        &self,
        many: &Many,
        sources: Sources,
        world: &mut World,
    ) -> Result<Transferred, Failure> {
        let Self { template, options, connection, console } = self;
        let mut record = Record::claim(many, options, connection)?;
        let skip = if record.interrupted { Some(SkipUnchanged::Content) } else { template.skip };
        let first = Template { ending: Ending::HoldBack, skip, ..template.clone() };
        let tally = Tally::new(connection, &options.bucket, options.output, world, console);
        let tally = &mut tally.for_many(options.fail_fast);
        let sent = transfer_gathered(sources.gather(), (first, wish(options)), tally, connection, world, console).await;
        let held = tally.take_held();
        let count = held.len();
        if record.interrupted {
            let visible = objects(sent.summary.unchanged + sent.summary.uploaded);
            console.note(&format!("an earlier run stopped while it completed objects; {visible} visible already"));
        }
        if sent.exit_code == SUCCESS && sent.signal.is_none() {
            held.iter().filter_map(|file| Some((file, change(file)?))).for_each(|(file, why)| tally.refuse(&why, file));
            if tally.close().0 == SUCCESS {
                record.write(count).unwrap_or_else(|failure| tally.trouble(&failure));
            }
        }
        if tally.close().0 != SUCCESS || sent.signal.is_some() {
            let interrupted = record.interrupted;
            record.leave();
            return Ok(self.give_up(held, sent, interrupted, tally, world).await);
        }
        let completed = self.settle(held, Ending::CompleteHeld, tally, world).await;
        if completed.exit_code == SUCCESS {
            record.remove();
            return Ok(completed);
        }
        let done = completed.summary.uploaded - sent.summary.uploaded;
        console
            .note(&format!("{done} of {} completed; run the same command again for the rest", objects(count as u64)));
        tally.leave_unsettled();
        let (exit_code, summary) = tally.close();
        Ok(Transferred { exit_code, summary, ..completed })
    }

    /// Completes nothing. What was sent is kept for the next run, unless it is to be aborted.
    async fn give_up(
        &self,
        held: Vec<HeldFile>,
        sent: Transferred,
        interrupted: bool,
        tally: &mut Tally<'_>,
        world: &mut World,
    ) -> Transferred {
        let those = if interrupted { "no further object was completed" } else { "nothing was made visible" };
        let kept = held.iter().filter(|file| file.journal.is_some()).count() as u64;
        let what = objects(kept);
        if self.options.abort_on_failure && sent.signal.is_none() {
            tally.discard();
            self.settle(held, Ending::DiscardHeld, tally, world).await;
            self.console.note(&format!("{those}; what was sent of {what} is aborted"));
        } else if kept > 0 {
            let how = if self.options.resume { "the same command" } else { "the same command without --no-resume" };
            self.console.note(&format!("{those}; what was sent of {what} waits on the server, {how} goes on with it"));
        } else {
            self.console.note(those);
        }
        tally.leave_unsettled();
        let (exit_code, summary) = tally.close();
        Transferred { exit_code, summary, ..sent }
    }

    /// Completes what was held back, or throws it away.
    async fn settle(
        &self,
        held: Vec<HeldFile>,
        ending: Ending,
        tally: &mut Tally<'_>,
        world: &mut World,
    ) -> Transferred {
        let template = Template { ending, skip: None, resume: true, ..self.template.clone() };
        let (concurrency, wish) = (template.requests.concurrency, wish(self.options));
        let (handing, offers) = Handing::new();
        spawn_blocking(move || offer_held(held, &template, wish, handing));
        transfer(offers, concurrency, tally, self.connection, world, self.console).await
    }
}

fn objects(count: u64) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

/// What became of a file since it was sent.
fn change(file: &HeldFile) -> Option<Failure> {
    let error = match FileSource::open_found(&file.source) {
        Ok(now) => SourceError::Changed(file.identity.difference(&now.identity())?),
        Err(error) => error,
    };
    Some(Failure::Source { source: file.source.clone(), error })
}

fn offer_held(held: Vec<HeldFile>, template: &Template, wish: Wish, mut handing: Handing) {
    for HeldFile { source, key, .. } in held {
        if !handing.offer(supply::offer_file(&source, key, template, wish)) {
            return;
        }
    }
    handing.hand_over();
}
