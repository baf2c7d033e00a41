//! How the path, the method and the query string of a request select an operation.
//!
//! Every known parameter is listed. A request with any other parameter is refused: it may be a sub-resource, and the
//! request would otherwise be taken for an operation on the object itself.

use super::operation::Operation;
use super::request_head::{Level, RequestHead};
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// The parameters that select an operation, in the order of [`OPERATIONS`].
const SUB_RESOURCES: [&str; 10] =
    ["acl", "append", "delete", "location", "partNumber", "tagging", "uploadId", "uploads", "versionId", "versioning"];

/// The parameters that change how an operation works.
const PARAMETERS: [&str; 14] = [
    "delimiter",
    "encoding-type",
    "key-marker",
    "marker",
    "max-count",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "position",
    "prefix",
    "region",
    "sign",
    "upload-id-marker",
];
/// The beginnings of further parameters: signatures, headers sent as parameters, headers of the answer to GET.
const PREFIXES: [&str; 4] = ["q-", "x-cos-", "x-cdcs-", "response-"];

/// Path, method, sub-resources, operation.
const OPERATIONS: &[(Level, &str, &[&str], Operation)] = &[
    (Level::Service, "GET", &[], Operation::ListBuckets),
    (Level::Service, "OPTIONS", &[], Operation::Preflight),
    (Level::Bucket, "GET", &[], Operation::ListObjects),
    (Level::Bucket, "GET", &["uploads"], Operation::ListUploads),
    (Level::Bucket, "GET", &["versioning"], Operation::GetVersioning),
    (Level::Bucket, "PUT", &["versioning"], Operation::PutVersioning),
    (Level::Bucket, "GET", &["location"], Operation::GetLocation),
    (Level::Bucket, "GET", &["acl"], Operation::GetBucketAcl),
    (Level::Bucket, "HEAD", &[], Operation::HeadBucket),
    (Level::Bucket, "PUT", &[], Operation::PutBucket),
    (Level::Bucket, "DELETE", &[], Operation::DeleteBucket),
    (Level::Bucket, "POST", &["delete"], Operation::DeleteObjects),
    (Level::Bucket, "POST", &[], Operation::PostObject),
    (Level::Bucket, "OPTIONS", &[], Operation::Preflight),
    (Level::Object, "GET", &[], Operation::GetObject),
    (Level::Object, "GET", &["versionId"], Operation::GetObject),
    (Level::Object, "GET", &["uploadId"], Operation::ListParts),
    (Level::Object, "GET", &["tagging"], Operation::GetTagging),
    (Level::Object, "GET", &["acl"], Operation::GetAcl),
    (Level::Object, "HEAD", &[], Operation::HeadObject),
    (Level::Object, "HEAD", &["versionId"], Operation::HeadObject),
    (Level::Object, "PUT", &[], Operation::PutObject),
    (Level::Object, "PUT", &["partNumber", "uploadId"], Operation::UploadPart),
    (Level::Object, "PUT", &["partNumber"], Operation::UploadPart),
    (Level::Object, "PUT", &["uploadId"], Operation::UploadPart),
    (Level::Object, "PUT", &["tagging"], Operation::PutTagging),
    (Level::Object, "PUT", &["acl"], Operation::PutAcl),
    (Level::Object, "POST", &["uploads"], Operation::Initiate),
    (Level::Object, "POST", &["uploadId"], Operation::Complete),
    (Level::Object, "POST", &["append"], Operation::AppendObject),
    (Level::Object, "DELETE", &[], Operation::DeleteObject),
    (Level::Object, "DELETE", &["versionId"], Operation::DeleteObject),
    (Level::Object, "DELETE", &["uploadId"], Operation::Abort),
    (Level::Object, "DELETE", &["tagging"], Operation::DeleteTagging),
    (Level::Object, "OPTIONS", &[], Operation::Preflight),
];

/// Selects the operation of a request. A parameter counts if it is present, with or without a value.
pub(crate) fn operation(head: &RequestHead, level: Level) -> Result<Operation, Refusal> {
    let mut found = Vec::new();
    for (name, _) in &head.query {
        if SUB_RESOURCES.contains(&name.as_str()) {
            found.push(name.as_str());
        } else if !is_parameter(name) {
            return Err(not_implemented(name));
        }
    }
    found.sort_unstable();
    found.dedup();
    let rows = OPERATIONS.iter().filter(|(of, method, ..)| *of == level && *method == head.method);
    let row = rows.clone().find(|(.., names, _)| *names == found);
    match (row, found.first()) {
        (Some((.., operation)), _) => Ok(with_source(*operation, head)),
        (None, Some(name)) if rows.count() > 0 => Err(not_implemented(name)),
        (None, _) => Err(refusal::METHOD_NOT_ALLOWED),
    }
}

fn is_parameter(name: &str) -> bool {
    PARAMETERS.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn not_implemented(name: &str) -> Refusal {
    refusal::NOT_IMPLEMENTED.saying(format!("The emulator does not implement the parameter {name} here."))
}

/// A PUT that names a source is a copy.
fn with_source(operation: Operation, head: &RequestHead) -> Operation {
    match (operation, head.headers.get("x-cos-copy-source")) {
        (Operation::PutObject, Some(_)) => Operation::CopyObject,
        (Operation::UploadPart, Some(_)) => Operation::UploadPartCopy,
        (operation, _) => operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(level: Level, method: &str, query: &str, headers: &[(&str, &str)]) -> Result<Operation, &'static str> {
        let headers = headers.iter().copied().collect();
        let head = RequestHead::new(method, "h", "/b-1/k", Some(query), headers).unwrap();
        operation(&head, level).map_err(|refusal| refusal.code)
    }

    #[test]
    fn method_and_parameters_select_the_operation() {
        for (level, method, names, operation) in OPERATIONS {
            assert_eq!(of(*level, method, &names.join("&"), &[]), Ok(*operation), "{method} {names:?}");
        }
        assert_eq!(of(Level::Object, "PUT", "uploadId=1&partNumber=1", &[]), Ok(Operation::UploadPart));
        assert_eq!(of(Level::Bucket, "PATCH", "", &[]), Err("MethodNotAllowed"));
        assert_eq!(of(Level::Service, "PUT", "", &[]), Err("MethodNotAllowed"));
        assert_eq!(
            of(Level::Object, "GET", "response-content-type=a&q-ak=b&x-cos-traffic-limit=1", &[]),
            Ok(Operation::GetObject)
        );
    }

    #[test]
    fn a_source_makes_a_copy() {
        let source = [("x-cos-copy-source", "b-1.cos.ap-beijing.myqcloud.com/k")];
        assert_eq!(of(Level::Object, "PUT", "", &source), Ok(Operation::CopyObject));
        assert_eq!(of(Level::Object, "PUT", "partNumber=1&uploadId=2", &source), Ok(Operation::UploadPartCopy));
    }

    #[test]
    fn everything_that_is_not_known_is_not_implemented() {
        for name in ["symlink", "retention", "legal-hold", "rename", "restore", "select", "ci-process", "x"] {
            for method in ["GET", "HEAD", "PUT", "POST", "DELETE"] {
                assert_eq!(of(Level::Object, method, name, &[]), Err("NotImplemented"), "{method} {name}");
            }
        }
        for name in ["cors", "lifecycle", "policy", "website", "versions", "encryption"] {
            assert_eq!(of(Level::Bucket, "GET", name, &[]), Err("NotImplemented"), "{name}");
            assert_eq!(of(Level::Bucket, "PUT", name, &[]), Err("NotImplemented"), "{name}");
        }
        assert_eq!(of(Level::Object, "PUT", "uploads", &[]), Err("NotImplemented"));
        assert_eq!(of(Level::Object, "PUT", "versionId=1", &[]), Err("NotImplemented"));
        assert_eq!(of(Level::Object, "GET", "tagging&versionId=1", &[]), Err("NotImplemented"));
        assert_eq!(of(Level::Object, "DELETE", "tagging&uploadId=1", &[]), Err("NotImplemented"));
    }
}
