//! The events of an upload by many machines: `initiated`, `shard`, `kept`, `unproved`, `completed`, `shard_status`, `status`,
//! `plan_aborted`.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Initiated<'a> {
    pub(crate) plan: String,
    pub(crate) id: &'a str,
    pub(crate) shards: u32,
    pub(crate) files: u64,
    pub(crate) units: u64,
    pub(crate) bytes: u64,
    pub(crate) uploads_reused: u64,
    pub(crate) exit_code: u8,
}

#[derive(Debug, Serialize)]
pub(crate) struct ShardSent<'a> {
    pub(crate) plan: String,
    pub(crate) id: &'a str,
    pub(crate) shard: String,
    pub(crate) host: &'a str,
    pub(crate) units: u64,
    pub(crate) bytes: u64,
    /// Units that this run sent.
    pub(crate) units_sent: u64,
    pub(crate) bytes_sent: u64,
    /// Units that an earlier run, or another machine, had sent.
    pub(crate) units_kept: u64,
    pub(crate) duration_ms: u64,
    pub(crate) exit_code: u8,
}

/// A small file that stays after its plan was aborted.
#[derive(Debug, Serialize)]
pub(crate) struct KeptObject<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
}

/// Something that keeps a file from being proved.
#[derive(Debug, Serialize)]
pub(crate) struct Unproved<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<String>,
    /// How many units of the shard are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) units: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hosts: Vec<String>,
    pub(crate) why: &'a str,
    pub(crate) exit_code: u8,
}

#[derive(Debug, Serialize)]
pub(crate) struct CompletedPlan<'a> {
    pub(crate) plan: String,
    pub(crate) id: &'a str,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// Objects that this run completed; the others were there already.
    pub(crate) uploads: u64,
    pub(crate) duration_ms: u64,
    pub(crate) exit_code: u8,
}

#[derive(Debug, Serialize)]
pub(crate) struct ShardStatus {
    pub(crate) shard: String,
    pub(crate) units: u64,
    pub(crate) units_done: u64,
    pub(crate) bytes: u64,
    pub(crate) bytes_done: u64,
    pub(crate) hosts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_receipt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) age_s: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PlanStatus<'a> {
    pub(crate) plan: String,
    pub(crate) id: &'a str,
    pub(crate) state: &'static str,
    pub(crate) shards: u32,
    pub(crate) units: u64,
    pub(crate) units_done: u64,
    pub(crate) bytes: u64,
    pub(crate) bytes_done: u64,
    pub(crate) attempts: u64,
    pub(crate) exit_code: u8,
}

#[derive(Debug, Serialize)]
pub(crate) struct PlanAborted<'a> {
    pub(crate) plan: String,
    pub(crate) id: &'a str,
    /// Uploads that this run aborted.
    pub(crate) uploads: u64,
    /// Objects that stay.
    pub(crate) kept: u64,
    pub(crate) exit_code: u8,
}
