//! The upload that is initiated, measured with and aborted. It never becomes an object.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::cli::output::console::{Console, visible};
use crate::cli::uploading::bucket_requests::target;
use crate::cos::multipart::{UploadId, abort, initiate};
use crate::cos::{Address, Headers, Key};
use crate::language::message;
use crate::upload::wire::http::Http;
use crate::upload::wire::one_request::Requester;
use crate::upload::{Operation, UploadError};

/// How long the program stays after a signal to abort the upload.
const LONGEST: Duration = Duration::from_secs(5);

/// The upload, while it exists. A clone is the same upload.
#[derive(Clone, Default)]
pub(super) struct Probe(Arc<Mutex<Option<Initiated>>>);

/// An upload that must be aborted.
struct Initiated {
    requester: Requester<Arc<Http>>,
    key: Key,
    upload_id: UploadId,
}

impl Probe {
    /// Initiates the upload. A signal does not cut this off, because the ID in the answer is needed to abort it.
    pub(super) async fn initiate(
        &self,
        mut requester: Requester<Arc<Http>>,
        key: Key,
    ) -> Result<UploadId, UploadError> {
        let upload = self.0.clone();
        let initiating = tokio::spawn(async move {
            let mut upload = upload.lock().await;
            let request = |address: &Address| initiate::request(&target(address, &key), &Headers::new());
            let upload_id = requester.send(Operation::Initiate, request, initiate::read, &mut |_| {}).await?;
            *upload = Some(Initiated { requester, key, upload_id: upload_id.clone() });
            Ok(upload_id)
        });
        initiating.await.expect("the task neither panics nor is cancelled")
    }

    /// Aborts the upload. If that fails, returns the command that does it later, and why it failed.
    pub(super) async fn abort(&self) -> Result<(), (String, UploadError)> {
        let mut upload = self.0.lock().await;
        let Some(Initiated { requester, key, upload_id }) = upload.as_mut() else { return Ok(()) };
        let request = |address: &Address| abort::request(&target(address, key), upload_id);
        let aborted = requester.send(Operation::Abort, request, abort::read, &mut |_| {}).await;
        let key = visible(key.as_str());
        let command = format!("cosput abort --key {key} --upload-id {upload_id}");
        *upload = None;
        aborted.map_err(|error| (command, error))
    }

    /// Aborts the upload if a signal has left it.
    pub(super) async fn clear(&self, console: &Console) {
        match timeout(LONGEST, self.abort()).await {
            Ok(Ok(())) => {}
            Ok(Err((command, _))) => {
                console.warning(&message!("the probe may remain; abort it with {command}", command));
            }
            Err(_) => {
                console.warning(&message!("an unfinished upload of the probe may remain; see cosput list-uploads"));
            }
        }
    }
}
