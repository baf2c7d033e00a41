//! Error answers of the service, and the kind of fault that each one means.
//!
//! Errors are classified here; `crate::upload` decides what to do about them.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::address::Region;
use super::document;
use super::page_text::page_text;
use super::request::Response;
use crate::language::{Message, message};

/// The kind of fault that an error answer means (documents 436/7730 and 1232/44620).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server or something on the way failed; the same request may succeed later.
    Transient,
    /// The server asks for fewer requests in flight and more time between them.
    Throttled,
    /// The clocks differ by more than the service allows.
    Skewed,
    /// The temporary credentials or the signature expired.
    Expired,
    /// The server received other bytes than were sent; reading and sending them again may help.
    Corrupted,
    /// Another request for the same object or upload is in progress.
    Conflict,
    /// The upload ID is unknown: the upload was completed or aborted, or it expired.
    NoSuchUpload,
    /// The object exists, and overwriting was forbidden.
    AlreadyExists,
    /// The upload was already completed.
    AlreadyCompleted,
    /// The same request would fail again.
    Permanent,
}

/// An error as the service reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The HTTP status; 200 if the body of the answer to Complete holds the error, or if the answer is a foreign page.
    pub status: u16,
    /// COS's code, such as `NoSuchUpload`. An answer to HEAD has none.
    pub code: Option<String>,
    /// COS's message.
    pub message: Option<String>,
    /// The request ID, which Tencent support needs. If it is missing, something other than COS answered.
    pub request_id: Option<String>,
    /// The trace ID, which Tencent support needs.
    pub trace_id: Option<String>,
    /// The pause that the server asked for (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The server's clock when it answered.
    pub server_time: Option<SystemTime>,
    /// The region of the bucket, if a redirect names it.
    pub region: Option<Region>,
    /// The answer itself, if it is not the service's.
    pub foreign: Option<ForeignAnswer>,
}

/// An answer without a request ID and without a code: a firewall, a proxy or a login portal sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignAnswer {
    /// The text that a person would read, if there is any.
    pub text: Option<String>,
    /// Where a redirect leads.
    pub location: Option<String>,
}

impl ServiceError {
    /// Reads an answer that is not a success.
    pub fn read(response: &Response) -> Self {
        let document = document::read_error(&response.body).unwrap_or_default();
        let header = |name: &str| response.headers.get(name).map(str::to_owned);
        let server_time = header("date").and_then(|date| httpdate::parse_http_date(&date).ok());
        let region = (300..400).contains(&response.status).then(|| {
            let named = header("x-cos-bucket-region").and_then(|name| Region::new(&name).ok());
            named.or_else(|| region_of(document.endpoint.as_deref()?)).or_else(|| region_of(&header("location")?))
        });
        let is_foreign = document.code.is_none() && document.request_id.is_none() && !is_of_service(response);
        let foreign = is_foreign.then(|| ForeignAnswer {
            text: page_text(&response.body),
            location: header("location").filter(|_| (300..400).contains(&response.status)),
        });
        Self {
            status: response.status,
            foreign,
            code: document.code.or_else(|| header("x-cos-error-code")),
            message: document.message,
            request_id: response.request_id().map(str::to_owned).or(document.request_id),
            trace_id: response.trace_id().map(str::to_owned).or(document.trace_id),
            retry_after: header("retry-after").and_then(|value| retry_after(&value, server_time)),
            server_time,
            region: region.flatten(),
        }
    }

    /// The kind of fault. The code decides if it says more than the status does; the status decides the rest, because the
    /// published tables misspell some codes.
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
            // An error in the body of a 200 has no status of its own.
            "InternalError" | "ServiceUnavailable" => Fault::Transient,
            code => self.fault_by_status(code),
        }
    }

    fn fault_by_status(&self, code: &str) -> Fault {
        match self.status {
            429 => Fault::Throttled,
            501 | 505 | 507 => Fault::Permanent,
            408 | 500..=599 => Fault::Transient,
            _ if self.is_page() => Fault::Transient,
            409 if code.is_empty() => Fault::Conflict,
            _ => Fault::Permanent,
        }
    }

    /// True if a request for any other object of the bucket would be refused for this reason too.
    pub fn concerns_bucket(&self) -> bool {
        match self.code.as_deref() {
            Some(code) => {
                matches!(code, "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "NoSuchBucket" | "ExpiredToken")
                    || matches!(self.fault(), Fault::Skewed | Fault::Expired)
            }
            None => self.foreign.is_some() && self.status < 400,
        }
    }

    /// True if the service did not answer, but a gateway on the way to it.
    pub fn is_of_gateway(&self) -> bool {
        self.foreign.is_some() && self.status >= 500
    }

    /// True if the answer is a page with the status of a success.
    pub fn is_page(&self) -> bool {
        self.foreign.is_some() && (200..300).contains(&self.status)
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
        }?;
        match &self.foreign {
            Some(foreign) => foreign.fmt(f),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ForeignAnswer {
    /// Writes where the redirect leads, or the first line of the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.location, self.text.as_deref().and_then(|text| text.lines().next())) {
            (Some(location), _) => message!(", a redirect to {location}", location).fmt(f),
            (None, Some(line)) => write!(f, ", \"{}\"", shortened(line)),
            (None, None) => Ok(()),
        }
    }
}

/// The beginning of a line that may be long.
fn shortened(line: &str) -> String {
    const LONGEST: usize = 120;
    let beginning: String = line.chars().take(LONGEST).collect();
    if beginning.len() < line.len() { format!("{beginning}…") } else { beginning }
}

/// Whether the service sent this answer, and nothing between.
pub(super) fn is_of_service(response: &Response) -> bool {
    response.request_id().is_some() || response.headers.get("x-cos-error-code").is_some()
}

impl std::error::Error for ServiceError {}

/// Why an answer has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerError {
    /// The service answered with an error.
    Service(Box<ServiceError>),
    /// The status is a success, but the answer cannot be read: it was cut off, or something other than COS sent it.
    Malformed {
        /// The missing or wrong element.
        what: Message,
        /// The request ID of the answer, if it has one.
        request_id: Option<String>,
    },
}

impl AnswerError {
    /// An answer with a missing or wrong element. The page of a login portal or a firewall is an error of its own.
    pub fn malformed(response: &Response, what: Message) -> Self {
        if !is_of_service(response) && page_text(&response.body).is_some() {
            return Self::Service(Box::new(ServiceError::read(response)));
        }
        Self::Malformed { what, request_id: response.request_id().map(str::to_owned) }
    }

    /// Returns the error of an answer that is not a success.
    pub fn check(response: &Response) -> Result<(), Self> {
        if response.is_success() { Ok(()) } else { Err(Self::Service(Box::new(ServiceError::read(response)))) }
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(error) => error.fmt(f),
            Self::Malformed { what, .. } => what.fmt(f),
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
    fn each_answer_is_the_kind_of_fault_that_the_reference_says() {
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
    fn an_answer_that_is_not_the_services_shows_its_first_line_or_where_it_leads() {
        let words = |status, headers: &[(&str, &str)], body: &str| {
            let headers = headers.iter().copied().collect();
            ServiceError::read(&Response { status, headers, body: body.to_owned().into() }).to_string()
        };
        let page = "<html><title>Blocked</title><p>by the firewall</p></html>";
        assert_eq!(words(403, &[], page), "HTTP 403, \"Blocked\"");
        let portal = [("Location", "http://portal.example/login")];
        assert_eq!(words(302, &portal, page), "HTTP 302, a redirect to http://portal.example/login");
        assert_eq!(words(502, &[], ""), "HTTP 502");
        assert_eq!(words(403, &[("x-cos-request-id", "id")], page), "HTTP 403");
        let long = words(403, &[], &"x".repeat(500));
        assert_eq!(long.chars().count(), "HTTP 403, \"\"".len() + 121);
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
