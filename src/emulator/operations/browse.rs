//! Pages for a person with a browser or curl: the buckets, and the objects of a bucket.

use quick_xml::escape::escape;

use crate::cos::address::Bucket;
use crate::cos::encoding::encode_path;

use crate::emulator::answer::document::time;
use crate::emulator::answer::response::{Answer, Content};
use crate::emulator::exchange::Exchange;
use crate::emulator::refusal::Refusal;
use crate::emulator::request::listing::Query;
use crate::emulator::request::request_head::RequestHead;
use crate::emulator::store::ListedBucket;

/// A page with the buckets.
pub(super) fn buckets(exchange: &Exchange, head: &RequestHead) -> Result<Answer, Refusal> {
    let buckets = exchange.service.store.buckets(&Query::of_buckets(head)?).entries;
    let row = |bucket: &ListedBucket| format!("<li><a href=\"/{0}/\">{0}</a></li>\n", bucket.name);
    let list: String = buckets.iter().map(row).collect();
    let empty = if buckets.is_empty() { "<p>No buckets yet: a bucket is created on first use.</p>\n" } else { "" };
    Ok(page("Buckets", &format!("{empty}<ul>\n{list}</ul>\n")))
}

/// A page with the objects of a bucket.
pub(super) fn objects(exchange: &Exchange, bucket: &Bucket, head: &RequestHead) -> Result<Answer, Refusal> {
    let query = Query::of_objects(head)?;
    let page_of = exchange.service.store.list_objects(bucket, &query);
    let row = |(key, size, modified): (&str, u64, String)| {
        let (link, name) = (encode_path(key), escape(key));
        format!("<tr><td><a href=\"/{bucket}/{link}\">{name}</a></td><td>{size}</td><td>{modified}</td></tr>\n")
    };
    let entries = page_of.entries.iter().map(|object| (object.key.as_str(), object.size, time(object.modified)));
    let rows: String = entries.map(row).collect();
    let next = page_of.next.map_or(String::new(), |(key, _)| {
        format!("<p><a href=\"/{bucket}/?marker={}\">more</a></p>\n", crate::cos::encoding::encode(&key))
    });
    let table = format!("<table>\n<tr><th>key</th><th>bytes</th><th>modified</th></tr>\n{rows}</table>\n{next}");
    Ok(page(bucket.as_str(), &format!("<p><a href=\"/\">all buckets</a></p>\n{table}")))
}

fn page(title: &str, body: &str) -> Answer {
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title} - cosput emulator</title>\n\
         <style>body {{ font-family: sans-serif; margin: 2em }} td, th {{ text-align: left; padding-right: 2em }}</style>\n\
         </head>\n<body>\n<h1>{title}</h1>\n<p>This is the emulator of cosput. Nothing here left this machine.</p>\n\
         {body}</body>\n</html>\n"
    );
    let answer = Answer { content: Content::Text(text), ..Answer::empty(200) };
    answer.with("Content-Type", "text/html; charset=utf-8")
}
