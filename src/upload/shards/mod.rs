//! One upload by many machines: which machine sends what, and how its work is proved.
//!
//! - `unit`: the units of a plan, and which shard has which
//! - `plan`: `plan.json`, written once
//! - `files`: `files.jsonl`, a line for each file, read as a stream
//! - `probe`: samples of a file that find a machine whose directory has other content
//! - `receipt`: what a machine writes down after the server has proved a unit
//! - `completion`: what `complete` asks the server about one file, and what the answers mean
//! - `engines`: which shard the engine gave this process
//! - `evidence`: the receipts of all machines, and what they prove together

pub mod completion;
pub mod engines;
pub mod evidence;
pub mod files;
pub mod plan;
pub mod probe;
pub mod receipt;
pub mod unit;
