//! coscli's `~/.cos.yaml`, plain or in the encrypted form that coscli writes (`util/secret.go`).
//!
//! The encryption uses a published key and protects nothing.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::cos::CredentialsError;
use crate::credentials::environment::Environment;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::Triple;
use crate::credentials::parsing::file::{malformed, read_default};
use crate::language::{Phrase, phrase};

pub(crate) const NAME: Phrase = phrase!("coscli's ~/.cos.yaml");

/// coscli's key, padded to the length of AES-128.
const KEY: &[u8; 16] = b"coscli-secret\0\0\0";

#[derive(Deserialize)]
struct File {
    cos: Option<Cos>,
}

#[derive(Deserialize)]
struct Cos {
    base: Option<Base>,
}

#[derive(Deserialize)]
struct Base {
    secretid: Option<Zeroizing<String>>,
    secretkey: Option<Zeroizing<String>>,
    sessiontoken: Option<Zeroizing<String>>,
    mode: Option<String>,
    cvmrolename: Option<String>,
    disableencryption: Option<Flag>,
}

/// coscli writes the string `"true"`; users write a boolean.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Bool(bool),
    Text(String),
}

/// Reads the file in the home directory.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let Some(home) = &environment.home else {
        return Ok(None);
    };
    match read_default(&home.join(".cos.yaml"), &NAME.into())? {
        Some(text) => Ok(parse(&text)?.map(|grant| Found::new(NAME, grant))),
        None => Ok(None),
    }
}

fn parse(text: &str) -> Result<Option<Grant>, CredentialsError> {
    let file: Option<File> = serde_saphyr::from_str(text).map_err(|why| {
        let line = why.location().and_then(|location| usize::try_from(location.line()).ok());
        malformed(&NAME.into(), &"YAML".into(), line)
    })?;
    match file.and_then(|file| file.cos).and_then(|cos| cos.base) {
        Some(base) => base.grant(),
        None => Ok(None),
    }
}

impl Base {
    fn grant(self) -> Result<Option<Grant>, CredentialsError> {
        if self.mode.is_some_and(|mode| mode == "CvmRole") {
            return Ok(Some(Grant::InstanceRole(self.cvmrolename.filter(|name| !name.is_empty()))));
        }
        let plain = match self.disableencryption {
            Some(Flag::Bool(flag)) => flag,
            Some(Flag::Text(text)) => text == "true",
            None => false,
        };
        let [id, key, token] = [self.secretid, self.secretkey, self.sessiontoken]
            .map(|value| if plain { value } else { value.map(|value| decrypt(&value).unwrap_or(value)) });
        Ok(Triple { id, key, token }.credentials(&NAME.into())?.map(Grant::Keys))
    }
}

/// Decrypts a value; `None` if it is not an encrypted value and must be used unchanged.
fn decrypt(value: &str) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(STANDARD.decode(value).ok()?);
    let (blocks, rest) = bytes.as_chunks_mut::<16>();
    if blocks.is_empty() || !rest.is_empty() {
        return None;
    }
    let cipher = Aes128::new(KEY.into());
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = str::from_utf8(&bytes[..end]).ok()?;
    // A plain value decrypts to noise; a value that decrypts to text was encrypted.
    (!text.chars().any(char::is_control)).then(|| Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::Credentials;

    #[test]
    fn encrypted_values_are_read_as_coscli_wrote_them() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/coscli-secret.json")).unwrap();
        let vectors = vectors["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 6);
        for vector in vectors {
            let text = decrypt(vector["encrypted"].as_str().unwrap()).unwrap();
            assert_eq!(text.as_str(), vector["plain"].as_str().unwrap());
        }
    }

    #[test]
    fn a_value_that_is_not_encrypted_is_none() {
        for value in ["", "AKIDcosputINVENTEDid0000000000000001", "cosputINVENTEDkey000000000000001", "no Base64!"] {
            assert_eq!(decrypt(value), None, "{value}");
        }
        assert_eq!(decrypt(&STANDARD.encode([7; 48])), None);
    }

    fn keys(text: &str) -> Option<Credentials> {
        match parse(text).unwrap_or_else(|why| panic!("{why}")) {
            Some(Grant::Keys(credentials)) => Some(credentials),
            Some(_) => panic!("no keys in {text}"),
            None => None,
        }
    }

    const ENCRYPTED: &str = "\
cos:
  base:
    secretid: VRAukoqIs+1jwZTu62bVeJ8DMzFNi02RNRKJ8le3TmGQ6N9CHnkSFADwFEl3unO1
    secretkey: SVA4uTc8XAHyXIyB0ZDndMkYKymHgygDHYN+GVAgP5XeQ1lHjB+NSA6psd9+JBIz
    sessiontoken: 3kNZR4wfjUgOqbHffiQSMw==
    protocol: https
    mode: SecretKey
  buckets:
    - name: examplebucket-1250000000
      ofs: false
";

    #[test]
    fn a_whole_file_is_read_encrypted_and_plain() {
        let expected =
            Credentials::new("AKIDcosputINVENTEDid0000000000000001", "cosputINVENTEDkey000000000000001", None).unwrap();
        assert_eq!(keys(ENCRYPTED), Some(expected.clone()));
        let plain = "cos: {base: {secretid: AKIDcosputINVENTEDid0000000000000001, secretkey: cosputINVENTEDkey000000000000001}}";
        assert_eq!(keys(plain), Some(expected));
        // A key that looks encrypted is used unchanged if the file says so.
        for flag in ["\"true\"", "true"] {
            let text = format!(
                "cos: {{base: {{secretid: a, secretkey: FSjmuYofdKFCrBVV42e4qw==, disableencryption: {flag}}}}}"
            );
            assert_eq!(keys(&text).unwrap().secret_key(), "FSjmuYofdKFCrBVV42e4qw==");
        }
        assert_eq!(keys("cos: {base: {secretid: 12345, secretkey: 0042}}").unwrap().secret_key(), "0042");
    }

    #[test]
    fn a_file_without_keys_has_none() {
        for text in
            ["", "# nothing\n", "cos:\n", "cos:\n  base:\n", "cos: {base: {secretid: '', secretkey:}}", "other: 1"]
        {
            assert_eq!(keys(text), None, "{text}");
        }
        let encrypted_nothing =
            "cos: {base: {secretid: 3kNZR4wfjUgOqbHffiQSMw==, secretkey: 3kNZR4wfjUgOqbHffiQSMw==}}";
        assert_eq!(keys(encrypted_nothing), None);
    }

    #[test]
    fn the_file_can_name_the_role_of_the_instance() {
        let named = parse("cos: {base: {mode: CvmRole, cvmrolename: uploader}}").unwrap();
        assert!(matches!(named, Some(Grant::InstanceRole(Some(name))) if name == "uploader"));
        assert!(matches!(parse("cos: {base: {mode: CvmRole}}"), Ok(Some(Grant::InstanceRole(None)))));
    }

    #[test]
    fn errors_do_not_show_the_content() {
        let message = |text: &str| parse(text).err().expect(text).message;
        assert_eq!(
            message("cos:\n  base:\n    secretkey: [hidden\n"),
            "could not read coscli's ~/.cos.yaml: it is not the YAML expected (line 3)"
        );
        assert_eq!(
            message("cos: {base: {secretid: a}}"),
            "could not use coscli's ~/.cos.yaml: the secret key is missing"
        );
    }

    #[test]
    fn a_file_whose_aliases_would_fill_memory_is_refused() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..20 {
            let below = format!("*a{},", level - 1).repeat(9);
            bomb += &format!("a{level}: &a{level} [{below}]\n");
        }
        assert!(parse(&format!("{bomb}cos: *a19\n")).is_err());
        for deep in ["[", "{a: ", "- ", "? "] {
            let _ = parse(&deep.repeat(200_000));
        }
    }
}
