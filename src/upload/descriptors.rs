//! Opens files while the process, or the system, has no descriptor left for a moment.

use std::io;
use std::thread;
use std::time::Duration;

/// Descriptors come back as soon as a file or a connection is closed.
const PAUSE: Duration = Duration::from_millis(20);
const MOST_PAUSES: u32 = 250;

/// Opens something; if there is no descriptor, waits a few seconds for one. Blocks.
pub(crate) fn wait_for_descriptor<T>(mut open: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..MOST_PAUSES {
        match open() {
            Err(error) if is_shortage(&error) => thread::sleep(PAUSE),
            opened => return opened,
        }
    }
    open()
}

/// True if an error says that no more files can be open, in this process or in the whole system.
#[cfg(unix)]
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(crate) fn is_shortage(_error: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_that_comes_back_is_waited_for_and_other_errors_are_not() {
        let shortage = || io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error());
        let mut answers = vec![Ok(7), Err(shortage()), Err(shortage())];
        assert_eq!(wait_for_descriptor(|| answers.pop().unwrap()).unwrap(), 7);
        let mut answers = vec![Ok(7), Err(io::ErrorKind::NotFound.into())];
        assert_eq!(wait_for_descriptor(|| answers.pop().unwrap()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
