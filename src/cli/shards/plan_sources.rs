//! The sources of a plan, found while their uploads are begun.

use std::path::PathBuf;
use std::time::SystemTime;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::cli::options::InitiateOptions;
use crate::cli::options::sources::Wanted;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::setup::own_paths;
use crate::cos::Key;
use crate::language::message;
use crate::upload::source::{Counts, Identity, Item, Sources};
use crate::upload::threads;

/// How many files are found ahead of those that are begun.
const FOUND_AHEAD: usize = 256;

/// One file, or those that are gathered.
pub(crate) enum PlanSources {
    /// One file, and its key.
    One(PathBuf, Key),
    /// Any number of them.
    Many(Box<Sources>),
}

impl PlanSources {
    /// The sources that the options name, and what will count them.
    pub(crate) fn of(options: &InitiateOptions, world: &World) -> Result<(Self, Counts), Failure> {
        match &options.upload.wanted {
            Wanted::One { source, key } => Ok((Self::One(source.clone(), key.clone()), Counts::default())),
            Wanted::Stdin { .. } => Err(Failure::usage(message!("stdin cannot be shared; name files"))),
            Wanted::Many(many) => {
                let own = own_paths(&options.upload).with(options.directory.path());
                let sources = Sources { own, ..many.sources(world.stdin)? };
                let counts = sources.counts.clone();
                Ok((Self::Many(Box::new(sources)), counts))
            }
        }
    }

    /// Finds all files, on another thread if there is one.
    pub(crate) fn found(self) -> mpsc::Receiver<Item> {
        let (sender, items) = mpsc::channel(FOUND_AHEAD);
        match self {
            Self::One(path, key) => {
                let modified = SystemTime::UNIX_EPOCH;
                let identity = Identity { size: 0, modified, inode: None };
                // There is room for one.
                let _ = sender.try_send(Item::File { path, key, identity });
            }
            Self::Many(sources) => {
                let mut found = sources.gather();
                if threads::are_scarce() {
                    tokio::spawn(async move {
                        while let Some(item) = found.next()
                            && sender.send(item).await.is_ok()
                        {}
                    });
                } else {
                    spawn_blocking(move || {
                        while let Some(item) = found.next()
                            && sender.blocking_send(item).is_ok()
                        {}
                    });
                }
            }
        }
        items
    }
}
