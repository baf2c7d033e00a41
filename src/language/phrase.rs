//! A fixed text, for constants and tables.

use std::fmt;

use super::catalogue::translated;

/// A fixed text that is shown in the chosen language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phrase(&'static str);

impl Phrase {
    /// A text of the code. Write `phrase!`, which a test looks for in the catalogue.
    pub const fn new(english: &'static str) -> Self {
        Self(english)
    }

    /// The text in English.
    pub const fn english(self) -> &'static str {
        self.0
    }

    /// The text in the chosen language.
    pub fn text(self) -> &'static str {
        translated(self.0)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl PartialEq<&str> for Phrase {
    fn eq(&self, english: &&str) -> bool {
        self.0 == *english
    }
}

/// A fixed text: `phrase!("no such file")`.
macro_rules! phrase {
    ($english:literal) => {
        $crate::language::Phrase::new($english)
    };
}

pub(crate) use phrase;
