//! One upload by many machines: which machine sends what, and how its work is proved.
//!
//! - `unit`: the units of a plan, and which shard has which
//! - `directory`: where plan and receipts are
//! - `draft`: a plan that is being made, and the uploads begun for it
//! - `plan`: `plan.json`, written once
//! - `files`: `files.jsonl`, a line for each file, read as a stream
//! - `division`: which files are sent in parts, and in parts of which size
//! - `probe`: samples of a file that find a machine whose directory has other content
//! - `receipt`: what a machine writes down after the server has proved a unit
//! - `receipt_place`: where receipts are: in directories, or in the bucket
//! - `receipt_objects`: receipts as objects in the bucket
//! - `receipt_files`: the receipts of all attempts, read a stretch of the plan at a time
//! - `stretches`: the files of a plan with their receipts, a stretch at a time
//! - `durable_lines`: lines, each of which is durable before it counts
//! - `line_file`: a file to which lines are added, as long as it has its name
//! - `completion`: what `complete` asks the server about one file, and what the answers mean
//! - `small_file`: whether an object that was sent as a whole is what its receipts say
//! - `engines`: which shard the engine gave this process
//! - `evidence`: the receipts of all machines, and what they prove together

pub mod completion;
pub mod directory;
pub mod division;
pub mod draft;
pub mod durable_lines;
pub mod engines;
pub mod evidence;
pub mod files;
mod line_file;
pub mod plan;
pub mod probe;
pub mod receipt;
pub mod receipt_files;
pub mod receipt_objects;
pub mod receipt_place;
pub mod small_file;
pub mod stretches;
pub mod unit;
