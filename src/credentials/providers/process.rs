//! A command that prints credentials: `credential_process` of a profile.
//!
//! The line is split as a POSIX shell splits words (a Windows path wants single quotes), and run without a shell. On its standard output the command says
//! `{"Version": 1, "SecretId": "…", "SecretKey": "…", "SessionToken": "…", "Expiration": "2026-01-31T12:00:00Z"}`; the
//! last two may be left out. AWS's names `AccessKeyId` and `SecretAccessKey` are understood as well.

use std::process::{ExitStatus, Stdio};

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::cos::{Credentials, CredentialsError};
use crate::credentials::expiry;
use crate::credentials::found::error;
use crate::credentials::limits::Limits;

/// What a command may print at most.
const MOST: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: Option<Value>,
    #[serde(alias = "AccessKeyId")]
    secret_id: Zeroizing<String>,
    #[serde(alias = "SecretAccessKey")]
    secret_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expiration: Option<Value>,
}

/// Runs the command and reads what it says.
pub(crate) async fn fetch(command_line: &str, limits: &Limits) -> Result<Credentials, CredentialsError> {
    let words = shell_words::split(command_line).map_err(|_| failed("its quotes do not match"))?;
    let (program, arguments) = words.split_first().ok_or_else(|| failed("it is empty"))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let ended = timeout(limits.process, run(command)).await;
    let late = || failed(format!("it did not end within {}", humantime::format_duration(limits.process)));
    let (status, output) =
        ended.map_err(|_| late())?.map_err(|why| failed(format!("could not run {program:?}: {why}")))?;
    if status.success() {
        parse(&output)
    } else {
        // What it says of its failure may hold what it failed with, and is not repeated.
        Err(failed(format!("it ended with {status}; run it by itself to see why")))
    }
}

async fn run(mut command: Command) -> std::io::Result<(ExitStatus, Zeroizing<Vec<u8>>)> {
    let mut child = command.spawn()?;
    let output = child.stdout.take();
    tokio::try_join!(child.wait(), drain(output))
}

/// Keeps the beginning and reads the rest, so that a talkative command can end.
async fn drain(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(MOST).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

fn parse(output: &[u8]) -> Result<Credentials, CredentialsError> {
    let document: Document =
        serde_json::from_slice(output).map_err(|_| failed("its output is not the JSON expected"))?;
    if document.version.is_some_and(|version| version != 1) {
        return Err(failed("its output is not of version 1"));
    }
    let expires = match document.expiration.filter(|expiration| !expiration.is_null()) {
        None => None,
        Some(text) => Some(expiry::json(&text).ok_or_else(|| failed("its Expiration is not a time"))?),
    };
    let token = document.session_token.unwrap_or_default();
    let credentials = Credentials::new(&document.secret_id, &document.secret_key, Some(&token));
    credentials.map(|credentials| credentials.expiring(expires)).map_err(|why| failed(why.to_string()))
}

fn failed(why: impl AsRef<str>) -> CredentialsError {
    error(format!("could not use the credential_process: {}", why.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read() {
        let expected = Credentials::new("AKID1", "key", Some("t")).unwrap().expiring(expiry::unix(1_700_003_600));
        for [id, key] in [["SecretId", "SecretKey"], ["AccessKeyId", "SecretAccessKey"]] {
            let output = format!(
                r#"{{"Version":1,"{id}":"AKID1","{key}":"key","SessionToken":"t","Expiration":"2023-11-14T23:13:20Z"}}"#
            );
            assert_eq!(parse(output.as_bytes()), Ok(expected.clone()));
        }
        let least = br#"{"SecretId":"AKID1","SecretKey":"key","Expiration":null}"#;
        assert_eq!(parse(least), Ok(Credentials::new("AKID1", "key", None).unwrap()));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_output() {
        for (output, why) in [
            ("hidden", "its output is not the JSON expected"),
            (r#"{"SecretId":"AKID1","SecretKey":["hidden"]}"#, "its output is not the JSON expected"),
            (r#"{"Version":2,"SecretId":"a","SecretKey":"b"}"#, "its output is not of version 1"),
            (r#"{"SecretId":"a","SecretKey":"b","Expiration":"soon"}"#, "its Expiration is not a time"),
            (r#"{"SecretId":"a","SecretKey":""}"#, "the secret key is missing"),
        ] {
            assert_eq!(parse(output.as_bytes()), Err(failed(why)), "{output}");
        }
    }

    #[cfg(unix)]
    mod commands {
        use std::time::Duration;

        use super::*;

        async fn message(line: &str, process: Duration) -> String {
            let limits = Limits { process, ..Limits::default() };
            let message = fetch(line, &limits).await.expect_err(line).message;
            message.replace("could not use the credential_process: ", "")
        }

        #[tokio::test]
        async fn a_command_is_run_with_its_words() {
            let line = r#"sh -c 'printf "%s" "$0"' '{"SecretId":"AKID1","SecretKey":"k"}'"#;
            assert_eq!(fetch(line, &Limits::default()).await, Ok(Credentials::new("AKID1", "k", None).unwrap()));
        }

        #[tokio::test]
        async fn a_command_that_fails_is_told_by_its_status_and_nothing_that_it_said() {
            let long = Duration::from_secs(30);
            let talkative = "sh -c 'echo hidden; echo hidden too >&2; exit 3'";
            assert_eq!(message(talkative, long).await, "it ended with exit status: 3; run it by itself to see why");
            assert_eq!(message("'", long).await, "its quotes do not match");
            assert_eq!(message("", long).await, "it is empty");
            assert!(message("/no/such/program x", long).await.starts_with("could not run \"/no/such/program\": "));
        }

        #[tokio::test]
        async fn a_command_that_does_not_end_is_given_up() {
            assert_eq!(message("sleep 60", Duration::from_millis(50)).await, "it did not end within 50ms");
        }
    }
}
