//! From arguments to the headers and the encryption of an object.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::Server;
use super::content_type::guessed;
use crate::cli::args::{EncryptionArguments, ObjectArguments, SseMode};
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::encryption::KmsKey;
use crate::cos::headers::{Field, InvalidHeader};
use crate::cos::{CustomerKey, Encryption, Key, ObjectHeaders};
use crate::language::message;

/// The most bytes that are read of a key file; every form of a key is shorter.
const LARGEST_KEY_FILE: u16 = 4096;
/// The variable of an SSE-C key. There is no such option, since all users of a machine can read its command lines.
pub(crate) const KEY_VARIABLE: &str = "COSPUT_SSE_C_KEY";

/// The headers of all objects of a command. `with_type` adds the type of each.
pub(crate) fn headers(arguments: ObjectArguments) -> Result<ObjectHeaders, Failure> {
    let ObjectArguments { fields, meta, tag, no_overwrite: _ } = arguments;
    let mut headers = ObjectHeaders::new();
    for (field, value) in fields.0 {
        headers.set(field, &value).map_err(|error| unusable(field.name(), &error))?;
    }
    headers.set_metadata(&meta).map_err(|error| unusable("--meta", &error))?;
    headers.set_tags(&tag).map_err(|error| unusable("--tag", &error))?;
    Ok(headers)
}

/// The same headers, with the type of the file's name if none is set, and the encoding that goes with that type.
pub(crate) fn with_type(headers: &ObjectHeaders, key: &Key, source: &Path) -> ObjectHeaders {
    let mut headers = headers.clone();
    if headers.get(Field::ContentType).is_none() {
        let (content_type, encoding) = guessed(key, source);
        headers.set(Field::ContentType, content_type).expect("a guessed type is well-formed");
        if let Some(encoding) = encoding.filter(|_| headers.get(Field::ContentEncoding).is_none()) {
            headers.set(Field::ContentEncoding, encoding).expect("an encoding of the table is well-formed");
        }
    }
    headers
}

fn unusable(what: &str, error: &InvalidHeader) -> Failure {
    Failure::usage(message!("{what} cannot be used: {error}", what, error))
}

/// The encryption of the object.
pub(crate) fn encryption(arguments: EncryptionArguments, world: &World) -> Result<Encryption, Failure> {
    let EncryptionArguments { sse, sse_kms_key_id, sse_kms_context, customer } = arguments;
    let key = customer_key(customer.sse_c_key_file.as_deref(), world)?;
    if sse != Some(SseMode::Kms) && (sse_kms_key_id.is_some() || sse_kms_context.is_some()) {
        return Err(Failure::usage(message!("--sse-kms-key-id and --sse-kms-context need --sse cos/kms")));
    }
    match (sse, key) {
        (Some(_), Some(_)) => Err(Failure::usage(message!(
            "--sse and a key of one's own exclude each other; leave out --sse, or --sse-c-key-file and COSPUT_SSE_C_KEY"
        ))),
        (None, Some(key)) => Ok(Encryption::Customer(key)),
        (None, None) => Ok(Encryption::AsTheBucket),
        (Some(SseMode::Cos), None) => Ok(Encryption::Cos),
        (Some(SseMode::Kms), None) => Ok(Encryption::Kms(KmsKey { id: sse_kms_key_id, context: sse_kms_context })),
    }
}

/// The SSE-C key from a file or from the environment.
pub(crate) fn customer_key(file: Option<&Path>, world: &World) -> Result<Option<CustomerKey>, Failure> {
    let (origin, bytes) = match (file, world.variables.get(KEY_VARIABLE)) {
        (Some(path), _) => (message!("the SSE-C key in {file}", file = shown(path)), read(path)?),
        (None, Some(value)) => (KEY_VARIABLE.into(), Zeroizing::new(value.as_encoded_bytes().to_vec())),
        (None, None) => return Ok(None),
    };
    let key = CustomerKey::new(&bytes);
    let key = key.map_err(|error| Failure::usage(message!("could not use {origin}: {error}", origin, error)))?;
    Ok(Some(key))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // The buffer has room for the whole file: growing would leave copies in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * usize::from(LARGEST_KEY_FILE)));
    let done = File::open(path).and_then(|file| file.take(LARGEST_KEY_FILE.into()).read_to_end(&mut bytes));
    match done {
        Ok(length) if length >= LARGEST_KEY_FILE.into() => Err(Failure::usage(message!(
            "{file} is too long for an SSE-C key; expected 32 bytes, or the 44 characters of their Base64",
            file = shown(path)
        ))),
        Ok(_) => Ok(bytes),
        Err(error) => {
            Err(Failure::usage(message!("could not read the SSE-C key in {file}: {error}", file = shown(path), error)))
        }
    }
}

/// Refuses to send keys or KMS key IDs without TLS, except to this machine.
pub(crate) fn check_way(encryption: &Encryption, server: &Server) -> Result<(), Failure> {
    match server {
        Server::At { endpoint, .. } if encryption.needs_https() && !endpoint.is_https() && !endpoint.is_loopback() => {
            Err(Failure::Usage {
                message: message!("SSE-C and SSE-KMS need https, and {endpoint} is not", endpoint),
                hint: Some(message!("give the endpoint with https://")),
            })
        }
        _ => Ok(()),
    }
}

/// The earlier upload has another SSE-C key.
pub(crate) fn other_key() -> Failure {
    Failure::Usage {
        message: message!("could not go on with the earlier upload: it was begun with another SSE-C key"),
        hint: Some(message!("give the key that it was begun with, or begin anew with upload --no-resume")),
    }
}

/// The earlier upload has an SSE-C key, and none is given.
pub(crate) fn no_key() -> Failure {
    Failure::Usage {
        message: message!("could not go on with the earlier upload: it was begun with an SSE-C key"),
        hint: Some(message!("give that key with --sse-c-key-file or COSPUT_SSE_C_KEY")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;
    use crate::cos::{Addressing, Edition, Endpoint, Service};

    const KEY: &str = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";

    #[test]
    fn a_key_comes_from_a_file_or_from_the_environment_and_is_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, [7; 32]).unwrap();
        let seven = CustomerKey::new(&[7; 32]).unwrap();
        let with_variable = world(&[], &[("COSPUT_SSE_C_KEY", KEY)]).world;
        let key = |file: Option<&Path>| customer_key(file, &with_variable).unwrap().unwrap();
        assert_eq!(key(None), CustomerKey::new(KEY.as_bytes()).unwrap());
        assert_eq!(key(Some(&path)), seven);
        assert_eq!(customer_key(None, &world(&[], &[]).world), Ok(None));

        std::fs::write(&path, "hidden").unwrap();
        let refused = |file: Option<&Path>, variable: &str| {
            let world = world(&[], &[("COSPUT_SSE_C_KEY", variable)]).world;
            customer_key(file, &world).unwrap_err().report()
        };
        let expected = "a key of 6 bytes is not valid; expected 32 bytes, or the 44 characters of their Base64";
        let report = refused(Some(&path), "");
        assert_eq!(report.message, format!("could not use the SSE-C key in {}: {expected}", path.display()));
        assert_eq!(refused(None, "hidden").message, format!("could not use COSPUT_SSE_C_KEY: {expected}"));
        assert_eq!(report.exit_code, 2);
        std::fs::write(&path, [b'A'; 5000]).unwrap();
        assert!(refused(Some(&path), "").message.contains("is too long for an SSE-C key"));
        assert_eq!(refused(Some(&path.join("nowhere")), "").exit_code, 2);
    }

    #[test]
    fn keys_travel_over_https_or_on_this_machine() {
        let server = |text: &str| Server::At {
            service: Service::Cos,
            edition: Edition::default(),
            endpoint: Endpoint::parse(text).unwrap(),
            addressing: Addressing::Path,
        };
        let customer = Encryption::Customer(CustomerKey::new(KEY.as_bytes()).unwrap());
        for encryption in [Encryption::Kms(KmsKey::default()), customer] {
            let check = |text: &str| {
                check_way(&encryption, &server(text)).map_err(|failure| failure.report().message.to_string())
            };
            for good in ["https://h.example", "http://127.0.0.1:1", "http://localhost", "http://[::1]"] {
                assert_eq!(check(good), Ok(()), "{good}");
            }
            let expected = "SSE-C and SSE-KMS need https, and http://h.example is not";
            assert_eq!(check("http://h.example"), Err(expected.to_owned()));
            assert!(check("http://192.0.2.1").is_err());
            let (service, edition) = (Service::Cos, Edition::default());
            let emulator = Server::Emulator { service, edition, directory: "d".into() };
            assert_eq!(check_way(&encryption, &emulator), Ok(()));
        }
        assert_eq!(check_way(&Encryption::Cos, &server("http://h.example")), Ok(()));
    }
}
