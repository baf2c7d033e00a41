//! `complete`, a request at a time: machines may still send, and another `complete` may run.

use std::time::{Duration, Instant};

use super::attempt::Status;
use super::requests::{ask, lost};
use super::scene::Scene;
use super::shared_directory::{View, Viewer};
use crate::cos::multipart::UploadId;
use crate::upload::shards::proof::completion::{Answer, Completion, Finish, Step};
use crate::upload::shards::proof::evidence::Evidence;
use crate::upload::shards::proof::small_file;
use crate::upload::shards::proof::waiting::{Found, Next, Waiting};

/// How `complete` ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Everything is proved.
    Proved,
    /// Nothing was completed: this is missing or wrong.
    NotProved(Vec<Finish>),
    /// Some objects may have been completed, and others were not.
    Partly(Vec<Finish>),
    /// The plan was aborted.
    Aborted,
}

/// How far the objects go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Prove,
    Complete,
}

/// The objects that are being judged.
struct Judging {
    pass: Pass,
    began: Instant,
    view: View,
    index: usize,
    completion: Option<Completion>,
    wrong: Vec<Finish>,
}

/// One `complete`.
pub(super) struct Completing {
    waiting: Waiting,
    /// When it looks at the receipts again.
    looks_at: Instant,
    judging: Option<Judging>,
    verdict: Option<Verdict>,
    /// How often a request or its answer is lost, in percent.
    loss: u32,
}

impl Completing {
    pub(super) fn new(now: Instant, wait: Option<Duration>, loss: u32) -> Self {
        Self { waiting: Waiting::new(now, wait), looks_at: now, judging: None, verdict: None, loss }
    }

    /// How it ended, once it has.
    pub(super) fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// Does one thing.
    pub(super) fn step(&mut self, scene: &mut Scene) -> Status {
        if self.verdict.is_some() {
            return Status::Ended;
        }
        if scene.now < self.looks_at {
            return Status::Waits(Some(self.looks_at));
        }
        match self.judging.take() {
            None => self.look(scene),
            Some(judging) => self.judge(judging, scene),
        }
        // Each request takes some time.
        self.looks_at = self.looks_at.max(scene.now + Duration::from_millis(scene.random.u64(1..300)));
        Status::Busy
    }

    fn look(&mut self, scene: &mut Scene) {
        if scene.aborted {
            self.verdict = Some(Verdict::Aborted);
            return;
        }
        let view = scene.view(Viewer::Complete);
        let troubles: Vec<_> =
            view.evidence.iter().zip(&scene.files).flat_map(|(evidence, file)| evidence.lacks(file)).collect();
        match self.waiting.next(scene.now, Found::of(&troubles)) {
            Next::Prove => self.begin(Pass::Prove, view, scene.now),
            Next::LookAgain(pause) => self.looks_at = scene.now + pause,
            Next::Report => self.verdict = Some(Verdict::NotProved(vec![Finish::NotProved(troubles)])),
        }
    }

    fn begin(&mut self, pass: Pass, view: View, began: Instant) {
        self.judging = Some(Judging { pass, began, view, index: 0, completion: None, wrong: Vec::new() });
    }

    /// One request about one object, or the end of a pass.
    fn judge(&mut self, mut judging: Judging, scene: &mut Scene) {
        let index = judging.index;
        if index == scene.objects.len() {
            return self.end_of_pass(judging, scene);
        }
        let evidence = judging.view.evidence[index].clone();
        let judged = match scene.objects[index].upload_id() {
            None if judging.pass == Pass::Complete => Judged::Ready,
            None => Judged::Finished(self.look_at_small_file(scene, index, &evidence)),
            Some(id) => self.request(&mut judging, scene, &id, evidence),
        };
        if let Judged::Finished(finish) = &judged {
            scene.objects[index].check(finish, judging.view.lies);
            if !matches!(finish, Finish::Proved(_)) {
                judging.wrong.push(finish.clone());
            }
        }
        if judged != Judged::NotYet {
            (judging.index, judging.completion) = (index + 1, None);
        }
        self.judging = Some(judging);
    }

    fn request(&self, judging: &mut Judging, scene: &mut Scene, id: &UploadId, evidence: Evidence) -> Judged {
        let file = || scene.files[judging.index].clone();
        let completion = judging.completion.get_or_insert_with(|| Completion::new(file(), evidence));
        match completion.next() {
            Step::Done(finish) => Judged::Finished(finish),
            Step::Complete(_) if judging.pass == Pass::Prove => Judged::Ready,
            step => {
                let (arrives, returns) = (!scene.percent(self.loss), !scene.percent(self.loss));
                let server = &mut scene.objects[judging.index].server;
                let answer = if arrives { ask(server, id, &step) } else { Answer::Failed(lost()) };
                completion.record(if returns { answer } else { Answer::Failed(lost()) });
                Judged::NotYet
            }
        }
    }

    fn look_at_small_file(&self, scene: &mut Scene, index: usize, evidence: &Evidence) -> Finish {
        if scene.percent(self.loss) {
            return Finish::Failed(lost());
        }
        let id = UploadId::new("none").expect("it is not empty");
        match ask(&mut scene.objects[index].server, &id, &Step::Look) {
            Answer::Object(object) => small_file::judge(&scene.files[index], evidence, object),
            other => panic!("HEAD has another answer: {other:?}"),
        }
    }

    fn end_of_pass(&mut self, judging: Judging, scene: &Scene) {
        let Judging { pass, began, view, wrong, .. } = judging;
        match pass {
            Pass::Prove if wrong.is_empty() => self.begin(Pass::Complete, view, scene.now),
            Pass::Complete if wrong.is_empty() => self.verdict = Some(Verdict::Proved),
            Pass::Complete => self.verdict = Some(Verdict::Partly(wrong)),
            Pass::Prove => {
                // A part that was sent twice has a receipt for each ETag, and the later one is visible later.
                let troubles = wrong.iter().flat_map(|finish| match finish {
                    Finish::NotProved(troubles) => troubles.as_slice(),
                    _ => &[],
                });
                let only_missing = wrong.iter().all(|finish| matches!(finish, Finish::NotProved(_)));
                match self.waiting.next(began, Found::of(troubles)) {
                    Next::LookAgain(pause) if only_missing => self.looks_at = scene.now + pause,
                    _ => self.verdict = Some(Verdict::NotProved(wrong)),
                }
            }
        }
    }
}

/// What is known of one object.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    NotYet,
    /// It can be completed, or needs not to be.
    Ready,
    Finished(Finish),
}
