//! Programs that upload a file to the sink: the floor, cosput, and other programs if they are installed.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::Sink;
use super::tls;

/// The bucket of all uploads.
pub(crate) const BUCKET: &str = "examplebucket-1250000000";

/// The paths that programs need.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The binary that is measured.
    pub cosput: PathBuf,
    /// The directory for everything that is written: files, journals, the certificate.
    pub directory: PathBuf,
}

impl Place {
    /// The floor, with this number of connections.
    pub(crate) fn floor(
        &self,
        file: &Path,
        sink: &Sink,
        part_size: u64,
        connections: u64,
        over_tls: bool,
    ) -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").arg(file);
        command.args([sink.port.to_string(), part_size.to_string(), connections.to_string()]);
        command.args(over_tls.then_some(&self.directory));
        Ok(command)
    }

    /// cosput, with these options besides the file and the destination.
    pub(crate) fn cosput(&self, file: &Path, sink: &Sink, options: &[String]) -> Command {
        let mut command = self.cosput_to(file, &sink.url(), options);
        if sink.is_tls() {
            command.env("SSL_CERT_FILE", self.directory.join(tls::CERTIFICATE));
        }
        command
    }

    /// cosput, to a server at this address.
    pub(crate) fn cosput_to(&self, file: &Path, url: &str, options: &[String]) -> Command {
        let mut command = self.cosput_alone();
        command.arg("upload").arg(file).arg(format!("cos://{BUCKET}/object")).args(["--quiet", "--endpoint", url]);
        command.args(options);
        command
    }

    /// cosput without arguments, with nothing but credentials and a home in its environment.
    pub(crate) fn cosput_alone(&self) -> Command {
        let mut command = Command::new(&self.cosput);
        command.env_clear();
        command.env("COS_SECRET_ID", "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q");
        command.env("COS_SECRET_KEY", "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz");
        command.env("HOME", &self.directory);
        command
    }

    /// s5cmd with its default settings, for a directory.
    pub(crate) fn s5cmd_files(&self, directory: &Path, url: &str) -> Command {
        let mut command = Command::new("s5cmd");
        command.args(["--endpoint-url", url, "--no-sign-request", "cp"]).arg(directory).arg("s3://bucket/");
        command.env("HOME", &self.directory).stderr(Stdio::null());
        command
    }

    /// Another program, or the reason if it is not installed or cannot upload to the sink.
    pub(crate) fn peer(&self, name: &str, file: &Path, sink: &Sink) -> Result<Command, &'static str> {
        let mut command = Command::new(name);
        let answers = |flag| {
            let asked = Command::new(name).arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        };
        match name {
            "coscli" => return Err("cannot be pointed at a port of this machine"),
            _ if !answers(if name == "s5cmd" { "version" } else { "--version" }) => return Err("not found"),
            "s5cmd" => {
                command.args(["--endpoint-url", &sink.url(), "--no-sign-request", "cp", "--concurrency", "8"]);
                command.args(["--part-size", "16"]).arg(file).arg("s3://bucket/object");
            }
            "rclone" => {
                let remote = format!(
                    ":s3,provider=Other,endpoint='{}',chunk_size=16Mi,upload_concurrency=8:bucket/object",
                    sink.url()
                );
                command
                    .args(["copyto", "--s3-no-check-bucket", "--s3-no-head", "--ignore-times"])
                    .arg(file)
                    .arg(remote);
            }
            _ => {
                command.args(["s3", "cp", "--no-sign-request", "--no-progress", "--endpoint-url", &sink.url()]);
                command.arg(file).arg("s3://bucket/object");
            }
        }
        command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x").env("AWS_REGION", "us-east-1");
        command.env("HOME", &self.directory).stderr(Stdio::null());
        Ok(command)
    }
}
