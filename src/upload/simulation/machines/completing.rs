//! `complete`, a request at a time: machines may still send, and another `complete` may run.

use std::time::{Duration, Instant};

use super::attempt::Status;
use super::requests::{ask, lost};
use super::scene::Scene;
use super::shared_directory::{View, Viewer};
use crate::cos::multipart::UploadId;
use crate::upload::shards::proof::completion::{Answer, Completion, Finish, Step};
use crate::upload::shards::proof::evidence::{Evidence, Trouble};
use crate::upload::shards::proof::sample::Sample;
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
    /// Some uploads that lack receipts are asked about.
    Ask,
    Prove,
    Complete,
}

/// The objects that are being judged.
struct Judging {
    pass: Pass,
    began: Instant,
    view: View,
    /// The objects that are still to be judged, the next one last.
    open: Vec<usize>,
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
        let found = Found::of(&lacks(&view, scene));
        if found == Found::NotAll && self.waiting.asks(scene.now) {
            let mut sample = Sample::default();
            for (file, evidence) in scene.files.iter().zip(&view.evidence) {
                if file.upload_id.is_some() && !evidence.lacks(file).is_empty() {
                    sample.add(file.n);
                }
            }
            let open = sample.numbers().map(|number| usize::try_from(number).expect("they are few")).collect();
            self.begin(Pass::Ask, view, scene.now, open);
        } else {
            self.decide(scene.now, found, view, scene);
        }
    }

    /// What follows from a look at the receipts that began then.
    fn decide(&mut self, began: Instant, found: Found, view: View, scene: &Scene) {
        match self.waiting.next(began, found) {
            Next::Prove => self.begin(Pass::Prove, view, scene.now, all(scene)),
            Next::LookAgain(pause) => self.looks_at = scene.now + pause,
            Next::Report => {
                self.verdict = Some(Verdict::NotProved(vec![Finish::NotProved(lacks(&view, scene))]));
            }
        }
    }

    fn begin(&mut self, pass: Pass, view: View, began: Instant, mut open: Vec<usize>) {
        open.reverse();
        self.judging = Some(Judging { pass, began, view, open, completion: None, wrong: Vec::new() });
    }

    /// One request about one object, or the end of a pass.
    fn judge(&mut self, mut judging: Judging, scene: &mut Scene) {
        let Some(index) = judging.open.last().copied() else { return self.end_of_pass(judging, scene) };
        let evidence = judging.view.evidence[index].clone();
        let judged = match scene.objects[index].upload_id() {
            None if judging.pass == Pass::Complete => Judged::Ready,
            None => Judged::Finished(self.look_at_small_file(scene, index, &evidence)),
            Some(id) => self.request(&mut judging, scene, (index, &id), evidence),
        };
        if let Judged::Finished(finish) = &judged {
            scene.objects[index].check(finish, judging.view.lies);
            if !matches!(finish, Finish::Proved(_)) {
                judging.wrong.push(finish.clone());
            }
        }
        if judged != Judged::NotYet {
            judging.open.pop();
            judging.completion = None;
        }
        self.judging = Some(judging);
    }

    fn request(
        &self,
        judging: &mut Judging,
        scene: &mut Scene,
        (index, id): (usize, &UploadId),
        evidence: Evidence,
    ) -> Judged {
        let file = || scene.files[index].clone();
        let completion = judging.completion.get_or_insert_with(|| Completion::new(file(), evidence));
        match completion.next() {
            Step::Done(finish) => Judged::Finished(finish),
            Step::Complete(_) if judging.pass != Pass::Complete => Judged::Ready,
            step => {
                let (arrives, returns) = (!scene.percent(self.loss), !scene.percent(self.loss));
                let server = &mut scene.objects[index].server;
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
            // A wait brings no receipt of an upload that is gone.
            Pass::Ask if wrong.iter().any(|finish| matches!(finish, Finish::Gone { .. })) => {
                self.verdict = Some(if scene.aborted { Verdict::Aborted } else { Verdict::NotProved(wrong) });
            }
            Pass::Ask => {
                if wrong.contains(&Finish::NotComparable) {
                    self.waiting.shorten(scene.now);
                }
                self.decide(began, Found::NotAll, view, scene);
            }
            Pass::Prove if wrong.is_empty() => self.begin(Pass::Complete, view, scene.now, all(scene)),
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

/// What the receipts leave open or contradict.
fn lacks(view: &View, scene: &Scene) -> Vec<Trouble> {
    view.evidence.iter().zip(&scene.files).flat_map(|(evidence, file)| evidence.lacks(file)).collect()
}

/// All objects.
fn all(scene: &Scene) -> Vec<usize> {
    (0..scene.objects.len()).collect()
}

/// What is known of one object.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    NotYet,
    /// It can be completed, or needs not to be.
    Ready,
    Finished(Finish),
}
