//! `Content-Disposition`: a file name beyond ASCII is sent as `filename*` (RFC 6266, RFC 8187), with a plain `filename`
//! beside it for programs that know no other.

use super::invalid_header::{InvalidHeader, check_ascii};
use crate::cos::encoding::encode;

const FILE_NAME: &str = "filename";
const EXTENDED_FILE_NAME: &str = "filename*";

/// Reads a disposition like `attachment; filename="name"`.
pub(super) fn content_disposition(text: &str) -> Result<String, InvalidHeader> {
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    let parameters = split(text);
    let named = |parameter: &&str, name: &str| {
        parameter.split_once('=').is_some_and(|(found, _)| found.trim().eq_ignore_ascii_case(name))
    };
    let extended = parameters.iter().any(|parameter| named(parameter, EXTENDED_FILE_NAME));
    let file_name = parameters.iter().position(|parameter| named(parameter, FILE_NAME));
    let Some((index, name)) = file_name.map(|index| (index, file_name_in(parameters[index]))) else {
        return check_ascii(text).map(|()| text.to_owned());
    };
    let plain: String = name.chars().map(|character| if character.is_ascii() { character } else { '_' }).collect();
    let plain = format!("{FILE_NAME}=\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""));
    // The position in a message is that in the text as typed, so the name is replaced by as many characters.
    let others = text.replacen(&name, &"_".repeat(name.chars().count()), 1);
    check_ascii(&others)?;
    let mut parameters: Vec<String> = parameters.into_iter().map(|parameter| parameter.trim().to_owned()).collect();
    parameters[index] = plain;
    if !extended {
        parameters.insert(index + 1, format!("{EXTENDED_FILE_NAME}=UTF-8''{}", encode(&name)));
    }
    Ok(parameters.join("; "))
}

/// The parts between semicolons that stand outside quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character: char| {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' => return !quoted,
            _ => {}
        }
        false
    })
    .collect()
}

/// The value of a parameter, without quotes.
fn file_name_in(parameter: &str) -> String {
    let value = parameter.split_once('=').map_or("", |(_, value)| value.trim());
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    quoted.map_or_else(|| value.to_owned(), |value| value.replace("\\\"", "\"").replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_beyond_ascii_is_sent_in_both_forms() {
        let table = [
            ("inline", "inline"),
            ("attachment; filename=a.pdf", "attachment; filename=a.pdf"),
            ("attachment; filename=é;x=y", "attachment; filename=\"_\"; filename*=UTF-8''%C3%A9; x=y"),
            ("attachment; FileName=\"a; é\"", "attachment; filename=\"a; _\"; filename*=UTF-8''a%3B%20%C3%A9"),
            ("attachment; filename=é; filename*=UTF-8''e", "attachment; filename=\"_\"; filename*=UTF-8''e"),
        ];
        for (typed, sent) in table {
            assert_eq!(content_disposition(typed).as_deref(), Ok(sent), "{typed}");
        }
    }

    #[test]
    fn other_characters_beyond_ascii_are_refused() {
        for (typed, position) in [("é", 1), ("attachment; name=é", 18), ("attachment; filename=é; x=é", 27)] {
            let refused = content_disposition(typed).unwrap_err().to_string();
            assert_eq!(refused, format!("the character 'é' at position {position} is not ASCII, as headers are"));
        }
    }
}
