//! The language of messages: English in the code, Chinese from a catalogue.
//!
//! ```text
//! message!("could not read {file}", file) ─► Message: both languages ─┬─► a person: the chosen language
//!                        catalogue (zh-CN.po) ───────┘                └─► a program: English
//! ```
//!
//! The English text is the key of its translation. JSON, journals, receipts and plans stay English whatever the language
//! of the terminal: [`english`] renders them.
//!
//! - `locale`: the languages, and which one a locale names
//! - `choice`: the language of this process, and the stretches that are English
//! - `catalogue`: the translations, sorted
//! - `placeholders`: values in the place of their names
//! - `phrase`: a fixed text, for constants and tables
//! - `message`: a text with values
//! - `series`: names one after the other
//! - `system`: the texts of the operating system in Chinese
//! - `zh-CN`: the catalogue, for translators
//! - `build`: the table of it, made when cosput is built

mod catalogue;
mod choice;
mod locale;
mod message;
mod phrase;
mod placeholders;
mod series;
mod system;

pub use self::catalogue::translated;
pub use self::choice::{choose, chosen, current, english};
pub use self::locale::Language;
pub use self::message::Message;
pub(crate) use self::message::{message, value_of_message};
pub use self::phrase::Phrase;
pub(crate) use self::phrase::phrase;
pub use self::series::Series;

#[cfg(test)]
pub(crate) use self::choice::chinese;
