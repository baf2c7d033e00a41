//! coscmd's `~/.cos.conf`, an INI file with the keys in plain text.

use crate::cos::{Credentials, CredentialsError};
use crate::credentials::environment::Environment;
use crate::credentials::found::{Found, Grant};
use crate::credentials::keys::Triple;
use crate::credentials::parsing::file::read_default;
use crate::credentials::parsing::ini::Section;
use crate::language::{Phrase, phrase};

pub(crate) const NAME: Phrase = phrase!("coscmd's ~/.cos.conf");

/// Reads the file in the home directory.
pub(crate) fn look(environment: &Environment) -> Result<Option<Found>, CredentialsError> {
    let Some(home) = &environment.home else {
        return Ok(None);
    };
    match read_default(&home.join(".cos.conf"), &NAME.into())? {
        Some(text) => Ok(parse(&text)?.map(|credentials| Found::new(NAME, Grant::Keys(credentials)))),
        None => Ok(None),
    }
}

fn parse(text: &str) -> Result<Option<Credentials>, CredentialsError> {
    let Some(section) = Section::read(text, "common", &NAME.into())? else {
        return Ok(None);
    };
    // Old versions of coscmd wrote access_id.
    let id = section.value(&["secret_id", "access_id"]);
    Triple { id, key: section.value(&["secret_key"]), token: section.value(&["token"]) }.credentials(&NAME.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_section_is_read() {
        let keys = |text: &str| parse(text).map_err(|why| why.message.to_string());
        let expected = |token| Ok(Some(Credentials::new("AKID1", "k/e+y=", token).unwrap()));
        assert_eq!(
            keys("[common]\nsecret_id = AKID1\nsecret_key = k/e+y=\nbucket = b-1\nverify = md5\n"),
            expected(None)
        );
        assert_eq!(keys("[common]\r\naccess_id=AKID1\r\nsecret_key=k/e+y=\r\ntoken=t==\r\n"), expected(Some("t==")));
        assert_eq!(keys("[common]\nanonymous = True\n"), Ok(None));
        assert_eq!(keys("[other]\nsecret_id = AKID1\n"), Ok(None));
        assert_eq!(
            keys("[common]\nsecret_id = AKID1\n"),
            Err("could not use coscmd's ~/.cos.conf: the secret key is missing".to_owned())
        );
        assert_eq!(
            keys("[common\nsecret_key = hidden\n"),
            Err("could not read coscmd's ~/.cos.conf: it is not the INI file expected".to_owned())
        );
    }
}
