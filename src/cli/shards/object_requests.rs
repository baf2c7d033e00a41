//! The requests that prove and complete one object of a plan.

use std::sync::Arc;

use crate::cli::options::object_headers;
use crate::cli::uploading::bucket_requests::{list_all_parts, target};
use crate::cos::multipart::UploadId;
use crate::cos::{Address, Key, Response};
use crate::language::{Message, message};
use crate::upload::shards::files::PlannedFile;
use crate::upload::shards::proof::completion::{Answer, Completion, Finish, Step};
use crate::upload::shards::proof::evidence::{Evidence, Listed};
use crate::upload::shards::proof::small_file;
use crate::upload::wire::call::{Call, Reply};
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Cause, Event, ObjectOptions, Operation, UploadError};

/// How far an object goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// It is proved, as far as that is possible before it is completed.
    Prove,
    /// It is completed.
    Complete,
}

/// What became of an object.
pub(crate) struct Judged {
    /// How it ended; `None` if it is ready to be completed.
    pub(crate) finish: Option<Finish>,
    /// What happened on the way.
    pub(crate) events: Vec<Event>,
}

/// Sends requests about the objects of a plan.
#[derive(Clone)]
pub(crate) struct ObjectRequests {
    pub(crate) requester: Requester<Arc<Http>>,
    pub(crate) object: ObjectOptions,
    pub(crate) publish_together: bool,
}

impl ObjectRequests {
    /// Proves one object, and completes it in the second pass.
    pub(crate) async fn judge(mut self, file: PlannedFile, evidence: Evidence, pass: Pass) -> Judged {
        let mut events = Vec::new();
        let finish = match (Key::new(&file.key), file.upload_id.as_deref().and_then(UploadId::new)) {
            (Err(error), _) => Some(Finish::Failed(malformed(Message::of(&error)))),
            (Ok(key), Some(id)) => self.large(key, id, Completion::new(file, evidence), pass, &mut events).await,
            // Sent as a whole, it would have been visible before the others.
            (Ok(key), None) if self.publish_together => self.empty(&key, &file, pass, &mut events).await,
            (Ok(key), None) => Some(match self.look(&key, &mut events).await {
                Ok(object) => small_file::judge(&file, &evidence, object),
                Err(error) => Finish::Failed(error),
            }),
        };
        Judged { finish, events }
    }

    async fn large(
        &mut self,
        key: Key,
        id: UploadId,
        mut completion: Completion,
        pass: Pass,
        events: &mut Vec<Event>,
    ) -> Option<Finish> {
        loop {
            let answer = match completion.next() {
                Step::Done(finish) => return Some(finish),
                Step::Complete(_) if pass == Pass::Prove => return None,
                Step::List => self.list(&key, &id, events).await.map(Answer::Listed),
                Step::Look => self.look(&key, events).await.map(Answer::Object),
                Step::Complete(parts) => {
                    let call = Call::Complete { upload_id: id.clone(), parts };
                    self.send(call, &key, events).await.and_then(completed)
                }
            };
            completion.record(answer.unwrap_or_else(Answer::Failed));
        }
    }

    /// The parts that the server has.
    pub(crate) async fn list(
        &mut self,
        key: &Key,
        id: &UploadId,
        events: &mut Vec<Event>,
    ) -> Result<Vec<Listed>, UploadError> {
        let listed = list_all_parts(&mut self.requester, key, id, &mut |event| events.push(event)).await?;
        let listed = listed.into_iter();
        Ok(listed.map(|part| Listed { part: Some(part.number), size: part.size, etag: part.etag.into() }).collect())
    }

    /// The object.
    pub(crate) async fn look(
        &mut self,
        key: &Key,
        events: &mut Vec<Event>,
    ) -> Result<Option<crate::cos::objects::head_object::Object>, UploadError> {
        match self.send(Call::HeadObject, key, events).await? {
            Reply::Object(object) => Ok(object),
            // Other headers do not concern its bytes.
            Reply::OtherObject(object) => Ok(Some(object)),
            Reply::Unconfirmed { what, request_id, .. } => {
                Err(failed(Operation::HeadObject, Cause::Unencrypted { what, request_id }))
            }
            _ => Err(other_reply("HEAD")),
        }
    }

    /// An empty file of objects that become visible together: it has no parts, so it is sent when they are completed.
    async fn empty(&mut self, key: &Key, file: &PlannedFile, pass: Pass, events: &mut Vec<Event>) -> Option<Finish> {
        if pass == Pass::Prove {
            return None;
        }
        let range = crate::upload::plan::part_range::Range { offset: 0, length: 0 };
        let call = Call::PutObject { range, md5: crate::upload::wire::call::BodyMd5::None };
        let object = ObjectOptions {
            headers: object_headers::with_type(&self.object.headers, key, std::path::Path::new(&file.path)),
            ..self.object.clone()
        };
        let sent = Self { object, ..self.clone() }.send(call, key, events).await;
        match sent {
            Ok(Reply::Stored(_)) => {}
            Err(error) if error.cause.is_taken_key() => {}
            Ok(_) => return Some(Finish::Failed(other_reply("PUT"))),
            Err(error) => return Some(Finish::Failed(error)),
        }
        let mut evidence = Evidence::default();
        evidence.add_empty();
        Some(match self.look(key, events).await {
            Ok(object) => small_file::judge(file, &evidence, object),
            Err(error) => Finish::Unknown(error),
        })
    }

    async fn send(&mut self, call: Call, key: &Key, events: &mut Vec<Event>) -> Result<Reply, UploadError> {
        let object = &self.object;
        let request =
            |address: &Address| call.request(&target(address, key), object, None).expect("the call is a request");
        let read = |response: &Response| call.read(response, object);
        self.requester.send(call.operation(), request, read, &mut |event| events.push(event)).await
    }
}

fn completed(reply: Reply) -> Result<Answer, UploadError> {
    match reply {
        Reply::Completed(stored) => Ok(Answer::Completed(stored)),
        Reply::Unconfirmed { what, request_id, .. } => {
            Err(failed(Operation::Complete, Cause::Unencrypted { what, request_id }))
        }
        _ => Err(other_reply("Complete")),
    }
}

fn failed(operation: Operation, cause: Cause) -> UploadError {
    UploadError { operation: Some(operation), attempts: 1, cause, leftover: None }
}

/// The server's answer to a request was understood, but it is that to another request.
fn other_reply(request: &str) -> UploadError {
    malformed(message!("{request} has another reply", request))
}

fn malformed(what: Message) -> UploadError {
    failed(Operation::Complete, Cause::Malformed { what, request_id: None })
}
