//! One fault: parsed from `NAME` or `NAME:ARGUMENT,…`, such as `slow-down:part=3,times=2,retry-after=1`.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use super::action::Action;
use super::arguments::Arguments;
use super::catalogue::{KNOWN, Known};
use super::trigger;
use super::trigger::Trigger;
use crate::language::{Message, Phrase, Series, message};

/// One fault: its name, its trigger and its action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    name: &'static str,
    trigger: Trigger,
    action: Action,
}

/// Why a text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFault(Message);

impl fmt::Display for InvalidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidFault {}

impl Fault {
    /// All faults, each with a description and its own arguments.
    pub fn names() -> &'static [(&'static str, Phrase)] {
        static NAMES: LazyLock<Vec<(&str, Phrase)>> =
            LazyLock::new(|| KNOWN.iter().map(|known| (known.name, known.description)).collect());
        &NAMES
    }

    /// The arguments that every fault accepts, each with a description.
    pub fn arguments() -> &'static [(&'static str, Phrase)] {
        &trigger::ARGUMENTS
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn action(&self) -> &Action {
        &self.action
    }

    pub(super) fn trigger(&self) -> &Trigger {
        &self.trigger
    }
}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let (name, arguments) = text.split_once(':').unwrap_or((text, ""));
        let known = KNOWN.iter().find(|known| known.name == name).ok_or_else(|| unknown(name))?;
        read(known, arguments).map_err(|why| InvalidFault(message!("the fault '{text}' {why}", text, why)))
    }
}

fn unknown(name: &str) -> InvalidFault {
    let names: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
    InvalidFault(message!("'{name}' is not a fault; known faults: {names}", name, names = Series(&names)))
}

fn read(known: &Known, text: &str) -> Result<Fault, Message> {
    let mut arguments = Arguments::read(text)?;
    let trigger = Trigger::read(&mut arguments, known.on, known.times)?;
    let action = (known.action)(&mut arguments)?;
    match arguments.unused() {
        Some(name) => Err(message!("has no argument '{name}'", name)),
        None => Ok(Fault { name: known.name, trigger, action }),
    }
}
