//! The work of one shard for the engine: each file is opened and compared with the plan shortly before it is sent.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use tokio::task::{JoinHandle, spawn_blocking};

use super::loaded_plan::unreadable;
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cli::progress::totals::Listed;
use crate::cli::uploading::observing::news::SourceNews;
use crate::cli::uploading::observing::receipt_book::{Numbers, seen};
use crate::cli::uploading::template::Template;
use crate::cli::uploading::work_sender::{UploadWork, WorkSender};
use crate::cos::Key;
use crate::cos::multipart::UploadId;
use crate::language::{Message, message};
use crate::upload::SourceError;
use crate::upload::driver::Work;
use crate::upload::machine::Likeness;
use crate::upload::plan::object_plan::Plan;
use crate::upload::plan::part_sizes::{PartSizes, Parts};
use crate::upload::session::{Session, Share};
use crate::upload::shards::directory::PlanDirectory;
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::plan::SharedPlan;
use crate::upload::shards::probe;
use crate::upload::shards::proof::evidence::{Evidence, difference};
use crate::upload::shards::proof::stretches::Stretches;
use crate::upload::shards::receipts::files::ReceiptFiles;
use crate::upload::shards::task::{Task, ours, task};
use crate::upload::shards::unit::{Scale, Shard, Unit};
use crate::upload::source::FileSource;
use crate::upload::threads;

/// One shard of a plan.
pub(crate) struct ShardWork {
    pub(crate) directory: PlanDirectory,
    pub(crate) plan: SharedPlan,
    pub(crate) shard: Shard,
    pub(crate) root: PathBuf,
    pub(crate) template: Template,
    pub(crate) numbers: Numbers,
    pub(crate) receipts: Arc<ReceiptFiles>,
}

/// How much work a shard is, and how much of it has receipts already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Amount {
    pub(crate) files: u64,
    pub(crate) units: u64,
    pub(crate) bytes: u64,
    /// Small files that were sent before.
    pub(crate) units_kept: u64,
    /// The bytes of the files that were not.
    bytes_open: u64,
}

impl Amount {
    /// The work of a shard of a plan that is completed.
    pub(crate) fn of_completed(directory: &PlanDirectory, plan: &SharedPlan, shard: Shard) -> io::Result<Self> {
        let scale = Scale::new(plan.units, plan.bytes);
        let (from, before) = scale.stretch(shard);
        let mut amount = Self::default();
        for placed in directory.files_from(from, plan.end())? {
            let placed = placed?;
            if placed.start >= before {
                break;
            }
            for unit in ours(&placed, scale, shard) {
                amount.units += 1;
                amount.bytes += unit.range.length;
            }
        }
        amount.units_kept = amount.units;
        Ok(amount)
    }
}

impl ShardWork {
    /// Hands the work to the engine, on another thread if there is one.
    pub(crate) fn supply(self, mut sender: WorkSender) -> JoinHandle<Amount> {
        if threads::are_scarce() {
            return tokio::spawn(async move {
                // The stretch of a shard is read as a whole, because it cannot wait for the engine here.
                let mut all = Vec::new();
                let amount = self.each(|item| {
                    all.push(item);
                    true
                });
                for item in all {
                    if !sender.send_here(item).await {
                        break;
                    }
                }
                amount
            });
        }
        spawn_blocking(move || {
            let amount = self.each(|item| sender.send(item));
            sender.flush();
            amount
        })
    }

    /// Hands out all work, until `send` returns false.
    fn each(&self, mut send: impl FnMut(UploadWork) -> bool) -> Amount {
        let mut amount = Amount::default();
        if let Err(error) = self.try_each(&mut amount, &mut send) {
            let source = self.directory.path().to_owned();
            let failure = match error.kind() {
                io::ErrorKind::Interrupted => aborted(&source),
                _ => unreadable(&source, &error),
            };
            send(Work::News(SourceNews::Failed { source, key: None, failure }));
        }
        let Amount { files, bytes_open: bytes, .. } = amount;
        send(Work::News(SourceNews::Listed(Listed { files, bytes, complete: true })));
        amount
    }

    fn try_each(&self, amount: &mut Amount, send: &mut impl FnMut(UploadWork) -> bool) -> io::Result<()> {
        let scale = Scale::new(self.plan.units, self.plan.bytes);
        let (from, before) = scale.stretch(self.shard);
        for stretch in Stretches::new(self.directory.files_from(from, self.plan.end())?, &self.receipts, before) {
            for (placed, evidence) in stretch? {
                let ours = ours(&placed, scale, self.shard);
                let task = self.task(&placed.file, &evidence, &ours, amount);
                // Checking a file on a network file system is slow, so it is skipped for units that have receipts.
                if task != Task::Nothing && self.directory.is_aborted() {
                    return Err(io::Error::from(io::ErrorKind::Interrupted));
                }
                if task != Task::Nothing && !self.hand_out(&placed.file, task, &ours, amount, send) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What to do about one file of which the shard has these units.
    fn task(&self, file: &PlannedFile, evidence: &Evidence, ours: &[Unit], amount: &mut Amount) -> Task {
        amount.units += ours.len() as u64;
        amount.bytes += bytes(ours);
        let task = task(file, evidence, ours, self.plan.publish_together);
        amount.units_kept += u64::from(task == Task::Nothing && !ours.is_empty());
        task
    }

    /// Hands out the work on one file. Returns false if no more is wanted.
    fn hand_out(
        &self,
        file: &PlannedFile,
        task: Task,
        ours: &[Unit],
        amount: &mut Amount,
        send: &mut impl FnMut(UploadWork) -> bool,
    ) -> bool {
        amount.files += 1;
        amount.bytes_open += bytes(ours);
        let Amount { files, bytes_open: bytes, .. } = *amount;
        send(Work::News(SourceNews::Listed(Listed { files, bytes, complete: false })))
            && send(self.work(file, task, files))
    }

    fn work(&self, file: &PlannedFile, task: Task, found: u64) -> UploadWork {
        let path = self.root.join(&file.path);
        match self.session(file, &path, task) {
            Ok(session) => {
                let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
                numbers.insert(file.key.clone(), file.n);
                Work::Upload { session: Box::new(session), found }
            }
            Err(failure) => Work::News(SourceNews::Failed { source: path, key: Key::new(&file.key).ok(), failure }),
        }
    }

    fn session(&self, file: &PlannedFile, path: &Path, task: Task) -> Result<Session, Failure> {
        let key = Key::new(&file.key)
            .map_err(|error| Failure::Other(message!("the plan has a wrong key: {error}", error)))?;
        let share = match task {
            Task::Refuse { host, what } => return Err(differs(path, &message!("{host} saw that {what}", host, what))),
            Task::SendParts { ours, known } => Some(Share { ours, known }),
            Task::SendWhole | Task::Nothing => None,
        };
        let source = FileSource::open(path).map_err(|error| Failure::Source { source: path.to_owned(), error })?;
        compare(file, &source)?;
        let Some(part_size) = file.part_size else {
            let session = self.template.session(source, key, Plan::Put { size: file.size });
            // A run that was killed before it wrote its receipt left the object that it must not overwrite.
            let unless = self.plan.put.no_overwrite.then_some(Likeness::Content);
            return Ok(Session { unless, ..session });
        };
        let plan = Plan::Multipart(Parts::new(file.size, PartSizes::uniform(part_size)));
        let upload_id = file.upload_id.as_deref().and_then(UploadId::new);
        Ok(Session { upload_id, share, ..self.template.session(source, key, plan) })
    }
}

fn bytes(units: &[Unit]) -> u64 {
    units.iter().map(|unit| unit.range.length).sum()
}

/// The failure of a shard whose plan was aborted.
pub(crate) fn aborted(plan: &Path) -> Failure {
    Failure::NotFound(message!("could not send the shard: the plan {directory} was aborted", directory = shown(plan)))
}

/// Refuses a file that is not the one that was planned.
fn compare(file: &PlannedFile, source: &FileSource) -> Result<(), Failure> {
    match change(file, source) {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(differs(source.path(), &what)),
        Err(error) => Err(Failure::Source { source: source.path().to_owned(), error }),
    }
}

/// How a file differs from the one that was planned; `None` if it does not.
pub(crate) fn change(file: &PlannedFile, source: &FileSource) -> Result<Option<Message>, SourceError> {
    if let Some(what) = difference(file, &seen(source)) {
        return Ok(Some(what));
    }
    let samples = probe::take(source)?;
    for (offset, crc64) in samples {
        let planned = file.probes.iter().find(|(at, _)| *at == offset.to_string());
        if planned.is_some_and(|(_, planned)| *planned != crc64.to_string()) {
            return Ok(Some(message!("its bytes at offset {offset} are others", offset)));
        }
    }
    Ok(None)
}

fn differs(path: &Path, what: &Message) -> Failure {
    let source = shown(path);
    Failure::SourcesDiffer(message!("could not upload {source}: it is not the file of the plan: {what}", source, what))
}
