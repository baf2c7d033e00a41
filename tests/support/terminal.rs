//! A pseudo-terminal for a program.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Both ends of a new terminal of this many columns.
pub(crate) fn open(columns: u16) -> (OwnedFd, File) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = File::options().read(true).write(true).open(OsStr::from_bytes(name.to_bytes())).unwrap();
    tcsetwinsize(&master, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    (master, slave)
}

/// What a program prints to a terminal of this many columns.
pub(crate) fn in_terminal(mut command: Command, columns: u16) -> String {
    let (master, slave) = open(columns);
    command.stdout(slave.try_clone().unwrap()).stderr(slave);
    let mut child = command.spawn().unwrap();
    drop(command);
    let (mut shown, mut bytes, mut reader) = (Vec::new(), [0; 4096], File::from(master));
    // Linux reports an error at the end of a terminal.
    while let Ok(read @ 1..) = reader.read(&mut bytes) {
        shown.extend_from_slice(&bytes[..read]);
    }
    child.wait().unwrap();
    String::from_utf8(shown).unwrap().replace('\r', "")
}
