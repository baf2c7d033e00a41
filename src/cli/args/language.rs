//! The language of messages, as typed.

use clap::{Args, ValueEnum};

/// The language.
#[derive(Debug, Args)]
pub struct LanguageArguments {
    /// Language of messages and help: en or zh [by locale]
    ///
    /// zh is Simplified Chinese. JSON, journals and receipts stay English, and so do the texts of the server. Default: the
    /// language of LC_ALL, LC_MESSAGES or LANG, whichever is set first, unless LANGUAGE beside it names another; on Windows
    /// that of the user interface.
    #[arg(long, global = true, value_name = "LANGUAGE", hide_short_help = true, hide_possible_values = true)]
    #[arg(display_order = 900)]
    pub language: Option<LanguageChoice>,
}

/// The language, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageChoice {
    /// English
    En,
    /// Simplified Chinese
    #[value(aliases = ["zh-CN", "zh_CN"])]
    Zh,
}

impl LanguageChoice {
    /// The language of a word, as the option takes it.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::from_str(word, false).ok()
    }
}
