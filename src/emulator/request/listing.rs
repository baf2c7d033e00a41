//! Pages of sorted entries with a prefix and a delimiter: GET Bucket and List Multipart Uploads (documents 436/7734
//! and 436/7736).

use super::request_head::RequestHead;
use crate::emulator::refusal;
use crate::emulator::refusal::Refusal;

/// The most entries of one page.
pub(crate) const LONGEST_PAGE: usize = 1000;

/// The most buckets of one page.
const MOST_BUCKETS: usize = 2000;

/// The parameters of a list.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) prefix: String,
    pub(crate) delimiter: String,
    /// The key after which the page starts.
    pub(crate) marker: String,
    /// The ID after which the page starts among the entries of that key; if it is empty, all of them are skipped.
    pub(crate) id_marker: String,
    /// True if the page is in the order of IDs and starts after `id_marker`, whatever the key.
    pub(crate) by_id: bool,
    pub(crate) limit: usize,
    /// True if keys are percent-encoded in the answer.
    pub(crate) encoded: bool,
}

impl Query {
    pub(crate) fn of_buckets(head: &RequestHead) -> Result<Self, Refusal> {
        Self::read(head, "marker", ("max-keys", MOST_BUCKETS))
    }

    pub(crate) fn of_objects(head: &RequestHead) -> Result<Self, Refusal> {
        Self::read(head, "marker", ("max-keys", LONGEST_PAGE))
    }

    pub(crate) fn of_uploads(head: &RequestHead) -> Result<Self, Refusal> {
        let query = Self::read(head, "key-marker", ("max-uploads", LONGEST_PAGE))?;
        // The service ignores an ID without a key.
        let id_marker = if query.marker.is_empty() { None } else { head.parameter("upload-id-marker") };
        Ok(Self { id_marker: id_marker.unwrap_or_default().to_owned(), ..query })
    }

    /// CDCS has no key markers and no delimiters.
    pub(crate) fn of_cdcs_uploads(head: &RequestHead) -> Result<Self, Refusal> {
        let query = Self::read(head, "", ("max-uploads", LONGEST_PAGE))?;
        let id_marker = head.parameter("upload-id-marker").unwrap_or_default().to_owned();
        Ok(Self { delimiter: String::new(), id_marker, by_id: true, ..query })
    }

    fn read(head: &RequestHead, marker: &str, (limit, most): (&str, usize)) -> Result<Self, Refusal> {
        let text = |name| head.parameter(name).unwrap_or_default().to_owned();
        Ok(Self {
            prefix: text("prefix"),
            delimiter: text("delimiter"),
            marker: text(marker),
            id_marker: String::new(),
            by_id: false,
            limit: number(head, limit, 0, most)?,
            encoded: encoded(head)?,
        })
    }
}

/// Reads a number in `smallest..=most`; `most` if it is missing.
pub(crate) fn number(head: &RequestHead, name: &str, smallest: usize, most: usize) -> Result<usize, Refusal> {
    match head.parameter(name).filter(|text| !text.is_empty()) {
        None => Ok(most),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (smallest..=most).contains(number))
            .ok_or_else(|| refusal::INVALID_ARGUMENT.saying(format!("{name} must be {smallest} to {most}."))),
    }
}

/// Reads `encoding-type`, whose only value is `url`.
pub(crate) fn encoded(head: &RequestHead) -> Result<bool, Refusal> {
    match head.parameter("encoding-type") {
        None | Some("") => Ok(false),
        Some("url") => Ok(true),
        Some(_) => Err(refusal::INVALID_ARGUMENT.saying("encoding-type must be url.")),
    }
}

/// One page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<T>,
    pub(crate) prefixes: Vec<String>,
    /// The key and the ID after which the next page starts; `None` on the last page.
    pub(crate) next: Option<(String, String)>,
}

/// Selects a page of entries sorted by key and ID.
pub(crate) fn page<'a, T>(entries: impl Iterator<Item = (&'a str, &'a str, T)>, query: &Query) -> Page<T> {
    if query.by_id {
        return page_by_id(entries, query);
    }
    let mut page = Page { entries: Vec::new(), prefixes: Vec::new(), next: None };
    let mut last = None;
    for (key, id, entry) in entries {
        if !key.starts_with(&query.prefix) || is_before(key, id, query) {
            continue;
        }
        let common = common_prefix(key, query);
        if common.is_some_and(|common| page.prefixes.last().is_some_and(|known| known == common)) {
            continue;
        }
        if common.is_some_and(|common| common <= query.marker.as_str()) {
            continue;
        }
        if page.entries.len() + page.prefixes.len() == query.limit {
            page.next = last;
            return page;
        }
        if let Some(common) = common {
            page.prefixes.push(common.to_owned());
            last = Some((common.to_owned(), String::new()));
        } else {
            page.entries.push(entry);
            last = Some((key.to_owned(), id.to_owned()));
        }
    }
    page
}

fn page_by_id<'a, T>(entries: impl Iterator<Item = (&'a str, &'a str, T)>, query: &Query) -> Page<T> {
    let wanted = |(key, id, _): &(&str, &str, T)| key.starts_with(&query.prefix) && *id > query.id_marker.as_str();
    let mut entries: Vec<_> = entries.filter(wanted).collect();
    entries.sort_by(|one, other| one.1.cmp(other.1));
    let truncated = entries.len() > query.limit;
    entries.truncate(query.limit);
    let next = entries.last().filter(|_| truncated).map(|(key, id, _)| ((*key).to_owned(), (*id).to_owned()));
    Page { entries: entries.into_iter().map(|(_, _, entry)| entry).collect(), prefixes: Vec::new(), next }
}

fn is_before(key: &str, id: &str, query: &Query) -> bool {
    let marker = query.marker.as_str();
    !marker.is_empty()
        && (key < marker || (key == marker && (query.id_marker.is_empty() || id <= query.id_marker.as_str())))
}

/// The key up to the first delimiter after the prefix.
fn common_prefix<'a>(key: &'a str, query: &Query) -> Option<&'a str> {
    if query.delimiter.is_empty() {
        return None;
    }
    let rest = &key[query.prefix.len()..];
    let end = rest.find(&query.delimiter)? + query.delimiter.len();
    Some(&key[..query.prefix.len() + end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn query(prefix: &str, delimiter: &str, limit: usize) -> Query {
        Query { prefix: prefix.into(), delimiter: delimiter.into(), limit, ..Query::default() }
    }

    /// Every entry and prefix, page by page.
    fn walk(entries: &[(&str, &str)], mut query: Query) -> (Vec<String>, Vec<String>) {
        let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
        loop {
            let entries = entries.iter().map(|(key, id)| (*key, *id, format!("{key}:{id}")));
            let page = page(entries, &query);
            keys.extend(page.entries);
            prefixes.extend(page.prefixes);
            let Some((key, id)) = page.next else { return (keys, prefixes) };
            (query.marker, query.id_marker) = (key, id);
        }
    }

    #[test]
    fn a_delimiter_groups_keys_by_common_prefix() {
        let entries = [("a", ""), ("dir/1", ""), ("dir/2", ""), ("dir/sub/3", ""), ("z", "")];
        let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for limit in 1..6 {
            assert_eq!(walk(&entries, query("", "/", limit)), (strings(&["a:", "z:"]), strings(&["dir/"])));
            let below = (strings(&["dir/1:", "dir/2:"]), strings(&["dir/sub/"]));
            assert_eq!(walk(&entries, query("dir/", "/", limit)), below);
        }
    }

    #[test]
    fn an_empty_page_is_not_truncated() {
        assert_eq!(page([("a", "", ())].into_iter(), &query("", "", 0)).next, None);
    }

    #[test]
    fn a_key_marker_alone_skips_all_uploads_of_that_key() {
        let entries = [("a", "1"), ("a", "2"), ("b", "1")];
        let mut after = query("", "", 10);
        after.marker = "a".into();
        assert_eq!(walk(&entries, after.clone()).0, ["b:1"]);
        after.id_marker = "1".into();
        assert_eq!(walk(&entries, after).0, ["a:2", "b:1"]);
    }

    #[test]
    fn pages_by_id_ignore_the_keys() {
        let entries = [("a", "3"), ("b", "1"), ("c", "2")];
        let query = Query { by_id: true, ..query("", "", 2) };
        assert_eq!(walk(&entries, query).0, ["b:1", "c:2", "a:3"]);
    }

    proptest! {
        #[test]
        fn the_pages_together_are_the_whole(
            entries in prop::collection::btree_set(("[ab/]{1,4}", "[12]"), 0..20), limit in 1usize..5, fold in any::<bool>(),
        ) {
            let entries: Vec<(&str, &str)> = entries.iter().map(|(key, id)| (key.as_str(), id.as_str())).collect();
            let delimiter = if fold { "/" } else { "" };
            prop_assert_eq!(walk(&entries, query("", delimiter, limit)), walk(&entries, query("", delimiter, 1000)));
        }
    }
}
