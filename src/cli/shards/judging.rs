//! Goes through all objects of a plan, many at a time, and finds out which are proved.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::loaded_plan::unreadable;
use super::object_requests::{Judged, ObjectRequests, Pass};
use super::unproved::Unproved;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::failure::Failure;
use crate::cli::uploading::bucket_requests::BucketRequests;
use crate::language::message;
use crate::upload::shards::directory::PlanDirectory;
use crate::upload::shards::files::{End, Placed};
use crate::upload::shards::plan::SharedPlan;
use crate::upload::shards::proof::completion::Finish;
use crate::upload::shards::proof::evidence::Evidence;
use crate::upload::shards::proof::sample::Sample;
use crate::upload::shards::proof::stretches::Stretches;
use crate::upload::shards::receipts::files::ReceiptFiles;
use crate::upload::threads;

/// How many units the objects have that are judged at a time: each takes some memory.
const UNITS_AT_A_TIME: u64 = 20_000;

/// A stretch of the plan with its receipts.
type Stretch = Vec<(Placed, Evidence)>;

/// A plan and its receipts as they are now.
#[derive(Clone)]
pub(crate) struct Papers {
    pub(crate) directory: PlanDirectory,
    end: End,
    pub(crate) receipts: Arc<ReceiptFiles>,
}

impl Papers {
    /// Finds the receipts in these directories.
    pub(crate) fn find(directory: &PlanDirectory, plan: &SharedPlan, places: &[PathBuf]) -> Self {
        let receipts = Arc::new(ReceiptFiles::find(&plan.id, places));
        Self { directory: directory.clone(), end: plan.end(), receipts }
    }

    /// Hands each stretch of the plan to `take`, until it returns false. Blocks.
    pub(crate) fn each(&self, mut take: impl FnMut(Stretch) -> bool) -> Result<(), Failure> {
        let files = self.directory.files(self.end).map_err(|error| unreadable(self.directory.path(), &error))?;
        for stretch in Stretches::new(files, &self.receipts, u64::MAX) {
            if !take(stretch.map_err(|error| unreadable(self.directory.path(), &error))?) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Warns of receipts that could not be read so far.
    pub(crate) fn warn(&self, console: &Console) {
        warn_of(&self.receipts, console);
    }

    /// What the receipts alone say to be missing or wrong. Returns some of the files that lack receipts and have an upload.
    pub(crate) fn check(&self, publish_together: bool, unproved: &mut Unproved<'_>) -> Result<Sample, Failure> {
        let mut lacking = Sample::default();
        self.each(|stretch| {
            for (placed, evidence) in &stretch {
                let is_late = publish_together && placed.file.upload_id.is_none();
                let troubles = if is_late { vec![] } else { evidence.lacks(&placed.file) };
                if !troubles.is_empty() && placed.file.upload_id.is_some() {
                    lacking.add(placed.file.n);
                }
                unproved.troubles(placed, &troubles);
            }
            true
        })?;
        Ok(lacking)
    }

    /// The stretches, read on another thread.
    pub(super) fn read(&self) -> mpsc::Receiver<Result<Stretch, Failure>> {
        let (sender, stretches) = mpsc::channel(1);
        let papers = self.clone();
        if threads::are_scarce() {
            tokio::spawn(async move {
                let mut all = Vec::new();
                let read = papers.each(|stretch| {
                    all.push(Ok(stretch));
                    true
                });
                all.extend(read.err().map(Err));
                for stretch in all {
                    if sender.send(stretch).await.is_err() {
                        return;
                    }
                }
            });
        } else {
            tokio::task::spawn_blocking(move || {
                if let Err(failure) = papers.each(|stretch| sender.blocking_send(Ok(stretch)).is_ok()) {
                    let _ = sender.blocking_send(Err(failure));
                }
            });
        }
        stretches
    }
}

/// Warns of receipts that could not be read so far.
pub(crate) fn warn_of(receipts: &ReceiptFiles, console: &Console) {
    for (path, why) in receipts.unreadable() {
        console.warning_once(&message!("could not read the receipts {file}: {why}", file = shown(&path), why));
    }
}

/// Judges all objects. Returns how many were completed.
pub(crate) async fn judge_all(
    papers: &Papers,
    requests: &ObjectRequests,
    pass: Pass,
    at_a_time: usize,
    bucket: &mut BucketRequests<'_>,
    unproved: &mut Unproved<'_>,
) -> Result<u64, Failure> {
    let mut stretches = papers.read();
    let mut judging: JoinSet<(Placed, Judged)> = JoinSet::new();
    let (mut units, mut completed) = (0, 0);
    while let Some(stretch) = stretches.recv().await {
        for (placed, evidence) in stretch? {
            // What was sent as a whole was proved in the first pass.
            if pass == Pass::Complete && placed.file.upload_id.is_none() && !requests.publish_together {
                continue;
            }
            while judging.len() >= at_a_time || (units >= UNITS_AT_A_TIME && !judging.is_empty()) {
                take(judging.join_next().await, bucket, unproved, &mut units, &mut completed)?;
            }
            units += placed.file.units();
            let requests = requests.clone();
            judging.spawn(async move {
                let judged = requests.judge(placed.file.clone(), evidence, pass).await;
                (placed, judged)
            });
        }
    }
    while !judging.is_empty() {
        take(judging.join_next().await, bucket, unproved, &mut units, &mut completed)?;
    }
    Ok(completed)
}

fn take(
    done: Option<Result<(Placed, Judged), tokio::task::JoinError>>,
    bucket: &mut BucketRequests<'_>,
    unproved: &mut Unproved<'_>,
    units: &mut u64,
    completed: &mut u64,
) -> Result<(), Failure> {
    let Some(done) = done else { return Ok(()) };
    let (placed, Judged { finish, events }) =
        done.map_err(|died| Failure::Other(message!("a task died: {died}", died)))?;
    *units -= placed.file.units();
    events.iter().for_each(|event| bucket.report(event));
    if let Some(finish) = finish {
        *completed += u64::from(matches!(&finish, Finish::Proved(proved) if !proved.was_there));
        unproved.finish(&placed, &finish);
    }
    Ok(())
}
