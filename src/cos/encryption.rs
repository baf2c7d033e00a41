//! Server-side encryption: the headers that request it, the headers of an answer that confirm it, and its effect on ETags
//! (documents 436/18145, 436/7728 and 436/7729).
//!
//! Nothing is encrypted here; the server does that.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::checksum::Md5Digest;
use super::header_list::Headers;
use super::request::Response;
use crate::language::{Message, message};

/// `AES256` or `cos/kms`.
pub const MODE: &str = "x-cos-server-side-encryption";
/// The ID of the KMS key.
pub const KMS_KEY_ID: &str = "x-cos-server-side-encryption-cos-kms-key-id";
/// The KMS encryption context, Base64 of JSON.
pub const KMS_CONTEXT: &str = "x-cos-server-side-encryption-context";
/// The algorithm of SSE-C.
pub const CUSTOMER_ALGORITHM: &str = "x-cos-server-side-encryption-customer-algorithm";
/// The key of SSE-C, a secret.
pub const CUSTOMER_KEY: &str = "x-cos-server-side-encryption-customer-key";
/// The MD5 of SSE-C's key.
pub const CUSTOMER_KEY_MD5: &str = "x-cos-server-side-encryption-customer-key-MD5";

const AES256: &str = "AES256";
const KMS: &str = "cos/kms";

/// How the server encrypts an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Encryption {
    /// As the bucket is configured.
    #[default]
    AsTheBucket,
    /// SSE-COS: with keys that COS manages.
    Cos,
    /// SSE-KMS: with a key in KMS.
    Kms(KmsKey),
    /// SSE-C: with a key that each request carries and that the server does not keep.
    Customer(CustomerKey),
}

/// The KMS key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KmsKey {
    /// Its ID; `None` for the default key, which COS creates.
    pub id: Option<String>,
    /// The encryption context.
    pub context: Option<KmsContext>,
}

/// An encryption context: a JSON object of strings, as its Base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsContext(String);

/// The key of SSE-C: 32 bytes. Wiped from memory when dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerKey {
    key: Zeroizing<[u8; 32]>,
    md5: Md5Digest,
}

/// Why a key or a context was refused. The message does not contain the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidEncryption(Message);

impl fmt::Display for InvalidEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidEncryption {}

impl Encryption {
    /// The headers of PUT and Initiate, including the key of SSE-C.
    pub fn of_object(&self) -> Headers {
        match self {
            Self::AsTheBucket => Headers::new(),
            Self::Cos => Headers::from_iter([(MODE, AES256)]),
            Self::Kms(key) => {
                let mut headers = Headers::from_iter([(MODE, KMS)]);
                if let Some(id) = &key.id {
                    headers.set(KMS_KEY_ID, id);
                }
                if let Some(KmsContext(context)) = &key.context {
                    headers.set(KMS_CONTEXT, context);
                }
                headers
            }
            Self::Customer(_) => self.of_bytes(),
        }
    }

    /// The headers of Upload Part and HEAD: those of SSE-C. The service refuses the headers of the other modes there
    /// (`SSEHeaderNotAllowed`).
    pub fn of_bytes(&self) -> Headers {
        let Self::Customer(key) = self else { return Headers::new() };
        Headers::from_iter([
            (CUSTOMER_ALGORITHM, AES256.to_owned()),
            (CUSTOMER_KEY, STANDARD.encode(*key.key)),
            (CUSTOMER_KEY_MD5, key.md5()),
        ])
    }

    /// The headers of a copy that reads an object with this encryption: those of SSE-C.
    pub fn of_copy_source(&self) -> Headers {
        let of_source = |name: &str| name.replacen("x-cos-", "x-cos-copy-source-", 1);
        self.of_bytes().iter().map(|(name, value)| (of_source(name), value)).collect()
    }

    /// True if the ETag of a PUT or a part is the MD5 of its bytes.
    pub fn etags_are_md5(&self) -> bool {
        matches!(self, Self::AsTheBucket | Self::Cos)
    }

    /// True if requests need https, because they carry or name a key (document 436/38124).
    pub fn needs_https(&self) -> bool {
        matches!(self, Self::Kms(_) | Self::Customer(_))
    }

    /// Why an answer does not confirm this encryption; `None` if it does.
    pub fn unconfirmed(&self, response: &Response) -> Option<Message> {
        let lacks = |name: &str, expected: &str| lacks(response, name, expected);
        match self {
            Self::AsTheBucket => None,
            Self::Cos => lacks(MODE, AES256),
            Self::Kms(key) => lacks(MODE, KMS).or_else(|| {
                // An answer may omit the ID, but must not name another one.
                let named = response.headers.get(KMS_KEY_ID)?;
                let wanted = key.id.as_deref().filter(|wanted| *wanted != named.trim())?;
                lacks(KMS_KEY_ID, wanted)
            }),
            Self::Customer(key) => lacks(CUSTOMER_ALGORITHM, AES256).or_else(|| lacks(CUSTOMER_KEY_MD5, &key.md5())),
        }
    }
}

fn lacks(response: &Response, name: &str, expected: &str) -> Option<Message> {
    match response.headers.get(name).map(str::trim) {
        Some(value) if value == expected => None,
        Some(value) => Some(message!(
            "the server does not confirm the encryption: {name} is '{value}', expected '{expected}'",
            name,
            value,
            expected
        )),
        None => Some(message!(
            "the server does not confirm the encryption: {name} is missing from the answer, expected '{expected}'",
            name,
            expected
        )),
    }
}

/// True if an answer says that its ETag is not an MD5. The bucket may have requested the encryption.
pub fn hides_the_md5(response: &Response) -> bool {
    response.headers.get(CUSTOMER_ALGORITHM).is_some()
        || response.headers.get(MODE).is_some_and(|mode| mode.trim().eq_ignore_ascii_case(KMS))
}

impl KmsContext {
    /// Reads a JSON object of strings.
    pub fn from_json(text: &str) -> Result<Self, InvalidEncryption> {
        let refuse = |why: Message| {
            InvalidEncryption(message!(
                "it is not a JSON object of strings ({why}); expected one like {{\"team\":\"a\"}}",
                why
            ))
        };
        let pairs: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|error| refuse(error.to_string().into()))?;
        if pairs.is_empty() {
            return Err(refuse(message!("it is empty")));
        }
        let compact = serde_json::to_string(&pairs).expect("strings are JSON");
        Ok(Self(STANDARD.encode(compact)))
    }

    /// Reads the output of [`KmsContext::base64`].
    pub fn from_base64(text: &str) -> Result<Self, InvalidEncryption> {
        let refuse = || InvalidEncryption(message!("it is not the Base64 of a JSON object of strings"));
        let json = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(refuse)?;
        Self::from_json(&json)
    }

    /// The value of the header.
    pub fn base64(&self) -> &str {
        &self.0
    }
}

impl CustomerKey {
    /// Accepts 32 bytes, or their Base64 with or without a newline.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidEncryption> {
        if let Ok(key) = bytes.try_into() {
            return Ok(Self::of(Zeroizing::new(key)));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(InvalidEncryption(message!("a key in UTF-16 is not valid; save it as UTF-8")));
        }
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let decoded = Zeroizing::new(STANDARD.decode(bytes.trim_ascii()).unwrap_or_default());
        match decoded.as_slice().try_into() {
            Ok(key) => Ok(Self::of(Zeroizing::new(key))),
            Err(_) if is_hex(bytes.trim_ascii()) => Err(InvalidEncryption(message!(
                "a key in hex is not valid; expected 32 bytes, or the 44 characters of their Base64: xxd -r -p | base64"
            ))),
            Err(_) => Err(InvalidEncryption(message!(
                "a key of {size} bytes is not valid; expected 32 bytes, or the 44 characters of their Base64",
                size = bytes.len()
            ))),
        }
    }

    fn of(key: Zeroizing<[u8; 32]>) -> Self {
        let md5 = Md5Digest::of(&*key);
        Self { key, md5 }
    }

    /// The MD5 of the key in Base64, which identifies the key without showing it.
    pub fn md5(&self) -> String {
        self.md5.base64()
    }
}

/// True for the 64 digits of 32 bytes in hex.
fn is_hex(text: &[u8]) -> bool {
    text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit)
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerKey").field("md5", &self.md5()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the documentation's examples.
    const KEY: &[u8] = b"0123456789ABCDEF0123456789ABCDEF";
    const KEY_BASE64: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";
    const KEY_MD5: &str = "U5L61r7jcwdNvT7frmUG8g==";

    fn customer() -> Encryption {
        Encryption::Customer(CustomerKey::new(KEY).unwrap())
    }

    fn kms() -> Encryption {
        let context = KmsContext::from_json(r#"{"author":"fysntian", "company":"Tencent"}"#).unwrap();
        Encryption::Kms(KmsKey { id: Some("48ba38aa".to_owned()), context: Some(context) })
    }

    fn pairs(headers: &Headers) -> Vec<(&str, &str)> {
        headers.iter().collect()
    }

    fn answer(headers: &[(&str, &str)]) -> Response {
        Response { status: 200, headers: headers.iter().copied().collect(), body: "".into() }
    }

    #[test]
    fn each_mode_has_the_documented_headers() {
        let key = [(CUSTOMER_ALGORITHM, "AES256"), (CUSTOMER_KEY, KEY_BASE64), (CUSTOMER_KEY_MD5, KEY_MD5)];
        assert_eq!(pairs(&customer().of_object()), key);
        assert_eq!(pairs(&customer().of_bytes()), key);
        assert_eq!(pairs(&Encryption::Cos.of_object()), [(MODE, "AES256")]);
        let context = "eyJhdXRob3IiOiJmeXNudGlhbiIsImNvbXBhbnkiOiJUZW5jZW50In0=";
        let expected = [(MODE, "cos/kms"), (KMS_KEY_ID, "48ba38aa"), (KMS_CONTEXT, context)];
        assert_eq!(pairs(&kms().of_object()), expected);
        assert_eq!(pairs(&Encryption::Kms(KmsKey::default()).of_object()), [(MODE, "cos/kms")]);
        for other in [Encryption::AsTheBucket, Encryption::Cos, kms()] {
            assert_eq!(pairs(&other.of_bytes()), []);
        }
        assert_eq!(pairs(&Encryption::AsTheBucket.of_object()), []);
    }

    #[test]
    fn a_key_is_32_bytes_or_their_base64() {
        for good in [KEY, KEY_BASE64.as_bytes(), format!("{KEY_BASE64}\r\n").as_bytes(), &[0_u8; 32], &[b'\n'; 32]] {
            assert!(CustomerKey::new(good).is_ok(), "{good:?}");
        }
        let refused = |bytes: &[u8]| CustomerKey::new(bytes).unwrap_err().to_string();
        let expected = "expected 32 bytes, or the 44 characters of their Base64";
        for (bad, count) in [(&KEY[..31], 31), (b"", 0), (b"MDEy", 4), (&[b'='; 44], 44)] {
            assert_eq!(refused(bad), format!("a key of {count} bytes is not valid; {expected}"));
        }
        assert!(CustomerKey::new(format!("\u{feff}{KEY_BASE64}\r\n").as_bytes()).is_ok());
        assert_eq!(refused(b"\xff\xfeM\0D\0"), "a key in UTF-16 is not valid; save it as UTF-8");
        // A newline after 32 bytes is one byte too many; guessing could produce another key.
        assert!(CustomerKey::new(&[KEY, b"\n"].concat()).is_err());
    }

    #[test]
    fn a_key_is_never_shown() {
        let shown = format!("{:?} {:?}", customer(), customer().of_object());
        assert!(!shown.contains(KEY_BASE64) && !shown.contains("0123456789ABCDEF"), "{shown}");
        assert!(shown.contains(KEY_MD5));
        assert!(!CustomerKey::new(b"hidden-and-wrong").unwrap_err().to_string().contains("hidden"));
    }

    #[test]
    fn a_context_is_a_json_object_of_strings() {
        for bad in ["", "{", "[]", "{}", "\"a\"", "{\"a\":1}", "{\"a\":{\"b\":\"c\"}}", "{\"a\":\"b\"} x"] {
            assert!(KmsContext::from_json(bad).is_err(), "{bad}");
        }
        let context = KmsContext::from_json(" { \"a\" : \"中\" } ").unwrap();
        assert_eq!(context.base64(), STANDARD.encode("{\"a\":\"中\"}"));
        assert_eq!(KmsContext::from_base64(context.base64()), Ok(context));
        assert!(KmsContext::from_base64("x").is_err());
    }

    #[test]
    fn an_answer_that_does_not_confirm_the_encryption_is_explained() {
        let cos = |headers: &[(&str, &str)]| Encryption::Cos.unconfirmed(&answer(headers));
        assert_eq!(cos(&[(MODE, "AES256")]), None);
        assert_eq!(
            cos(&[]).unwrap(),
            "the server does not confirm the encryption: x-cos-server-side-encryption is missing from the answer, expected 'AES256'"
        );
        assert!(cos(&[(MODE, "cos/kms")]).unwrap().contains("is 'cos/kms'"));

        let kms = |headers: &[(&str, &str)]| kms().unconfirmed(&answer(headers));
        assert_eq!(kms(&[(MODE, "cos/kms"), (KMS_KEY_ID, "48ba38aa")]), None);
        assert_eq!(kms(&[(MODE, "cos/kms")]), None);
        assert!(kms(&[(MODE, "cos/kms"), (KMS_KEY_ID, "another")]).unwrap().contains("is 'another'"));
        assert!(kms(&[(MODE, "AES256")]).is_some() && kms(&[]).is_some());

        let customer = |headers: &[(&str, &str)]| customer().unconfirmed(&answer(headers));
        assert_eq!(customer(&[(CUSTOMER_ALGORITHM, "AES256"), (CUSTOMER_KEY_MD5, KEY_MD5)]), None);
        assert!(customer(&[(CUSTOMER_ALGORITHM, "AES256"), (CUSTOMER_KEY_MD5, "x")]).is_some());
        assert!(customer(&[(CUSTOMER_ALGORITHM, "AES256")]).is_some() && customer(&[(MODE, "AES256")]).is_some());

        assert_eq!(Encryption::AsTheBucket.unconfirmed(&answer(&[])), None);
    }

    #[test]
    fn only_kms_and_customer_keys_hide_the_md5_and_need_https() {
        let demands = |encryption: Encryption| (encryption.etags_are_md5(), encryption.needs_https());
        assert_eq!(demands(Encryption::AsTheBucket), (true, false));
        assert_eq!(demands(Encryption::Cos), (true, false));
        assert_eq!(demands(kms()), (false, true));
        assert_eq!(demands(customer()), (false, true));
        assert!(
            hides_the_md5(&answer(&[(MODE, "cos/kms")])) && hides_the_md5(&answer(&[(CUSTOMER_ALGORITHM, "AES256")]))
        );
        assert!(!hides_the_md5(&answer(&[(MODE, "AES256")])) && !hides_the_md5(&answer(&[])));
    }
}
