//! What the machines write down about the units that the server has proved.
//!
//! - `receipt`: one receipt
//! - `place`: where receipts are: in directories, or in the bucket
//! - `objects`: receipts as objects in the bucket
//! - `files`: the receipts of all attempts, read a stretch of the plan at a time
//! - `blocks`: the receipts in one file, found by the files of the plan that they are about
//! - `lines`: the lines of one file of receipts
//! - `unreadable`: what cannot be read of the receipts

pub mod blocks;
pub mod files;
mod lines;
pub mod objects;
pub mod place;
pub mod receipt;
mod unreadable;
