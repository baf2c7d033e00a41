//! Installs the clients under `target/interop`, in versions that were tried.

use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::sync::Mutex;

pub(super) const OFFICIAL_PYTHON: [&str; 2] = ["cos-python-sdk-v5==1.9.44", "coscmd==1.9.0.6"];
pub(super) const COSFS: [&str; 2] = ["cosfs==2026.3.25", "fsspec==2026.9.0"];
pub(super) const OPENDAL: [&str; 1] = ["opendal==0.47.12"];
pub(super) const OFFICIAL_NODE: [&str; 1] = ["cos-nodejs-sdk-v5@3.0.0"];
/// The driver of the browser, and the client that signs for the page.
pub(super) const PAGE: [&str; 2] = ["playwright-core@1.64.1", "cos-nodejs-sdk-v5@3.0.0"];

/// The directory where the clients are installed.
fn prefix() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("interop")
}

/// Runs an installation; returns the reason if it failed.
async fn install(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output().await;
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{} {}: {}", program.display(), arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
}

/// The programs directory of a virtual environment with these Python packages.
pub(super) async fn python(packages: &[&str]) -> Result<PathBuf, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _one = ONE_AT_A_TIME.lock().await;
    let environment = prefix().join("venv");
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join("python");
    if !python.exists() && !python.with_extension("exe").exists() {
        install(Path::new("python3"), &["-m", "venv", &environment.to_string_lossy()]).await?;
    }
    let arguments = [&["-m", "pip", "install", "--quiet"][..], packages].concat();
    install(&python, &arguments).await?;
    Ok(programs)
}

/// The modules directory with these Node packages.
pub(super) async fn node(packages: &[&str]) -> Result<PathBuf, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _one = ONE_AT_A_TIME.lock().await;
    let prefix = prefix().join("node");
    std::fs::create_dir_all(&prefix).map_err(|error| error.to_string())?;
    install(Path::new("node"), &["--version"]).await?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let prefix_text = prefix.to_string_lossy();
    let arguments = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", &prefix_text];
    install(Path::new(npm), &[&arguments[..], packages].concat()).await?;
    Ok(prefix.join("node_modules"))
}

/// The installed client; `None`, with a message, if it could not be installed and is not required.
#[expect(clippy::disallowed_methods, clippy::print_stderr, reason = "a skipped test has no other way to say so")]
pub(super) fn available(installed: Result<PathBuf, String>) -> Option<PathBuf> {
    match installed {
        Ok(path) => Some(path),
        Err(why) if std::env::var("COSPUT_INTEROP").is_ok_and(|value| value == "required") => panic!("{why}"),
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

/// A program of Chromium or Chrome.
pub(super) async fn browser() -> Result<PathBuf, String> {
    for name in ["chromium", "chromium-browser", "google-chrome"] {
        if install(Path::new(name), &["--version"]).await.is_ok() {
            let path = Command::new("which").arg(name).output().await.map_err(|error| error.to_string())?;
            return Ok(PathBuf::from(String::from_utf8_lossy(&path.stdout).trim()));
        }
    }
    Err("no Chromium is installed".to_owned())
}
