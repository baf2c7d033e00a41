//! Output for CI systems, besides the text that people read: annotations, collapsed lines, a table and step outputs.
//!
//! All of it goes to stderr or to files that the system names, so stdout is the same everywhere. No secret is printed, so
//! none has to be masked: `::add-mask::` would itself write one into a log.
//!
//! - `system`: which system runs the job, by its variables
//! - `job`: what is printed for it
//! - `github`, `gitlab`: the commands that each system reads from a job's output
//! - `job_summary`: the totals as a table and as outputs of a step
//! - `job_end`: when the system ends the job

mod github;
mod gitlab;
mod job;
mod job_end;
mod job_summary;
mod system;

pub(crate) use self::github::Level;
pub(crate) use self::job::Job;
pub(crate) use self::job_end::time_left;
pub(crate) use self::system::{System, in_ci, system};
