//! The documents that COS and CDCS send, read leniently where the published pages disagree.
//!
//! COS sends XML. CDCS sends XML in its older edition and JSON in its newer one, and calls both `application/xml`, so the
//! first byte that is not white space shows which it is. Numbers and booleans may be strings.

use quick_xml::de::from_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::language::{Message, message};

/// The fields of an error document; all are optional.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ErrorDocument {
    /// The code, such as `NoSuchUpload`.
    #[serde(alias = "code")]
    pub code: Option<String>,
    /// The message.
    #[serde(alias = "message")]
    pub message: Option<String>,
    /// The request id.
    #[serde(alias = "request_id")]
    pub request_id: Option<String>,
    /// The trace id.
    #[serde(alias = "trace_id")]
    pub trace_id: Option<String>,
    /// The host of the bucket, in the document of a redirect.
    pub endpoint: Option<String>,
}

/// Reads an error document; `None` for anything else. JSON has no root element: a code marks it as an error.
pub fn read_error(body: &[u8]) -> Option<ErrorDocument> {
    let text = std::str::from_utf8(body).ok()?.trim_start();
    if text.starts_with('{') {
        return from_json(text).ok().filter(|error: &ErrorDocument| error.code.is_some());
    }
    if root(text)? != "Error" {
        return None;
    }
    from_str(text).ok()
}

/// Reads a document: JSON, or XML whose root must be `expected`. White space may precede either, as in the answer
/// to Complete. Fields that hold numbers or booleans must be read as strings.
pub fn read<T: DeserializeOwned>(body: &[u8], expected: &str) -> Result<T, Message> {
    let text = std::str::from_utf8(body).map_err(|_| message!("the answer is not UTF-8"))?.trim_start();
    if text.starts_with('{') {
        return from_json(text).map_err(|error| message!("the answer's JSON is invalid: {error}", error));
    }
    match root(text) {
        Some(name) if name == expected => {
            from_str(text).map_err(|error| message!("the answer's XML is invalid: {error}", error))
        }
        Some(name) => Err(message!("the answer is <{name}>, expected <{expected}>", name, expected)),
        None if text.is_empty() => Err(message!("the answer is empty")),
        None => Err(message!("the answer is neither XML nor JSON; something other than the service may have answered")),
    }
}

/// Reads JSON, with numbers and booleans as strings and `null` as a missing field.
fn from_json<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_value(plain(serde_json::from_str(text)?))
}

fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(truth) => Value::String(truth.to_string()),
        Value::Array(values) => Value::Array(values.into_iter().map(plain).collect()),
        Value::Object(fields) => {
            let present = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(present.map(|(name, value)| (name, plain(value))).collect())
        }
        Value::Null | Value::String(_) => value,
    }
}

/// The name of the root element.
fn root(text: &str) -> Option<String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => {
                return Some(element.local_name().as_ref().to_owned());
            }
            Event::Decl(_) | Event::Comment(_) => {}
            Event::Text(text) if text.trim_ascii().is_empty() => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_from_xml_and_from_json() {
        let expected = Some(ErrorDocument {
            code: Some("NoSuchUpload".into()),
            message: Some("The upload is gone & done".into()),
            request_id: Some("NWU3".into()),
            trace_id: None,
            endpoint: None,
        });
        let xml = b"\r\n<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n<Code>NoSuchUpload</Code><Message>The upload is gone &amp; done</Message>\n<Resource>r</Resource><RequestId>NWU3</RequestId></Error>";
        assert_eq!(read_error(xml), expected);
        let json = br#"{"code":"NoSuchUpload","message":"The upload is gone & done","request_id":"NWU3"}"#;
        assert_eq!(read_error(json), expected);
    }

    #[test]
    fn an_error_of_cdcs_is_read_in_both_editions() {
        let expected = Some(ErrorDocument {
            code: Some("AssumeRoleFailed".into()),
            message: Some("role".into()),
            request_id: Some("NTg3".into()),
            trace_id: Some("OGVm".into()),
            endpoint: None,
        });
        let json = br#" {"Code":"AssumeRoleFailed","Message":"role","Resource":"/examplecoffer-1250000000/k","RequestId":"NTg3","TraceId":"OGVm"}"#;
        assert_eq!(read_error(json), expected);
        let xml = b"<Error><Code>AssumeRoleFailed</Code><Message>role</Message><Resource>r</Resource><RequestId>NTg3</RequestId><TraceId>OGVm</TraceId></Error>";
        assert_eq!(read_error(xml), expected);
    }

    #[test]
    fn numbers_and_booleans_of_json_are_read_as_text() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Document {
            number: String,
            truth: String,
            text: String,
            #[serde(default)]
            absent: Option<String>,
        }
        let body = b"\r\n {\"number\": 18446744073709551615, \"truth\": true, \"text\": \"7\", \"absent\": null}";
        let expected = Document { number: u64::MAX.to_string(), truth: "true".into(), text: "7".into(), absent: None };
        assert_eq!(read(body, "Any"), Ok(expected));
        assert!(read::<Document>(b"{\"number\": 1", "Any").is_err());
        assert!(read::<Document>(b"{\"number\": 1}{", "Any").is_err());
    }

    #[test]
    fn anything_but_an_error_document_is_none() {
        for body in [
            &b""[..],
            b"{}",
            b"{\"ETag\":\"e\"}",
            b"{\"Code\":null}",
            b"<html><body>502</body></html>",
            b"<!DOCTYPE html><Error/>",
            b"\xff\xfe",
            b"plain",
            b"<Error",
        ] {
            assert_eq!(read_error(body), None, "{body:?}");
        }
    }

    #[test]
    fn an_entity_bomb_is_an_error_and_nothing_grows() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Error><Code>&b;</Code></Error>"#;
        assert_eq!(read_error(bomb.as_bytes()), None);
        assert!(read::<ErrorDocument>(b"<Error><Code>&b;</Code></Error>", "Error").is_err());
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let deep = format!("<Error>{}", "<a>".repeat(200_000));
        assert!(read::<ErrorDocument>(deep.as_bytes(), "Error").is_err());
        let deep = "{\"a\":".repeat(200_000);
        assert!(read::<ErrorDocument>(deep.as_bytes(), "Error").is_err());
    }
}
