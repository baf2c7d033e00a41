//! What was typed: the one definition behind parsing, help, man pages and completions. A file a command, and a file for
//! each group of options that commands share.
//!
//! Nothing here has a default; `options` says what was meant. Variables come in through `variables`.

#![expect(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "these comments are help texts: defaults stand in brackets, and a terminal shows addresses as they are"
)]

mod command;
mod emulator;
mod many;
mod object;
mod output;
mod requests;
mod resume;
mod server;
mod stdin;
mod upkeep;
mod upload;

pub use self::command::{Arguments, Command, CompletionsArguments, ManArguments};
pub use self::emulator::EmulatorArguments;
pub use self::many::{LikenessChoice, ManyArguments};
pub use self::object::{CustomerKeyArguments, EncryptionArguments, ObjectArguments, SseMode};
pub use self::output::{OutputArguments, ProgressChoice, ShownArguments};
pub use self::requests::{RateArguments, RequestArguments};
pub use self::resume::ResumeArguments;
pub use self::server::{
    AccessArguments, AddressingChoice, EmulatorDirectory, IdentityArguments, ServerArguments, ServiceChoice,
};
pub use self::stdin::StdinArguments;
pub use self::upkeep::{
    AbortArguments, CredentialsArguments, InquiryArguments, ListPartsArguments, ListUploadsArguments, VerifyArguments,
};
pub use self::upload::{ChecksumChoice, JournalArguments, LocationArguments, TransferArguments, UploadArguments};
