//! An object of a plan, and what all machines did to it.

use std::collections::BTreeSet;
use std::time::Instant;

use super::super::MEBIBYTE;
use super::super::content::{Content, read, whole};
use super::super::server::{Kind, Server};
use super::super::setup::setup;
use super::super::world::World;
use crate::cos::multipart::{PartNumber, UploadId};
use crate::upload::error::Cause;
use crate::upload::machine::{Settings, Upload};
use crate::upload::plan::object_plan::{Plan, PlanOptions};
use crate::upload::plan::part_record::PartRecord;
use crate::upload::plan::part_sizes::{PartSizes, Parts};
use crate::upload::shards::files::{Placed, PlannedFile};
use crate::upload::shards::proof::completion::Finish;
use crate::upload::simulation::fault_rates::FaultRates;
use crate::upload::simulation::run::upload;
use crate::upload::wire::call::{Call, Reply};

/// What is chosen for all objects of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) publish_together: bool,
    pub(super) no_overwrite: bool,
    pub(super) etags_are_md5: bool,
}

/// An object of a plan.
pub(super) struct PlannedObject {
    pub(super) placed: Placed,
    pub(super) server: Server,
    plan: Plan,
    expected: Content,
    choice: Choice,
    /// Parts that were acknowledged to any machine.
    acknowledged: BTreeSet<(String, PartNumber)>,
    /// True once the server may have other parts than machines were told.
    unsettled: bool,
}

impl PlannedObject {
    /// An object of this size, with an upload if it is sent in parts.
    pub(super) fn new((n, start): (u64, u64), size: u64, choice: Choice) -> Self {
        let mut plan = Plan::new(size, PlanOptions::fixed(MEBIBYTE, MEBIBYTE)).expect("it has a plan");
        if plan.is_put() && choice.publish_together {
            plan = Plan::Multipart(Parts::new(size, PartSizes::uniform(MEBIBYTE)));
        }
        let kind = Kind { etags_are_md5: choice.etags_are_md5, ..Kind::COS };
        let mut server = Server::new(kind, choice.no_overwrite);
        let upload_id = (!plan.is_put()).then(|| match server.act(&Call::Initiate, None) {
            Ok(Reply::Initiated(id)) => id.as_str().to_owned(),
            _ => unreachable!("it is begun"),
        });
        let file = PlannedFile {
            n,
            path: format!("{n}"),
            key: format!("{n}"),
            size,
            mtime_ns: "1.000000000".into(),
            part_size: upload_id.is_some().then(|| plan.part_size()),
            upload_id,
            probes: vec![],
        };
        let expected = whole(plan);
        let (acknowledged, unsettled) = (BTreeSet::new(), false);
        Self { placed: Placed { file, start }, server, plan, expected, choice, acknowledged, unsettled }
    }

    pub(super) fn file(&self) -> &PlannedFile {
        &self.placed.file
    }

    pub(super) fn upload_id(&self) -> Option<UploadId> {
        self.file().upload_id.as_deref().and_then(UploadId::new)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.server.object.as_ref() == Some(&self.expected)
    }

    /// True if a machine that says so has proved it: the object is whole, or another machine's late request replaced it.
    pub(super) fn is_proved_whole(&self, record: &PartRecord) -> bool {
        (record.size, record.crc64) == (self.expected.size, self.expected.crc64)
    }

    /// True if the server has no upload for the parts, and no whole object either.
    pub(super) fn is_lost(&self) -> bool {
        self.has_no_upload() && !self.is_whole()
    }

    fn has_no_upload(&self) -> bool {
        self.upload_id().is_some_and(|id| !self.server.uploads.contains_key(id.as_str()))
    }

    /// The world in which one machine sends this object, of which it knows these parts.
    pub(super) fn world(&self, seed: u64, now: Instant, faults: FaultRates, known: Vec<PartRecord>) -> World {
        let (mut world, ..) = setup(seed, self.server.kind, false);
        (world.now, world.faults, world.unsettled, world.outage) = (now, faults, self.unsettled, None);
        (world.size, world.expected, world.foreign) = (self.file().size, self.expected.clone(), None);
        world.skips = self.choice.no_overwrite;
        let Some(id) = self.upload_id() else { return world };
        let named = id.as_str().to_owned();
        world.stored_parts = if self.choice.etags_are_md5 {
            self.acknowledged.clone()
        } else {
            // Without MD5s, only a receipt saves a part from being sent again.
            known.iter().map(|record| (named.clone(), record.number)).collect()
        };
        world.journal = Some((id, known));
        world.named.insert(named);
        world
    }

    /// How one machine sends it.
    pub(super) fn upload(&self, world: &mut World, settings: Settings) -> Upload {
        let Choice { no_overwrite, etags_are_md5, .. } = self.choice;
        let settings = Settings { abort_on_failure: false, no_overwrite, etags_are_md5, ..settings };
        upload(world, self.plan, settings)
    }

    /// Lets a machine act on the one server that all have.
    pub(super) fn in_world<T>(&mut self, world: &mut World, act: impl FnOnce(&mut World) -> T) -> T {
        std::mem::swap(&mut world.server, &mut self.server);
        world.unsettled |= self.unsettled;
        let result = act(world);
        std::mem::swap(&mut world.server, &mut self.server);
        self.unsettled |= world.unsettled || self.holds_other_bytes();
        self.acknowledged.extend(world.stored_parts.iter().cloned());
        result
    }

    /// A receipt that is not the one that was written may keep its part from being known.
    pub(super) fn unsettle(&mut self) {
        self.unsettled = true;
    }

    /// A part that another machine's request spoiled is sent again.
    fn holds_other_bytes(&self) -> bool {
        let Plan::Multipart(parts) = self.plan else { return false };
        let mut held = self.server.uploads.values().flatten();
        held.any(|(number, content)| parts.range(*number).is_none_or(|range| *content != read(range, 0)))
    }

    /// What `complete` says about it is true.
    pub(super) fn check(&self, finish: &Finish, lies: bool) {
        match finish {
            Finish::Proved(proved) => {
                assert!(self.is_whole(), "proved means whole");
                assert_eq!(proved.crc64, self.expected.crc64);
            }
            Finish::Differs { .. } => assert!(lies || !self.is_whole(), "a whole object differs from nothing"),
            Finish::Gone { .. } => assert!(lies || self.is_lost(), "what is gone is neither being sent nor whole"),
            Finish::Failed(error) => {
                let is_completed = self.is_whole() && self.has_no_upload();
                let is_refusal = matches!(error.cause, Cause::Service(_));
                assert!(!is_refusal || !is_completed, "another `complete` completed it: {error:?}");
            }
            Finish::NotProved(_) | Finish::NotComparable | Finish::Unknown(_) => {}
        }
    }

    /// No shard and no late request completes an object that is not whole, and nothing begins another upload.
    pub(super) fn check_always(&self) {
        let is_in_parts = self.upload_id().is_some();
        assert!(!is_in_parts || self.server.object.is_none() || self.is_whole(), "an object of parts is not whole");
        assert_eq!(self.server.next_upload, u32::from(is_in_parts), "another upload was begun");
    }
}
