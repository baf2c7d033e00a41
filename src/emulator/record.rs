//! `requests.jsonl`: a line for every request, written when it is answered or its connection is lost.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::request::operation::Operation;

/// One request and its result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// When it arrived, RFC 3339.
    pub time: String,
    /// The method.
    pub method: String,
    /// The operation, if the request selects one.
    pub operation: Option<Operation>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The key.
    pub key: Option<String>,
    /// The part number that was sent.
    pub part_number: Option<u32>,
    /// The upload ID.
    pub upload_id: Option<String>,
    /// The status of the answer; `None` if there was no answer.
    pub status: Option<u16>,
    /// The error code of the answer; with status 200, that of the result of Complete.
    pub code: Option<String>,
    /// The number of bytes of the body that arrived.
    pub bytes: u64,
    /// The fault that was applied.
    pub fault: Option<String>,
    /// True if the request changed an object, an upload or a bucket.
    pub stored: bool,
    /// The request ID of the answer.
    pub request_id: String,
}

/// The file.
#[derive(Debug)]
pub(crate) struct RequestLog {
    path: PathBuf,
    file: Mutex<File>,
}

impl RequestLog {
    /// Opens the file for appending. If an earlier run was killed while it wrote a line, that line is terminated first.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join("requests.jsonl");
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Appends one line with one write.
    pub(crate) fn append(&self, record: &RequestRecord) -> io::Result<()> {
        let mut line = serde_json::to_string(record)?;
        line.push('\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    /// Reads the records; lines that are not records are skipped.
    pub(crate) fn read(&self) -> io::Result<Vec<RequestRecord>> {
        let mut records = Vec::new();
        for line in BufReader::new(File::open(&self.path)?).lines() {
            records.extend(serde_json::from_str(&line?).ok());
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_terminated_and_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let record = RequestRecord { operation: Some(Operation::UploadPart), bytes: 7, ..RequestRecord::default() };
        RequestLog::open(dir.path()).unwrap().append(&record).unwrap();
        let path = dir.path().join("requests.jsonl");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], &whole[..9]].concat()).unwrap();
        let log = RequestLog::open(dir.path()).unwrap();
        log.append(&record).unwrap();
        assert_eq!(log.read().unwrap(), [record.clone(), record]);
    }
}
