//! The wait of one body for the rate limit that all bodies share; it uses the runtime's timer.
//!
//! The transport has one `Pacer` for the process. Only the transport sees every body, of all objects and attempts, and
//! its time limits must not count the wait for the rate. A job is data, and belongs to one object.

use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

use super::rate::{Permit, Rate};
use crate::upload::clock;

/// The rate limit of all bodies of the process.
#[derive(Debug, Clone)]
pub struct Pacer(Arc<Mutex<Rate>>);

/// One body's share of the rate limit.
pub(crate) struct Pace {
    pacer: Pacer,
    waiting: Option<(Permit, Pin<Box<Sleep>>)>,
    /// Bytes that may be sent now.
    granted: usize,
}

impl Pacer {
    /// A limit for all bodies together.
    pub fn new(bytes_per_second: NonZeroU64) -> Self {
        Self(Arc::new(Mutex::new(Rate::new(bytes_per_second))))
    }

    /// The share of one body.
    pub(crate) fn pace(&self) -> Pace {
        Pace { pacer: self.clone(), waiting: None, granted: 0 }
    }

    fn take(&self, wanted: usize) -> Permit {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(clock::now().into_std(), wanted)
    }
}

impl Pace {
    /// The number of bytes of `wanted` that may be sent, once it is at least one. `on_wait` receives the time until which
    /// it waits.
    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
        wanted: usize,
        on_wait: impl FnOnce(Instant),
    ) -> Poll<usize> {
        if self.granted == 0 {
            let (permit, sleep) = self.waiting.get_or_insert_with(|| {
                let permit = self.pacer.take(wanted);
                let at = Instant::from_std(permit.at);
                on_wait(at);
                (permit, Box::pin(sleep_until(at)))
            });
            ready!(sleep.as_mut().poll(context));
            self.granted = permit.bytes;
            self.waiting = None;
        }
        Poll::Ready(self.granted.min(wanted))
    }

    /// Counts bytes that are sent. If a read was short, the rest of its share stays for the next read.
    pub(crate) fn spend(&mut self, bytes: usize) {
        self.granted = self.granted.saturating_sub(bytes);
    }
}
