//! What kind of refusal a failure is, beyond what `Fault` says.

use crate::upload::wire::call::Failure;

/// True if the service knows the caller, and denies the request.
pub(super) fn is_denied(failure: &Failure) -> bool {
    has_code(failure, &["AccessDenied", "PolicyCheckFailed"])
}

pub(super) fn is_about_parts(failure: &Failure) -> bool {
    has_code(failure, &["InvalidPart", "InvalidPartOrder"])
}

pub(super) fn is_bad_request(failure: &Failure) -> bool {
    failure.refusal().is_some_and(|refusal| refusal.status == 400)
}

/// True if HEAD is denied to this caller. Its answers have no body, and so no code; 400 is about an SSE-C key.
pub(super) fn may_not_look(failure: &Failure) -> bool {
    failure.refusal().is_some_and(|refusal| matches!(refusal.status, 400 | 403))
}

fn has_code(failure: &Failure, codes: &[&str]) -> bool {
    let code = failure.refusal().and_then(|refusal| refusal.code.as_deref());
    code.is_some_and(|code| codes.contains(&code))
}
