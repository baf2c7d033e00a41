//! What `complete` asks a server about one object.

use super::super::server::Server;
use super::super::service;
use crate::cos::multipart::UploadId;
use crate::cos::{AnswerError, Etag};
use crate::upload::error::{Cause, Operation, UploadError};
use crate::upload::shards::proof::completion::{Answer, Step};
use crate::upload::shards::proof::evidence::Listed;
use crate::upload::wire::call::{Call, Failure, Reply};

/// Carries out a step.
pub(super) fn ask(server: &mut Server, id: &UploadId, step: &Step) -> Answer {
    let call = match step {
        Step::List => return list(server, id),
        Step::Complete(parts) => Call::Complete { upload_id: id.clone(), parts: parts.clone() },
        Step::Look => Call::HeadObject,
        Step::Done(_) => unreachable!("nothing is asked any more"),
    };
    match server.act(&call, None) {
        Ok(Reply::Completed(stored)) => Answer::Completed(stored),
        Ok(Reply::Object(object)) => Answer::Object(object),
        Ok(_) => unreachable!("these calls have these replies"),
        Err((status, code)) => refused(status, code),
    }
}

fn list(server: &mut Server, id: &UploadId) -> Answer {
    let (mut listed, mut after) = (vec![], None);
    loop {
        match server.act(&Call::ListParts { upload_id: id.clone(), after }, None) {
            Ok(Reply::Parts(page)) => {
                listed.extend(page.parts.into_iter().map(|part| Listed {
                    part: Some(part.number),
                    size: part.size,
                    etag: Etag::from(part.etag),
                }));
                after = page.next;
                if after.is_none() {
                    return Answer::Listed(listed);
                }
            }
            Ok(_) => unreachable!("a list of parts is answered by one"),
            Err((status, code)) => return refused(status, code),
        }
    }
}

fn refused(status: u16, code: &str) -> Answer {
    let Failure::Answer(AnswerError::Service(error)) = service(status, code) else {
        unreachable!("it is an answer of the service")
    };
    let cause = Cause::Service(error);
    Answer::Failed(UploadError { operation: Some(Operation::Complete), attempts: 1, cause, leftover: None })
}

/// What a request comes to that is lost each time.
pub(super) fn lost() -> UploadError {
    UploadError { operation: Some(Operation::Complete), attempts: 8, cause: Cause::Interrupted, leftover: None }
}
