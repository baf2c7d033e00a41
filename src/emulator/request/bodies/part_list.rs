//! The list of parts in the body of Complete (document 436/7742), checked against the uploaded parts.

use serde::Deserialize;

use crate::cos::multipart::{PartNumber, SMALLEST_PART};

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// One part in the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Listed {
    #[serde(rename = "PartNumber")]
    pub(crate) number: u64,
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
}

/// Reads the body of Complete.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Listed>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename = "CompleteMultipartUpload")]
    struct Document {
        #[serde(rename = "Part", default)]
        parts: Vec<Listed>,
    }
    let document: Document =
        crate::cos::document::read(body, "CompleteMultipartUpload").map_err(|_| refusal::MALFORMED_XML)?;
    if document.parts.is_empty() {
        return Err(refusal::MALFORMED_XML.saying("The list has no parts."));
    }
    Ok(document.parts)
}

/// Reads the body of Complete in the newer edition of CDCS.
pub(crate) fn read_json(body: &[u8]) -> Result<Vec<Listed>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        part: Vec<Listed>,
    }
    let document: Document = serde_json::from_slice(body)
        .map_err(|error| refusal::INVALID_ARGUMENT.saying(format!("The list of parts is not valid JSON: {error}")))?;
    if document.part.is_empty() {
        return Err(refusal::INVALID_ARGUMENT.saying("The list has no parts."));
    }
    Ok(document.part)
}

/// Checks the list against the stored parts, which `stored` returns as ETag and size. The numbers must be consecutive from
/// 1, the ETags must match, and only the last part may be smaller than the minimum.
pub(crate) fn check(
    list: &[Listed],
    stored: impl Fn(PartNumber) -> Option<(String, u64)>,
) -> Result<Vec<PartNumber>, Refusal> {
    if list.windows(2).any(|pair| pair[0].number >= pair[1].number) {
        return Err(refusal::INVALID_PART_ORDER);
    }
    let mut numbers = Vec::with_capacity(list.len());
    for (expected, listed) in (1..).zip(list) {
        let missing = || refusal::INVALID_PART.saying(format!("Part {} could not be found.", listed.number));
        let number = u16::try_from(listed.number).ok().and_then(PartNumber::new).ok_or_else(missing)?;
        let (etag, size) = stored(number).ok_or_else(missing)?;
        if listed.number != expected {
            return Err(refusal::INVALID_PART.saying(format!("Part {expected} is missing from the list.")));
        }
        if listed.etag.trim().trim_matches('"') != etag {
            return Err(refusal::INVALID_PART.saying(format!("The ETag of part {number} does not match.")));
        }
        if size < SMALLEST_PART && numbers.len() + 1 < list.len() {
            return Err(refusal::ENTITY_TOO_SMALL);
        }
        numbers.push(number);
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(numbers: &[u64], sizes: &[u64]) -> Result<usize, &'static str> {
        let list: Vec<Listed> = numbers.iter().map(|n| Listed { number: *n, etag: format!("\"e{n}\"") }).collect();
        let stored =
            |number: PartNumber| sizes.get(usize::from(number.value()) - 1).map(|size| (format!("e{number}"), *size));
        check(&list, stored).map(|numbers| numbers.len()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn the_list_must_be_complete_and_in_order() {
        let large = SMALLEST_PART;
        assert_eq!(checked(&[1, 2, 3], &[large, large, 1]), Ok(3));
        assert_eq!(checked(&[1], &[0]), Ok(1));
        assert_eq!(checked(&[2, 1], &[large, 1]), Err("InvalidPartOrder"));
        assert_eq!(checked(&[1, 1], &[large, 1]), Err("InvalidPartOrder"));
        assert_eq!(checked(&[1, 3], &[large, large, 1]), Err("InvalidPart"));
        assert_eq!(checked(&[1, 2], &[large]), Err("InvalidPart"));
        assert_eq!(checked(&[0, 1], &[large]), Err("InvalidPart"));
        assert_eq!(checked(&[1, 70_000], &[large]), Err("InvalidPart"));
        assert_eq!(checked(&[1, 2], &[large - 1, large]), Err("EntityTooSmall"));
    }

    #[test]
    fn another_etag_is_another_part() {
        let list = [Listed { number: 1, etag: "\"other\"".into() }];
        let refused = check(&list, |_| Some(("e1".into(), 1))).unwrap_err();
        assert_eq!(refused.code, "InvalidPart");
    }

    #[test]
    fn the_spellings_of_official_clients_are_read() {
        let expected = Ok(vec![Listed { number: 1, etag: "\"ab\"".into() }]);
        for etag in ["\"ab\"", "&quot;ab&quot;", "&#34;ab&#34;"] {
            let body = format!(
                "<CompleteMultipartUpload>\r\n\t<Part>\r\n\t\t<PartNumber>1</PartNumber>\r\n\t\t<ETag>{etag}</ETag>\r\n\t</Part>\r\n</CompleteMultipartUpload>"
            );
            assert_eq!(read(body.as_bytes()), expected);
        }
        for bad in
            ["", "<a/>", "<CompleteMultipartUpload/>", "<CompleteMultipartUpload><Part></CompleteMultipartUpload>"]
        {
            assert_eq!(read(bad.as_bytes()).unwrap_err().code, "MalformedXML", "{bad}");
        }
    }
}
