//! The published vectors: signatures, encodings and checksums of the official clients. They show that client and
//! emulator do not share a mistake.

use cosput::cos::address::Key;
use cosput::cos::checksum::{Combiner, Md5Digest, crc64};
use cosput::cos::multipart::{PartNumber, UploadId, complete, upload_part};
use cosput::cos::request::{Headers, Response};
use cosput::cos::sign::{KeyTime, authorization};
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn number(value: &Value, name: &str) -> u64 {
    text(value, name).parse().unwrap()
}

fn pairs(value: &Value) -> Vec<(&str, &str)> {
    value.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
}

#[test]
fn requests_are_signed_as_the_official_clients_sign_them() {
    let vectors = vectors("signing");
    let vectors = vectors.as_array().unwrap();
    assert_eq!(vectors.len(), 56);
    for vector in vectors {
        let time = KeyTime {
            start: vector["sign_time_start"].as_u64().unwrap(),
            end: vector["sign_time_end"].as_u64().unwrap(),
        };
        let signed = authorization(
            text(vector, "secret_id"),
            text(vector, "secret_key"),
            time,
            text(vector, "method"),
            text(vector, "path"),
            &pairs(&vector["params"]),
            &pairs(&vector["headers"]),
        );
        assert_eq!(signed, text(vector, "authorization"), "{}", text(vector, "name"));
    }
}

/// The Go client escapes every slash and leaves `!'()*`; the Node client protects nothing. cosput escapes the slashes
/// of keys that would otherwise be rewritten in transit, and all reserved characters.
#[test]
fn keys_are_encoded_as_the_reference_advises() {
    for vector in vectors("key-encoding").as_array().unwrap() {
        let key = text(vector, "key");
        if key.starts_with('/') {
            assert!(Key::new(key).is_err(), "{key}");
            continue;
        }
        let rewritten = key.split('/').any(|segment| matches!(segment, "" | "." | ".."));
        let expected = text(vector, if rewritten { "go_sdk_path" } else { "node_sdk_path" });
        assert_eq!(format!("/{}", Key::new(key).unwrap().encoded()), expected, "{key}");
    }
}

fn crc_content(name: &str) -> Vec<u8> {
    let mebibyte = 1 << 20;
    match name {
        "empty" => vec![],
        "check" => b"123456789".to_vec(),
        "a" => b"a".to_vec(),
        "zero-1" => vec![0],
        "ff-8" => vec![0xff; 8],
        "zero-1MiB" => vec![0; mebibyte],
        "ff-1MiB" => vec![0xff; mebibyte],
        "counter-1MiB" => (0..=255).cycle().take(mebibyte).collect(),
        "object-part" => b"[Object Part]".to_vec(),
        "object-content" => b"[Object Content]".to_vec(),
        other => panic!("no content known for {other}"),
    }
}

#[test]
fn checksums_are_those_of_the_official_clients() {
    for vector in vectors("crc64")["crc"].as_array().unwrap() {
        let name = text(vector, "name");
        let content = crc_content(name);
        assert_eq!(content.len() as u64, vector["length"].as_u64().unwrap(), "{name}");
        assert_eq!(crc64(&content), number(vector, "crc64"), "{name}");
        assert_eq!(format!("{:016x}", crc64(&content)), text(vector, "crc64_hex"), "{name}");
        assert_eq!(Md5Digest::of(&content).hex(), text(vector, "md5_hex"), "{name}");
    }
}

#[test]
fn the_parts_checksums_combine_into_the_wholes() {
    let vectors = vectors("crc64");
    let vectors = vectors["combine"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        let mut combiner = Combiner::new();
        for part in vector["parts"].as_array().unwrap() {
            combiner.append(number(part, "crc64"), part["length"].as_u64().unwrap());
        }
        assert_eq!(combiner.crc64(), number(vector, "combined_crc64"), "{}", text(vector, "name"));
    }
}

#[test]
fn the_documented_uploads_have_the_documented_checksums_and_answers() {
    for case in vectors("seed-cases")["upload"].as_array().unwrap() {
        let name = text(case, "name");
        let md5 = if let Some(content) = case["content_ascii"].as_str() {
            assert_eq!(content.len() as u64, case["content_length"].as_u64().unwrap(), "{name}");
            assert_eq!(crc64(content.as_bytes()), number(case, "crc64"), "{name}");
            assert_eq!(Md5Digest::of(content.as_bytes()).base64(), text(case, "content_md5_base64"), "{name}");
            Md5Digest::of(content.as_bytes())
        } else {
            Md5Digest::from_base64(text(case, "content_md5_base64")).unwrap()
        };
        assert_eq!(md5.hex(), text(case, "md5_hex"), "{name}");
        assert_eq!(md5.is_etag(text(case, "response_etag")), case["etag_is_md5"].as_bool().unwrap(), "{name}");

        let headers: Headers = [("ETag", text(case, "response_etag")), ("x-cos-hash-crc64ecma", text(case, "crc64"))]
            .into_iter()
            .collect();
        let stored = upload_part::read(&Response { status: 200, headers, body: "".into() }).unwrap();
        assert_eq!(stored.crc64, Some(number(case, "crc64")), "{name}");
    }
}

#[test]
fn the_documented_completions_have_the_documented_length_and_digest() {
    let target = cosput::cos::Target {
        address: cosput::cos::Address {
            service: cosput::cos::Service::Cos,
            edition: cosput::cos::Edition::default(),
            endpoint: cosput::cos::Endpoint::parse("https://cos.ap-beijing.myqcloud.com").unwrap(),
            addressing: cosput::cos::Addressing::Virtual,
            bucket: cosput::cos::Bucket::new("examplebucket-1250000000").unwrap(),
        },
        key: Key::new("exampleobject").unwrap(),
    };
    for case in vectors("seed-cases")["complete"].as_array().unwrap() {
        let name = text(case, "name");
        let documented = text(case, "body");
        assert_eq!(documented.len() as u64, case["content_length"].as_u64().unwrap(), "{name}");
        assert_eq!(Md5Digest::of(documented.as_bytes()).base64(), text(case, "content_md5_base64"), "{name}");

        let parts: Vec<(PartNumber, cosput::cos::Etag)> = case["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| {
                let number = u16::try_from(part["part_number"].as_u64().unwrap()).unwrap();
                (PartNumber::new(number).unwrap(), text(part, "etag").into())
            })
            .collect();
        let request = complete::request(&target, &UploadId::new("1585130821").unwrap(), &parts);
        let compact: String = documented.split(['\r', '\n', '\t']).collect();
        assert_eq!(request.document, compact.as_bytes(), "{name}");
    }
}
