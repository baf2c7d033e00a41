//! The directory of a plan while it is being made: claimed by one process, with the uploads that an earlier run began.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::language::{Message, Phrase, message, phrase};
use crate::upload::shards::directory::{DRAFT, PlanDirectory, UPLOADS};
use crate::upload::shards::draft::{BegunUploads, Draft};
use crate::upload::shards::durable_lines::DurableLines;
use crate::upload::shards::plan;
use crate::upload::shards::plan_end::PlanEnd;
use crate::upload::shards::receipts::receipt;

/// A directory that this process has claimed.
pub(crate) struct DraftDirectory {
    pub(crate) directory: PlanDirectory,
    pub(crate) draft: Draft,
    /// Where the IDs of uploads are written.
    pub(crate) lines: DurableLines,
    /// What an earlier run began.
    pub(crate) begun: BegunUploads,
    /// Whether an earlier run began the plan.
    pub(crate) goes_on: bool,
    /// Holds the lock.
    pub(crate) lock: File,
}

impl DraftDirectory {
    /// Claims the directory: a new one, or one in which an earlier run began the same plan.
    pub(crate) fn claim(directory: &PlanDirectory, draft: Draft) -> Result<Self, Failure> {
        let path = directory.path();
        refuse_finished(directory)?;
        if path.exists() && !path.is_dir() {
            return Err(refused(path, phrase!("is no directory"), new_directory()));
        }
        let other = directory.path().is_dir() && is_full(path).map_err(|error| failed(path, &error))?;
        let earlier = Draft::read(directory).map_err(|error| failed(path, &error))?;
        let draft = match earlier {
            Some(earlier) if earlier.makes_the_same_as(&draft) => Some(earlier),
            Some(_) => {
                let why = phrase!("holds the beginning of another plan");
                return Err(refused(path, why, finish_or_give_up(path)));
            }
            None if other => return Err(refused(path, phrase!("holds something else"), new_directory())),
            None => None,
        }
        .map_or((draft, false), |earlier| (earlier, true));
        let (draft, goes_on) = draft;
        directory.create().map_err(|error| failed(path, &error))?;
        let lock = directory.open_lines(UPLOADS).map_err(|error| failed(path, &error))?;
        // Some network file systems have no locks; then nothing keeps two of these commands apart.
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            let why = phrase!("is in use: another process makes its plan");
            return Err(refused(path, why, message!("wait for the other process to finish, or stop it")));
        }
        refuse_finished(directory)?;
        if !goes_on {
            directory.write_whole(DRAFT, &draft.to_json()).map_err(|error| failed(path, &error))?;
        }
        let begun = BegunUploads::read(directory).map_err(|error| failed(path, &error))?;
        let lines = directory.open_lines(UPLOADS);
        let lines = lines.map(|file| DurableLines::new(file, &directory.file(UPLOADS)));
        let lines = lines.map_err(|error| failed(path, &error))?;
        Ok(Self { directory: directory.clone(), draft, lines, begun, goes_on, lock })
    }
}

/// Refuses a directory whose plan is there already, or was given up.
fn refuse_finished(directory: &PlanDirectory) -> Result<(), Failure> {
    let refused = |why: Phrase, hint: Message| Err(refused(directory.path(), why, hint));
    match (directory.end(), directory.file(plan::FILE_NAME).exists()) {
        (Some(PlanEnd::Aborted), _) => refused(phrase!("holds a plan that was aborted"), new_directory()),
        (Some(PlanEnd::Completed), true) => refused(phrase!("holds a plan that is completed"), new_directory()),
        (_, true) => refused(phrase!("holds a plan already"), go_on(directory.path())),
        (_, false) => Ok(()),
    }
}

fn new_directory() -> Message {
    message!("name a new directory with --plan")
}

fn go_on(path: &Path) -> Message {
    message!(
        "to go on with it, run cosput upload-parts --plan {directory} --shard I/N; cosput status --plan {directory} shows what \
         is missing",
        directory = shown(path)
    )
}

fn finish_or_give_up(path: &Path) -> Message {
    message!(
        "finish it with the command that began it, give it up with cosput abort --plan {directory} --yes, or name a new \
         directory",
        directory = shown(path)
    )
}

/// True if something is in the directory. What a run leaves that was killed before it wrote the draft is nothing: an empty
/// file of uploads, the folder of receipts, and an unfinished draft.
fn is_full(path: &Path) -> io::Result<bool> {
    let unfinished = PlanDirectory::unfinished(DRAFT);
    for entry in std::fs::read_dir(path)? {
        let name = entry?.file_name();
        if name != UPLOADS && name != receipt::FOLDER && name != *unfinished {
            return Ok(true);
        }
    }
    Ok(false)
}

fn refused(path: &Path, why: Phrase, hint: Message) -> Failure {
    Failure::PlanRefused {
        message: message!("could not make a plan: {directory} {why}", directory = shown(path), why),
        hint: Some(hint),
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Other(message!("could not make a plan in {directory}: {error}", directory = shown(path), error))
}
