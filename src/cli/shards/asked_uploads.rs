//! Whether the uploads of files that lack receipts are still there. No shard can send to an upload that is gone, so no wait
//! brings its receipts.

use super::gone;
use super::judging::Papers;
use super::object_requests::ObjectRequests;
use super::unproved::Unproved;
use crate::cli::output::console::Console;
use crate::cli::output::failures::exit::UNAVAILABLE;
use crate::cli::output::failures::failure::Failure;
use crate::cli::uploading::bucket_requests::failed;
use crate::cos::Service;
use crate::upload::shards::files::Placed;
use crate::upload::shards::proof::completion::Finish;
use crate::upload::shards::proof::sample::Sample;

/// What the server said about some uploads; nothing about those that are there.
#[derive(Default)]
pub(crate) struct AskedUploads(Vec<(Placed, Finish)>);

impl AskedUploads {
    /// Asks about these files.
    pub(crate) async fn ask(
        lacking: &Sample,
        papers: &Papers,
        requests: &ObjectRequests,
        console: &Console,
    ) -> Result<Self, Failure> {
        if lacking.is_empty() {
            return Ok(Self::default());
        }
        let judged = gone::judge(&lacking.numbers().collect(), papers, requests, console).await?;
        Ok(Self(judged.into_iter().filter_map(|(placed, finish)| Some((placed, finish?))).collect()))
    }

    /// True if later receipts would change nothing.
    pub(crate) fn end_the_wait(&self) -> bool {
        self.0.iter().any(|(placed, finish)| match finish {
            Finish::Gone { .. } | Finish::Differs { .. } => true,
            Finish::Failed(error) | Finish::Unknown(error) => {
                failed(Service::Cos, &placed.file.key, error.clone()).report().exit_code != UNAVAILABLE
            }
            Finish::Proved(_) | Finish::NotProved(_) | Finish::NotComparable => false,
        })
    }

    /// True if an upload is gone, and only receipts say whether the object is the one of the plan.
    pub(crate) fn are_uncomparable(&self) -> bool {
        self.0.iter().any(|(_, finish)| *finish == Finish::NotComparable)
    }

    /// Adds all of it.
    pub(crate) fn add_to(&self, unproved: &mut Unproved<'_>) {
        self.0.iter().for_each(|(placed, finish)| unproved.finish(placed, finish));
    }
}
