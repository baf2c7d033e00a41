//! How every test starts an emulator: with these options, or with some of them changed.

use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use cosput::cos::{Credentials, Service};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Options};

/// A free port of this machine.
pub(crate) const FREE_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// COS on a free port, with the default credentials, any bucket and the real clock.
pub(crate) fn options(dir: &Path, faults: &[&str]) -> Options {
    Options {
        dir: dir.to_owned(),
        listen: SocketAddr::from(FREE_PORT),
        service: Service::Cos,
        cdcs_xml: false,
        credentials: vec![Credentials::new(DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, None).unwrap()],
        region: None,
        buckets: None,
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        clock,
    }
}

/// The time of this machine, which the program reads too.
#[expect(clippy::disallowed_methods, reason = "the program in another process has no other clock")]
pub(crate) fn clock() -> SystemTime {
    SystemTime::now()
}
