//! The content type of a file by its name: a table of our own for extensions whose type in the library is outdated or
//! missing, then the library's table.

use std::path::Path;

use crate::cos::Key;

/// The type of a file with an unknown extension.
const UNKNOWN: &str = "application/octet-stream";

/// A type of our own.
struct Row {
    extension: &'static str,
    content_type: &'static str,
    /// The content encoding that files with this extension have.
    encoding: Option<&'static str>,
}

const fn row(extension: &'static str, content_type: &'static str) -> Row {
    Row { extension, content_type, encoding: None }
}

/// Our own types, each with the source that names it.
const TYPES: [Row; 24] = [
    // freedesktop.org's shared-mime-info; mirrors of Fedora and openSUSE send it too.
    row("rpm", "application/x-rpm"),
    // Debian's mime.types; the IANA registration is application/vnd.debian.binary-package.
    row("deb", "application/vnd.debian.binary-package"),
    // An Android App Bundle is a ZIP archive without a registered type; Google Play takes it as a byte stream.
    row("aab", "application/octet-stream"),
    // OpenHarmony packages are ZIP archives without a registered type.
    row("hap", "application/octet-stream"),
    // RFC 8216, section 4: media playlists and segments.
    row("m3u8", "application/vnd.apple.mpegurl"),
    // RFC 3555 registers MPEG-2 transport streams; a TypeScript file on a web server is rare beside them.
    row("ts", "video/mp2t"),
    // TypeScript has no registered type; browsers show text.
    row("tsx", "text/plain"),
    // ISO/IEC 23009-1 (DASH) segments: IANA video/iso.segment.
    row("m4s", "video/iso.segment"),
    // RFC 9239: text/javascript for all scripts.
    row("mjs", "text/javascript"),
    row("cjs", "text/javascript"),
    // jsonlines.org and the NDJSON specification; neither is registered.
    row("jsonl", "application/jsonl"),
    row("ndjson", "application/x-ndjson"),
    // W3C Web Application Manifest, section 4.
    row("webmanifest", "application/manifest+json"),
    // Source maps: ECMA-426, section 11.
    row("map", "application/json"),
    // RFC 9512.
    row("yaml", "application/yaml"),
    row("yml", "application/yaml"),
    // IANA application/toml.
    row("toml", "application/toml"),
    // RFC 8878.
    row("zst", "application/zstd"),
    // RFC 6713: a compressed archive is sent as it is.
    row("tgz", "application/gzip"),
    // IANA model/vnd.usdz+zip.
    row("usdz", "model/vnd.usdz+zip"),
    // IANA audio/mp4.
    row("m4a", "audio/mp4"),
    // A Python wheel is a ZIP archive (PEP 427).
    row("whl", "application/zip"),
    // Microsoft's documentation on serving MSIX packages from a web server.
    row("msix", "application/msix"),
    // SVG 1.1, appendix P: compressed SVG is sent with Content-Encoding: gzip.
    Row { extension: "svgz", content_type: "image/svg+xml", encoding: Some("gzip") },
];

/// The content type of the key's extension, or of the file's, with the content encoding that goes with it.
pub(super) fn guessed(key: &Key, source: &Path) -> (&'static str, Option<&'static str>) {
    of_name(Path::new(key.as_str())).or_else(|| of_name(source)).unwrap_or((UNKNOWN, None))
}

fn of_name(name: &Path) -> Option<(&'static str, Option<&'static str>)> {
    let extension = name.extension()?.to_str()?;
    let ours = TYPES.iter().find(|row| row.extension.eq_ignore_ascii_case(extension));
    match ours {
        Some(row) => Some((row.content_type, row.encoding)),
        None => mime_guess::from_ext(extension).first_raw().map(|content_type| (content_type, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cos::headers::Field;

    fn content_type(key: &str, source: &str) -> &'static str {
        guessed(&Key::new(key).unwrap(), Path::new(source)).0
    }

    #[test]
    fn the_type_is_guessed_from_the_key_then_from_the_file() {
        assert_eq!(content_type("a/b.html", "x.png"), "text/html");
        assert_eq!(content_type("a/b", "x.PNG"), "image/png");
        assert_eq!(content_type("a.unheard-of", "x"), "application/octet-stream");
        assert_eq!(content_type("a.d/b", "x"), "application/octet-stream");
    }

    #[test]
    fn types_of_our_own_come_first() {
        assert_eq!(content_type("app.RPM", "x"), "application/x-rpm");
        assert_eq!(content_type("live.m3u8", "x"), "application/vnd.apple.mpegurl");
        assert_eq!(content_type("1.ts", "x"), "video/mp2t");
        assert_eq!(guessed(&Key::new("a.svgz").unwrap(), Path::new("a")), ("image/svg+xml", Some("gzip")));
    }

    #[test]
    fn every_type_is_well_formed_and_listed_once() {
        for (index, row) in TYPES.iter().enumerate() {
            assert!(Field::ContentType.value(row.content_type).is_ok(), "{}", row.extension);
            assert!(TYPES[..index].iter().all(|earlier| earlier.extension != row.extension), "{}", row.extension);
        }
    }
}
