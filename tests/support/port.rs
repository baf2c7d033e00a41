//! A port of this machine.

use std::net::SocketAddr;

use tokio::net::TcpSocket;

use super::emulator::FREE_PORT;

/// A port that is this test's alone: no other test gets it, also while nothing listens on it.
pub(crate) struct Port {
    pub address: SocketAddr,
    _socket: TcpSocket,
}

impl Port {
    /// A port whose connections are refused.
    pub(crate) fn closed() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // Linux lets another socket of this process listen on it; the system chooses it for no other socket.
        socket.set_reuseaddr(cfg!(target_os = "linux")).unwrap();
        socket.bind(FREE_PORT.into()).unwrap();
        Self { address: socket.local_addr().unwrap(), _socket: socket }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
