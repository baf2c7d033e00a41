//! What keeps files of a plan from being proved: reported, and counted for the exit code.

use super::missing_units::MissingUnits;
use crate::cli::output::console::{Console, visible};
use crate::cli::output::failures::exit::{INTEGRITY, NOT_FOUND, SOURCE, SUCCESS, UNAVAILABLE, of_many};
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{self, Line};
use crate::cli::uploading::bucket_requests::failed;
use crate::cli::values::units;
use crate::cos::Service;
use crate::cos::multipart::PartNumber;
use crate::language::{Message, message};
use crate::upload::shards::files::Placed;
use crate::upload::shards::plan::SharedPlan;
use crate::upload::shards::proof::completion::Finish;
use crate::upload::shards::proof::evidence::Trouble;
use crate::upload::shards::proof::waiting::Found;
use crate::upload::shards::unit::Scale;

/// How many disagreements and failed requests are printed; programs get all.
const MOST_SHOWN: u64 = 20;

/// What is not proved so far.
pub(crate) struct Unproved<'a> {
    scale: Scale,
    shards: u32,
    console: &'a Console,
    json: bool,
    silent: bool,
    missing: MissingUnits,
    exit_code: u8,
    found: Found,
    shown: u64,
}

impl<'a> Unproved<'a> {
    /// Nothing yet.
    pub(crate) fn new(plan: &SharedPlan, console: &'a Console, json: bool) -> Self {
        let scale = Scale::new(plan.units, plan.bytes);
        let missing = MissingUnits::of(plan.shards);
        Self {
            scale,
            shards: plan.shards,
            console,
            json,
            silent: false,
            missing,
            exit_code: SUCCESS,
            found: Found::All,
            shown: 0,
        }
    }

    /// The same, which prints nothing: only what it amounts to is of use.
    #[must_use]
    pub(crate) fn silent(self) -> Self {
        Self { json: false, silent: true, ..self }
    }

    /// The exit code so far.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// What the troubles so far amount to.
    pub(crate) fn found(&self) -> Found {
        self.found
    }

    /// Adds what keeps one file from being proved.
    pub(crate) fn troubles(&mut self, placed: &Placed, troubles: &[Trouble]) {
        self.found = self.found.and(Found::of(troubles));
        for trouble in troubles {
            match trouble {
                Trouble::Missing(part) | Trouble::NoReceipt(part) => self.missing(placed, *part),
                Trouble::Different { part, hosts } => {
                    let [one, other] = hosts;
                    let why = message!("{one} and {other} read different bytes", one, other);
                    self.disagreement(placed, *part, hosts.to_vec(), &why, SOURCE);
                }
                Trouble::Changed { host, what } => {
                    let why = message!("{host} saw another file: {what}", host, what);
                    self.disagreement(placed, None, vec![host.clone()], &why, SOURCE);
                }
            }
        }
    }

    /// Adds that a machine cannot read a file, or reads it differently.
    pub(crate) fn source(&mut self, placed: &Placed, part: Option<PartNumber>, host: &str, why: &Message) {
        self.found = self.found.and(Found::Contradiction);
        self.disagreement(placed, part, vec![host.to_owned()], why, SOURCE);
    }

    /// Adds an object that is not proved.
    pub(crate) fn finish(&mut self, placed: &Placed, finish: &Finish) {
        match finish {
            Finish::Proved(_) => {}
            Finish::NotProved(troubles) => self.troubles(placed, troubles),
            Finish::Differs { expected, found } => {
                let why = message!(
                    "the object's CRC-64 is {crc64}, and the bytes read have {expected}",
                    crc64 = found,
                    expected
                );
                self.disagreement(placed, None, vec![], &why, INTEGRITY);
            }
            Finish::Gone { is_other } => {
                let why = match is_other {
                    true => message!("its upload is gone, and the object is not the one that was sent"),
                    false => message!("its upload is gone, and there is no object"),
                };
                self.disagreement(placed, None, vec![], &why, NOT_FOUND);
            }
            Finish::NotComparable => {
                let why = message!("its upload is gone, and there are not all receipts to compare the object with");
                self.disagreement(placed, None, vec![], &why, UNAVAILABLE);
            }
            Finish::Failed(error) | Finish::Unknown(error) => {
                let report = failed(Service::Cos, &placed.file.key, error.clone()).report();
                if self.shows_one_more() {
                    report.print(self.console);
                }
                self.event(placed, None, vec![], &report.message, report.exit_code);
                self.count(report.exit_code);
            }
        }
    }

    fn missing(&mut self, placed: &Placed, part: Option<PartNumber>) {
        let unit = placed.units().find(|unit| unit.part == part);
        let shard = unit.map_or(0, |unit| self.scale.shard_of(&unit, self.shards));
        self.missing.add(shard, 1);
        self.count(UNAVAILABLE);
    }

    fn disagreement(
        &mut self,
        placed: &Placed,
        part: Option<PartNumber>,
        hosts: Vec<String>,
        why: &Message,
        exit_code: u8,
    ) {
        self.count(exit_code);
        if self.shows_one_more() {
            let file = visible(&placed.file.path);
            let what = match part {
                Some(part) => message!("part {number} of {source}", number = part, source = file),
                None => file.into_owned().into(),
            };
            let shard = self.shard(placed, part).map(|shard| message!(" (shard {shard})", shard)).unwrap_or_default();
            self.console.warning(&message!("{what}{shard}: {why}", what, shard, why));
        }
        self.event(placed, part, hosts, why, exit_code);
    }

    /// Counts one more. Returns true if it is to be printed.
    fn shows_one_more(&mut self) -> bool {
        self.shown += 1;
        self.shown <= MOST_SHOWN && !self.silent
    }

    fn shard(&self, placed: &Placed, part: Option<PartNumber>) -> Option<String> {
        let unit = placed.units().find(|unit| unit.part == part)?;
        Some(format!("{}/{}", self.scale.shard_of(&unit, self.shards), self.shards))
    }

    fn event(&self, placed: &Placed, part: Option<PartNumber>, hosts: Vec<String>, why: &Message, exit_code: u8) {
        if self.json {
            self.console.event(&Line::Unproved(json::Unproved {
                shard: self.shard(placed, part),
                units: None,
                path: Some(&placed.file.path),
                key: Some(&placed.file.key),
                part: part.map(PartNumber::value),
                hosts,
                why: why.english(),
                exit_code,
            }));
        }
    }

    fn count(&mut self, exit_code: u8) {
        self.exit_code = of_many([self.exit_code, exit_code].into_iter().filter(|code| *code != SUCCESS));
    }

    /// Reports what is missing of each shard, and the result as a failure. `nothing` says what could not be done.
    pub(crate) fn report(self, nothing: &Message) -> Failure {
        for (shard, units) in self.missing.each().filter(|_| self.json) {
            self.console.event(&Line::Unproved(json::Unproved {
                shard: Some(shard),
                units: Some(units),
                path: None,
                key: None,
                part: None,
                hosts: vec![],
                why: "missing",
                exit_code: UNAVAILABLE,
            }));
        }
        if self.shown > MOST_SHOWN {
            self.console.warning(&message!("and {number} more", number = units::count(self.shown - MOST_SHOWN)));
        }
        let because = |why: Message| message!("{what}: {cause}", what = nothing, cause = why);
        match self.exit_code {
            UNAVAILABLE if !self.missing.is_empty() => Failure::NotYet {
                message: because(self.missing.in_words()),
                hint: message!("run it again once the shards that are named were sent, or use --wait"),
            },
            UNAVAILABLE => {
                let message = because(message!("requests failed, or receipts are missing"));
                Failure::PlanFailed { exit_code: UNAVAILABLE, message }
            }
            SOURCE => {
                Failure::SourcesDiffer(because(message!("sources differ from the plan, or from machine to machine")))
            }
            INTEGRITY => Failure::Different(because(message!("objects differ from the bytes read"))),
            NOT_FOUND => Failure::UploadsGone(because(message!("uploads are gone"))),
            exit_code => Failure::PlanFailed { exit_code, message: because(message!("requests were refused")) },
        }
    }
}
