//! What the commands of an upload by many machines share. The decisions are in `upload/shards`.
//!
//! - `loaded_plan`: a plan that was read, its bucket and its server
//! - `source_root`: the directory that all sources of a plan are below
//! - `new_plan`, `plan_sources`, `plan_report`: what `initiate` decides first, what it goes through, and what it prints
//! - `planning`, `beginning`: from a source to its line in the plan, with an upload if it needs one
//! - `plan_uploads`: the uploads of a plan, finished or not
//! - `aborted_upload`: aborts one of them
//! - `draft_directory`: the directory while its plan is being made
//! - `at_a_time`: how many requests they have in flight
//! - `shard_work`: the work of one shard for the engine
//! - `object_requests`: the requests that prove and complete one object
//! - `rereading`: reads on this machine what has no receipt
//! - `judging`: goes through all objects of a plan, many at a time
//! - `receipt_places`: all places in which the receipts of a plan are
//! - `bucket_receipts`: the requests of receipts in the bucket
//! - `gone`: files whose uploads were gone when a shard sent its parts
//! - `asked_uploads`: whether the uploads of files that lack receipts are still there
//! - `missing_units`: how many units each shard lacks
//! - `unproved`: what keeps files from being proved, reported

pub(crate) mod aborted_upload;
pub(crate) mod asked_uploads;
pub(crate) mod at_a_time;
pub(crate) mod beginning;
pub(crate) mod bucket_receipts;
pub(crate) mod draft_directory;
pub(crate) mod gone;
pub(crate) mod judging;
pub(crate) mod loaded_plan;
pub(crate) mod missing_units;
pub(crate) mod new_plan;
pub(crate) mod object_requests;
pub(crate) mod plan_report;
pub(crate) mod plan_sources;
pub(crate) mod plan_uploads;
pub(crate) mod planning;
pub(crate) mod receipt_places;
pub(crate) mod rereading;
pub(crate) mod shard_work;
pub(crate) mod source_root;
pub(crate) mod unproved;
