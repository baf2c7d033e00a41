//! The text of an answer that is not the service's: the page of a firewall, a proxy or a login portal.

/// No more characters than these are kept.
const LONGEST: usize = 2000;
/// Elements whose content is not text of the page.
const UNSEEN: [&str; 3] = ["script", "style", "svg"];

/// The text that a person would read, a line each; `None` for the service's own formats and for empty answers.
pub(super) fn page_text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("<?xml") || text.starts_with('{') || text.contains('\0') {
        return None;
    }
    if text.starts_with('<') && !is_html(text) {
        // A document of the service, of which the end may be missing.
        return None;
    }
    let text = if text.starts_with('<') { without_tags(text) } else { text.to_owned() };
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = text.lines().map(words).filter(|line| !line.is_empty()).collect();
    let text: String = lines.join("\n").chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

fn is_html(text: &str) -> bool {
    ["!", "html", "head", "body", "title", "meta", "center", "script", "h1", "p>"]
        .iter()
        .any(|name| begins_with(&text[1..], name))
}

/// HTML without its tags, each of which ends a line, and without what they hide.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        text.push('\n');
        rest = &rest[start..];
        let hidden = UNSEEN.iter().find(|name| begins_with(&rest[1..], name));
        let end = match hidden {
            _ if rest.starts_with("<!--") => rest.find("-->").map(|at| at + 3),
            Some(name) => find(rest, &format!("</{name}")).and_then(|at| Some(at + rest[at..].find('>')? + 1)),
            None => rest.find('>').map(|at| at + 1),
        };
        rest = end.map_or("", |end| &rest[end..]);
    }
    text.push_str(rest);
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

fn begins_with(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(name))
}

fn find(text: &str, wanted: &str) -> Option<usize> {
    text.to_ascii_lowercase().find(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_reduced_to_what_a_person_reads() {
        let page = b"<!DOCTYPE html>\n<html><head><title>Hotel &amp;  WiFi</title><style>p{}</style>\n<SCRIPT>if (a<b) {}</SCRIPT>\
            </head><!-- > --><body><p>Please <b>log in</b></p></body></html>";
        assert_eq!(page_text(page).as_deref(), Some("Hotel & WiFi\nPlease\nlog in"));
        assert_eq!(page_text(b"  upstream\tis  down \r\n\r\nbye").as_deref(), Some("upstream is down\nbye"));
        assert_eq!(page_text(b"<html><script>never ends").as_deref(), None);
    }

    #[test]
    fn the_formats_of_the_service_are_no_pages() {
        for body in ["", " \n", "<?xml version=\"1.0\"?><Error/>", "{\"code\":\"x\"}", "a\0b"] {
            assert_eq!(page_text(body.as_bytes()), None, "{body:?}");
        }
    }

    #[test]
    fn a_long_page_is_cut_off() {
        assert_eq!(page_text("é".repeat(5000).as_bytes()).map(|text| text.chars().count()), Some(LONGEST));
    }
}
