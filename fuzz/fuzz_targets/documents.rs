//! Every document that an answer may hold, XML or JSON, through every reader: an error or a result, never a panic.

#![no_main]

use cosput::cos::multipart::{complete, initiate, list_parts};
use cosput::cos::{Headers, Response, ServiceError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for status in [200, 400, 404, 503] {
        let response = Response { status, headers: Headers::new(), body: body.to_vec().into() };
        let _ = ServiceError::read(&response).fault();
        let _ = initiate::read(&response);
        let _ = complete::read(&response);
        let _ = list_parts::read(&response);
    }
});
