//! The buckets in the configuration of coscli and coscmd: names, aliases, regions and endpoints.
//!
//! A file that cannot be read has no buckets here; the search for credentials reports what is wrong with it.

use std::path::Path;

use serde::Deserialize;

use super::parsing::file::read;
use super::parsing::ini::Section;
use super::providers::{coscli, coscmd};
use crate::language::Phrase;

/// A bucket in the configuration of another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBucket {
    /// Its name, with the APPID.
    pub name: String,
    /// Another name for it on the command line.
    pub alias: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The address of the server, if it is not that of the region.
    pub endpoint: Option<String>,
    /// The file, for messages.
    pub source: Phrase,
}

#[derive(Deserialize)]
struct File {
    cos: Option<Cos>,
}

#[derive(Deserialize)]
struct Cos {
    base: Option<Base>,
    buckets: Option<Vec<Bucket>>,
}

#[derive(Deserialize)]
struct Base {
    protocol: Option<String>,
}

#[derive(Deserialize)]
struct Bucket {
    name: Option<String>,
    alias: Option<String>,
    region: Option<String>,
    endpoint: Option<String>,
}

/// The buckets of the files in the home directory, those of coscli first.
pub fn known_buckets(home: &Path) -> Vec<KnownBucket> {
    let text = |file: &str, name: Phrase| read(&home.join(file), &name.into()).ok().flatten();
    let coscli = text(".cos.yaml", coscli::NAME).map(|text| of_coscli(&text)).unwrap_or_default();
    let coscmd = text(".cos.conf", coscmd::NAME).and_then(|text| of_coscmd(&text));
    coscli.into_iter().chain(coscmd).collect()
}

fn of_coscli(text: &str) -> Vec<KnownBucket> {
    let file: Option<File> = serde_saphyr::from_str(text).unwrap_or_default();
    let Some(cos) = file.and_then(|file| file.cos) else { return Vec::new() };
    let scheme = cos.base.and_then(|base| base.protocol);
    let known = |bucket: Bucket| {
        let [name, alias, region, endpoint] = [bucket.name, bucket.alias, bucket.region, bucket.endpoint].map(set);
        Some(server(name?, region, endpoint, scheme.as_deref(), coscli::NAME).aliased(alias))
    };
    cos.buckets.unwrap_or_default().into_iter().filter_map(known).collect()
}

fn of_coscmd(text: &str) -> Option<KnownBucket> {
    let section = Section::read(text, "common", &coscmd::NAME.into()).ok().flatten()?;
    let value = |key: &str| section.value(&[key]).map(|value| value.to_string());
    let (name, appid) = (value("bucket")?, value("appid"));
    let complete =
        |appid: String| if name.ends_with(&format!("-{appid}")) { name.clone() } else { format!("{name}-{appid}") };
    let name = appid.map_or_else(|| name.clone(), complete);
    Some(server(name, value("region"), value("endpoint"), value("schema").as_deref(), coscmd::NAME))
}

fn set(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

/// A bucket whose endpoint, if there is one, comes before its region. A public endpoint stands for its region.
fn server(
    name: String,
    region: Option<String>,
    endpoint: Option<String>,
    scheme: Option<&str>,
    source: Phrase,
) -> KnownBucket {
    let known = KnownBucket { name, alias: None, region, endpoint: None, source };
    let Some(endpoint) = endpoint else { return known };
    let public = endpoint.strip_prefix("cos.").and_then(|rest| rest.strip_suffix(".myqcloud.com"));
    match public.filter(|region| !region.contains('.') && *region != "accelerate") {
        Some(region) => KnownBucket { region: Some(region.to_owned()), ..known },
        None if endpoint.contains("://") => KnownBucket { region: None, endpoint: Some(endpoint), ..known },
        None => {
            let scheme = scheme.filter(|scheme| !scheme.is_empty()).unwrap_or("https");
            KnownBucket { region: None, endpoint: Some(format!("{scheme}://{endpoint}")), ..known }
        }
    }
}

impl KnownBucket {
    fn aliased(self, alias: Option<String>) -> Self {
        Self { alias, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(source: Phrase) -> KnownBucket {
        let region = Some("ap-beijing".to_owned());
        KnownBucket { name: "b-1".to_owned(), alias: None, region, endpoint: None, source }
    }

    #[test]
    fn coscli_has_buckets_with_aliases() {
        let yaml = "cos:\n  base:\n    protocol: http\n  buckets:\n    - name: b-1\n      alias: example\n      region: ap-x\n      \
                    endpoint: cos.ap-beijing.myqcloud.com\n    - name: c-1\n      alias: \"\"\n      endpoint: cos.example\n";
        let private = KnownBucket {
            name: "c-1".to_owned(),
            region: None,
            endpoint: Some("http://cos.example".to_owned()),
            ..bucket(coscli::NAME)
        };
        assert_eq!(of_coscli(yaml), [bucket(coscli::NAME).aliased(Some("example".to_owned())), private]);
        for broken in ["", "cos: [", "cos:\n  buckets: 3\n", "other: 1"] {
            assert_eq!(of_coscli(broken), []);
        }
    }

    #[test]
    fn coscmd_has_one_bucket() {
        for text in [
            "[common]\nbucket = b-1\nregion = ap-beijing\n",
            "[common]\nbucket = b\nappid = 1\nregion = ap-beijing\n",
            "[common]\nbucket = b-1\nappid = 1\nendpoint = cos.ap-beijing.myqcloud.com\n",
        ] {
            assert_eq!(of_coscmd(text), Some(bucket(coscmd::NAME)), "{text}");
        }
        assert_eq!(of_coscmd("[common]\nsecret_id = x\n"), None);
    }
}
