//! The current token of an OIDC provider: read from a file, or requested from GitHub.

use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::attempts::{Failure, attempts};
use super::http::{Proxy, client, send};
use super::limits::Limits;
use crate::cos::CredentialsError;
use crate::credentials::error::error;
use crate::credentials::web_identity::{TokenRequest, TokenSource, read_token};
use crate::language::message;

#[derive(Deserialize)]
struct Document {
    value: Zeroizing<String>,
}

/// Gets the token of `source`.
pub(crate) async fn current(source: &TokenSource, limits: &Limits) -> Result<Zeroizing<String>, CredentialsError> {
    match source {
        TokenSource::Pod(file) => read_token(file, &message!("the pod's token {file}", file = file.display())),
        TokenSource::File(file) => read_token(file, &source.name()),
        TokenSource::Variable(_, token) => Ok(token.clone()),
        TokenSource::GitHub(request) => {
            let answer = attempts(limits, || ask(request, limits)).await;
            answer.map_err(|why| error(message!("could not get {source}: {why}", source = source.name(), why)))
        }
    }
}

async fn ask(request: &TokenRequest, limits: &Limits) -> Result<Zeroizing<String>, Failure> {
    let url =
        address(request).ok_or_else(|| Failure::Permanent(message!("its address is not an http or https address")))?;
    let client = client(&url, Proxy::towards(&url), limits.connect, limits.sts).map_err(Failure::Permanent)?;
    let request = client.get(url).header("Accept", "application/json").bearer_auth(request.bearer.as_str());
    match send(request).await.map_err(Failure::Transient)? {
        (StatusCode::OK, body) => parse(&body),
        (status, _) => Err(Failure::of_status("GitHub", status)),
    }
}

/// The address that GitHub gives to the job has parameters of its own.
fn address(request: &TokenRequest) -> Option<Url> {
    let mut url = Url::parse(&request.url).ok()?;
    url.query_pairs_mut().append_pair("audience", &request.audience);
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn parse(body: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let unreadable = || Failure::Permanent(message!("the answer is not the JSON expected"));
    let Document { value } = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if value.is_empty() { Err(unreadable()) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> TokenRequest {
        let bearer = Zeroizing::new("hidden".to_owned());
        TokenRequest { url: url.to_owned(), bearer, audience: "a b&c".to_owned() }
    }

    #[test]
    fn the_audience_follows_the_parameters_of_the_address() {
        let address = |url| address(&request(url)).map(|url| url.to_string());
        assert_eq!(address("https://h/t?api=2").unwrap(), "https://h/t?api=2&audience=a+b%26c");
        assert_eq!(address("http://h/").unwrap(), "http://h/?audience=a+b%26c");
        assert_eq!(address("file:///etc/passwd"), None);
        assert_eq!(address("h/t"), None);
    }

    #[test]
    fn only_an_answer_with_a_token_is_read() {
        let read = |body: &str| match parse(body.as_bytes()) {
            Ok(token) => Ok(token.to_string()),
            Err(Failure::Permanent(why) | Failure::Transient(why)) => Err(why.to_string()),
        };
        assert_eq!(read(r#"{"count":5,"value":"token"}"#), Ok("token".to_owned()));
        for wrong in ["", "hidden", "{}", r#"{"value":""}"#, r#"{"value":5}"#] {
            assert_eq!(read(wrong), Err("the answer is not the JSON expected".to_owned()), "{wrong}");
        }
    }
}
