//! Text of another program or server, for a message: one short line without control characters and known secrets.

const MOST: usize = 300;

/// The first line of `text` that is not empty.
pub(super) fn excerpt(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "****");
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|character| !character.is_control()).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_shown_without_secrets_and_control_characters() {
        assert_eq!(excerpt("\n  no \u{1b}[31mrole for hidden!\nmore", &["hidden", ""]), "no [31mrole for ****!");
        assert_eq!(excerpt("", &[]), "");
        assert_eq!(excerpt(&"é".repeat(1000), &[]).chars().count(), MOST);
    }
}
