//! `cosput upload --publish-together`: carries out what [`Together`](crate::upload::batch::together::Together) decides.

use tokio::task::spawn_blocking;

use crate::cli::options::sources::Many;
use crate::cli::options::{SkipUnchanged, UploadOptions};
use crate::cli::output::console::Console;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::Connection;
use crate::cli::uploading::held_back::{Publishing, change, plan_options};
use crate::cli::uploading::observing::observer::UploadObserver;
use crate::cli::uploading::observing::timing_page::TimingPage;
use crate::cli::uploading::publishing_record::PublishingRecord;
use crate::cli::uploading::setup::rerun;
use crate::cli::uploading::supply::{supply_held_back, supply_held_back_here};
use crate::cli::uploading::template::Template;
use crate::cli::uploading::transfer::{Transferred, transfer, transfer_gathered};
use crate::cli::uploading::work_sender::WorkSender;
use crate::cli::values::units;
use crate::language::{Message, message, phrase};
use crate::upload::batch::together::{Outcome, Step};
use crate::upload::session::Goal;
use crate::upload::source::Gather;
use crate::upload::threads;

/// The state that all steps share.
struct Publisher<'a> {
    template: Template,
    options: &'a UploadOptions,
    connection: &'a Connection,
    console: &'a Console,
    publishing: Publishing,
}

/// Uploads all sources, then completes them one after the other.
pub(crate) async fn publish(
    template: Template,
    options: &UploadOptions,
    (many, sources): (&Many, Gather),
    connection: &Connection,
    world: &mut World,
    console: &Console,
) -> Result<Transferred, Failure> {
    let mut record = PublishingRecord::claim(many, options, &connection.site.name)?;
    let publishing = Publishing::new(options.abort_on_failure, record.is_of_earlier_run());
    let observer = UploadObserver::new(connection, &options.bucket, options.output, world, console)
        .rerun(rerun(options))
        .timed(TimingPage::new(options.timings.as_deref(), world));
    let mut observer = observer.for_many(options.fail_fast).publishing(&publishing);
    let publisher = Publisher { template, options, connection, console, publishing };
    let mut sources = Some(sources);
    let mut sent = 0;
    let outcome = loop {
        match publisher.publishing.next() {
            Step::Send { compare } => {
                let sources = sources.take().expect("everything is sent once");
                publisher.send(sources, compare, &mut observer, world).await;
                sent = publisher.publishing.count_of_journals();
            }
            Step::CheckSources => publisher.refuse_changed(&mut observer),
            Step::WriteRecord => {
                let written = record.write(publisher.publishing.count());
                written.unwrap_or_else(|failure| observer.trouble(&failure));
            }
            Step::Complete => publisher.pass(Goal::CompleteHeldBack, &mut observer, world).await,
            Step::Discard => {
                observer.results.ignore_failures();
                publisher.pass(Goal::DiscardHeldBack, &mut observer, world).await;
            }
            Step::Done(outcome) => break outcome,
        }
        publisher.publishing.advance();
    };
    record.close(publisher.publishing.needs_record());
    publisher.report(outcome, sent);
    observer.report_held_back();
    let (exit_code, summary) = observer.close();
    Ok(Transferred { exit_code, summary, signal: observer.results.signal() })
}

impl Publisher<'_> {
    /// Sends every object without completing it.
    async fn send(&self, sources: Gather, compare: bool, observer: &mut UploadObserver<'_>, world: &mut World) {
        let skip = if compare { Some(SkipUnchanged::Content) } else { self.template.skip };
        let template = Template { goal: Goal::HoldBack, skip, ..self.template.clone() };
        let what = (template, plan_options(self.options.plan));
        let sent = transfer_gathered(sources, what, observer, self.connection, world, self.console).await;
        if compare {
            let objects = objects(sent.summary.unchanged + sent.summary.uploaded);
            self.console.note(&message!(
                "an earlier run stopped while it completed objects; {objects} visible already",
                objects
            ));
        }
        self.publishing.stop_at(sent.signal);
    }

    /// Refuses every file that has changed since it was sent.
    fn refuse_changed(&self, observer: &mut UploadObserver<'_>) {
        for (key, file) in self.publishing.files() {
            if let Some(failure) = change(&file) {
                observer.refuse(&file.source, &key, &failure);
            }
        }
    }

    /// Completes or aborts every object that is held back.
    async fn pass(&self, goal: Goal, observer: &mut UploadObserver<'_>, world: &mut World) {
        observer.begin_pass();
        let template = Template { goal, skip: None, resume: true, ..self.template.clone() };
        let (concurrency, plan_options) = (template.requests.concurrency, plan_options(self.options.plan));
        let (sender, work) = WorkSender::new(concurrency);
        let files = self.publishing.files();
        if threads::are_scarce() {
            tokio::spawn(supply_held_back_here(files, template, plan_options, sender));
        } else {
            spawn_blocking(move || supply_held_back(files, &template, plan_options, sender));
        }
        let done = transfer(work, concurrency, observer, self.connection, world, self.console).await;
        self.publishing.stop_at(done.signal);
    }

    /// Reports the objects that are visible and those left on the server. `sent` objects have journals.
    fn report(&self, outcome: Outcome, sent: u64) {
        let none = if self.publishing.was_interrupted_before() {
            phrase!("no further object was completed")
        } else {
            phrase!("nothing was made visible")
        };
        let objects_sent = objects(sent);
        let rerun = rerun(self.options);
        let command = rerun.resuming_command();
        self.console.note(&match outcome {
            Outcome::Published => return,
            Outcome::Partly { completed, of } => {
                let objects = objects(of);
                message!(
                    "{completed} of {objects} completed; run {command} again for the rest",
                    completed,
                    objects,
                    command
                )
            }
            Outcome::Discarded => {
                message!("{none}; the uploads of {objects} are aborted", none, objects = objects_sent)
            }
            Outcome::Kept if sent == 0 => none.into(),
            Outcome::Kept => message!(
                "{none}; the parts of {objects} stay on the server, and {command} continues with them",
                none,
                objects = objects_sent,
                command
            ),
        });
    }
}

fn objects(count: u64) -> Message {
    units::counted(count, phrase!("object"))
}
