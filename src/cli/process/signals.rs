//! Signals that ask the program to stop, from the operating system or, in tests, from a channel.

use tokio::sync::mpsc;

/// The exit code after SIGINT: 128 and the signal's number, as shells have it.
pub const INTERRUPTED: u8 = 130;
/// The exit code after SIGTERM or SIGHUP.
pub const TERMINATED: u8 = 143;

/// A request that the program stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, or Ctrl-C.
    Interrupt,
    /// SIGTERM, or SIGHUP: the terminal is gone.
    Terminate,
}

impl Signal {
    /// The exit code of a program that stopped because of it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => INTERRUPTED,
            Self::Terminate => TERMINATED,
        }
    }
}

/// Where signals come from.
pub struct Signals(Source);

enum Source {
    /// Nobody has asked yet; until then a signal ends the process as usual.
    Unasked,
    Process(process::Listener),
    Channel(mpsc::UnboundedReceiver<Signal>),
}

impl Signals {
    /// The signals of this process. It listens from the first call of [`Signals::next`] on.
    pub fn of_process() -> Self {
        Self(Source::Unasked)
    }

    /// Signals that a test sends.
    pub fn channel() -> (mpsc::UnboundedSender<Signal>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self(Source::Channel(receiver)))
    }

    /// Waits for the next signal; needs a tokio runtime. Nothing is lost when it is dropped while waiting.
    pub async fn next(&mut self) -> Signal {
        if matches!(self.0, Source::Unasked)
            && let Ok(listener) = process::Listener::new()
        {
            self.0 = Source::Process(listener);
        }
        let signal = match &mut self.0 {
            Source::Unasked => None,
            Source::Process(listener) => listener.next().await,
            Source::Channel(receiver) => receiver.recv().await,
        };
        match signal {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
mod process {
    //! SIGINT, SIGTERM and SIGHUP.

    use std::io;

    use tokio::signal::unix::{self, SignalKind};

    use crate::cli::process::signals::Signal;

    pub(crate) struct Listener {
        interrupt: unix::Signal,
        terminate: unix::Signal,
        hangup: unix::Signal,
    }

    impl Listener {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
                hangup: unix::signal(SignalKind::hangup())?,
            })
        }

        pub(crate) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                received = self.interrupt.recv() => received.map(|()| Signal::Interrupt),
                received = self.terminate.recv() => received.map(|()| Signal::Terminate),
                received = self.hangup.recv() => received.map(|()| Signal::Terminate),
            }
        }
    }
}

#[cfg(windows)]
mod process {
    //! Ctrl-C.

    use std::io;

    use tokio::signal::windows::{self, CtrlC};

    use crate::cli::process::signals::Signal;

    pub(crate) struct Listener(CtrlC);

    impl Listener {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self(windows::ctrl_c()?))
        }

        pub(crate) async fn next(&mut self) -> Option<Signal> {
            self.0.recv().await.map(|()| Signal::Interrupt)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_arrive_in_order_and_a_closed_channel_never_fires() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (sender, mut signals) = Signals::channel();
            sender.send(Signal::Interrupt).unwrap();
            sender.send(Signal::Terminate).unwrap();
            drop(sender);
            assert_eq!(signals.next().await, Signal::Interrupt);
            assert_eq!(signals.next().await, Signal::Terminate);
            tokio::select! {
                biased;
                _ = signals.next() => panic!("nobody sent a third signal"),
                () = tokio::task::yield_now() => {}
            }
        });
    }
}
