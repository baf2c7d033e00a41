//! The credentials of the CAM role of the instance, from its metadata (document 213/4934).

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use crate::cos::{Credentials, CredentialsError};
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::credentials;
use crate::credentials::parsing::excerpt::excerpt;
use crate::credentials::parsing::expiry;
use crate::credentials::requests::endpoint::METADATA;
use crate::credentials::requests::http::{Proxy, client, send};
use crate::credentials::requests::limits::Limits;
use crate::language::{Message, Phrase, message, phrase};

pub(crate) const NAME: Phrase = phrase!("the CAM role of this instance");
const PATH: [&str; 4] = ["latest", "meta-data", "cam", "security-credentials"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    code: String,
    tmp_secret_id: Option<Zeroizing<String>>,
    tmp_secret_key: Option<Zeroizing<String>>,
    token: Option<Zeroizing<String>>,
    expired_time: Option<Value>,
    expiration: Option<Value>,
}

/// The instance may have a role; only a request shows that. `TENCENTCLOUD_CAM_ROLE_NAME` names it, as for Terraform.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    if METADATA.url(environment)?.is_none() {
        return Ok(None);
    }
    let role = environment.variable("TENCENTCLOUD_CAM_ROLE_NAME")?.map(str::to_owned);
    Ok(Some(Found::new(NAME, Grant::InstanceRole(role))))
}

/// Requests the credentials of `role`, or of the role of the instance.
pub(crate) async fn fetch(
    environment: &Environment,
    role: Option<&str>,
    limits: &Limits,
) -> Result<Credentials, CredentialsError> {
    let base = METADATA.url(environment)?.ok_or_else(|| failed(message!("it is turned off by COSPUT_METADATA_URL")))?;
    let both = async {
        let role = match role {
            Some(role) => role.to_owned(),
            None => bound_role(&get(&base, "", limits).await?)?,
        };
        parse(&get(&base, &role, limits).await?)
    };
    timeout(limits.metadata, both).await.unwrap_or_else(|_| Err(failed(message!("no answer in time"))))
}

async fn get(base: &Url, role: &str, limits: &Limits) -> Result<Zeroizing<Vec<u8>>, CredentialsError> {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(PATH).push(role);
    }
    // The caller's limit covers both requests.
    let client = client(&url, Proxy::None, limits.connect, limits.metadata + Duration::from_secs(1)).map_err(failed)?;
    match send(client.get(url)).await.map_err(failed)? {
        (StatusCode::OK, body) => Ok(body),
        (StatusCode::NOT_FOUND, _) => Err(failed(message!("it has no such role (HTTP status 404)"))),
        (status, _) => Err(failed(message!("HTTP status {status}", status = status.as_u16()))),
    }
}

/// The first name; there is one on each line.
fn bound_role(body: &[u8]) -> Result<String, CredentialsError> {
    let names = str::from_utf8(body).map_err(|_| failed(message!("the answer is not UTF-8")))?;
    let name = names.lines().map(str::trim).find(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| failed(message!("it has no role")))
}

fn parse(body: &[u8]) -> Result<Credentials, CredentialsError> {
    let unreadable = || failed(message!("its metadata is not the JSON expected"));
    let document: Document = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if document.code != "Success" {
        let code = excerpt(&document.code, &[]);
        return Err(failed(message!("its metadata says {code}", code = format_args!("{code:?}"))));
    }
    let expires = [document.expired_time, document.expiration].iter().flatten().find_map(expiry::json);
    let text = |value: Option<Zeroizing<String>>| value.unwrap_or_default();
    let [id, key, token] = [document.tmp_secret_id, document.tmp_secret_key, document.token].map(text);
    Ok(credentials(&id, &key, &token, &NAME.into())?.expiring(Some(expires.ok_or_else(unreadable)?)))
}

fn failed(why: Message) -> CredentialsError {
    error(message!("could not use {place}: {why}", place = NAME, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_the_reference_is_read() {
        let body = br#"{"TmpSecretId":"AKIDt","TmpSecretKey":"k","ExpiredTime":1700003600,
                        "Expiration":"2023-11-14T23:13:20Z","Token":"t","Code":"Success"}"#;
        let expected = Credentials::new("AKIDt", "k", Some("t")).unwrap().expiring(expiry::unix(1_700_003_600));
        assert_eq!(parse(body), Ok(expected));
    }

    #[test]
    fn errors_do_not_show_the_content() {
        for (body, why) in [
            (r#"{"Code":"Failed"}"#, r#"could not use the CAM role of this instance: its metadata says "Failed""#),
            (
                r#"{"Code":"Success","ExpiredTime":1}"#,
                "could not use the CAM role of this instance: the secret ID is missing",
            ),
            (
                r#"{"Code":"Success","TmpSecretId":"i","TmpSecretKey":"hidden"}"#,
                "could not use the CAM role of this instance: its metadata is not the JSON expected",
            ),
            ("hidden", "could not use the CAM role of this instance: its metadata is not the JSON expected"),
        ] {
            assert_eq!(parse(body.as_bytes()), Err(error(why.into())), "{body}");
        }
    }

    #[test]
    fn the_first_name_is_the_role() {
        assert_eq!(bound_role(b"\nuploader\nother\n"), Ok("uploader".to_owned()));
        assert_eq!(
            bound_role(b" \n"),
            Err(error("could not use the CAM role of this instance: it has no role".into()))
        );
        assert!(bound_role(&[0xff]).is_err());
    }
}
