//! An answer as data: status, headers and body.

use std::fs::File;
use std::io;
use std::time::SystemTime;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::cos::Headers;

use super::tree::Document;
use crate::emulator::dialect::Dialect;
use crate::emulator::random;
use crate::emulator::refusal::Refusal;

/// Status, headers and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) content: Content,
    /// The error code, if the answer is an error.
    pub(crate) code: Option<&'static str>,
    /// How the body ends.
    pub(crate) end: End,
}

/// The body.
#[derive(Debug)]
pub(crate) enum Content {
    Empty,
    Text(String),
    /// A range of a file.
    File {
        file: File,
        first: u64,
        length: u64,
    },
    /// Chunks that are produced later.
    Later(mpsc::Receiver<io::Result<Bytes>>),
}

/// How the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Complete.
    Whole,
    /// The connection is closed in the middle.
    Cut,
}

/// The request ID and the trace ID.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) request_id: String,
    pub(crate) trace_id: String,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Self { request_id: random::hex(2), trace_id: random::hex(2) }
    }
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Headers::new(), content: Content::Empty, code: None, end: End::Whole }
    }

    pub(crate) fn document(document: Document, dialect: Dialect) -> Self {
        Self::text(200, document.text(dialect.format()))
    }

    pub(crate) fn refusal(refusal: &Refusal, resource: &str, ids: &Ids, dialect: Dialect) -> Self {
        let answer = Self::text(refusal.status, error_document(refusal, resource, ids, dialect));
        Self { code: Some(refusal.code), ..answer }.with(dialect.trace_id_header(), &ids.trace_id)
    }

    pub(crate) fn text(status: u16, text: String) -> Self {
        Self { content: Content::Text(text), ..Self::empty(status) }.with("Content-Type", "application/xml")
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.set(name, value);
        self
    }

    /// Adds all these headers.
    pub(crate) fn with_all(self, headers: &Headers) -> Self {
        headers.iter().fold(self, |answer, (name, value)| answer.with(name, value))
    }

    /// Adds a time in the format of HTTP.
    pub(crate) fn with_time(self, name: &str, time: SystemTime) -> Self {
        self.with(name, &httpdate::fmt_http_date(time))
    }

    /// Adds the headers of every answer, and removes headers that CDCS does not have.
    pub(crate) fn with_common_headers(mut self, ids: &Ids, now: SystemTime, dialect: Dialect) -> Self {
        if dialect.is_cdcs() {
            self.headers = self.headers.iter().filter(|(name, _)| !name.starts_with("x-cos-")).collect();
        }
        self.with("Server", dialect.server()).with(dialect.request_id_header(), &ids.request_id).with_time("Date", now)
    }
}

/// The document of an error.
pub(crate) fn error_document(refusal: &Refusal, resource: &str, ids: &Ids, dialect: Dialect) -> String {
    let document = Document::new("Error")
        .text_of("Code", refusal.code)
        .text_of("Message", &refusal.message)
        .text_of("Resource", resource)
        .text_of("RequestId", &ids.request_id)
        .text_of("TraceId", &ids.trace_id);
    let add = |document: Document, (name, value): &(&'static str, String)| document.text_of(name, value);
    refusal.details.iter().fold(document, add).text(dialect.format())
}
