//! The documents that COS sends: XML, read leniently where the published pages disagree with each other.

use quick_xml::de::from_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What an error document says; all of it may be missing.
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
    /// The host where the bucket answers, in the document of a redirect.
    pub endpoint: Option<String>,
}

/// Reads an error document: XML, or JSON where something before COS answered. `None` for anything else.
pub fn read_error(body: &[u8]) -> Option<ErrorDocument> {
    let text = std::str::from_utf8(body).ok()?.trim_start();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    if root(text)? != "Error" {
        return None;
    }
    from_str(text).ok()
}

/// Reads a document whose root must be `expected`. White space may come before the declaration, as Complete sends it.
pub fn read<T: DeserializeOwned>(body: &[u8], expected: &str) -> Result<T, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8".to_owned())?.trim_start();
    match root(text) {
        Some(name) if name == expected => {
            from_str(text).map_err(|error| format!("the answer's XML is broken: {error}"))
        }
        Some(name) => Err(format!("the answer is <{name}> where <{expected}> was expected")),
        None if text.is_empty() => Err("the answer is empty".to_owned()),
        None => Err("the answer is no XML; something other than COS may have answered".to_owned()),
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
    fn what_is_no_error_document_is_none() {
        for body in
            [&b""[..], b"<html><body>502</body></html>", b"<!DOCTYPE html><Error/>", b"\xff\xfe", b"plain", b"<Error"]
        {
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
    }
}
