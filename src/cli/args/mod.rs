//! The command line as typed: the one definition behind parsing, help, man pages and completions.
//!
//! Nothing here has a default; `options` gives each argument its meaning. `options::variables` adds variables and the
//! configuration.
//!
//! - `command`: the list of commands
//! - `help`: how a terminal shows their help; `help_language`: in which language
//! - `usage_error`: errors of the command line, in the chosen language
//! - `upload`, `resume`, `verify`, `list_uploads`, `list_parts`, `abort`, `credentials`, `doctor`, `emulator`: a command
//!   each
//! - `initiate`, `upload_parts`, `complete`, `status`: a command each of an upload by many machines; `shared_plan` has the
//!   options that they share
//! - `server`, `requests`, `output`, `bucket`, `upload_id`: options that commands share; `language`: the one of all commands
//! - `many`, `stdin`: options for several files, and for a pipe
//! - `delta`: options for uploads that send only what changed
//! - `object`, `fields`, `encryption`: headers, conditions and encryption of an object

#![expect(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "these comments are help texts: defaults stand in brackets, and a terminal shows addresses as they are"
)]

mod abort;
mod bucket;
mod command;
mod complete;
mod credentials;
mod delta;
mod doctor;
mod emulator;
mod encryption;
mod fields;
pub(in crate::cli) mod help;
mod help_language;
mod initiate;
mod language;
mod list_parts;
mod list_uploads;
mod many;
mod object;
mod output;
mod requests;
mod resume;
mod server;
mod shared_plan;
mod status;
mod stdin;
mod upload;
mod upload_id;
mod upload_parts;
pub(in crate::cli) mod usage_error;
mod verify;

pub use self::abort::AbortArguments;
pub use self::bucket::BucketArguments;
pub use self::command::{Arguments, Command, CompletionsArguments, ManArguments, Shell};
pub use self::complete::CompleteArguments;
pub use self::credentials::CredentialsArguments;
pub use self::delta::{DeltaArguments, DeltaChoice};
pub use self::doctor::DoctorArguments;
pub use self::emulator::EmulatorArguments;
pub use self::encryption::{CustomerKeyArguments, EncryptionArguments, SseMode};
pub use self::fields::{FieldArguments, option_of};
pub use self::initiate::InitiateArguments;
pub use self::language::{LanguageArguments, LanguageChoice};
pub use self::list_parts::ListPartsArguments;
pub use self::list_uploads::ListUploadsArguments;
pub use self::many::{LikenessChoice, ManyArguments};
pub use self::object::ObjectArguments;
pub use self::output::{CiChoice, OutputArguments, ProgressArguments, ProgressChoice, TimingsArguments};
pub use self::requests::{RateArguments, RequestArguments};
pub use self::resume::ResumeArguments;
pub use self::server::{
    AccessArguments, AddressingChoice, EmulatorDirectory, IdentityArguments, ServerArguments, ServiceChoice,
};
use self::shared_plan::PLAN_VARIABLES;
pub use self::shared_plan::SharedPlanArguments;
pub use self::status::StatusArguments;
pub use self::stdin::StdinArguments;
pub use self::upload::{ChecksumChoice, JournalArguments, LocationArguments, TransferArguments, UploadArguments};
pub use self::upload_parts::{ShardChoice, UploadPartsArguments};
pub use self::verify::VerifyArguments;
