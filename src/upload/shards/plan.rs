//! `plan.json`: what all machines must know, written once, after everything else of the plan.
//!
//! It holds no credentials, and of an SSE-C key only the MD5.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::files::End;
use super::unit::weight;
use crate::cos::checksum::crc64;
use crate::language::{Message, Phrase, message, phrase};

/// The file's name in the plan's directory.
pub const FILE_NAME: &str = "plan.json";

/// How the file identifies itself.
pub const FORMAT: &str = "cosput-plan";

/// The version of the plans that this cosput writes.
pub const VERSION: u32 = 1;

/// A field of a later cosput that must not be ignored has a name that begins with this.
const MUST: &str = "must_";

/// The field with the CRC-64 of all others. Plans of earlier versions lack it.
const CHECKSUM: &str = "crc64ecma";

/// The plan of one upload by many machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPlan {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`], or an earlier one.
    pub version: u32,
    /// Identifies the plan: a UUID of version 4.
    pub id: String,
    /// The version of the cosput that wrote it.
    pub cosput: String,
    /// When it was begun, as RFC 3339.
    pub created: String,
    /// How many shards there are, unless a machine says otherwise.
    pub shards: u32,
    /// The bucket.
    pub bucket: String,
    /// The region, if one was given.
    pub region: Option<String>,
    /// Scheme, host and port.
    pub endpoint: String,
    /// `virtual`, `path` or `cname`.
    pub addressing: String,
    /// The directory to which the paths of the files are relative.
    pub source_root: String,
    /// What each object is to be.
    pub put: Put,
    /// Whether objects become visible only at the end.
    pub publish_together: bool,
    /// Bytes a second for all machines together.
    pub limit_rate_total: Option<u64>,
    /// How many units there are: small files, and parts of large ones.
    pub units: u64,
    /// How many bytes the files have.
    pub bytes: u64,
    /// How many files there are.
    pub files: u64,
    /// The size of `files.jsonl` in bytes; plans of earlier versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_bytes: Option<u64>,
}

/// What each object is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    /// The headers that shape an object, as a journal keeps them.
    pub headers: BTreeMap<String, String>,
    /// Refuse a key that exists.
    pub no_overwrite: bool,
    /// Send `Content-MD5` with each request.
    pub content_md5: bool,
    /// The MD5 of the SSE-C key in Base64, if there is one.
    pub sse_c_key_md5: Option<String>,
    /// Bits a second of each request, kept by the server.
    #[serde(default)]
    pub traffic_limit: Option<u64>,
}

/// A plan with its checksum.
#[derive(Serialize)]
struct Sealed<'a> {
    #[serde(flatten)]
    plan: &'a SharedPlan,
    crc64ecma: String,
}

/// Why a plan cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRefused {
    /// It is not a plan, or only the beginning of one.
    NotAPlan(Message),
    /// A later cosput wrote it.
    LaterVersion(u32),
    /// It demands what this cosput does not know.
    Unknown(String),
    /// It is not as it was written: the shards of one plan would send different things, or to different buckets.
    Edited,
    /// Its list of files has another size in bytes than when the plan was made.
    ListChanged {
        /// The size now.
        found: u64,
        /// The size then.
        expected: u64,
    },
}

impl fmt::Display for PlanRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPlan(why) => message!("it is not a plan of cosput: {why}", why).fmt(f),
            Self::LaterVersion(version) => message!(
                "it has version {version}, and this cosput reads up to version {most}",
                version,
                most = VERSION
            )
            .fmt(f),
            Self::ListChanged { found, expected } => {
                message!("files.jsonl was changed: it has {found} bytes instead of {expected}", found, expected).fmt(f)
            }
            Self::Edited => message!("plan.json was changed after it was made").fmt(f),
            Self::Unknown(field) => message!("it was written by a later cosput and needs '{field}'", field).fmt(f),
        }
    }
}

impl std::error::Error for PlanRefused {}

impl SharedPlan {
    /// The file's content.
    pub fn to_json(&self) -> String {
        let value = serde_json::to_value(self).expect("a plan is plain data");
        let sealed = Sealed { plan: self, crc64ecma: checksum(&value) };
        let mut text = serde_json::to_string_pretty(&sealed).expect("a plan is plain data");
        text.push('\n');
        text
    }

    /// Reads the file's content.
    pub fn from_json(bytes: &[u8]) -> Result<Self, PlanRefused> {
        let not_a_plan = |error: serde_json::Error| PlanRefused::NotAPlan(error.to_string().into());
        let mut value: Value = serde_json::from_slice(bytes).map_err(not_a_plan)?;
        if value["format"] != FORMAT {
            return Err(PlanRefused::NotAPlan(message!(
                "it lacks {field}",
                field = format_args!("\"format\":\"{FORMAT}\"")
            )));
        }
        if let Some(version) = value["version"].as_u64().filter(|version| *version > u64::from(VERSION)) {
            return Err(PlanRefused::LaterVersion(u32::try_from(version).unwrap_or(u32::MAX)));
        }
        let fields = value.as_object().into_iter().flat_map(|fields| fields.keys());
        if let Some(field) = fields.into_iter().find(|field| field.starts_with(MUST)) {
            return Err(PlanRefused::Unknown(field.clone()));
        }
        let written = value.as_object_mut().and_then(|fields| fields.remove(CHECKSUM));
        if written.is_some_and(|written| written != checksum(&value)) {
            return Err(PlanRefused::Edited);
        }
        let plan: Self = serde_json::from_value(value).map_err(not_a_plan)?;
        match plan.fault() {
            Some(fault) => Err(PlanRefused::NotAPlan(fault.into())),
            None => Ok(plan),
        }
    }

    /// Where its list of files ends.
    pub fn end(&self) -> End {
        End { files: self.files, weight: weight(self.units, self.bytes) }
    }

    fn fault(&self) -> Option<Phrase> {
        if !is_uuid(&self.id) {
            return Some(phrase!("its id is not a UUID"));
        }
        if self.shards == 0 {
            return Some(phrase!("it has no shards"));
        }
        (self.files == 0 || self.units < self.files).then_some(phrase!("its numbers of files and units do not fit"))
    }
}

/// The CRC-64 of all fields, whatever their order and the space between them.
fn checksum(fields: &Value) -> String {
    crc64(fields.to_string().as_bytes()).to_string()
}

/// True for the usual form of a UUID. The id becomes part of keys and file names, so nothing else may be in it.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// A UUID of version 4 from 16 random bytes.
pub fn uuid(random: [u8; 16]) -> String {
    let mut bytes = random;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn plan() -> SharedPlan {
        SharedPlan {
            format: FORMAT.into(),
            version: VERSION,
            id: uuid([7; 16]),
            cosput: "0.1.0".into(),
            created: "2026-11-26T17:00:00Z".into(),
            shards: 16,
            bucket: "examplebucket-1250000000".into(),
            region: Some("ap-guangzhou".into()),
            endpoint: "https://cos.ap-guangzhou.myqcloud.com".into(),
            addressing: "virtual".into(),
            source_root: "/data".into(),
            put: Put::default(),
            publish_together: false,
            limit_rate_total: None,
            units: 5,
            bytes: 300 << 20,
            files: 2,
            list_bytes: None,
        }
    }

    fn written() -> Value {
        serde_json::from_str(&plan().to_json()).expect("it is JSON")
    }

    /// A plan that was changed, with the checksum of what it says now.
    fn changed(change: impl FnOnce(&mut Value)) -> Result<SharedPlan, PlanRefused> {
        let mut value = written();
        value.as_object_mut().unwrap().remove(CHECKSUM);
        change(&mut value);
        value[CHECKSUM] = checksum(&value).into();
        SharedPlan::from_json(value.to_string().as_bytes())
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(SharedPlan::from_json(plan().to_json().as_bytes()), Ok(plan()));
    }

    #[test]
    fn a_plan_that_was_edited_is_refused() {
        let fields: Vec<String> = written().as_object().unwrap().keys().cloned().collect();
        for field in fields {
            for edited in [Value::Null, "other".into(), 3.into()] {
                let mut value = written();
                value[&field] = edited;
                let read = SharedPlan::from_json(value.to_string().as_bytes());
                assert!(read.is_err() || read == Ok(plan()), "{field}: {read:?}");
                let is_identified = ["format", "version"].contains(&field.as_str());
                assert!(is_identified || read == Err(PlanRefused::Edited) || read.is_ok(), "{field}: {read:?}");
            }
        }
        let mut value = written();
        value["bucket"] = "otherbucket-1250000000".into();
        assert_eq!(SharedPlan::from_json(value.to_string().as_bytes()), Err(PlanRefused::Edited));
    }

    #[test]
    fn a_plan_may_be_laid_out_otherwise_or_come_from_a_version_without_checksums() {
        assert_eq!(SharedPlan::from_json(written().to_string().as_bytes()), Ok(plan()));
        let mut fields: Vec<String> =
            written().as_object().unwrap().iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        fields.reverse();
        assert_eq!(SharedPlan::from_json(format!("{{{}}}", fields.join(",")).as_bytes()), Ok(plan()));
        let mut value = written();
        value.as_object_mut().unwrap().remove(CHECKSUM);
        assert_eq!(SharedPlan::from_json(value.to_string().as_bytes()), Ok(plan()));
    }

    #[test]
    fn what_is_cut_off_anywhere_is_no_plan() {
        let text = plan().to_json();
        for end in 0..text.len() - 2 {
            let read = SharedPlan::from_json(&text.as_bytes()[..end]);
            assert!(matches!(read, Err(PlanRefused::NotAPlan(_))), "{end}: {read:?}");
        }
    }

    #[test]
    fn a_later_version_is_refused_and_a_field_that_may_be_ignored_is_not() {
        assert_eq!(changed(|plan| plan["version"] = 2.into()), Err(PlanRefused::LaterVersion(2)));
        assert_eq!(changed(|plan| plan["colour"] = "red".into()), Ok(plan()));
        assert_eq!(changed(|plan| plan["must_paint"] = true.into()), Err(PlanRefused::Unknown("must_paint".into())));
    }

    #[test]
    fn what_does_not_fit_together_is_no_plan() {
        type Change = fn(&mut Value);
        let changes: [Change; 6] = [
            |plan| plan["shards"] = 0.into(),
            |plan| plan["files"] = 0.into(),
            |plan| plan["units"] = 1.into(),
            |plan| plan["id"] = "../../../etc".into(),
            |plan| plan["format"] = "other".into(),
            |plan| plan["bucket"] = 3.into(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(matches!(changed(change), Err(PlanRefused::NotAPlan(_))), "change {number}");
        }
    }

    #[test]
    fn a_uuid_has_its_version() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }
}
