//! Files whose uploads were gone when a shard sent its parts. `complete` may have completed them, so each object is compared
//! with the receipts of all machines before anything is said.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::judging::Papers;
use super::object_requests::{Judged, ObjectRequests, Pass};
use super::unproved::Unproved;
use crate::cli::output::console::Console;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::retries::Retries;
use crate::cli::uploading::bucket_requests::print_event;
use crate::cli::uploading::observing::receipt_book::Gone;
use crate::language::message;
use crate::upload::shards::files::Placed;
use crate::upload::shards::proof::completion::Finish;
use crate::upload::shards::proof::evidence::Evidence;

/// How many objects are looked at in one go.
const AT_A_TIME: usize = 64;

/// Looks at the object of each file. What is not proved is added to `unproved`. Returns how many are.
pub(crate) async fn settle(
    gone: &Gone,
    papers: &Papers,
    requests: &ObjectRequests,
    console: &Console,
    unproved: &mut Unproved<'_>,
) -> Result<u64, Failure> {
    let mut proved = 0;
    let numbers = gone.keys().copied().collect();
    for (placed, finish) in judge(&numbers, papers, requests, console).await? {
        // Without a result, the upload is there after all.
        let finish = finish.unwrap_or_else(|| Finish::Failed(gone[&placed.file.n].clone()));
        proved += u64::from(matches!(finish, Finish::Proved(_)));
        unproved.finish(&placed, &finish);
    }
    Ok(proved)
}

/// What the objects of these files are. `None` for a file whose upload is there.
pub(crate) async fn judge(
    numbers: &BTreeSet<u64>,
    papers: &Papers,
    requests: &ObjectRequests,
    console: &Console,
) -> Result<Vec<(Placed, Option<Finish>)>, Failure> {
    let mut retries = Retries::default();
    let mut all = Vec::new();
    for files in in_turns(numbers, papers)? {
        let mut looking = JoinSet::new();
        for (placed, evidence) in files {
            let requests = requests.clone();
            looking.spawn(async move {
                let judged = requests.judge(placed.file.clone(), evidence, Pass::Prove).await;
                (placed, judged)
            });
        }
        while let Some(done) = looking.join_next().await {
            let (placed, Judged { finish, events }) =
                done.map_err(|died| Failure::Other(message!("a task died: {died}", died)))?;
            events.iter().for_each(|event| print_event(event, console, &mut retries));
            all.push((placed, finish.filter(|finish| !matches!(finish, Finish::NotProved(_)))));
        }
    }
    Ok(all)
}

/// The files with their receipts, some at a time.
fn in_turns(numbers: &BTreeSet<u64>, papers: &Papers) -> Result<Vec<Vec<(Placed, Evidence)>>, Failure> {
    let mut turns: Vec<Vec<(Placed, Evidence)>> = Vec::new();
    let last = numbers.last().copied().unwrap_or_default();
    papers.each(|stretch| {
        for (placed, evidence) in stretch {
            if !numbers.contains(&placed.file.n) {
                continue;
            }
            match turns.last_mut() {
                Some(turn) if turn.len() < AT_A_TIME => turn.push((placed, evidence)),
                _ => turns.push(vec![(placed, evidence)]),
            }
            if turns.last().and_then(|turn| turn.last()).is_some_and(|(placed, _)| placed.file.n >= last) {
                return false;
            }
        }
        true
    })?;
    Ok(turns)
}
