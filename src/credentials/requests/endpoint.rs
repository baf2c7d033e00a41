//! The addresses of the instance metadata and of STS, which variables can change for tests.

use url::Url;

use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::error::error;
use crate::language::message;

/// An address that a variable can change.
pub(crate) struct Endpoint {
    variable: &'static str,
    default: &'static str,
}

/// The instance metadata: plain HTTP, reachable only from the instance.
pub(crate) const METADATA: Endpoint =
    Endpoint { variable: "COSPUT_METADATA_URL", default: "http://metadata.tencentyun.com" };

/// STS, the service that issues temporary credentials.
pub(crate) const STS: Endpoint = Endpoint { variable: "COSPUT_STS_URL", default: "https://sts.tencentcloudapi.com" };

impl Endpoint {
    /// The address; `None` if the variable is `off`.
    pub(crate) fn url(&self, environment: &Environment) -> Result<Option<Url>, CredentialsError> {
        let text = environment.variable(self.variable)?.unwrap_or(self.default);
        if text == "off" {
            return Ok(None);
        }
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let wrong = || {
            error(message!(
                "could not use the variable {name}: it is not an http or https address",
                name = self.variable
            ))
        };
        url.map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_moves_the_address_or_turns_it_off() {
        let url = |value: &str| {
            let variables = [("COSPUT_STS_URL".to_owned(), value.into())].into();
            STS.url(&Environment { variables, ..Environment::default() }).map(|url| url.map(|url| url.to_string()))
        };
        assert_eq!(url(""), Ok(Some("https://sts.tencentcloudapi.com/".to_owned())));
        assert_eq!(url("http://127.0.0.1:8080"), Ok(Some("http://127.0.0.1:8080/".to_owned())));
        assert_eq!(url("off"), Ok(None));
        for wrong in ["127.0.0.1:8080", "file:///etc", "sts"] {
            let message = "could not use the variable COSPUT_STS_URL: it is not an http or https address";
            assert_eq!(url(wrong), Err(error(message.into())), "{wrong}");
        }
    }
}
