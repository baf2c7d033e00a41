//! One upload by many machines: which machine sends what, and how its work is proved.
//!
//! - `unit`: the units of a plan, and which shard has which
//! - `directory`: where plan and receipts are
//! - `draft`: a plan that is being made, and the uploads begun for it
//! - `plan`: `plan.json`, written once; `plan_end`: how a plan ended
//! - `files`: `files.jsonl`, a line for each file, read as a stream
//! - `division`: which files are sent in parts, and in parts of which size
//! - `probe`: samples of a file that find a machine whose directory has other content
//! - `receipt`: what a machine writes down after the server has proved a unit
//! - `receipt_place`: where receipts are: in directories, or in the bucket
//! - `receipt_objects`: receipts as objects in the bucket
//! - `receipt_files`: the receipts of all attempts, read a stretch of the plan at a time
//! - `receipt_blocks`: the receipts in one file, found by the files of the plan that they are about
//! - `receipt_lines`: the lines of one file of receipts
//! - `unreadable_receipts`: what cannot be read of the receipts
//! - `task`: what a shard has to do about one file
//! - `durable_lines`: lines, each of which is durable before it counts
//! - `kept_lines`: which lines are kept together, and that none is after a failure
//! - `line_file`: a file to which lines are added, as long as it has its name
//! - `proof/`: what the receipts of all machines prove, and how `complete` acts on it
//! - `engines`: which shard the engine gave this process

pub mod directory;
pub mod division;
pub mod draft;
pub mod durable_lines;
pub mod engines;
pub mod files;
pub(crate) mod kept_lines;
mod line_file;
pub mod plan;
pub mod plan_end;
pub mod probe;
pub mod proof;
pub mod receipt;
pub mod receipt_blocks;
pub mod receipt_files;
mod receipt_lines;
pub mod receipt_objects;
pub mod receipt_place;
pub mod task;
pub mod unit;
mod unreadable_receipts;
