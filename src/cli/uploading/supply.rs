//! From sources to sessions: each file is opened and planned when its turn comes, a few ahead of what is sent. Many more
//! are found ahead, so that it is known how many there are.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc;

use super::observer::Aside;
use super::template::{Template, suits};
use crate::cli::output::failure::Failure;
use crate::cli::progress::totals::Listed;
use crate::cos::Key;
use crate::upload::driver::Offer;
use crate::upload::plan::object_plan::PlanError;
use crate::upload::session::Session;
use crate::upload::source::{FileSource, Gather, Item, Problem};
use crate::upload::{Plan, SourceError, Wish};

/// So many offers are handed over at a time. To wake another thread takes as long as to open a file.
const HANDFUL: usize = 8;

/// So many files are opened ahead of those that the engine has begun: a handful is in its hands, one on the way, and one
/// being filled.
pub(crate) const OPENED_AHEAD: usize = 3 * HANDFUL;

/// So many are found ahead of those that are opened: some megabytes of names.
const FOUND_AHEAD: usize = 10_000;

/// Hands offers to the engine, which takes them when it has room.
pub(crate) struct Handing {
    offers: mpsc::Sender<Vec<Offer<Aside>>>,
    filled: Vec<Offer<Aside>>,
}

impl Handing {
    /// With the end that the engine takes from.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Vec<Offer<Aside>>>) {
        let (offers, taken) = mpsc::channel(1);
        (Self { offers, filled: Vec::new() }, taken)
    }

    /// One more offer. Blocks once there is a handful. False where nobody takes any more.
    pub(crate) fn offer(&mut self, offer: Offer<Aside>) -> bool {
        self.filled.push(offer);
        self.filled.len() < HANDFUL || self.hand_over()
    }

    /// Hands over what there is. Blocks while it is not taken. False where nobody takes any more.
    pub(crate) fn hand_over(&mut self) -> bool {
        self.filled.is_empty() || self.offers.blocking_send(std::mem::take(&mut self.filled)).is_ok()
    }
}

/// Offers all that is gathered. Blocks while what is offered is not taken. What is found meanwhile is told before the next
/// offer, and at the end. Where nobody takes any more, it goes on to look, and opens nothing. Returns how many files there
/// are, or would be, were they not unfit.
pub(crate) fn supply(gathered: Gather, template: &Template, wish: Wish, mut handing: Handing) -> u64 {
    let listing = Mutex::new(Listed::default());
    let listed = || *listing.lock().unwrap_or_else(PoisonError::into_inner);
    let (find, found) = sync_channel(FOUND_AHEAD);
    thread::scope(|scope| {
        let listing = &listing;
        let finder = scope.spawn(move || {
            let mut files = 0;
            for item in gathered {
                files += u64::from(matches!(item, Item::File { .. } | Item::Failed { .. }));
                listing.lock().unwrap_or_else(PoisonError::into_inner).add(&item);
                // Nobody may take it any more; it is counted all the same.
                let _ = find.send(item);
            }
            listing.lock().unwrap_or_else(PoisonError::into_inner).complete = true;
            files
        });
        let mut told = Listed::default();
        let mut tell = |now: Listed, handing: &mut Handing| {
            let news = now != told;
            told = now;
            !news || handing.offer(Offer::Aside(Aside::Listed(now)))
        };
        while let Some(item) = next(&found, &mut handing) {
            if !tell(listed(), &mut handing) || !handing.offer(offer(item, template, wish)) {
                break;
            }
        }
        // Whoever looks on must not wait for room here.
        drop(found);
        tell(listed(), &mut handing);
        handing.hand_over();
        finder.join().unwrap_or_default()
    })
}

/// The next that is found. While it is looked for, nobody waits for a handful to be full.
fn next(found: &Receiver<Item>, handing: &mut Handing) -> Option<Item> {
    found.try_recv().ok().or_else(|| if handing.hand_over() { found.recv().ok() } else { None })
}

fn offer(item: Item, template: &Template, wish: Wish) -> Offer<Aside> {
    match item {
        Item::File { path, key, .. } => offer_file(&path, key, template, wish),
        Item::Skipped { path, why } => Offer::Aside(Aside::LeftOut { source: path, why }),
        Item::EmptyDirectory { path } => Offer::Aside(Aside::EmptyDirectory(path)),
        Item::Failed { path, why } => {
            let failure = unfit(path.clone(), why);
            Offer::Aside(Aside::Failed { source: path, key: None, failure })
        }
    }
}

/// Offers one file, under a key.
pub(crate) fn offer_file(path: &Path, key: Key, template: &Template, wish: Wish) -> Offer<Aside> {
    match session(path, &key, template, wish) {
        Ok(session) => Offer::Object(Box::new(session)),
        Err(failure) => Offer::Aside(Aside::Failed { source: path.to_owned(), key: Some(key), failure }),
    }
}

fn session(path: &Path, key: &Key, template: &Template, wish: Wish) -> Result<Session, Failure> {
    let trouble = |error| Failure::Source { source: path.to_owned(), error };
    let source = FileSource::open_found(path).map_err(trouble)?;
    suits(&source, template.site.service)?;
    let plan = plan(&source, wish)?;
    Ok(template.session(source, key.clone(), plan))
}

/// How a file is cut.
pub(crate) fn plan(source: &FileSource, wish: Wish) -> Result<Plan, Failure> {
    Plan::new(source.identity().size, wish).map_err(|error| match error {
        PlanError::ObjectTooLarge { size } => {
            Failure::Source { source: source.path().to_owned(), error: SourceError::TooLarge(size) }
        }
        error => {
            let shown = crate::cli::output::console::shown(source.path());
            Failure::usage(format!("could not plan the upload of {shown}: {error}"))
        }
    })
}

/// Why a source is not uploaded, as a failure of its own.
pub(crate) fn unfit(source: PathBuf, why: Problem) -> Failure {
    match why {
        Problem::Source(error) => Failure::Source { source, error },
        why => Failure::Unfit { source, why: why.to_string() },
    }
}
