//! Text of another program or server, for a message: one short line without control characters and known secrets.

const MOST: usize = 300;

/// The first line of `text` that is not empty.
pub(crate) fn excerpt(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "****");
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|character| !character.is_control()).take(MOST).collect()
}

/// The same text with `****` for everything that looks like a secret: a long word of letters and digits, an ID of Tencent
/// Cloud, and the value after a name like `secret_key=`.
pub(crate) fn masked(text: &str) -> String {
    let of_word = |character: char| character.is_ascii_alphanumeric() || "+/_-".contains(character);
    let (mut shown, mut secret_follows) = (String::new(), false);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|character| of_word(character) != of_word(first)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        if !of_word(first) {
            shown += piece;
            continue;
        }
        shown += if secret_follows || looks_secret(piece) { "****" } else { piece };
        secret_follows = is_name_of_secret(piece) && after.trim_start_matches(['"', '\'', ' ']).starts_with(['=', ':']);
    }
    shown
}

fn looks_secret(word: &str) -> bool {
    let has = |test: fn(&char) -> bool| word.chars().any(|character| test(&character));
    let mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    word.starts_with("AKID") || (word.len() >= 16 && mixed && !word.contains('/')) || (word.len() >= 32 && mixed)
}

fn is_name_of_secret(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["secret", "token", "password", "passwd", "key"].iter().any(|name| word.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_like_secrets_are_masked() {
        let table = [
            ("no such profile: ci", "no such profile: ci"),
            ("/usr/local/bin/get-credentials: not found", "/usr/local/bin/get-credentials: not found"),
            ("key AKIDz8krbsJ5yKBZQpn74WFkmLPx3 expired", "key **** expired"),
            ("token is Gu5t9xGARNpq86cd98joQYCN3", "token is ****"),
            ("SecretKey=short", "SecretKey=****"),
            (r#"{"secret_key": "short"}"#, r#"{"secret_key": "****"}"#),
        ];
        for (text, shown) in table {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn the_first_line_is_shown_without_secrets_and_control_characters() {
        assert_eq!(excerpt("\n  no \u{1b}[31mrole for hidden!\nmore", &["hidden", ""]), "no [31mrole for ****!");
        assert_eq!(excerpt("", &[]), "");
        assert_eq!(excerpt(&"é".repeat(1000), &[]).chars().count(), MOST);
    }
}
