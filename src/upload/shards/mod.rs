//! One upload by many machines: which machine sends what, and how its work is proved.
//!
//! - `unit`: the units of a plan, and which shard has which
//! - `directory`: where plan and receipts are
//! - `draft`: a plan that is being made, and the uploads begun for it
//! - `plan`: `plan.json`, written once; `plan_end`: how a plan ended
//! - `files`: `files.jsonl`, a line for each file, read as a stream
//! - `division`: which files are sent in parts, and in parts of which size
//! - `probe`: samples of a file that find a machine whose directory has other content
//! - `receipts/`: what the machines write down about the units that the server has proved
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
pub mod receipts;
pub mod task;
pub mod unit;
