//! Turns sources into work for the engine: each file is opened and planned shortly before it is sent. Many more are
//! found ahead, so that the total is known.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::file_session::{unfit, work};
use super::held_back::HeldFile;
use super::observing::news::SourceNews;
use super::template::Template;
use super::work_sender::{UploadWork, WorkSender};
use crate::cli::progress::totals::Listed;
use crate::cos::Key;
use crate::upload::PlanOptions;
use crate::upload::driver::Work;
use crate::upload::source::{Gather, Item, NoFile, UnmatchedRule};

/// How many files are found ahead of those that are opened: half a megabyte of names.
const FOUND_AHEAD: usize = 1_000;

/// How many files are found before the first one is planned, because one file among many needs fewer parts.
const LOOKED_AT: usize = 64;
/// How long to search for the next of these files.
const LOOKING: Duration = Duration::from_millis(10);

/// Sends all sources to the engine. Reports how many files were found before each item, and at the end. Once the engine
/// stops receiving, the search continues but opens no files. Returns the number of files, including any that cannot be
/// uploaded.
pub(crate) fn supply(gathered: Gather, template: &Template, options: PlanOptions, mut sender: WorkSender) -> u64 {
    let search = Search::default();
    let (find, found) = sync_channel(FOUND_AHEAD);
    thread::scope(|scope| {
        let search = &search;
        let finder = scope.spawn(move || {
            let mut files = 0;
            for item in gathered {
                files += u64::from(item.is_file());
                search.listed().add(&item);
                match item {
                    // Reported before the files that are still to be sent.
                    Item::Unmatched(rule) => search.unmatched().push(rule),
                    // Counted even if the engine has stopped receiving.
                    item => drop(find.send(item)),
                }
            }
            search.listed().complete = true;
            files
        });
        let mut reported = Listed::default();
        let mut report = |sender: &mut WorkSender| {
            let now = *search.listed();
            let changed = std::mem::replace(&mut reported, now) != now;
            let mut unmatched = search.unmatched().drain(..).map(SourceNews::Unmatched).collect::<Vec<_>>().into_iter();
            (!changed || sender.send(Work::News(SourceNews::Listed(now))))
                && unmatched.all(|news| sender.send(Work::News(news)))
        };
        let mut first = look_ahead(&found).into_iter();
        while let Some(item) = first.next().or_else(|| next(&found, &mut sender)) {
            let listed = *search.listed();
            let options = among(&item, listed, options);
            if !report(&mut sender) || !sender.send(work_of(item, template, options, listed.files)) {
                break;
            }
        }
        // The finder must not wait for room in the channel.
        drop(found);
        report(&mut sender);
        sender.flush();
        finder.join().unwrap_or_default()
    })
}

/// What the search has found besides the items.
#[derive(Default)]
struct Search {
    listed: Mutex<Listed>,
    unmatched: Mutex<Vec<UnmatchedRule>>,
}

impl Search {
    fn listed(&self) -> MutexGuard<'_, Listed> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unmatched(&self) -> MutexGuard<'_, Vec<UnmatchedRule>> {
        self.unmatched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same on the runtime's thread, if it is the only one. Files are found as they are sent.
pub(crate) async fn supply_here(gathered: Gather, template: Template, options: PlanOptions, sender: WorkSender) -> u64 {
    let (mut listed, mut files, mut received) = (Listed::default(), 0, true);
    for item in gathered {
        files += u64::from(item.is_file());
        listed.add(&item);
        received = received
            && sender.send_here(Work::News(SourceNews::Listed(listed))).await
            && sender.send_here(work_of(item, &template, options, listed.files)).await;
    }
    listed.complete = true;
    sender.send_here(Work::News(SourceNews::Listed(listed))).await;
    files
}

/// Sends the files that are held back to the engine, in order, on the runtime's thread.
pub(crate) async fn supply_held_back_here(
    files: Vec<(Key, HeldFile)>,
    template: Template,
    options: PlanOptions,
    sender: WorkSender,
) {
    let found = files.len() as u64;
    for (key, HeldFile { source, .. }) in files {
        if !sender.send_here(work(&source, key, &template, options, found)).await {
            return;
        }
    }
}

/// Sends the files that are held back to the engine, in order.
pub(crate) fn supply_held_back(
    files: Vec<(Key, HeldFile)>,
    template: &Template,
    options: PlanOptions,
    mut sender: WorkSender,
) {
    let found = files.len() as u64;
    for (key, HeldFile { source, .. }) in files {
        if !sender.send(work(&source, key, template, options, found)) {
            return;
        }
    }
    sender.flush();
}

/// The first items, as long as the search finds them quickly.
fn look_ahead(found: &Receiver<Item>) -> Vec<Item> {
    let mut first = Vec::new();
    while first.len() < LOOKED_AT
        && let Ok(item) = found.recv_timeout(LOOKING)
    {
        first.push(item);
    }
    first
}

/// The options for one of these items; the other files count as files of its size.
fn among(item: &Item, listed: Listed, options: PlanOptions) -> PlanOptions {
    let files = match item {
        Item::File { identity, .. } => listed.bytes / identity.size.max(1),
        _ => 1,
    };
    PlanOptions { files: files.max(1), ..options }
}

/// The next item. Before it blocks, the items found so far are sent.
fn next(found: &Receiver<Item>, sender: &mut WorkSender) -> Option<Item> {
    found.try_recv().ok().or_else(|| if sender.flush() { found.recv().ok() } else { None })
}

fn work_of(item: Item, template: &Template, options: PlanOptions, found: u64) -> UploadWork {
    match item {
        Item::File { path, key, .. } => work(&path, key, template, options, found),
        other => Work::News(news_of(other).expect("anything but a file is news")),
    }
}

/// The news of an item that is no file to upload.
pub(crate) fn news_of(item: Item) -> Option<SourceNews> {
    match item {
        Item::File { .. } => None,
        Item::Unmatched(rule) => Some(SourceNews::Unmatched(rule)),
        Item::NoFile(NoFile::Skipped { path, why }) => Some(SourceNews::LeftOut { source: path, why }),
        Item::NoFile(NoFile::EmptyDirectory { path }) => Some(SourceNews::EmptyDirectory(path)),
        Item::NoFile(NoFile::Failed { path, why }) => {
            let failure = unfit(path.clone(), why);
            Some(SourceNews::Failed { source: path, key: None, failure })
        }
    }
}
