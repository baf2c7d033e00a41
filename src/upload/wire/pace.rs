//! A body's place among all that share one rate: it waits for its turn on the runtime's timer.
//!
//! There is one `Pacer` for the process, in the transport: it alone sees every body, whichever object it belongs to and
//! however often it is sent again, and it keeps time limits anyway, which must not count the waiting. A job is one
//! object's, and data.

use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

use super::rate::{Rate, Turn};
use crate::upload::clock;

/// Gives turns to all bodies of the process.
#[derive(Debug, Clone)]
pub struct Pacer(Arc<Mutex<Rate>>);

/// The turns of one body.
pub(crate) struct Pace {
    pacer: Pacer,
    waiting: Option<(Turn, Pin<Box<Sleep>>)>,
    /// Bytes whose turn has come.
    granted: usize,
}

impl Pacer {
    /// A limit for all bodies together.
    pub fn new(bytes_per_second: NonZeroU64) -> Self {
        Self(Arc::new(Mutex::new(Rate::new(bytes_per_second))))
    }

    /// A place for one body.
    pub(crate) fn pace(&self) -> Pace {
        Pace { pacer: self.clone(), waiting: None, granted: 0 }
    }

    fn take(&self, wanted: usize) -> Turn {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(clock::now().into_std(), wanted)
    }
}

impl Pace {
    /// How many of `wanted` bytes may be sent, once at least one may. `told` hears until when it waits.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, wanted: usize, told: impl FnOnce(Instant)) -> Poll<usize> {
        if self.granted == 0 {
            let (turn, sleep) = self.waiting.get_or_insert_with(|| {
                let turn = self.pacer.take(wanted);
                let at = Instant::from_std(turn.at);
                told(at);
                (turn, Box::pin(sleep_until(at)))
            });
            ready!(sleep.as_mut().poll(context));
            self.granted = turn.bytes;
            self.waiting = None;
        }
        Poll::Ready(self.granted.min(wanted))
    }

    /// Counts bytes that are sent. What a short reading leaves over of a turn is the next one's.
    pub(crate) fn spend(&mut self, bytes: usize) {
        self.granted = self.granted.saturating_sub(bytes);
    }
}
