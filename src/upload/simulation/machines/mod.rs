//! One upload by several machines, each of which may die at any moment, be started twice, or start again after the upload was
//! completed or aborted. Receipts take the place of the journal, in a directory with faults of its own.
//!
//! - `shared_directory`: what each machine sees of the receipts of all
//! - `requests`: what `complete` asks a server about one object
//! - `one_file`: one object in parts; the machines run one after the other, and their requests may arrive late
//! - `planned_object`: an object of a plan, and what all machines did to it
//! - `scene`: all objects of a plan, their directory, and the requests of processes that are gone
//! - `receipt_writer`: the receipts that an attempt is writing
//! - `attempt`: an attempt at a shard, a request at a time
//! - `completing`: `complete`, a request at a time
//! - `many_files`: many small files and a few large ones, by machines whose requests alternate

mod attempt;
mod completing;
mod many_files;
mod one_file;
mod planned_object;
mod receipt_writer;
mod requests;
mod scene;
mod shared_directory;
