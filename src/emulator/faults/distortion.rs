//! Answers of faults, and answers that faults change.

use super::action::{Action, Distortion};
use crate::emulator::answer::response::{Answer, Content, End, Ids};
use crate::emulator::dialect::Dialect;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::operation::Operation;

/// An ETag that no object has.
const WRONG_ETAG: &str = "00000000000000000000000000000000";
const PAGE: &str = "<html>\r\n<head><title>Proxy</title></head>\r\n<body><h1>The proxy could not reach the server</h1></body>\r\n</html>\r\n";
const GARBAGE: &str = "<?xml version='1.0' encoding='utf-8' ?>\n<Gar<bage \u{1}& no XML";
const BOMB: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;\">]>\n<InitiateMultipartUploadResult><UploadId>&g;</UploadId></InitiateMultipartUploadResult>";

/// The answer of a fault that replaces the operation's answer.
pub(crate) fn instead(action: &Action, resource: &str, ids: &Ids, dialect: Dialect) -> Option<Answer> {
    let refused = |refusal: &Refusal| {
        // The code of the fault is the same for every operation.
        let refusal = dialect.refusal(refusal.clone(), Some(Operation::UploadPart));
        Answer::refusal(&refusal, resource, ids, dialect)
    };
    match action {
        Action::Refuse { refusal, retry_after } => {
            let answer = refused(refusal);
            Some(match retry_after {
                Some(seconds) => answer.with("Retry-After", &seconds.to_string()),
                None => answer,
            })
        }
        Action::Limit(_) => Some(refused(&refusal::SLOW_DOWN)),
        Action::RefuseEarly(refusal) => Some(refused(refusal)),
        Action::Page { status } => {
            let answer = Answer { content: Content::Text(PAGE.to_owned()), ..Answer::empty(*status) };
            Some(answer.with("Content-Type", "text/html").with("Server", "proxy"))
        }
        Action::Redirect { status } => Some(Answer::empty(*status).with("Location", &format!("http://{resource}"))),
        _ => None,
    }
}

/// Changes an answer.
pub(crate) fn distort(answer: &mut Answer, distortion: Distortion) {
    let header = |name: &str| answer.headers.get(name).map(str::to_owned);
    match (distortion, header("ETag"), header("x-cos-hash-crc64ecma")) {
        (Distortion::NoEtag, ..) => answer.headers = without(answer, "ETag"),
        (Distortion::WrongEtag, Some(_), _) => answer.headers.set("ETag", format!("\"{WRONG_ETAG}\"")),
        (Distortion::NoCrc, ..) => answer.headers = without(answer, "x-cos-hash-crc64ecma"),
        (Distortion::WrongCrc, _, Some(crc64)) => {
            let wrong = crc64.parse::<u64>().unwrap_or_default() ^ 1;
            answer.headers.set("x-cos-hash-crc64ecma", wrong.to_string());
        }
        (Distortion::Truncated, ..) => answer.end = End::Cut,
        _ => {}
    }
    if let Content::Text(text) = &mut answer.content {
        *text = distort_document(text, distortion);
    }
}

/// Changes a document.
pub(crate) fn distort_document(text: &str, distortion: Distortion) -> String {
    match distortion {
        Distortion::NoEtag if text.starts_with('{') => replace_json_etags(text, None),
        Distortion::WrongEtag if text.starts_with('{') => replace_json_etags(text, Some(WRONG_ETAG)),
        Distortion::NoEtag => replace_etags(text, ""),
        Distortion::WrongEtag => replace_etags(text, &format!("<ETag>&quot;{WRONG_ETAG}&quot;</ETag>")),
        Distortion::GarbageXml => GARBAGE.to_owned(),
        Distortion::XmlBomb => BOMB.to_owned(),
        Distortion::NoCrc | Distortion::WrongCrc | Distortion::Truncated => text.to_owned(),
    }
}

fn replace_etags(text: &str, new: &str) -> String {
    let mut changed = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<ETag>") {
        changed.push_str(before);
        changed.push_str(new);
        rest = after.split_once("</ETag>").map_or("", |(_, after)| after);
    }
    changed + rest
}

/// Changes the ETag of a JSON document, but not those of a list.
fn replace_json_etags(text: &str, new: Option<&str>) -> String {
    let Ok(mut document) = serde_json::from_str::<serde_json::Map<_, _>>(text) else { return text.to_owned() };
    if document.remove("ETag").is_some() {
        document.extend(new.map(|etag| ("ETag".to_owned(), format!("\"{etag}\"").into())));
    }
    serde_json::Value::from(document).to_string()
}

fn without(answer: &Answer, name: &str) -> crate::cos::Headers {
    answer.headers.iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_etags_are_replaced_or_omitted() {
        let text = "<a><ETag>1</ETag><b/><ETag>2</ETag></a>";
        assert_eq!(distort_document(text, Distortion::NoEtag), "<a><b/></a>");
        let wrong = distort_document(text, Distortion::WrongEtag);
        assert_eq!(wrong.matches(WRONG_ETAG).count(), 2);
        assert_eq!(distort_document(text, Distortion::NoCrc), text);
        let json = r#"{"ETag":"1"}"#;
        assert_eq!(distort_document(json, Distortion::NoEtag), "{}");
        assert!(distort_document(json, Distortion::WrongEtag).contains(WRONG_ETAG));
    }

    #[test]
    fn headers_are_changed_or_omitted() {
        let answer = || Answer::empty(200).with("ETag", "\"a\"").with("x-cos-hash-crc64ecma", "2");
        let changed = |distortion| {
            let mut answer = answer();
            distort(&mut answer, distortion);
            let header = |name: &str| answer.headers.get(name).map(str::to_owned);
            (header("etag"), header("x-cos-hash-crc64ecma"))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(changed(Distortion::NoEtag), (None, some("2")));
        assert_eq!(changed(Distortion::NoCrc), (some("\"a\""), None));
        assert_eq!(changed(Distortion::WrongCrc), (some("\"a\""), some("3")));
        assert_eq!(changed(Distortion::WrongEtag).0, Some(format!("\"{WRONG_ETAG}\"")));
    }
}
