//! Signals that ask the program to stop, from the operating system or, in tests, from a channel; and the deadline, which
//! stops it in the same way.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};

/// The exit code after SIGINT: 128 and the signal's number, as shells have it.
pub const INTERRUPTED: u8 = 130;
/// The exit code after SIGTERM or SIGHUP, and after the deadline: the signal would have come next.
pub const TERMINATED: u8 = 143;

/// A request that the program stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, or Ctrl-C.
    Interrupt,
    /// SIGTERM, or SIGHUP if the terminal is closed; on Windows Ctrl-Break, or the end of the console or of the session.
    Terminate,
    /// The deadline of the command.
    Deadline,
}

impl Signal {
    /// The exit code of a program that stopped because of it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => INTERRUPTED,
            Self::Terminate | Self::Deadline => TERMINATED,
        }
    }
}

/// Where signals come from.
pub struct Signals {
    source: Source,
    deadline: Deadline,
}

/// The time after which the program stops.
enum Deadline {
    None,
    /// It is not counted yet, because a clock needs the runtime.
    In(Duration),
    Counting(Pin<Box<Sleep>>),
}

impl Deadline {
    /// Waits for it. It passes once.
    async fn passed(&mut self) {
        if let Self::In(time) = self {
            *self = Self::Counting(Box::pin(sleep(*time)));
        }
        match self {
            Self::Counting(sleep) => sleep.await,
            Self::None | Self::In(_) => std::future::pending().await,
        }
        *self = Self::None;
    }
}

enum Source {
    /// Not listening yet; until then a signal ends the process as usual.
    Unasked,
    Process(process::Listener),
    Channel(mpsc::UnboundedReceiver<Signal>),
}

impl Signals {
    /// The signals of this process. It listens from the first call of [`Signals::listen`] or [`Signals::next`] on.
    pub fn of_process() -> Self {
        Self { source: Source::Unasked, deadline: Deadline::None }
    }

    /// Signals that a test sends.
    pub fn channel() -> (mpsc::UnboundedSender<Signal>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self { source: Source::Channel(receiver), deadline: Deadline::None })
    }

    /// Adds a deadline, which is counted from the first call of [`Signals::next`] on.
    pub fn stop_after(&mut self, time: Duration) {
        self.deadline = Deadline::In(time);
    }

    /// Listens from now on, so that [`Signals::next`] returns a signal that arrives before it is called; needs a tokio runtime.
    pub fn listen(&mut self) {
        self.source.listen();
    }

    /// Waits for the next signal; needs a tokio runtime. Nothing is lost when it is dropped while waiting.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            signal = self.source.next() => signal,
            () = self.deadline.passed() => Signal::Deadline,
        }
    }
}

impl Source {
    fn listen(&mut self) {
        if matches!(self, Self::Unasked)
            && let Ok(listener) = process::Listener::new()
        {
            *self = Self::Process(listener);
        }
    }

    async fn next(&mut self) -> Signal {
        self.listen();
        let signal = match self {
            Self::Unasked => None,
            Self::Process(listener) => listener.next().await,
            Self::Channel(receiver) => receiver.recv().await,
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

    use crate::cli::process::ignored::Ignored;
    use crate::cli::process::signals::Signal;

    /// A signal that was ignored when the program started stays ignored, as `nohup` and scripts expect: it has no stream.
    pub(crate) struct Listener {
        interrupt: Option<unix::Signal>,
        terminate: Option<unix::Signal>,
        hangup: Option<unix::Signal>,
    }

    impl Listener {
        pub(crate) fn new() -> io::Result<Self> {
            let ignored = Ignored::at_start();
            let listen = |kind: SignalKind| {
                if ignored.has(kind) { Ok(None) } else { unix::signal(kind).map(Some) }
            };
            Ok(Self {
                interrupt: listen(SignalKind::interrupt())?,
                terminate: listen(SignalKind::terminate())?,
                hangup: listen(SignalKind::hangup())?,
            })
        }

        pub(crate) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                received = received(&mut self.interrupt) => received.map(|()| Signal::Interrupt),
                received = received(&mut self.terminate) => received.map(|()| Signal::Terminate),
                received = received(&mut self.hangup) => received.map(|()| Signal::Terminate),
            }
        }
    }

    async fn received(signal: &mut Option<unix::Signal>) -> Option<()> {
        match signal {
            Some(signal) => signal.recv().await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(windows)]
mod process {
    //! Ctrl-C and Ctrl-Break; the end of the console, of the user's session and of the system.

    use std::io;

    use tokio::signal::windows::{self, CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};

    use crate::cli::process::signals::Signal;

    pub(crate) struct Listener {
        interrupt: CtrlC,
        terminate: CtrlBreak,
        close: CtrlClose,
        logoff: CtrlLogoff,
        shutdown: CtrlShutdown,
    }

    impl Listener {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: windows::ctrl_c()?,
                terminate: windows::ctrl_break()?,
                close: windows::ctrl_close()?,
                logoff: windows::ctrl_logoff()?,
                shutdown: windows::ctrl_shutdown()?,
            })
        }

        pub(crate) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                received = self.interrupt.recv() => received.map(|()| Signal::Interrupt),
                received = self.terminate.recv() => received.map(|()| Signal::Terminate),
                received = self.close.recv() => received.map(|()| Signal::Terminate),
                received = self.logoff.recv() => received.map(|()| Signal::Terminate),
                received = self.shutdown.recv() => received.map(|()| Signal::Terminate),
            }
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
                _ = signals.next() => panic!("there was no third signal"),
                () = tokio::task::yield_now() => {}
            }
        });
    }

    #[test]
    fn a_deadline_passes_once_and_after_signals_that_came_before() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (sender, mut signals) = Signals::channel();
            signals.stop_after(Duration::ZERO);
            sender.send(Signal::Interrupt).unwrap();
            assert_eq!(signals.next().await, Signal::Interrupt);
            assert_eq!(signals.next().await, Signal::Deadline);
            sender.send(Signal::Terminate).unwrap();
            assert_eq!(signals.next().await, Signal::Terminate);
        });
        assert_eq!(Signal::Deadline.exit_code(), TERMINATED);
    }
}
