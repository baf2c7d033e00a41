//! What an object is to be and under which conditions it is stored, and which request carries which of it.

use std::collections::BTreeMap;

use super::error::Operation;
use crate::cos::encryption::{CUSTOMER_KEY, KMS_CONTEXT, KMS_KEY_ID, KmsContext, KmsKey, MODE};
use crate::cos::headers::{FORBID_OVERWRITE, TRAFFIC_LIMIT};
use crate::cos::{CustomerKey, Encryption, Headers, ObjectHeaders, Response, TrafficLimit};
use crate::language::Message;

/// What an object is to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectOptions {
    /// The headers that it keeps.
    pub headers: ObjectHeaders,
    /// How the server encrypts it.
    pub encryption: Encryption,
    /// How fast the server takes one request.
    pub traffic_limit: Option<TrafficLimit>,
    /// Refuse a key that is taken.
    pub forbid_overwrite: bool,
}

/// Why a journal's options cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreError {
    /// They are none that cosput writes.
    Unknown,
    /// They need an SSE-C key, and none is given.
    KeyMissing,
    /// They need another SSE-C key than the one that is given.
    OtherKey,
}

impl ObjectOptions {
    /// The headers that a request has of this, and no others: documents 436/7746, 7749, 7750, 7742 and 7745.
    pub fn of_request(&self, operation: Operation) -> Headers {
        let mut headers = Headers::new();
        let mut add = |more: &Headers| more.iter().for_each(|(name, value)| headers.set(name, value));
        match operation {
            Operation::PutObject => {
                add(&self.shape());
                add(&self.limit());
                add(&self.condition());
            }
            Operation::Initiate => {
                add(&self.shape());
                add(&self.condition());
            }
            Operation::UploadPart(_) => {
                add(&self.encryption.of_bytes());
                add(&self.limit());
            }
            Operation::CopyPart(_) => {
                add(&self.encryption.of_bytes());
                add(&self.encryption.of_copy_source());
            }
            Operation::Complete => add(&self.condition()),
            Operation::HeadObject => add(&self.encryption.of_bytes()),
            Operation::ListParts
            | Operation::ListUploads
            | Operation::Abort
            | Operation::ListObjects
            | Operation::GetObject
            | Operation::DeleteObject
            | Operation::ComparePart(_)
            | Operation::CheckSource
            | Operation::ReadSource => {}
        }
        headers
    }

    /// What an answer lacks to confirm the encryption; `None` where it lacks nothing, or has nothing to confirm.
    pub fn unconfirmed(&self, operation: Operation, response: &Response) -> Option<Message> {
        let speaks = matches!(
            operation,
            Operation::PutObject
                | Operation::Initiate
                | Operation::UploadPart(_)
                | Operation::Complete
                | Operation::HeadObject
        );
        if speaks && response.is_success() { self.encryption.unconfirmed(response) } else { None }
    }

    /// The headers that shape the object, as a journal keeps them: all but the secret one.
    pub fn for_journal(&self) -> BTreeMap<String, String> {
        let shape = self.shape();
        let public = shape.iter().filter(|(name, _)| *name != CUSTOMER_KEY);
        public.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The MD5 of the SSE-C key, where there is one.
    pub fn sse_c_key_md5(&self) -> Option<String> {
        match &self.encryption {
            Encryption::Customer(key) => Some(key.md5()),
            _ => None,
        }
    }

    /// Takes back what a journal keeps. A key that the upload does not need is left aside.
    pub fn restore(
        journalled: &BTreeMap<String, String>,
        sse_c_key_md5: Option<&str>,
        key: Option<&CustomerKey>,
    ) -> Result<Self, RestoreError> {
        let recorded = |name: &str| journalled.get(name).map(String::as_str);
        let context = recorded(KMS_CONTEXT).map(KmsContext::from_base64).transpose();
        let kms = KmsKey {
            id: recorded(KMS_KEY_ID).map(str::to_owned),
            context: context.map_err(|_| RestoreError::Unknown)?,
        };
        let encryption = match (sse_c_key_md5, key, recorded(MODE)) {
            (Some(_), None, _) => return Err(RestoreError::KeyMissing),
            (Some(md5), Some(key), _) if key.md5() != md5 => return Err(RestoreError::OtherKey),
            (Some(_), Some(key), _) => Encryption::Customer(key.clone()),
            (None, _, None) => Encryption::AsTheBucket,
            (None, _, Some("AES256")) => Encryption::Cos,
            (None, _, Some(_)) => Encryption::Kms(kms),
        };
        let mut options = Self { encryption, ..Self::default() };
        let of_encryption = options.for_journal();
        for (name, value) in journalled.iter().filter(|(name, _)| !of_encryption.contains_key(*name)) {
            if !options.headers.restore(name, value) {
                return Err(RestoreError::Unknown);
            }
        }
        // Whatever was not understood would change the object without a word.
        if options.for_journal() == *journalled { Ok(options) } else { Err(RestoreError::Unknown) }
    }

    fn shape(&self) -> Headers {
        let mut headers: Headers = self.headers.iter().collect();
        for (name, value) in self.encryption.of_object().iter() {
            headers.set(name, value);
        }
        headers
    }

    fn limit(&self) -> Headers {
        self.traffic_limit.iter().map(|limit| (TRAFFIC_LIMIT, limit.bits_per_second().to_string())).collect()
    }

    fn condition(&self) -> Headers {
        self.forbid_overwrite.then_some((FORBID_OVERWRITE, "true")).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::headers::{Field, Metadata};
    use crate::cos::multipart::PartNumber;

    const KEY: &[u8] = b"0123456789ABCDEF0123456789ABCDEF";

    fn key(bytes: &[u8]) -> CustomerKey {
        CustomerKey::new(bytes).unwrap()
    }

    fn options(encryption: Encryption) -> ObjectOptions {
        let mut headers = ObjectHeaders::new();
        headers.set(Field::ContentType, "text/plain").unwrap();
        headers.set_metadata(&[Metadata::parse("a=小").unwrap()]).unwrap();
        let traffic_limit = Some(TrafficLimit::new(819_200).unwrap());
        ObjectOptions { headers, encryption, traffic_limit, forbid_overwrite: true }
    }

    fn names(options: &ObjectOptions, operation: Operation) -> Vec<String> {
        options.of_request(operation).iter().map(|(name, _)| name.to_ascii_lowercase()).collect()
    }

    #[test]
    fn each_request_has_what_the_reference_gives_it_and_nothing_else() {
        let part = Operation::UploadPart(PartNumber::new(1).unwrap());
        let compare = Operation::ComparePart(PartNumber::new(1).unwrap());
        let customer = options(Encryption::Customer(key(KEY)));
        let object = ["content-type", "x-cos-meta-a"];
        let sse_c = ["algorithm", "key", "key-md5"].map(|end| format!("x-cos-server-side-encryption-customer-{end}"));
        let sse_c = sse_c.each_ref().map(String::as_str);
        let put = ["x-cos-traffic-limit", "x-cos-forbid-overwrite"];
        assert_eq!(names(&customer, Operation::PutObject), [&object[..], &sse_c, &put].concat());
        let forbid = ["x-cos-forbid-overwrite"];
        assert_eq!(names(&customer, Operation::Initiate), [&object[..], &sse_c, &forbid].concat());
        assert_eq!(names(&customer, part), [&sse_c[..], &["x-cos-traffic-limit"]].concat());
        let copy = Operation::CopyPart(PartNumber::new(1).unwrap());
        let of_source: Vec<String> =
            sse_c.iter().map(|name| name.replacen("x-cos-", "x-cos-copy-source-", 1)).collect();
        assert_eq!(names(&customer, copy), [&sse_c.map(str::to_owned)[..], &of_source].concat());
        assert_eq!(names(&customer, Operation::Complete), ["x-cos-forbid-overwrite"]);
        assert_eq!(names(&customer, Operation::HeadObject), sse_c);

        for other in [options(Encryption::Cos), options(Encryption::Kms(KmsKey::default()))] {
            let mode = ["x-cos-server-side-encryption"];
            assert_eq!(names(&other, Operation::PutObject), [&object[..], &mode, &put].concat());
            assert_eq!(names(&other, Operation::Initiate), [&object[..], &mode, &forbid].concat());
            assert_eq!(names(&other, part), ["x-cos-traffic-limit"]);
            assert_eq!(names(&other, copy), [""; 0]);
            assert_eq!(names(&other, Operation::HeadObject), [""; 0]);
        }
        for operation in [Operation::ListParts, Operation::Abort, compare, Operation::CheckSource] {
            assert_eq!(names(&customer, operation), [""; 0], "{operation:?}");
        }
    }

    #[test]
    fn what_a_journal_keeps_is_taken_back() {
        let context = KmsContext::from_json(r#"{"a":"b"}"#).unwrap();
        let kms = KmsKey { id: Some("id".into()), context: Some(context) };
        let customer = Encryption::Customer(key(KEY));
        for encryption in [Encryption::AsTheBucket, Encryption::Cos, Encryption::Kms(kms), customer] {
            let options = options(encryption);
            let (kept, md5) = (options.for_journal(), options.sse_c_key_md5());
            let expected = ObjectOptions { traffic_limit: None, forbid_overwrite: false, ..options };
            assert_eq!(ObjectOptions::restore(&kept, md5.as_deref(), Some(&key(KEY))), Ok(expected));
        }
    }

    #[test]
    fn a_journal_never_holds_the_key() {
        let kept = format!("{:?}", options(Encryption::Customer(key(KEY))).for_journal());
        assert!(!kept.contains("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY="), "{kept}");
        assert!(kept.contains("U5L61r7jcwdNvT7frmUG8g=="), "{kept}");
    }

    #[test]
    fn a_journal_with_another_key_or_unknown_headers_is_not_taken_back() {
        let options = options(Encryption::Customer(key(KEY)));
        let (kept, md5) = (options.for_journal(), options.sse_c_key_md5());
        let restored = |key: Option<&CustomerKey>| ObjectOptions::restore(&kept, md5.as_deref(), key);
        assert_eq!(restored(None), Err(RestoreError::KeyMissing));
        assert_eq!(restored(Some(&key(&[7; 32]))), Err(RestoreError::OtherKey));
        for (name, value) in [("Host", "h"), ("x-cos-server-side-encryption", "DES"), ("x-cos-acl", "a\r\nb")] {
            let kept = [(name.to_owned(), value.to_owned())].into();
            assert_eq!(ObjectOptions::restore(&kept, None, None), Err(RestoreError::Unknown), "{name}");
        }
        // The key's headers without the MD5 that says which key it was.
        assert_eq!(ObjectOptions::restore(&kept, None, Some(&key(KEY))), Err(RestoreError::Unknown));
    }
}
