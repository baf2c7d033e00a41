//! cosput uploads files to Tencent Cloud COS and CDCS: verified, resumable, in bounded memory.
//!
//! The crate is the library behind the program of the same name. Its folders import one way:
//!
//! ```text
//! main → cli ─┬→ upload ──────┐
//!             ├→ credentials ─┼→ cos → language → nothing of ours
//!             └→ emulator ────┘
//! ```
//!
//! Every folder may import [`language`].
//!
//! - [`language`] has the words of every message in English and Chinese.
//! - [`cos`] is the protocol as data: addresses, requests, signatures, checksums, documents, errors. It sends nothing.
//! - [`upload`] is the engine: [`upload::plan`] cuts a file, the pure [`upload::machine`] says what to do next and what an
//!   outcome means, [`upload::driver`] does it, [`upload::journal`] remembers it, [`upload::event`] reports it.
//! - [`credentials`] finds credentials and renews them.
//! - [`emulator`] is a COS on loopback, for trying cosput out and for testing scripts and cosput itself.
//! - [`cli`] is all that a person types or sees; it alone knows the process, its streams and its environment.
//!
//! What flows, flows one way:
//!
//! ```text
//! argv ─► Args ─► Options ─► Plan ─► machine ── Call ─► Request ─► signed ─► Transport ─► Response
//!                                      ▲    └─ Event ─► journal ─► progress ─► report ─► exit code
//!                                      └──────────── Outcome ◄── read ◄───────────────────┘
//! ```
//!
//! Two rules hold for everything: exit code 0 means that the server's CRC-64 of the whole object equals that of what was
//! read from an unchanged file (at CDCS, which has none, that the MD5 of each part does); any other exit code means that
//! the object was not completed, or says that the result is unknown. `upload/simulation` states both ways and tries to
//! break them.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod cli;
pub mod cos;
pub mod credentials;
pub mod emulator;
pub mod language;
pub mod upload;
