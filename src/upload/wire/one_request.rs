//! Requests that belong to no upload: each is sent, and sent again by the rules of `retry`, by itself.
//!
//! The machine retries each of its requests by the same rules, but those belong to one upload and depend on each other;
//! a single request needs only a loop.

use std::ops::Deref;
use std::time::Duration;

use tokio::time::sleep;

use super::backup_domain::BackupDomain;
use super::call::Failure;
use super::retry::wait_after;
use super::transport::Transport;
use crate::cos::{Address, AnswerError, Request, Response};
use crate::upload::clock;
use crate::upload::error::{Operation, UploadError};
use crate::upload::event::{Event, Notice};
use crate::upload::patience::{Attempts, Patience};

/// An answer to HEAD has no body with the server's time, so a corrected clock is a separate reason to send the request
/// again. The limit stops the retries if the server's clock jumps.
const MOST_CORRECTIONS: u32 = 3;

/// Sends requests to one bucket, one after the other. `P` points to a transport: a reference or an `Arc`.
#[derive(Clone)]
pub struct Requester<P> {
    transport: P,
    address: Address,
    backup: Option<Address>,
    backup_domain: BackupDomain,
    patience: Patience,
    random: fastrand::Rng,
}

impl<P: Deref<Target: Transport>> Requester<P> {
    /// A requester for `address`. `seed` decides the waits between attempts.
    pub fn new(transport: P, address: Address, patience: Patience, seed: u64) -> Self {
        let backup = address.backup();
        let backup_domain = BackupDomain::new(backup.is_some());
        Self { transport, address, backup, backup_domain, patience, random: fastrand::Rng::with_seed(seed) }
    }

    /// Sends the request until a valid answer arrives or no attempt is left.
    pub async fn send<R>(
        &mut self,
        operation: Operation,
        request: impl Fn(&Address) -> Request,
        read: impl Fn(&Response) -> Result<R, AnswerError>,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<R, UploadError> {
        let mut attempts = Attempts::default();
        loop {
            attempts.count();
            let corrections = self.transport.clock_corrections();
            let answer = self.transport.send(request(self.address()), None).await;
            if let Some(seconds) = self.transport.take_clock_correction() {
                observe(Event::Notice(Notice::ClockCorrected { seconds }));
            }
            let failure = match answer {
                Ok(response) => match read(&response) {
                    Ok(result) => return Ok(result),
                    Err(error) => Failure::Answer(error),
                },
                Err(error) => Failure::Send(error),
            };
            let diverted = self.backup_domain.consider(&failure, &attempts, self.patience);
            if diverted {
                observe(Event::Notice(Notice::BackupDomain));
            }
            let now = clock::now().into_std();
            let wait = wait_after(&mut attempts, now, &failure, self.patience, None, &mut self.random);
            let corrected = self.transport.clock_corrections() != corrections && attempts.sent() <= MOST_CORRECTIONS;
            let at_once = (diverted || corrected).then_some(Duration::ZERO);
            let (attempts, cause) = (attempts.sent(), failure.into_cause());
            let Some(wait) = at_once.or(wait) else {
                return Err(UploadError { operation: Some(operation), attempts, cause, leftover: None });
            };
            if at_once.is_none() {
                observe(Event::Retrying { operation, attempts, wait, cause });
            }
            sleep(wait).await;
        }
    }

    /// Requests every page of a list. `request` takes the marker of the page; `read` returns the page's items and the
    /// marker of the next page.
    pub async fn send_for_pages<I, M: PartialEq>(
        &mut self,
        operation: Operation,
        request: impl Fn(&Address, Option<&M>) -> Request,
        read: impl Fn(&Response) -> Result<(Vec<I>, Option<M>), AnswerError>,
        observe: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Vec<I>, UploadError> {
        let mut items = Vec::new();
        let mut markers: Vec<M> = Vec::new();
        loop {
            let request = |address: &Address| request(address, markers.last());
            let (page, next) = self.send(operation, request, &read, observe).await?;
            items.extend(page);
            match next {
                // A faulty server may return pages in a circle; the loop must end.
                Some(next) if !markers.contains(&next) => markers.push(next),
                _ => return Ok(items),
            }
        }
    }

    /// The address that requests go to: the backup domain, once it was needed.
    pub fn address(&self) -> &Address {
        match (&self.backup, self.backup_domain) {
            (Some(backup), BackupDomain::InUse) => backup,
            _ => &self.address,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::cos::{Addressing, Bucket, Edition, Endpoint, Headers, Method, Service};
    use crate::upload::error::SendError;
    use crate::upload::wire::body::SourceBody;

    /// Answers each request with the next of its documents; starts again after the last.
    struct Pages(&'static [&'static str], AtomicUsize);

    impl Transport for Pages {
        async fn send(&self, _: Request, _: Option<Box<SourceBody>>) -> Result<Response, SendError> {
            let page = self.0[self.1.fetch_add(1, Ordering::Relaxed) % self.0.len()];
            Ok(Response { status: 200, headers: Headers::new(), body: page.into() })
        }
    }

    fn address() -> Address {
        Address {
            service: Service::Cos,
            edition: Edition::Json,
            endpoint: Endpoint::parse("http://127.0.0.1:1").unwrap(),
            addressing: Addressing::Path,
            bucket: Bucket::new("examplebucket-1250000000").unwrap(),
        }
    }

    /// Each document is one item and, after an arrow, the marker of the next page.
    async fn items(documents: &'static [&'static str]) -> Vec<String> {
        let transport = Pages(documents, AtomicUsize::new(0));
        let mut requester = Requester::new(&transport, address(), Patience::default(), 1);
        let request = |address: &Address, _: Option<&String>| address.request(Method::Get);
        let read = |response: &Response| {
            let document = String::from_utf8_lossy(&response.body).into_owned();
            let (item, next) = document.split_once("->").map_or((document.as_str(), None), |(a, b)| (a, Some(b)));
            Ok((vec![item.to_owned()], next.map(str::to_owned)))
        };
        requester.send_for_pages(Operation::ListUploads, request, read, &mut |_| {}).await.unwrap()
    }

    #[tokio::test]
    async fn all_pages_are_requested_until_one_names_no_next() {
        assert_eq!(items(&["a->1", "b->2", "c"]).await, ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn pages_that_go_in_circles_end() {
        assert_eq!(items(&["a->1"]).await, ["a", "a"]);
        assert_eq!(items(&["a->1", "b->2"]).await, ["a", "b", "a"]);
    }
}
