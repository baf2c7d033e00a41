//! Faults that the emulator suffers on purpose, as data: when one strikes, and what it does.
//!
//! A fault is written `NAME` or `NAME:ARGUMENT,…`, such as `slow-down:part=3,times=2,retry-after=1`. Nothing here acts;
//! `exchange.rs` reads what is to be done.

mod catalogue;
pub(crate) mod distortion;
mod trigger;

use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use self::catalogue::{KNOWN, Known};
use self::trigger::{Count, Trigger};
use super::answer::refusal::Refusal;
use super::request::operation::Operation;

/// One fault: a name, when it strikes and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    name: &'static str,
    trigger: Trigger,
    action: Action,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The body is read, nothing is done, the error is answered.
    Refuse { refusal: Refusal, retry_after: Option<u64> },
    /// The error is answered before the body is read.
    RefuseEarly(Refusal),
    /// A proxy's page is answered: HTML, without a request id.
    Page { status: u16 },
    /// The client is sent elsewhere.
    Redirect { status: u16 },
    /// The clock is off by so many seconds.
    Skew { seconds: i64 },
    /// The answer is right but does not arrive so.
    Distort(Distortion),
    /// A 200 with an error in its body, nothing merged.
    CompleteError { code: &'static str },
    /// White space for so many seconds before the verdict.
    SlowComplete { seconds: u64 },
    /// The connection ends within the verdict.
    CutVerdict,
    /// The connection is reset before the body is read.
    ResetBeforeBody,
    /// The connection is reset once so many bytes of the body were read.
    ResetInBody { after: u64 },
    /// The connection is reset instead of the answer to what was done.
    ResetAfterStored,
    /// The body is read, nothing is done, nothing is answered.
    Stall,
    /// The body is read at so many bytes per second.
    Trickle { rate: u64 },
}

/// What happens to an answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distortion {
    NoEtag,
    WrongEtag,
    NoCrc,
    WrongCrc,
    GarbageXml,
    XmlBomb,
    Truncated,
}

/// Why a text is no fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFault(String);

impl fmt::Display for InvalidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidFault {}

impl Fault {
    /// The faults there are, each with what it does and the arguments of its own.
    pub fn names() -> &'static [(&'static str, &'static str)] {
        static NAMES: LazyLock<Vec<(&str, &str)>> =
            LazyLock::new(|| KNOWN.iter().map(|known| (known.name, known.description)).collect());
        &NAMES
    }

    /// The arguments that every fault takes, each with what it means.
    pub fn arguments() -> &'static [(&'static str, &'static str)] {
        &trigger::ARGUMENTS
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let (name, arguments) = text.split_once(':').unwrap_or((text, ""));
        let known = KNOWN.iter().find(|known| known.name == name).ok_or_else(|| unknown(name))?;
        read(known, arguments).map_err(|why| InvalidFault(format!("the fault '{text}' {why}")))
    }
}

fn unknown(name: &str) -> InvalidFault {
    let names: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
    InvalidFault(format!("'{name}' is no fault; there are {}", names.join(", ")))
}

fn read(known: &Known, text: &str) -> Result<Fault, String> {
    let mut arguments = Arguments::read(text)?;
    let trigger = Trigger::read(&mut arguments, known)?;
    let action = (known.action)(&mut arguments)?;
    match arguments.0.first() {
        Some((name, _)) => Err(format!("has an argument '{name}' that it does not take")),
        None => Ok(Fault { name: known.name, trigger, action }),
    }
}

/// The arguments that were not taken yet.
struct Arguments(Vec<(String, String)>);

impl Arguments {
    fn read(text: &str) -> Result<Self, String> {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').ok_or(format!("has '{pair}' where NAME=VALUE was expected"))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        text.split(',').filter(|text| !text.trim().is_empty()).map(pair).collect::<Result<_, String>>().map(Self)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(index).1)
    }

    fn number<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, String> {
        let read = |text: String| text.parse().map_err(|_| format!("has {name}={text}, which is no number it takes"));
        self.text(name).map(read).transpose()
    }
}

/// The faults of one emulator, with how often each was met.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<Vec<(Fault, Count)>>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults.into_iter().map(|fault| (fault, Count::default())).collect()))
    }

    /// The first fault that strikes this request. One that would have struck after it keeps its turn.
    pub(crate) fn strike(&self, operation: Operation, part: Option<u32>) -> Option<Fault> {
        let mut struck = None;
        for (fault, count) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if fault.trigger.fits(operation, part) && fault.trigger.strikes(count, struck.is_none()) {
                struck = Some(fault.clone());
            }
        }
        struck
    }
}

impl Fault {
    pub(crate) fn action(&self) -> &Action {
        &self.action
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of ten uploads of part 1 a fault strikes.
    fn struck(text: &str) -> Vec<usize> {
        let faults = Faults::new(vec![text.parse().unwrap()]);
        (0..10).filter(|_| faults.strike(Operation::UploadPart, Some(1)).is_some()).collect()
    }

    #[test]
    fn a_fault_strikes_once_unless_told_otherwise() {
        assert_eq!(struck("internal-error"), [0]);
        assert_eq!(struck("internal-error:times=0").len(), 10);
        assert_eq!(struck("internal-error:skip=2,times=2"), [2, 3]);
        assert_eq!(struck("internal-error:every=3,times=0"), [2, 5, 8]);
        assert_eq!(struck("internal-error:every=3,times=2,skip=1"), [3, 6]);
        assert_eq!(struck("internal-error:part=1"), [0]);
        assert_eq!(struck("internal-error:part=2").len(), 0);
        assert_eq!(struck("internal-error:on=complete").len(), 0);
        assert_eq!(struck("internal-error:on=any"), [0]);
        assert_eq!(struck("internal-error:on=complete+upload-part"), [0]);
    }

    #[test]
    fn two_faults_take_turns() {
        let faults = Faults::new(["slow-down", "internal-error"].map(|text| text.parse().unwrap()).into());
        let names: Vec<_> =
            (0..3).map(|_| faults.strike(Operation::UploadPart, None).map(|fault| fault.name())).collect();
        assert_eq!(names, [Some("slow-down"), Some("internal-error"), None]);
    }

    #[test]
    fn every_name_is_a_fault_and_says_what_it_does() {
        for (name, description) in Fault::names() {
            assert_eq!(name.parse::<Fault>().unwrap().name(), *name);
            assert!(!description.is_empty());
        }
    }

    #[test]
    fn arguments_change_the_action() {
        let action = |text: &str| text.parse::<Fault>().unwrap().action;
        assert_eq!(action("trickle:rate=10"), Action::Trickle { rate: 10 });
        assert_eq!(action("reset-in-body:after=5"), Action::ResetInBody { after: 5 });
        assert_eq!(action("clock-skew:by=-1800"), Action::Skew { seconds: -1800 });
        assert!(matches!(action("slow-down:retry-after=2"), Action::Refuse { retry_after: Some(2), .. }));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let why = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert!(why("slowdown").starts_with("'slowdown' is no fault; there are internal-error, bad-gateway, "));
        assert_eq!(why("stall:x=1"), "the fault 'stall:x=1' has an argument 'x' that it does not take");
        assert_eq!(why("stall:part=x"), "the fault 'stall:part=x' has part=x, which is no number it takes");
        assert_eq!(why("stall:on=put"), "the fault 'stall:on=put' has on=put, which is no operation");
        assert_eq!(why("stall:part"), "the fault 'stall:part' has 'part' where NAME=VALUE was expected");
        assert_eq!(why("stall:every=0"), "the fault 'stall:every=0' has every=0, which is no number it takes");
    }
}
