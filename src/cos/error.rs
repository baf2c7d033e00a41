//! Errors that the service answers with, and what kind of trouble each one is.
//!
//! Whoever knows the service classifies; what to do about it is decided in `crate::upload`.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::address::Region;
use super::document;
use super::request::Response;

/// The kind of trouble an answer means (documents 436/7730 and 1232/44620).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server or something on the way failed; the same request may succeed.
    Transient,
    /// The server asks for less: fewer requests in flight and more time between them.
    Throttled,
    /// The clocks differ by more than the service allows.
    Skewed,
    /// Temporary credentials, or the signature's time, ran out.
    Expired,
    /// What arrived is not what was sent; reading and sending again may help.
    Corrupted,
    /// Another request about the same thing is under way.
    Conflict,
    /// The upload id is unknown: completed, aborted or expired.
    NoSuchUpload,
    /// The key is taken, and overwriting was forbidden.
    AlreadyExists,
    /// The upload was completed before.
    AlreadyCompleted,
    /// Doing the same again gives the same answer.
    Permanent,
}

/// An error as the service told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The HTTP status; 200 where Complete promised and its body took it back.
    pub status: u16,
    /// COS's code, such as `NoSuchUpload`. An answer to HEAD has none.
    pub code: Option<String>,
    /// COS's message.
    pub message: Option<String>,
    /// The id that support asks for; without one something other than COS answered.
    pub request_id: Option<String>,
    /// The second id that support asks for.
    pub trace_id: Option<String>,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Duration>,
    /// The server's clock when it answered.
    pub server_time: Option<SystemTime>,
    /// The region of the bucket, where a redirect tells it.
    pub region: Option<Region>,
}

impl ServiceError {
    /// Reads an answer that is no success.
    pub fn read(response: &Response) -> Self {
        let told = document::read_error(&response.body).unwrap_or_default();
        let header = |name: &str| response.headers.get(name).map(str::to_owned);
        let server_time = header("date").and_then(|date| httpdate::parse_http_date(&date).ok());
        let region = (300..400).contains(&response.status).then(|| {
            let named = header("x-cos-bucket-region").and_then(|name| Region::new(&name).ok());
            named.or_else(|| region_of(told.endpoint.as_deref()?)).or_else(|| region_of(&header("location")?))
        });
        Self {
            status: response.status,
            code: told.code.or_else(|| header("x-cos-error-code")),
            message: told.message,
            request_id: response.request_id().map(str::to_owned).or(told.request_id),
            trace_id: response.trace_id().map(str::to_owned).or(told.trace_id),
            retry_after: header("retry-after").and_then(|value| retry_after(&value, server_time)),
            server_time,
            region: region.flatten(),
        }
    }

    /// The kind of trouble this is. The code decides where it says more than the status; the published tables misspell
    /// some codes, so the status decides the rest.
    pub fn fault(&self) -> Fault {
        match self.code.as_deref().unwrap_or_default() {
            "RequestTimeTooSkewed" => Fault::Skewed,
            "ExpiredToken" | "Request has expired" => Fault::Expired,
            "AccessDenied" if self.says("request has expired") => Fault::Expired,
            "NoSuchUpload" | "MultipartNotExists" => Fault::NoSuchUpload,
            "SlowDown" | "UserNetworkTooSlow" | "RequestTimeout" | "RequestTimeOut" | "KmsFreqControl" => {
                Fault::Throttled
            }
            "IncompleteBody" | "KMSFailed" | "ErrKMSFailed" | "DataSynchronization" | "AlreadyLock" => Fault::Transient,
            "BadDigest" | "EntitySizeNotMatch" => Fault::Corrupted,
            "FileAlreadyExists"
            | "ObjectAlreadyExists"
            | "ObjectAlreadyExistsOwnedByYou"
            | "ObjectAlreadyUploading" => Fault::AlreadyExists,
            "MultipartAlreadyCompleted" => Fault::AlreadyCompleted,
            "PathConflict" | "UploadConflict" => Fault::Conflict,
            // The verdict inside a 200 has no status of its own to go by.
            "InternalError" | "ServiceUnavailable" => Fault::Transient,
            code => self.fault_by_status(code),
        }
    }

    fn fault_by_status(&self, code: &str) -> Fault {
        match self.status {
            429 => Fault::Throttled,
            501 | 505 => Fault::Permanent,
            408 | 500..=599 => Fault::Transient,
            409 if code.is_empty() => Fault::Conflict,
            _ => Fault::Permanent,
        }
    }

    fn says(&self, words: &str) -> bool {
        self.message.as_deref().is_some_and(|message| message.to_ascii_lowercase().contains(words))
    }
}

/// The region in a host such as `examplebucket-1250000000.cos.ap-beijing.myqcloud.com`, or in a URL that begins with one.
fn region_of(address: &str) -> Option<Region> {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split(['/', ':', '?']).next()?;
    let host = host.strip_suffix(".myqcloud.com").or_else(|| host.strip_suffix(".tencentcos.cn"))?;
    let (service, region) = host.rsplit_once('.')?;
    let is_cos = service == "cos" || service.ends_with(".cos");
    Region::new(region).ok().filter(|_| is_cos && region != "accelerate")
}

/// Reads seconds, or a date measured against the answer's own date.
fn retry_after(value: &str, server_time: Option<SystemTime>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    httpdate::parse_http_date(value).ok()?.duration_since(server_time?).ok()
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => write!(f, "{code}: {message} (HTTP {})", self.status),
            (Some(code), None) => write!(f, "{code} (HTTP {})", self.status),
            (None, _) => write!(f, "HTTP {}", self.status),
        }
    }
}

impl std::error::Error for ServiceError {}

/// Why an answer gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerError {
    /// The service said no.
    Service(Box<ServiceError>),
    /// The answer promised success but cannot be understood: cut off, or from something other than COS.
    Malformed {
        /// What is missing or wrong.
        what: String,
        /// The id of the answer, where it has one.
        request_id: Option<String>,
    },
}

impl AnswerError {
    /// An answer that lacks something or has it wrong.
    pub fn malformed(response: &Response, what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into(), request_id: response.request_id().map(str::to_owned) }
    }

    /// The error of an answer that is no success; `Ok` for the others.
    pub fn check(response: &Response) -> Result<(), Self> {
        if response.is_success() { Ok(()) } else { Err(Self::Service(Box::new(ServiceError::read(response)))) }
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(error) => error.fmt(f),
            Self::Malformed { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for AnswerError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::request::Headers;

    fn fault(status: u16, code: &str, message: &str) -> Fault {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let body = if code.is_empty() { String::new() } else { body };
        ServiceError::read(&Response { status, headers: Headers::new(), body: body.into() }).fault()
    }

    #[test]
    fn each_answer_is_the_kind_of_trouble_the_reference_says() {
        let table = [
            (500, "InternalError", Fault::Transient),
            (200, "InternalError", Fault::Transient),
            (502, "", Fault::Transient),
            (503, "ServiceUnavailable", Fault::Transient),
            (503, "SlowDown", Fault::Throttled),
            (429, "", Fault::Throttled),
            (400, "RequestTimeout", Fault::Throttled),
            (400, "UserNetworkTooSlow", Fault::Throttled),
            (400, "IncompleteBody", Fault::Transient),
            (400, "BadDigest", Fault::Corrupted),
            (400, "InvalidPart", Fault::Permanent),
            (400, "ExpiredToken", Fault::Expired),
            (403, "RequestTimeTooSkewed", Fault::Skewed),
            (403, "SignatureDoesNotMatch", Fault::Permanent),
            (403, "AccessDenied", Fault::Permanent),
            (404, "NoSuchUpload", Fault::NoSuchUpload),
            (400, "NoSuchUpload", Fault::NoSuchUpload),
            (404, "NoSuchBucket", Fault::Permanent),
            (409, "FileAlreadyExists", Fault::AlreadyExists),
            (409, "PathConflict", Fault::Conflict),
            (409, "", Fault::Conflict),
            (409, "ObjectLocked", Fault::Permanent),
            (409, "KMSFailed", Fault::Transient),
            (409, "AssumeRoleFailed", Fault::Permanent),
            (409, "ErrAssumeRoleFailed", Fault::Permanent),
            (409, "ErrKMSFailed", Fault::Transient),
            (409, "DataSynchronization", Fault::Transient),
            (409, "AlreadyLock", Fault::Transient),
            (409, "ObjectAlreadyExists", Fault::AlreadyExists),
            (409, "ObjectAlreadyExistsOwnedByYou", Fault::AlreadyExists),
            (409, "ObjectAlreadyUploading", Fault::AlreadyExists),
            (409, "MultipartAlreadyCompleted", Fault::AlreadyCompleted),
            (409, "CofferAlreadyExists", Fault::Permanent),
            (404, "MultipartNotExists", Fault::NoSuchUpload),
            (404, "CofferNotFound", Fault::Permanent),
            (400, "ObjectEmpty", Fault::Permanent),
            (401, "AuthFailed", Fault::Permanent),
            (401, "ServiceNotOpen", Fault::Permanent),
            (501, "NotImplemented", Fault::Permanent),
            (301, "", Fault::Permanent),
        ];
        for (status, code, expected) in table {
            assert_eq!(fault(status, code, "m"), expected, "{status} {code}");
        }
        assert_eq!(fault(403, "AccessDenied", "Request has expired"), Fault::Expired);
    }

    #[test]
    fn a_redirect_names_the_region_in_one_of_three_places() {
        let region = |status: u16, header: Option<(&str, &str)>, endpoint: &str| {
            let body = format!("<Error><Code>PermanentRedirect</Code><Endpoint>{endpoint}</Endpoint></Error>");
            let headers = header.into_iter().collect();
            let error = ServiceError::read(&Response { status, headers, body: body.into() });
            error.region.map(|region| region.as_str().to_owned())
        };
        let beijing = Some("ap-beijing".to_owned());
        assert_eq!(region(301, Some(("x-cos-bucket-region", "ap-beijing")), ""), beijing);
        assert_eq!(region(307, None, "b-1.cos.ap-beijing.myqcloud.com"), beijing);
        assert_eq!(region(302, Some(("Location", "https://b-1.cos.ap-beijing.tencentcos.cn:443/k")), ""), beijing);
        assert_eq!(region(403, Some(("x-cos-bucket-region", "ap-beijing")), ""), None);
        for other in
            ["", "cos.accelerate.myqcloud.com", "evil.example", "b-1.cos.ap-x.myqcloud.com.evil.example", "x.y.z"]
        {
            assert_eq!(region(301, Some(("Location", "https://evil.example/")), other), None, "{other}");
        }
    }

    #[test]
    fn ids_come_from_headers_first_and_from_the_body_where_headers_lack_them() {
        let body = "<Error><Code>C</Code><Message>M</Message><RequestId>body-id</RequestId><TraceId>body-trace</TraceId></Error>";
        let mut response = Response { status: 400, headers: Headers::new(), body: body.into() };
        assert_eq!(ServiceError::read(&response).request_id.as_deref(), Some("body-id"));
        response.headers.set("x-cos-request-id", "header-id");
        let error = ServiceError::read(&response);
        assert_eq!((error.request_id.as_deref(), error.trace_id.as_deref()), (Some("header-id"), Some("body-trace")));
        assert_eq!(error.to_string(), "C: M (HTTP 400)");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let headers: Headers =
            [("Date", "Wed, 25 Mar 2020 10:07:14 GMT"), ("Retry-After", "Wed, 25 Mar 2020 10:07:44 GMT")]
                .into_iter()
                .collect();
        let read = |headers| ServiceError::read(&Response { status: 503, headers, body: "".into() }).retry_after;
        assert_eq!(read(headers), Some(Duration::from_secs(30)));
        assert_eq!(read([("Retry-After", "7")].into_iter().collect()), Some(Duration::from_secs(7)));
        assert_eq!(read([("Retry-After", "soon")].into_iter().collect()), None);
    }
}
