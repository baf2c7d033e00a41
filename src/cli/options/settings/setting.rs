//! The value of an option from a variable or from the configuration.

use std::ffi::OsString;

use clap::Id;

use crate::language::Message;

/// The value of one option, in the words of the command line.
pub(crate) struct Setting {
    pub(crate) id: Id,
    pub(crate) value: Vec<OsString>,
    /// The variable, or the key and its profile, for messages.
    pub(crate) origin: Message,
}

/// The setting of an option.
pub(crate) fn setting_of<'a>(settings: &'a [Setting], id: &Id) -> Option<&'a Setting> {
    settings.iter().find(|setting| setting.id == *id)
}
