//! Calls to STS, signed or with the token of an OIDC provider (documents 1312/48195 and 1312/73070).

use std::time::SystemTime;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::attempts::{Failure, attempts};
use super::endpoint::STS;
use super::http::{Proxy, client, send};
use super::id_token;
use super::limits::Limits;
use super::tc3;
use crate::cos::{Credentials, CredentialsError};
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::credentials::keys::credentials;
use crate::credentials::parsing::excerpt::excerpt;
use crate::credentials::parsing::expiry;
use crate::credentials::role::Role;
use crate::credentials::web_identity::WebIdentity;
use crate::language::{Message, Phrase, message, phrase};

const VERSION: &str = "2018-08-13";
const NAME: Phrase = phrase!("the answer of STS");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    credentials: Option<Keys>,
    expired_time: Option<Value>,
    expiration: Option<Value>,
    error: Option<Refusal>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    tmp_secret_id: Zeroizing<String>,
    tmp_secret_key: Zeroizing<String>,
    token: Zeroizing<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: String,
    message: String,
}

/// One call.
struct Call<'a> {
    action: &'static str,
    region: &'a str,
    body: Zeroizing<String>,
    signer: Option<&'a Credentials>,
    /// Secrets that no message may contain.
    secrets: Vec<&'a str>,
}

/// Assumes `role` with the credentials `by`.
pub(crate) async fn assume_role(
    environment: &Environment,
    role: &Role,
    by: &Credentials,
    limits: &Limits,
    now: SystemTime,
) -> Result<Credentials, CredentialsError> {
    let call = Call {
        action: "AssumeRole",
        region: environment.variable("TENCENTCLOUD_REGION")?.unwrap_or("ap-guangzhou"),
        body: Zeroizing::new(role.request().to_string()),
        signer: Some(by),
        secrets: vec![by.secret_key(), by.session_token().unwrap_or_default()],
    };
    let answer = call.answer(environment, limits, now).await;
    answer.map_err(|why| error(message!("could not assume the role {role}: {why}", role = role.arn, why)))
}

/// Exchanges a token for the credentials of its role. This call is not signed.
pub(crate) async fn assume_role_with_web_identity(
    environment: &Environment,
    identity: &WebIdentity,
    limits: &Limits,
    now: SystemTime,
) -> Result<Credentials, CredentialsError> {
    let token = id_token::current(&identity.token, limits).await?;
    let call = Call {
        action: "AssumeRoleWithWebIdentity",
        region: &identity.region,
        body: Zeroizing::new(identity.request(&token).to_string()),
        signer: None,
        secrets: vec![&token],
    };
    let answer = call.answer(environment, limits, now).await;
    answer.map_err(|why| error(message!("could not use {place}: {why}", place = identity.token.name(), why)))
}

impl Call<'_> {
    async fn answer(
        &self,
        environment: &Environment,
        limits: &Limits,
        now: SystemTime,
    ) -> Result<Credentials, Message> {
        let url = STS.url(environment).map_err(|why| why.message)?;
        let url = url.ok_or_else(|| message!("STS is turned off by COSPUT_STS_URL"))?;
        attempts(limits, || self.attempt(&url, limits, now)).await
    }

    async fn attempt(&self, url: &Url, limits: &Limits, now: SystemTime) -> Result<Credentials, Failure> {
        let client = client(url, Proxy::towards(url), limits.connect, limits.sts).map_err(Failure::Permanent)?;
        let timestamp = tc3::timestamp(now);
        let mut request = client
            .post(url.clone())
            .header("Content-Type", tc3::CONTENT_TYPE)
            .header("X-TC-Action", self.action)
            .header("X-TC-Version", VERSION)
            .header("X-TC-Timestamp", timestamp)
            .header("X-TC-Region", self.region)
            .header("Authorization", self.authorization(&host(url), timestamp));
        if let Some(token) = self.signer.and_then(Credentials::session_token) {
            request = request.header("X-TC-Token", token);
        }
        let (status, body) = send(request.body(self.body.to_string())).await.map_err(Failure::Transient)?;
        parse(status, &body, &self.secrets)
    }

    fn authorization(&self, host: &str, timestamp: u64) -> String {
        match self.signer {
            Some(by) => tc3::authorization(by.secret_id(), by.secret_key(), host, timestamp, &self.body),
            None => "SKIP".to_owned(),
        }
    }
}

/// The value of `Host`, with the port unless it is the scheme's default.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Reads an answer. STS also refuses with status 200.
fn parse(status: StatusCode, body: &[u8], secrets: &[&str]) -> Result<Credentials, Failure> {
    let Ok(Document { response }) = serde_json::from_slice(body) else {
        return Err(match status {
            StatusCode::OK => Failure::Permanent(message!("the answer of STS is not the JSON expected")),
            status => Failure::of_status("STS", status),
        });
    };
    if let Some(refusal) = &response.error {
        return Err(refusal.failure(response.request_id.as_deref(), secrets));
    }
    let expires = [response.expired_time, response.expiration].iter().flatten().find_map(expiry::json);
    let (Some(keys), Some(expires)) = (response.credentials, expires) else {
        return Err(Failure::Permanent(message!("the answer of STS is not the JSON expected")));
    };
    let credentials = credentials(&keys.tmp_secret_id, &keys.tmp_secret_key, &keys.token, &NAME.into());
    credentials.map(|keys| keys.expiring(Some(expires))).map_err(|why| Failure::Permanent(why.message))
}

impl Refusal {
    fn failure(&self, request_id: Option<&str>, secrets: &[&str]) -> Failure {
        let [code, message] = [&self.code, &self.message].map(|text| excerpt(text, secrets));
        let request_id = excerpt(request_id.unwrap_or("unknown"), secrets);
        let why = message!("STS says {code}: {message} (request {request_id})", code, message, request_id);
        let transient = ["InternalError", "RequestLimitExceeded"].iter().any(|prefix| code.starts_with(prefix));
        if transient { Failure::Transient(why) } else { Failure::Permanent(why) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Result<Credentials, (bool, String)> {
        match parse(StatusCode::from_u16(status).unwrap(), body.as_bytes(), &["hidden"]) {
            Ok(credentials) => Ok(credentials),
            Err(Failure::Transient(why)) => Err((true, why.to_string())),
            Err(Failure::Permanent(why)) => Err((false, why.to_string())),
        }
    }

    #[test]
    fn answers_are_read() {
        let expected = Credentials::new("AKIDt", "k", Some("t")).unwrap().expiring(expiry::unix(1_700_003_600));
        let keys = r#""Credentials":{"Token":"t","TmpSecretId":"AKIDt","TmpSecretKey":"k"}"#;
        for expiry in [r#""ExpiredTime":1700003600"#, r#""Expiration":"2023-11-14T23:13:20Z""#] {
            assert_eq!(
                read(200, &format!(r#"{{"Response":{{{keys},{expiry},"RequestId":"r"}}}}"#)),
                Ok(expected.clone())
            );
        }
        let odd = (false, "the answer of STS is not the JSON expected".to_owned());
        for body in [format!(r#"{{"Response":{{{keys}}}}}"#), "hidden".to_owned(), r#"{"Response":{}}"#.to_owned()] {
            assert_eq!(read(200, &body), Err(odd.clone()), "{body}");
        }
    }

    #[test]
    fn refusals_are_reported_and_transient_ones_are_known() {
        let refusal = |code: &str| {
            format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"no hidden\nx"}},"RequestId":"r-1"}}}}"#)
        };
        let message = |code: &str| format!("STS says {code}: no **** (request r-1)");
        let no_role = "InvalidParameter.RoleNotExist";
        assert_eq!(read(200, &refusal(no_role)), Err((false, message(no_role))));
        assert_eq!(read(400, &refusal("InternalError.Db")), Err((true, message("InternalError.Db"))));
        assert_eq!(read(503, "busy"), Err((true, "STS answers with HTTP status 503".to_owned())));
        assert_eq!(read(302, ""), Err((false, "STS answers with HTTP status 302".to_owned())));
    }

    #[test]
    fn the_host_is_signed_as_it_is_sent() {
        for (url, expected) in [
            ("https://sts.tencentcloudapi.com", "sts.tencentcloudapi.com"),
            ("https://sts.tencentcloudapi.com:443/", "sts.tencentcloudapi.com"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(host(&Url::parse(url).unwrap()), expected);
        }
    }
}
