//! The texts of the page, which looks up their translations by the English ones.

use std::collections::BTreeMap;

use crate::language::{Language, Phrase, chosen, phrase};

/// What the page says. A test finds each of them in `page.html` or `page.js`, and each text of those here.
const TEXTS: &[Phrase] = &[
    phrase!("Timings of an upload by cosput"),
    phrase!("Timings of an upload"),
    phrase!("Where the time went"),
    phrase!("State of a request"),
    phrase!("Time"),
    phrase!("Share"),
    phrase!("What makes it long"),
    phrase!("Requests over time"),
    phrase!("Section of time"),
    phrase!("Zoom in"),
    phrase!("Zoom out"),
    phrase!("Earlier"),
    phrase!("Later"),
    phrase!("Whole upload"),
    phrase!("Drag across a chart to zoom into a section; double-click to see the whole upload."),
    phrase!("Throughput"),
    phrase!("Window and requests in flight"),
    phrase!("window: how many requests may be in flight"),
    phrase!("requests in flight"),
    phrase!("Requests"),
    phrase!("Point at a request to see it here."),
    phrase!("Failed and slowest requests"),
    phrase!("Began"),
    phrase!("Request"),
    phrase!("Object"),
    phrase!("Attempt"),
    phrase!("Waiting"),
    phrase!("Sending"),
    phrase!("Answering"),
    phrase!("End"),
    phrase!("waiting"),
    phrase!("before the first byte"),
    phrase!("making a connection, or reading the file"),
    phrase!("sending"),
    phrase!("from the first byte to the last"),
    phrase!("the network, or --limit-rate: this is the part that bandwidth shortens"),
    phrase!("answering"),
    phrase!("from the last byte to the answer"),
    phrase!("bytes that are still in buffers on the way, the distance to the region, and the server's own work"),
    phrase!("throttled"),
    phrase!("ended with SlowDown or the like"),
    phrase!("the server asks for fewer requests; cosput halves the window"),
    phrase!("failed"),
    phrase!("refused, broken off or stopped"),
    phrase!("the network, or what the list below says"),
    phrase!("reading"),
    phrase!("on this machine, no request"),
    phrase!("the disk: checking the file, or reading it for a checksum"),
    phrase!("{state}: {when}"),
    phrase!("an edge on the left: another attempt"),
    phrase!("answered"),
    phrase!("refused"),
    phrase!("unanswered"),
    phrase!("unread"),
    phrase!("stopped"),
    phrase!("not needed"),
    phrase!("succeeded"),
    phrase!("ended with exit code {code}"),
    phrase!("cosput {version} to {bucket}, begun at {began}: {outcome} after {time}."),
    phrase!("{requests}, {sent} sent, {rate}/s on average."),
    phrase!("request"),
    phrase!("row"),
    phrase!("The first {requests} are drawn; the curves and totals of failures cover all {total}."),
    phrase!("The server throttled {requests}; the window was {smallest} at its smallest."),
    phrase!("{requests} failed for another reason; the list below names the first ones."),
    phrase!("Before further attempts, requests waited {time} in all."),
    phrase!("The window was full {percent} % of the time."),
    phrase!(
        "If it is seldom full, there was not enough to send: a slow disk or pipe, few parts, or the first and the last moments."
    ),
    phrase!("Throughput over time, at most {rate} per second"),
    phrase!("Window and requests in flight over time, at most {most}"),
    phrase!("{rows} at once"),
    phrase!("{requests} over time in {rows}; the table below lists the failed and the slowest"),
    phrase!(", "),
    phrase!(", attempt {attempt} after a pause of {pause}"),
    phrase!("{end} ({detail})"),
    phrase!("{end}: {detail}"),
    phrase!("{request} of {object}{size}{again}: began at {began}; {times}; {end}"),
];

/// The name of the page's language, as HTML names it.
pub(super) fn language() -> &'static str {
    match chosen() {
        Language::English => "en",
        Language::Chinese => "zh-CN",
    }
}

/// The texts that differ in the language of the page.
pub(super) fn words() -> BTreeMap<&'static str, &'static str> {
    let both = TEXTS.iter().map(|text| (text.english(), text.text()));
    both.filter(|(english, text)| english != text).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::language::chinese;

    const PAGE: &str = include_str!("page.html");
    const SCRIPT: &str = include_str!("page.js");

    /// What stands between `before` and `after`, each time.
    fn all_between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
        text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
    }

    #[test]
    fn the_page_and_the_list_have_the_same_texts() {
        let listed: BTreeSet<&str> = TEXTS.iter().map(|text| text.english()).collect();
        let marks = ["STYLE", "DATA", "SCRIPT"];
        let of_page = all_between(PAGE, ">", "<").into_iter().map(str::trim);
        let of_page = of_page.filter(|text| !text.is_empty() && !marks.contains(text));
        let said = ["say(\"", "say(\n    \""].into_iter().flat_map(|call| all_between(SCRIPT, call, "\""));
        for text in of_page.chain(all_between(PAGE, "aria-label=\"", "\"")).chain(said) {
            assert!(listed.contains(text), "texts.rs lacks {text:?}");
        }
        for text in listed {
            let stands = PAGE.contains(text) || SCRIPT.contains(&format!("\"{text}\""));
            assert!(stands, "the page has no {text:?}");
        }
    }

    #[test]
    fn an_english_page_needs_no_words_and_a_chinese_one_all() {
        assert_eq!((language(), words().len()), ("en", 0));
        let (language, words) = chinese(|| (language(), words()));
        assert_eq!((language, words["Zoom in"], words.len()), ("zh-CN", "放大", TEXTS.len()));
    }
}
