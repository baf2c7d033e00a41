//! Header fields of an answer through every reader that looks at them.

#![no_main]

use cosput::cos::multipart::{abort, upload_part};
use cosput::cos::{Headers, Response, ServiceError, head_object, put_object};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 10] = [
    "etag",
    "x-cos-hash-crc64ecma",
    "x-cos-request-id",
    "x-cos-version-id",
    "content-length",
    "date",
    "retry-after",
    "last-modified",
    "x-cos-trace-id",
    "x-cos-server-side-encryption",
];

fuzz_target!(|input: (u16, Vec<String>)| {
    let (status, values) = input;
    let headers: Headers = NAMES.into_iter().zip(values).collect();
    let response = Response { status, headers, body: Vec::new().into() };
    let _ = ServiceError::read(&response).fault();
    let _ = put_object::read(&response);
    let _ = upload_part::read(&response);
    let _ = head_object::read(&response);
    let _ = abort::read(&response);
});
