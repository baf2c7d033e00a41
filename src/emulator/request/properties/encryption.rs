//! Server-side encryption in requests and answers (documents 436/18145 and 436/7728).
//!
//! Nothing is encrypted: the store keeps the bytes unchanged, and only the MD5 of a customer's key. The service may refuse
//! a customer's key over http; the emulator does not, because it listens on loopback.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::cos::Headers;
use crate::cos::checksum::Md5Digest;

use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::request_head::RequestHead;

const MODE: &str = "x-cos-server-side-encryption";
const KMS_KEY_ID: &str = "x-cos-server-side-encryption-cos-kms-key-id";
const KMS_CONTEXT: &str = "x-cos-server-side-encryption-context";
const CUSTOMER_ALGORITHM: &str = "x-cos-server-side-encryption-customer-algorithm";
const CUSTOMER_KEY: &str = "x-cos-server-side-encryption-customer-key";
const CUSTOMER_KEY_MD5: &str = "x-cos-server-side-encryption-customer-key-MD5";
/// The only algorithm.
const AES256: &str = "AES256";
/// The default key.
const DEFAULT_KMS_KEY_ID: &str = "00000000-0000-0000-0000-000000000000";
/// The length of a customer's key, in bytes.
const KEY_LENGTH: usize = 32;

/// How an object is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encryption {
    /// Not encrypted.
    #[default]
    None,
    /// With keys that the service manages.
    SseCos,
    /// With a key in KMS.
    SseKms { key_id: String, context: Option<String> },
    /// With a key that the client sends, identified by its MD5 in Base64.
    SseC { key_md5: String },
}

impl Encryption {
    /// The encryption that PUT or Initiate requests.
    pub(crate) fn requested(head: &RequestHead) -> Result<Self, Refusal> {
        let field = |name| head.headers.get(name);
        match (field(MODE), customer_key_md5(head)?) {
            (Some(_), Some(_)) => Err(wrong("Only one kind of server-side encryption is allowed.")),
            (Some("cos/kms"), None) => Ok(Self::SseKms {
                key_id: field(KMS_KEY_ID).unwrap_or(DEFAULT_KMS_KEY_ID).to_owned(),
                context: field(KMS_CONTEXT).map(context).transpose()?,
            }),
            _ if field(KMS_KEY_ID).or(field(KMS_CONTEXT)).is_some() => {
                Err(wrong("A KMS key ID or context needs cos/kms."))
            }
            (Some(AES256), None) => Ok(Self::SseCos),
            (Some(_), None) => Err(refusal::SSE_CONTENT_NOT_SUPPORTED),
            (None, Some(key_md5)) => Ok(Self::SseC { key_md5 }),
            (None, None) => Ok(Self::None),
        }
    }

    /// Refuses a part that does not match its upload: every part needs the customer's key, and no part may name a mode.
    pub(crate) fn check_part(&self, head: &RequestHead) -> Result<(), Refusal> {
        if names_a_mode(head) {
            return Err(wrong("Server-side encryption is chosen when the upload is initiated."));
        }
        match (self, customer_key_md5(head)?) {
            (Self::SseC { key_md5 }, Some(sent)) if *key_md5 == sent => Ok(()),
            (Self::SseC { .. }, Some(_)) => Err(wrong("The customer's key differs from that of the upload.")),
            (Self::SseC { .. }, None) => Err(wrong("The upload needs the customer's key with which it was initiated.")),
            (_, Some(_)) => Err(wrong("The upload was initiated without a customer's key.")),
            (_, None) => Ok(()),
        }
    }

    /// Refuses to read an object without its customer's key.
    pub(crate) fn check_read(&self, head: &RequestHead) -> Result<(), Refusal> {
        if names_a_mode(head) {
            return Err(refusal::SSE_HEADER_NOT_ALLOWED);
        }
        match (self, customer_key_md5(head)) {
            (Self::SseC { key_md5 }, Ok(Some(sent))) if *key_md5 == sent => Ok(()),
            (Self::SseC { .. }, Err(refusal)) => Err(refusal::SSEC_DECRYPT_HEADER_INVALID.saying(refusal.message)),
            (Self::SseC { .. }, Ok(_)) => Err(refusal::SSEC_DECRYPT_HEADER_INVALID),
            (_, Ok(None)) => Ok(()),
            (_, _) => Err(wrong("The object is not encrypted with a customer's key.")),
        }
    }

    /// The ETag of bytes with this MD5: the MD5, unless the key is in KMS or the customer's.
    pub(crate) fn etag(&self, md5: &Md5Digest) -> String {
        let other = |key: &str| Md5Digest::of(format!("{} {key}", md5.hex()).as_bytes()).hex();
        match self {
            Self::None | Self::SseCos => md5.hex(),
            Self::SseKms { key_id, .. } => other(key_id),
            Self::SseC { key_md5 } => other(key_md5),
        }
    }

    /// The headers of an answer, without the key.
    pub(crate) fn headers(&self) -> Headers {
        let pairs = match self {
            Self::None => vec![],
            Self::SseCos => vec![(MODE, AES256)],
            Self::SseKms { key_id, .. } => vec![(MODE, "cos/kms"), (KMS_KEY_ID, key_id)],
            Self::SseC { key_md5 } => vec![(CUSTOMER_ALGORITHM, AES256), (CUSTOMER_KEY_MD5, key_md5)],
        };
        pairs.into_iter().collect()
    }
}

fn wrong(message: &'static str) -> Refusal {
    refusal::INVALID_ARGUMENT.saying(message)
}

fn names_a_mode(head: &RequestHead) -> bool {
    [MODE, KMS_KEY_ID, KMS_CONTEXT].iter().any(|name| head.headers.get(name).is_some())
}

/// The MD5 of the customer's key, if its three headers were sent and agree.
fn customer_key_md5(head: &RequestHead) -> Result<Option<String>, Refusal> {
    let fields = [CUSTOMER_ALGORITHM, CUSTOMER_KEY, CUSTOMER_KEY_MD5].map(|name| head.headers.get(name));
    let [Some(algorithm), Some(key), Some(md5)] = fields else {
        return match fields {
            [None, None, None] => Ok(None),
            _ => Err(wrong("A customer's key needs three headers; some are missing.")),
        };
    };
    if algorithm != AES256 {
        return Err(wrong("The algorithm of a customer's key must be AES256."));
    }
    let key = STANDARD.decode(key).ok().filter(|key| key.len() == KEY_LENGTH);
    let key = key.ok_or_else(|| wrong("A customer's key must be the Base64 of 32 bytes."))?;
    if Md5Digest::of(&key).base64() != md5 {
        return Err(wrong("The MD5 does not match the customer's key."));
    }
    Ok(Some(md5.to_owned()))
}

/// Accepts the Base64 of a JSON object of strings.
fn context(text: &str) -> Result<String, Refusal> {
    type Pairs = std::collections::BTreeMap<String, String>;
    let pairs = STANDARD.decode(text).ok().and_then(|json| serde_json::from_slice::<Pairs>(&json).ok());
    pairs.map(|_| text.to_owned()).ok_or_else(|| wrong("The context must be the Base64 of a JSON object of strings."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";
    const MD5: &str = "U5L61r7jcwdNvT7frmUG8g==";
    const CONTEXT: &str = "eyJhdXRob3IiOiJmeXNudGlhbiIsImNvbXBhbnkiOiJUZW5jZW50In0=";

    fn head(headers: &[(&str, &str)]) -> RequestHead {
        RequestHead::new("PUT", "h", "/b-1/k", None, headers.iter().copied().collect()).unwrap()
    }

    fn requested(headers: &[(&str, &str)]) -> Result<Encryption, &'static str> {
        Encryption::requested(&head(headers)).map_err(|refusal| refusal.code)
    }

    fn customer<'a>(key: &'a str, md5: &'a str) -> [(&'static str, &'a str); 3] {
        [(CUSTOMER_ALGORITHM, "AES256"), (CUSTOMER_KEY, key), (CUSTOMER_KEY_MD5, md5)]
    }

    fn sse_c() -> Encryption {
        Encryption::SseC { key_md5: MD5.to_owned() }
    }

    fn sse_kms(key_id: &str, context: Option<&str>) -> Encryption {
        Encryption::SseKms { key_id: key_id.to_owned(), context: context.map(str::to_owned) }
    }

    #[test]
    fn each_kind_is_requested_with_its_own_headers() {
        assert_eq!(requested(&[]), Ok(Encryption::None));
        assert_eq!(requested(&[(MODE, "AES256")]), Ok(Encryption::SseCos));
        assert_eq!(requested(&[(MODE, "cos/kms")]), Ok(sse_kms(DEFAULT_KMS_KEY_ID, None)));
        let all = [(MODE, "cos/kms"), (KMS_KEY_ID, "48ba38aa"), (KMS_CONTEXT, CONTEXT)];
        assert_eq!(requested(&all), Ok(sse_kms("48ba38aa", Some(CONTEXT))));
        assert_eq!(requested(&customer(KEY, MD5)), Ok(sse_c()));
    }

    #[test]
    fn wrong_headers_are_refused() {
        assert_eq!(requested(&[(MODE, "AES128")]), Err("SSEContentNotSupported"));
        let short = STANDARD.encode([0; 31]);
        let zero = STANDARD.encode([0; 32]);
        let cases: [&[(&str, &str)]; 10] = [
            &[(KMS_KEY_ID, "48ba38aa")],
            &[(MODE, "AES256"), (KMS_KEY_ID, "48ba38aa")],
            &[(MODE, "cos/kms"), (KMS_CONTEXT, "no Base64")],
            &[(MODE, "cos/kms"), (KMS_CONTEXT, "WzFd")],
            &[(MODE, "cos/kms"), (KMS_CONTEXT, "eyJhIjoxfQ==")],
            &customer(KEY, MD5)[..2],
            &customer(&zero, MD5),
            &customer(&short, MD5),
            &[(CUSTOMER_ALGORITHM, "AES128"), (CUSTOMER_KEY, KEY), (CUSTOMER_KEY_MD5, MD5)],
            &[&customer(KEY, MD5)[..], &[(MODE, "AES256")]].concat(),
        ];
        for headers in cases {
            assert_eq!(requested(headers), Err("InvalidArgument"), "{headers:?}");
        }
    }

    #[test]
    fn a_part_needs_the_key_of_its_upload_and_nothing_else() {
        let zero = STANDARD.encode([0; 32]);
        let zero_md5 = Md5Digest::of(&[0; 32]).base64();
        let key = customer(KEY, MD5);
        let other = customer(&zero, &zero_md5);
        let kms = sse_kms("48ba38aa", None);
        let code = |encryption: &Encryption, headers: &[(&str, &str)]| {
            encryption.check_part(&head(headers)).err().map(|refusal| refusal.code)
        };
        for (encryption, headers, fits) in [
            (Encryption::None, &[][..], true),
            (Encryption::SseCos, &[], true),
            (kms.clone(), &[], true),
            (sse_c(), &key, true),
            (sse_c(), &[], false),
            (sse_c(), &other, false),
            (Encryption::None, &key, false),
            (kms, &key, false),
            (Encryption::SseCos, &[(MODE, "AES256")], false),
        ] {
            let expected = if fits { None } else { Some("InvalidArgument") };
            assert_eq!(code(&encryption, headers), expected, "{encryption:?} {headers:?}");
        }
    }

    #[test]
    fn a_read_needs_the_key_of_its_object_and_nothing_else() {
        let code = |encryption: &Encryption, headers: &[(&str, &str)]| {
            encryption.check_read(&head(headers)).err().map(|refusal| refusal.code)
        };
        let zero = STANDARD.encode([0; 32]);
        let zero_md5 = Md5Digest::of(&[0; 32]).base64();
        assert_eq!(code(&sse_c(), &customer(KEY, MD5)), None);
        assert_eq!(code(&sse_c(), &[]), Some("SsecDecryptHeaderInvalid"));
        assert_eq!(code(&sse_c(), &customer(&zero, &zero_md5)), Some("SsecDecryptHeaderInvalid"));
        assert_eq!(code(&sse_c(), &customer(&zero, MD5)), Some("SsecDecryptHeaderInvalid"));
        assert_eq!(code(&Encryption::SseCos, &[]), None);
        assert_eq!(code(&Encryption::SseCos, &[(MODE, "AES256")]), Some("SSEHeaderNotAllowed"));
        assert_eq!(code(&Encryption::None, &customer(KEY, MD5)), Some("InvalidArgument"));
    }

    #[test]
    fn the_etag_is_the_md5_only_if_the_service_manages_the_key() {
        let md5 = Md5Digest::of(b"[Object Part]");
        assert_eq!(Encryption::None.etag(&md5), md5.hex());
        assert_eq!(Encryption::SseCos.etag(&md5), md5.hex());
        for encryption in [sse_c(), sse_kms("48ba38aa", None)] {
            let etag = encryption.etag(&md5);
            assert_eq!((etag.len(), etag == md5.hex()), (32, false));
            assert_eq!(encryption.etag(&md5), etag);
        }
    }

    #[test]
    fn an_answer_has_everything_but_the_key() {
        let written = |encryption: Encryption| {
            encryption.headers().iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
        };
        assert!(written(Encryption::None).is_empty());
        assert_eq!(written(Encryption::SseCos), ["x-cos-server-side-encryption: AES256"]);
        assert_eq!(
            written(sse_kms("48ba38aa", Some(CONTEXT))),
            ["x-cos-server-side-encryption: cos/kms", "x-cos-server-side-encryption-cos-kms-key-id: 48ba38aa"]
        );
        let md5 = format!("{CUSTOMER_KEY_MD5}: {MD5}");
        assert_eq!(written(sse_c()), ["x-cos-server-side-encryption-customer-algorithm: AES256", &md5]);
    }
}
