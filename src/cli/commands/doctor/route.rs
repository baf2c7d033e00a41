//! The way to the server: the proxy, the connection, TLS, and whether the service itself answers.

use super::check::Check;
use super::finding::Finding;
use crate::cli::output::console::visible;
use crate::cos::{Response, Service, ServiceError};
use crate::language::{message, phrase};
use crate::upload::{Cause, SendError, SendErrorKind, UploadError};

/// The way to the server.
pub(super) struct Route {
    pub(super) host: String,
    pub(super) service: Service,
    pub(super) is_https: bool,
    /// The proxy, if requests go through one.
    pub(super) proxy: Option<String>,
    /// The file of further certificates, if there is one.
    pub(super) bundle: Option<String>,
}

impl Route {
    /// Whether a connection was made, and the service answered.
    pub(super) fn connection(&self, answer: &Result<Response, SendError>) -> Finding {
        let through = match &self.proxy {
            Some(proxy) => message!("through the proxy {proxy}", proxy),
            None => message!("without a proxy"),
        };
        let failed = |cause| Finding::of_request(Check::Connection, &unsent(cause), self.service);
        match answer {
            Ok(response) if response.request_id().is_none() => {
                failed(Cause::Service(Box::new(ServiceError::read(response))))
            }
            Err(error) if !is_about_tls(error) => failed(Cause::Network(error.clone())),
            Ok(_) | Err(_) => {
                Finding::ok(Check::Connection, message!("to {host}, {through}", host = self.host, through))
            }
        }
    }

    /// Whether the server's certificate is trusted.
    pub(super) fn tls(&self, answer: &Result<Response, SendError>) -> Finding {
        if !self.is_https {
            return Finding::not_checked(Check::Tls, phrase!("the endpoint is http://, without encryption"));
        }
        match answer {
            Ok(_) => {
                let bundle = self.bundle.as_ref().map(|file| message!(" and by {file}", file = visible(file)));
                let bundle = bundle.unwrap_or_default();
                Finding::ok(Check::Tls, message!("the certificate is trusted by the system's roots{bundle}", bundle))
            }
            Err(error) if is_about_tls(error) => {
                Finding::of_request(Check::Tls, &unsent(Cause::Network(error.clone())), self.service)
            }
            Err(_) => Finding::not_checked(Check::Tls, phrase!("there is no connection")),
        }
    }
}

fn is_about_tls(error: &SendError) -> bool {
    matches!(error.kind, SendErrorKind::Certificate | SendErrorKind::Tls)
}

fn unsent(cause: Cause) -> UploadError {
    UploadError { operation: None, attempts: 1, cause, leftover: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::doctor::finding::Verdict;
    use crate::cos::Headers;

    fn verdicts(answer: &Result<Response, SendError>, is_https: bool) -> [Verdict; 2] {
        let route = Route { host: "h".to_owned(), service: Service::Cos, is_https, proxy: None, bundle: None };
        [route.connection(answer).verdict, route.tls(answer).verdict]
    }

    #[test]
    fn the_stage_that_failed_is_the_one_that_is_reported() {
        use Verdict::{Failed, NotChecked, Ok as Passed};
        let error = |kind| Err(SendError { kind, message: "".into() });
        let answer = |headers: &[(&str, &str)]| {
            Ok(Response { status: 403, headers: headers.iter().copied().collect::<Headers>(), body: "".into() })
        };
        let of_cos = answer(&[("x-cos-request-id", "1")]);
        let table = [
            (of_cos.clone(), true, [Passed, Passed]),
            (of_cos, false, [Passed, NotChecked]),
            (answer(&[]), true, [Failed, Passed]),
            (error(SendErrorKind::Connect), true, [Failed, NotChecked]),
            (error(SendErrorKind::ProxyRefused), true, [Failed, NotChecked]),
            (error(SendErrorKind::Certificate), true, [Passed, Failed]),
            (error(SendErrorKind::Tls), true, [Passed, Failed]),
        ];
        for (answer, is_https, expected) in table {
            assert_eq!(verdicts(&answer, is_https), expected, "{answer:?}");
        }
    }
}
