//! The library without the program, in one binary: the emulator over a socket, the sources of credentials, and the
//! published vectors.
//!
//! Run one module with `cargo test --test library emulator::`.

mod credentials;
mod emulator;
mod vectors;

/// How every test starts an emulator.
#[path = "../support/emulator.rs"]
mod emulator_options;
