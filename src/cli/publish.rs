//! `--publish-together`: first everything is sent, and completed only once all of it is on the server.
//!
//! COS completes one object at a time, so a crash between the first completion and the last leaves some of them visible. A
//! record beside the journals tells the next run of it: what is visible already is then compared and left alone, and the
//! rest is completed without being sent again.

use std::fs;
use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::console::Console;
use super::exit::{Failure, SUCCESS};
use super::options::UploadOptions;
use super::server::Connection;
use super::sources::Many;
use super::supply::{self, OPENED_AHEAD, supply};
use super::tally::{Aside, HeldFile, Tally};
use super::template::{SkipUnchanged, Template};
use super::transfer::{Transferred, transfer};
use super::world::World;
use crate::cos::checksum::crc64;
use crate::upload::driver::Offer;
use crate::upload::session::Ending;
use crate::upload::source::{FileSource, Sources};
use crate::upload::{SourceError, Wish};

/// What tells the next run that this one was completing objects.
struct Record(PathBuf);

impl Record {
    /// The record of these sources on their way to this place.
    fn of(many: &Many, options: &UploadOptions, connection: &Connection) -> Result<Self, Failure> {
        let directory = options.state_directory.as_ref().ok_or_else(|| {
            Failure::usage(
                "--publish-together keeps journals, and no home directory is known; name one with --state-dir",
            )
        })?;
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let sources: Vec<PathBuf> =
            many.named.iter().chain(many.list.iter().map(|list| &list.file)).map(absolute).collect();
        let what = format!("{} {} {:?} {sources:?}", connection.site.name, options.bucket, many.prefix);
        Ok(Self(directory.join(format!("publishing-{:016x}.txt", crc64(what.as_bytes())))))
    }

    fn is_there(&self) -> bool {
        self.0.exists()
    }

    fn write(&self, objects: usize) -> Result<(), Failure> {
        let written = fs::write(&self.0, format!("{objects}\n")).and_then(|()| fs::File::open(&self.0)?.sync_all());
        written.map_err(|error| Failure::JournalUnusable { journal: self.0.clone(), why: error.to_string() })
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Uploads all of the sources, then completes them one after the other.
pub(super) async fn publish_together(
    (many, sources): (&Many, Sources),
    template: Template,
    options: &UploadOptions,
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let record = Record::of(many, options, connection)?;
    let interrupted = record.is_there();
    let wish = Wish { multipart_threshold: 0, ..options.wish };
    let skip = if interrupted { Some(SkipUnchanged::Content) } else { template.skip };
    let first = Template { ending: Ending::HoldBack, skip, ..template.clone() };
    let (offer, offers) = mpsc::channel(OPENED_AHEAD);
    spawn_blocking(move || supply(sources.gather(), &first, wish, &offer));
    let tally = Tally::new(connection, &options.bucket, options.output, world, console);
    let tally = &mut tally.for_many(options.fail_fast);
    let sent = transfer(offers, options.requests.concurrency, tally, connection, world, console).await;
    let held = tally.take_held();
    if interrupted {
        let visible = sent.summary.unchanged;
        console.note(&format!(
            "an earlier run stopped while it completed objects; {visible} of these were visible already"
        ));
    }
    if sent.exit_code != SUCCESS || sent.signal.is_some() {
        let those = if interrupted { "no further object was completed" } else { "nothing was made visible" };
        console.note(&format!(
            "{those}: {} wait on the server, and the same command goes on with them",
            objects(held.len())
        ));
        return Ok(sent);
    }
    if let Some((file, failure)) = held.iter().find_map(|file| Some((file, change(file)?))) {
        tally.refuse(&failure, &file.source);
        console.note("nothing was made visible: run the same command again");
        let (exit_code, summary) = tally.close();
        return Ok(Transferred { exit_code, summary, signal: None });
    }
    record.write(held.len())?;
    let second = Template { ending: Ending::CompleteHeld, skip: None, ..template };
    let (offer, offers) = mpsc::channel(OPENED_AHEAD);
    let files: Vec<_> = held.iter().map(|file| (file.source.clone(), file.key.clone())).collect();
    spawn_blocking(move || complete(files, &second, wish, &offer));
    let completed = transfer(offers, options.requests.concurrency, tally, connection, world, console).await;
    if completed.exit_code == SUCCESS {
        record.remove();
    } else {
        let left = completed.summary.failed;
        console.note(&format!("{} are not visible yet; run the same command again to complete them", objects(left)));
    }
    Ok(completed)
}

fn objects(count: impl TryInto<u64>) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
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

fn complete(
    files: Vec<(PathBuf, crate::cos::Key)>,
    template: &Template,
    wish: Wish,
    offers: &mpsc::Sender<Offer<Aside>>,
) {
    for (path, key) in files {
        if offers.blocking_send(supply::offer_file(&path, key, template, wish)).is_err() {
            return;
        }
    }
}
