//! How many connections to open before requests need them.
//!
//! A new connection takes a round trip, with TLS two or three, before its first request. So while a request is in flight,
//! connections are opened for those that follow its answer. Near servers need none: connections are open soon there.

use std::time::Duration;

/// A server that takes this long to its first answer is far, the time for connecting included.
const FAR: Duration = Duration::from_millis(5);
/// A server whose answers take less needs no connections ahead: they are open soon there, and more of them cost CPU.
pub(super) const NO_NEED: Duration = Duration::from_millis(20);

/// Connections to open while a request is in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ahead {
    /// How many.
    pub connections: u16,
    /// They are not needed if the request is answered within this time.
    pub unless_within: Duration,
}

/// Counts connections, and remembers how fast the server answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Connections {
    /// How many were opened, ahead or for requests.
    opened: usize,
    /// The shortest time from a request to its answer.
    answered: Option<Duration>,
}

impl Connections {
    /// A request was answered after this time.
    pub(super) fn answered_after(&mut self, time: Duration) {
        self.answered = Some(self.answered.map_or(time, |known| known.min(time)));
    }

    /// The connections to open so that there are as many as will be `wanted`, with these requests `in_flight`.
    pub(super) fn ahead(&mut self, wanted: usize, in_flight: usize) -> Ahead {
        self.opened = self.opened.max(in_flight);
        if wanted <= self.opened || self.answered.is_some_and(|time| time < NO_NEED) {
            return Ahead::default();
        }
        let connections = u16::try_from(wanted - self.opened).unwrap_or(u16::MAX);
        self.opened = wanted;
        Ahead { connections, unless_within: if self.answered.is_some() { Duration::ZERO } else { FAR } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_server_gets_the_connections_that_are_missing() {
        let mut connections = Connections::default();
        assert_eq!(connections.ahead(32, 1), Ahead { connections: 31, unless_within: FAR });
        assert_eq!(connections.ahead(32, 8), Ahead::default());
        connections.answered_after(Duration::from_millis(50));
        assert_eq!(connections.ahead(32, 32), Ahead::default());
        assert_eq!(connections.ahead(128, 32), Ahead { connections: 96, unless_within: Duration::ZERO });
        assert_eq!(connections.ahead(200, 150), Ahead { connections: 50, unless_within: Duration::ZERO });
    }

    #[test]
    fn a_near_server_gets_none_once_it_has_answered() {
        let mut connections = Connections::default();
        connections.answered_after(Duration::from_millis(50));
        connections.answered_after(Duration::from_millis(10));
        assert_eq!(connections.ahead(256, 8), Ahead::default());
    }
}
