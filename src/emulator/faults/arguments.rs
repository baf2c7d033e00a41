//! The arguments of a fault: `NAME=VALUE,…`.

use std::str::FromStr;

use crate::language::{Message, message};

/// The arguments that have not been used yet.
pub(super) struct Arguments(Vec<(String, String)>);

impl Arguments {
    pub(super) fn read(text: &str) -> Result<Self, Message> {
        let pair = |pair: &str| {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| message!("has '{pair}' instead of NAME=VALUE", pair))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        text.split(',').filter(|text| !text.trim().is_empty()).map(pair).collect::<Result<_, Message>>().map(Self)
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(index).1)
    }

    pub(super) fn number<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, Message> {
        let read = |text: String| {
            text.parse().map_err(|_| message!("has {name}={text}, which is not a valid number", name, text))
        };
        self.text(name).map(read).transpose()
    }

    /// The name of an argument that was not used.
    pub(super) fn unused(&self) -> Option<&str> {
        self.0.first().map(|(name, _)| name.as_str())
    }
}
