//! A text with values, in both languages.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Display};
use std::ops::Deref;

use serde::{Serialize, Serializer};

use super::catalogue;
use super::choice::{current, english, in_chinese};
use super::locale::Language;
use super::phrase::Phrase;
use super::placeholders::filled;
use super::system;

/// A text for people. It is shown in the chosen language, and serialized in English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Message {
    english: Cow<'static, str>,
    /// The Chinese text, if Chinese is chosen.
    chinese: Option<Cow<'static, str>>,
}

impl Message {
    /// A text of the code with its values. Write `message!`, which a test looks for in the catalogue.
    pub fn new(key: &'static str, in_english: fmt::Arguments<'_>, values: &[(&str, &dyn Display)]) -> Self {
        let english = english(|| in_english.as_str().map_or_else(|| Cow::Owned(in_english.to_string()), Cow::Borrowed));
        Self::with(english, || Some(filled(catalogue::chinese(key)?, values).into()))
    }

    /// What a value says in each language.
    pub fn of(value: &(impl Display + ?Sized)) -> Self {
        let english = Cow::Owned(english(|| value.to_string()));
        Self::with(english, || Some(value.to_string().into()))
    }

    /// Every Chinese text passes here, so that what the system says is found wherever it comes from.
    fn with(english: Cow<'static, str>, chinese: impl FnOnce() -> Option<Cow<'static, str>>) -> Self {
        Self { english, chinese: in_chinese(|| chinese().map(system::in_chinese)) }
    }

    /// The same message, changed in each language.
    pub fn mapped(&self, change: impl Fn(&str) -> String) -> Self {
        let chinese = self.chinese.as_deref().map(|text| Cow::Owned(change(text)));
        Self { english: Cow::Owned(change(&self.english)), chinese }
    }

    /// The text in English.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// The text in the chosen language.
    pub fn text(&self) -> &str {
        match (&self.chinese, current()) {
            (Some(chinese), Language::Chinese) => chinese,
            _ => &self.english,
        }
    }
}

impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl Deref for Message {
    type Target = str;

    fn deref(&self) -> &str {
        self.text()
    }
}

impl Error for Message {}

/// Programs read English.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.english)
    }
}

impl From<Phrase> for Message {
    fn from(phrase: Phrase) -> Self {
        Self::with(phrase.english().into(), || catalogue::chinese(phrase.english()).map(Cow::Borrowed))
    }
}

/// A text that is not the program's own, such as the server's. Only what the system says in it is translated.
impl From<String> for Message {
    fn from(text: String) -> Self {
        let chinese = in_chinese(|| match system::in_chinese(Cow::Borrowed(&text)) {
            Cow::Owned(translated) => Some(translated.into()),
            Cow::Borrowed(_) => None,
        });
        Self { english: Cow::Owned(text), chinese }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl PartialEq<str> for Message {
    fn eq(&self, english: &str) -> bool {
        self.english == english
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, english: &&str) -> bool {
        self.english == *english
    }
}

impl PartialEq<String> for Message {
    fn eq(&self, english: &String) -> bool {
        self.english == *english
    }
}

/// A text with values: `message!("part {part} of {parts}", part, parts = plan.parts())`. Each value is named, and each name
/// stands in the text, or it does not compile.
macro_rules! message {
    ($english:literal $(,)?) => {
        $crate::language::Message::from($crate::language::Phrase::new($english))
    };
    ($english:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        match ($(&$crate::language::value_of_message!($name $(= $value)?),)+) {
            ($($name,)+) => $crate::language::Message::new(
                $english,
                // What `concat!` returns cannot name variables, of which the translation would know nothing.
                ::std::format_args!(::std::concat!($english), $($name = $name),+),
                &[$((::std::stringify!($name), $name as &dyn ::std::fmt::Display)),+],
            ),
        }
    };
}

/// The value that `message!` is given for a name.
macro_rules! value_of_message {
    ($name:ident) => {
        $name
    };
    ($name:ident = $value:expr) => {
        $value
    };
}

pub(crate) use {message, value_of_message};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{chinese, phrase};

    fn failure() -> Message {
        let inner = message!("could not start: {error}", error = "x");
        message!("could not start: {error}", error = inner)
    }

    #[test]
    fn a_message_is_shown_in_the_language_of_now() {
        assert_eq!(failure().to_string(), "could not start: could not start: x");
        chinese(|| {
            let message = failure();
            assert_eq!(message.to_string(), "无法启动：无法启动：x");
            assert_eq!(message.english(), "could not start: could not start: x");
            assert_eq!(english(|| message.to_string()), message.english());
            assert_eq!(serde_json::to_string(&message).unwrap(), format!("{:?}", message.english()));
        });
    }

    #[test]
    fn a_message_that_is_made_for_a_program_can_still_be_shown_to_a_person() {
        chinese(|| assert_eq!(english(failure).to_string(), "无法启动：无法启动：x"));
    }

    #[test]
    fn what_a_value_says_is_kept_in_both_languages() {
        chinese(|| {
            let message = Message::of(&format_args!("{}; {}", failure(), phrase!("hint: ")));
            assert_eq!(message.to_string(), "无法启动：无法启动：x; 提示：");
            assert_eq!(message.english(), "could not start: could not start: x; hint: ");
        });
    }

    #[test]
    fn a_text_that_is_not_the_programs_own_stays_as_it_is() {
        chinese(|| assert_eq!(Message::from("无 {error} such").to_string(), "无 {error} such"));
    }

    #[test]
    fn a_value_is_taken_once() {
        let mut times = 0;
        let mut value = || {
            times += 1;
            times
        };
        assert_eq!(message!("could not start: {error}", error = value()), "could not start: 1");
        assert_eq!(times, 1);
    }

    #[test]
    fn a_message_can_be_an_error() {
        let error = anyhow::Error::from(message!("could not start: {error}", error = 1));
        assert_eq!(error.context(failure()).to_string(), failure().to_string());
    }
}
