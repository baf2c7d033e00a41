//! What the receipts of all machines prove, and how `complete` acts on it.
//!
//! - `stretches`: the files of a plan with their receipts, a stretch at a time
//! - `evidence`: the receipts of all machines, and what they prove together
//! - `completion`: what `complete` asks the server about one file, and what the answers mean
//! - `sample`: some of many uploads, which are asked about while receipts are missing
//! - `waiting`: how long `complete` waits for receipts
//! - `small_file`: whether an object that was sent as a whole is what its receipts say

pub mod completion;
pub mod evidence;
pub mod sample;
pub mod small_file;
pub mod stretches;
pub mod waiting;
