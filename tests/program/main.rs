//! All tests that need the program or a server for it, in one binary: a module for each subject.
//!
//! Run one module with `cargo test --test program resume::`.

#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod cdcs;
mod ci;
mod command_line;
mod commands;
mod completions;
mod crashes;
mod credentials_midway;
mod delta;
mod doctor;
mod faults;
mod growing;
mod interfaces;
mod interop;
mod journal;
#[cfg(unix)]
mod language;
mod limits;
mod machines;
mod manual;
mod many;
mod networks;
mod object_options;
mod outages;
mod proof;
mod recipes;
mod resume;
mod secrets;
mod signals;
mod slow_links;
mod source;
mod stdin;
mod terminal;
mod timings;
mod tls;
mod upload;
