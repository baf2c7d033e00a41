//! The faults of a running emulator.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::action::Action;
use super::fault::Fault;
use super::trigger::Count;
use super::usage::{Permit, Usage};
use crate::emulator::clock;
use crate::emulator::request::operation::Operation;

/// The faults of one emulator, with the requests that each has seen.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<Vec<(Fault, Count, Usage)>>);

/// The faults that apply to a request.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    pub(crate) fault: Option<Fault>,
    /// Held while the request is in progress.
    pub(crate) permits: Vec<Permit>,
    /// How late the answer comes.
    pub(crate) late: Duration,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults.into_iter().map(|fault| (fault, Count::default(), Usage::default())).collect()))
    }

    /// Returns the first fault that applies to this request. Others that would apply wait for a later request.
    pub(crate) fn strike(&self, operation: Operation, part: Option<u32>, key: &str) -> Struck {
        let mut struck = Struck::default();
        for (fault, count, usage) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if !fault.trigger().fits(operation, part) {
                continue;
            }
            if let Action::Limit(limit) = fault.action()
                && let Some(permit) = usage.enter(*limit, key, clock::now())
            {
                struck.permits.push(permit);
                continue;
            }
            if let Action::Late(late) = fault.action() {
                if fault.trigger().strikes(count, true) {
                    struck.late += *late;
                }
            } else if fault.trigger().strikes(count, struck.fault.is_none()) {
                struck.fault = Some(fault.clone());
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of ten uploads of part 1 a fault strikes.
    fn struck(text: &str) -> Vec<usize> {
        let faults = Faults::new(vec![text.parse().unwrap()]);
        (0..10).filter(|_| faults.strike(Operation::UploadPart, Some(1), "k").fault.is_some()).collect()
    }

    #[test]
    fn a_fault_strikes_once_by_default() {
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
    fn two_faults_strike_one_after_the_other() {
        let faults = Faults::new(["slow-down", "internal-error"].map(|text| text.parse().unwrap()).into());
        let names: Vec<_> =
            (0..3).map(|_| faults.strike(Operation::UploadPart, None, "k").fault.map(|fault| fault.name())).collect();
        assert_eq!(names, [Some("slow-down"), Some("internal-error"), None]);
    }

    #[test]
    fn a_late_answer_leaves_room_for_another_fault() {
        let faults =
            Faults::new(["latency:ms=20,skip=1", "latency", "slow-down"].map(|text| text.parse().unwrap()).into());
        let strike = || faults.strike(Operation::HeadBucket, None, "");
        assert_eq!([strike().late, strike().late].map(|late| late.as_millis()), [50, 70]);
        let struck = faults.strike(Operation::UploadPart, None, "k");
        assert_eq!((struck.late.as_millis(), struck.fault.map(|fault| fault.name())), (70, Some("slow-down")));
    }

    #[test]
    fn every_fault_has_a_description() {
        for (name, description) in Fault::names() {
            assert_eq!(name.parse::<Fault>().unwrap().name(), *name);
            assert!(!description.english().is_empty());
        }
    }

    #[test]
    fn arguments_change_the_action() {
        let action = |text: &str| text.parse::<Fault>().unwrap().action().clone();
        assert_eq!(action("trickle:rate=10"), Action::Trickle { rate: 10 });
        assert_eq!(action("latency:ms=7"), Action::Late(Duration::from_millis(7)));
        assert_eq!(action("reset-in-body:after=5"), Action::ResetInBody { after: 5 });
        assert_eq!(action("clock-skew:by=-1800"), Action::Skew { seconds: -1800 });
        assert!(matches!(action("slow-down:retry-after=2"), Action::Refuse { retry_after: Some(2), .. }));
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let why = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert!(why("slowdown").starts_with("'slowdown' is not a fault; known faults: internal-error, bad-gateway, "));
        assert_eq!(why("stall:x=1"), "the fault 'stall:x=1' has no argument 'x'");
        assert_eq!(why("stall:part=x"), "the fault 'stall:part=x' has part=x, which is not a valid number");
        assert_eq!(why("stall:on=put"), "the fault 'stall:on=put' has on=put, which is not an operation");
        assert_eq!(why("stall:part"), "the fault 'stall:part' has 'part' instead of NAME=VALUE");
        assert_eq!(why("stall:every=0"), "the fault 'stall:every=0' has every=0, which is not a valid number");
    }
}
