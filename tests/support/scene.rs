//! A server, a directory with sources, and the program, ready to be run in many ways.

use std::ffi::OsStr;
use std::fs;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};

use tempfile::TempDir;

use super::clock::until;
#[cfg(unix)]
use super::content::copy_executable;
use super::content::{noise, same};
use super::run::{Outcome, Running};
use super::secrets::{SECRET_ID, SECRET_KEY, SESSION_TOKEN, assert_no_secret};
use super::server::{BUCKET, Server};

/// A server, a directory with sources, and a home of its own for the program. Parts have 1 MiB where nothing else is said.
pub(crate) struct Scene {
    pub server: Server,
    pub directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Scene {
    /// A scene whose server suffers these faults.
    pub(crate) fn new(faults: &[&str]) -> Self {
        Self { server: Server::start(faults), directory: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// Sets a variable for all later runs.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A file of that many bytes, the same ones for the same name.
    pub(crate) fn file(&self, name: &str, size: u64) -> PathBuf {
        let seed = name.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        let path = self.path(name);
        fs::write(&path, noise(size, seed)).unwrap();
        path
    }

    /// The default directory of journals.
    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// The journals there, in the order of their names.
    pub(crate) fn journals(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.state()) else { return Vec::new() };
        let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let mut journals: Vec<PathBuf> = files.collect();
        journals.sort();
        journals
    }

    /// The one journal that is expected there.
    pub(crate) fn journal(&self) -> PathBuf {
        let [journal] = self.journals().try_into().expect("there is one journal");
        journal
    }

    /// What the log file has, if a run keeps one by that name.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The program with nothing but these arguments.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cosput"));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .envs(windows(&self.path("home")))
            .env("XDG_STATE_HOME", self.path("home/state"))
            .env("COSPUT_STATE_DIR", self.state())
            .env("COSPUT_METADATA_URL", "off")
            .env("COSPUT_PART_SIZE", "1M")
            .env("COSPUT_MULTIPART_THRESHOLD", "1M")
            .env("COS_SECRET_ID", SECRET_ID)
            .env("COS_SECRET_KEY", SECRET_KEY)
            .env("COS_SESSION_TOKEN", SESSION_TOKEN)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Starts the program.
    pub(crate) fn start<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Running {
        Running::start(self.command(arguments))
    }

    /// Starts the program with a pipe to its stdin.
    pub(crate) fn start_fed<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> (Running, ChildStdin) {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        let mut running = Running::start(command);
        let stdin = running.take_stdin().unwrap();
        (running, stdin)
    }

    /// Runs the program to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.start(arguments).wait()
    }

    /// The program with these arguments, started by a shell after these commands.
    #[cfg(unix)]
    pub(crate) fn command_after<A: AsRef<OsStr>>(
        &self,
        shell: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let program = self.command(arguments);
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{shell}; exec \"$0\" \"$@\"")).arg(program.get_program());
        command.args(program.get_args()).env_clear().stdin(Stdio::null());
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.directory.path());
        command
    }

    /// The program with these arguments, run by a user who may not do everything; `None`, with a word why, where there is no
    /// way to become one. The scene's files are theirs from now on.
    #[cfg(unix)]
    #[expect(clippy::print_stderr, reason = "the output of the tests names what was not tried")]
    pub(crate) fn as_nobody<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Option<Command> {
        let program = self.command(arguments);
        if !rustix::process::geteuid().is_root() {
            return Some(program);
        }
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        if !Command::new("setpriv").args(nobody).arg("true").status().is_ok_and(|status| status.success()) {
            eprintln!("left out: root may read everything, and there is no setpriv to become another user");
            return None;
        }
        // The user nobody cannot read the build directory.
        let copy = self.path("program");
        if !copy.exists() {
            copy_executable(Path::new(program.get_program()), &copy);
        }
        give_away(self.directory.path());
        let mut command = Command::new("setpriv");
        command.args(nobody).arg(copy).args(program.get_args()).env_clear().stdin(Stdio::null());
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.directory.path());
        Some(command)
    }

    /// `cosput upload SOURCE`, to the server, with these arguments in addition.
    pub(crate) fn upload_arguments(&self, source: &str, more: &[&str]) -> Vec<String> {
        let url = self.server.url();
        let arguments = ["upload", source, "--bucket", BUCKET, "--endpoint", &url];
        arguments.iter().chain(more).map(|argument| (*argument).to_owned()).collect()
    }

    /// Starts `cosput upload SOURCE`.
    pub(crate) fn begin(&self, source: &str, more: &[&str]) -> Running {
        self.start(self.upload_arguments(source, more))
    }

    /// Runs `cosput upload SOURCE` to its end.
    pub(crate) fn upload(&self, source: &str, more: &[&str]) -> Outcome {
        self.begin(source, more).wait()
    }

    /// Runs `cosput upload SOURCE` until the server holds so many parts, then kills it. The server must be one that
    /// does not take more. Afterwards it is a server without faults.
    pub(crate) fn interrupt(&mut self, source: &str, more: &[&str], parts: usize) {
        let stored_before = self.server.stored_parts().len();
        let running = self.begin(source, more);
        until(|| self.server.stored_parts().len() == stored_before + parts, "the parts are stored");
        running.kill();
        self.server.restart(&[]);
    }

    /// Asserts that the object is the source's bytes.
    pub(crate) fn assert_stored(&self, source: &str, key: &str) {
        let object = self.server.object(key).unwrap_or_else(|| panic!("there is no object {key}"));
        assert!(same(&self.path(source), &object), "the object {key} is not what {source} holds");
    }

    /// Asserts that neither an object nor an upload of this key is on the server.
    pub(crate) fn assert_nothing_stored(&self, key: &str) {
        assert_eq!(self.server.object(key), None, "there is an object {key}");
        assert_eq!(self.server.uploads(), [] as [(String, String); 0]);
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for journal in self.journals() {
            assert_no_secret(&journal.display().to_string(), &String::from_utf8_lossy(&fs::read(&journal).unwrap()));
        }
        assert_no_secret("the server's record", &self.server.record_as_text());
        assert_no_secret("the log", &self.log());
    }
}

/// The variables that Windows has for the directories of a user, and those without which its libraries do not work.
#[expect(clippy::disallowed_methods, reason = "a program gets no other variables of the tests than these")]
pub(crate) fn windows(home: &std::path::Path) -> Vec<(&'static str, std::ffi::OsString)> {
    if !cfg!(windows) {
        return Vec::new();
    }
    let own = [("USERPROFILE", ""), ("APPDATA", ".config"), ("LOCALAPPDATA", ".local/state")];
    let own = own.map(|(name, directory)| (name, home.join(directory).into_os_string()));
    let inherited = ["SystemRoot", "TEMP"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    own.into_iter().chain(inherited).collect()
}

/// Makes the user nobody the owner of a directory and all in it.
#[cfg(unix)]
fn give_away(path: &Path) {
    std::os::unix::fs::lchown(path, Some(65534), Some(65534)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}
