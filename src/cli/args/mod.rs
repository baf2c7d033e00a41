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

pub use command::{Arguments, Command, CompletionsArguments, ManArguments};
pub use emulator::EmulatorArguments;
pub use many::{LikenessChoice, ManyArguments};
pub use object::{CustomerKeyArguments, EncryptionArguments, ObjectArguments, SseMode};
pub use output::{OutputArguments, ProgressChoice, ShownArguments};
pub use requests::{RateArguments, RequestArguments};
pub use resume::ResumeArguments;
pub use server::{
    AccessArguments, AddressingChoice, EmulatorDirectory, IdentityArguments, ServerArguments, ServiceChoice,
};
pub use stdin::StdinArguments;
pub use upkeep::{
    AbortArguments, CredentialsArguments, InquiryArguments, ListPartsArguments, ListUploadsArguments, VerifyArguments,
};
pub use upload::{ChecksumChoice, JournalArguments, LocationArguments, TransferArguments, UploadArguments};
