//! Names of the files that are kept for an object: readable, and different for each.

/// Starts as the last segment of the key does. `what` distinguishes the file from all others of its kind.
pub(crate) fn key_file_name(key: &str, what: &[&str], extension: &str) -> String {
    let number = crate::cos::checksum::crc64(what.join("\0").as_bytes());
    let base = key.rsplit('/').find(|segment| !segment.is_empty()).unwrap_or("object");
    let plain =
        |character: char| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '_' };
    let base: String = base.chars().map(plain).take(40).collect();
    // On Windows `con.txt` is a device, whatever follows the dot.
    let base = if cfg!(windows) { base.replace('.', "_") } else { base };
    format!("{base}-{number:016x}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_with_the_last_segment_of_the_key_in_plain_characters() {
        let name = |key: &str| key_file_name(key, &["bucket", key], "json");
        assert!(name("dir/a \"quoted\" 键/").starts_with("a__quoted___-"), "{}", name("dir/a \"quoted\" 键/"));
        assert!(name("//").starts_with("object-"));
        assert_eq!(name(&"x".repeat(900)).len(), 40 + "-0123456789abcdef.json".len());
        assert_ne!(name("a/b"), name("c/b"));
    }

    #[test]
    fn on_windows_it_is_no_device() {
        for key in ["con.txt", "dir/aux", "nul.tar.gz", "com1.a", "LPT9.log"] {
            let name = key_file_name(key, &[key], "json");
            let before_the_dot = name.split('.').next().unwrap();
            assert_eq!(before_the_dot.contains('-'), cfg!(windows) || !key.contains('.'), "{name}");
        }
    }
}
