//! A command that prints credentials: `credential_process` of a profile.
//!
//! The command line is split into words as a POSIX shell does (quote a Windows path with single quotes) and run without a
//! shell. The command prints JSON to its standard output:
//! `{"Version": 1, "SecretId": "…", "SecretKey": "…", "SessionToken": "…", "Expiration": "2026-01-31T12:00:00Z"}`; the
//! last two are optional. AWS's names `AccessKeyId` and `SecretAccessKey` also work.

use std::process::{ExitStatus, Stdio};

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::cos::{Credentials, CredentialsError};
use crate::credentials::error::error;
use crate::credentials::parsing::excerpt::{excerpt, masked};
use crate::credentials::parsing::expiry;
use crate::credentials::requests::limits::Limits;
use crate::language::{Message, message};

/// The longest output that is read, in bytes.
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

/// Runs the command and reads its output.
pub(crate) async fn fetch(command_line: &str, limits: &Limits) -> Result<Credentials, CredentialsError> {
    let words = shell_words::split(command_line).map_err(|_| failed(message!("its quotes are not closed")))?;
    let (program, arguments) = words.split_first().ok_or_else(|| failed(message!("it is empty")))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let ended = timeout(limits.process, run(command)).await;
    let late = || failed(message!("it did not exit within {time}", time = humantime::format_duration(limits.process)));
    let unable = |why| failed(message!("could not run {program}: {why}", program = format_args!("{program:?}"), why));
    let (status, output, errors) = ended.map_err(|_| late())?.map_err(unable)?;
    if status.success() {
        parse(&output)
    } else {
        let said = masked(&excerpt(&String::from_utf8_lossy(&errors), &[]));
        Err(failed(match said.as_str() {
            "" => message!("it exited with {status}; run it on its own to see why", status),
            said => message!("it exited with {status}: {said}", status, said),
        }))
    }
}

/// What a command printed, which may contain secrets.
type Output = Zeroizing<Vec<u8>>;

async fn run(mut command: Command) -> std::io::Result<(ExitStatus, Output, Output)> {
    let mut child = command.spawn()?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    tokio::try_join!(child.wait(), drain(output), drain(errors))
}

/// Keeps the beginning and discards the rest, so that a command with a long output can exit.
async fn drain(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Output> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(MOST).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

fn parse(output: &[u8]) -> Result<Credentials, CredentialsError> {
    let output = output.strip_prefix("\u{feff}".as_bytes()).unwrap_or(output);
    if output.starts_with(&[0xff, 0xfe]) || output.starts_with(&[0xfe, 0xff]) {
        return Err(failed(message!("its output is UTF-16; expected UTF-8")));
    }
    let document: Document =
        serde_json::from_slice(output).map_err(|_| failed(message!("its output is not the JSON expected")))?;
    if document.version.is_some_and(|version| version != 1) {
        return Err(failed(message!("its output is not of version 1")));
    }
    let expires = match document.expiration.filter(|expiration| !expiration.is_null()) {
        None => None,
        Some(text) => Some(expiry::json(&text).ok_or_else(|| failed(message!("its Expiration is not a time")))?),
    };
    let token = document.session_token.unwrap_or_default();
    let credentials = Credentials::new(&document.secret_id, &document.secret_key, Some(&token));
    credentials.map(|credentials| credentials.expiring(expires)).map_err(|why| failed(Message::of(&why)))
}

fn failed(why: Message) -> CredentialsError {
    error(message!("could not use the credential_process: {why}", why))
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
        let marked = "\u{feff}{\"SecretId\":\"AKID1\",\"SecretKey\":\"key\"}";
        assert_eq!(parse(marked.as_bytes()), Ok(Credentials::new("AKID1", "key", None).unwrap()));
        let least = br#"{"SecretId":"AKID1","SecretKey":"key","Expiration":null}"#;
        assert_eq!(parse(least), Ok(Credentials::new("AKID1", "key", None).unwrap()));
    }

    #[test]
    fn errors_do_not_show_the_output() {
        for (output, why) in [
            ("hidden", "its output is not the JSON expected"),
            (r#"{"SecretId":"AKID1","SecretKey":["hidden"]}"#, "its output is not the JSON expected"),
            (r#"{"Version":2,"SecretId":"a","SecretKey":"b"}"#, "its output is not of version 1"),
            (r#"{"SecretId":"a","SecretKey":"b","Expiration":"soon"}"#, "its Expiration is not a time"),
            (r#"{"SecretId":"a","SecretKey":""}"#, "the secret key is missing"),
        ] {
            assert_eq!(parse(output.as_bytes()), Err(failed(why.into())), "{output}");
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
        async fn a_command_is_run_with_its_arguments() {
            let line = r#"sh -c 'printf "%s" "$0"' '{"SecretId":"AKID1","SecretKey":"k"}'"#;
            assert_eq!(fetch(line, &Limits::default()).await, Ok(Credentials::new("AKID1", "k", None).unwrap()));
        }

        #[tokio::test]
        async fn the_error_for_a_failing_command_has_its_status_and_its_masked_message() {
            let long = Duration::from_secs(30);
            let silent = "sh -c 'echo hidden; exit 3'";
            assert_eq!(message(silent, long).await, "it exited with exit status: 3; run it on its own to see why");
            let talkative = "sh -c 'echo hidden; echo no session for AKIDz8krbsJ5yKBZQpn74WFkmLPx3 >&2; exit 3'";
            assert_eq!(message(talkative, long).await, "it exited with exit status: 3: no session for ****");
            assert_eq!(message("'", long).await, "its quotes are not closed");
            assert_eq!(message("", long).await, "it is empty");
            assert!(message("/no/such/program x", long).await.starts_with("could not run \"/no/such/program\": "));
        }

        #[tokio::test]
        async fn a_command_that_does_not_exit_is_stopped() {
            assert_eq!(message("sleep 60", Duration::from_millis(50)).await, "it did not exit within 50ms");
        }
    }
}
