//! A plan that is being made: what it is made from, and the uploads that were begun for it.
//!
//! Each upload ID is on disk before it counts, so that the next run reuses it, and so that `abort` finds it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

use serde::{Deserialize, Serialize};

use super::directory::{DRAFT, PlanDirectory, UPLOADS};
use super::files::PlannedFile;
use super::plan::SharedPlan;
use crate::cos::checksum::crc64;

/// What a plan is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The plan, without its numbers of files, units and bytes.
    pub plan: SharedPlan,
    /// The sources, and the options that choose and divide files, as one text.
    pub sources: String,
}

/// A line of `uploads.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunUpload {
    path: String,
    /// The object's key.
    pub key: String,
    size: u64,
    mtime_ns: String,
    part_size: u64,
    /// The ID of the upload.
    pub upload_id: String,
}

/// The uploads that an earlier run began.
#[derive(Debug, Default)]
pub struct BegunUploads(HashMap<u64, Vec<KeyAndId>>);

type KeyAndId = (Box<str>, Box<str>);

impl Draft {
    /// The file's content.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a draft is plain data")
    }

    /// The draft in a directory, if there is one. One that is cut off is as if it had never been written.
    pub fn read(directory: &PlanDirectory) -> io::Result<Option<Self>> {
        match std::fs::read(directory.file(DRAFT)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// True if the plan of `other` would be this one. When and by which cosput it was begun makes no difference.
    pub fn makes_the_same_as(&self, other: &Self) -> bool {
        let SharedPlan { id, cosput, created, .. } = &self.plan;
        let plan =
            SharedPlan { id: id.clone(), cosput: cosput.clone(), created: created.clone(), ..other.plan.clone() };
        self.plan == plan && self.sources == other.sources
    }
}

impl BegunUpload {
    /// The upload of a file that has its ID.
    pub fn of(file: &PlannedFile) -> Option<Self> {
        Some(Self {
            path: file.path.clone(),
            key: file.key.clone(),
            size: file.size,
            mtime_ns: file.mtime_ns.clone(),
            part_size: file.part_size?,
            upload_id: file.upload_id.clone()?,
        })
    }

    /// The line, with its end.
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("an upload is plain data");
        line.push('\n');
        line
    }

    fn number(&self) -> u64 {
        number(&self.path, &self.key, self.size, &self.mtime_ns, self.part_size)
    }
}

fn number(path: &str, key: &str, size: u64, mtime_ns: &str, part_size: u64) -> u64 {
    crc64(format!("{path}\0{key}\0{size}\0{mtime_ns}\0{part_size}").as_bytes())
}

/// Reads `uploads.jsonl`, as a stream. A line without its end does not count.
pub fn begun(lines: impl BufRead) -> impl Iterator<Item = BegunUpload> {
    lines.split(b'\n').map_while(Result::ok).filter_map(|line| serde_json::from_slice(&line).ok())
}

/// The uploads in a directory; none if the file does not exist.
pub fn begun_in(directory: &PlanDirectory) -> io::Result<Option<impl Iterator<Item = BegunUpload> + use<>>> {
    match File::open(directory.file(UPLOADS)) {
        Ok(file) => Ok(Some(begun(BufReader::new(file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl BegunUploads {
    /// Reads them, and cuts off a last line that is not whole.
    pub fn read(directory: &PlanDirectory) -> io::Result<Self> {
        let mut uploads = Self::default();
        let Some(begun) = begun_in(directory)? else { return Ok(uploads) };
        for upload in begun {
            let number = upload.number();
            uploads.0.entry(number).or_default().push((upload.key.into(), upload.upload_id.into()));
        }
        end_last_line(&directory.file(UPLOADS))?;
        Ok(uploads)
    }

    /// Takes the upload of a file, if there is one.
    pub fn take(&mut self, file: &PlannedFile) -> Option<String> {
        let number = number(&file.path, &file.key, file.size, &file.mtime_ns, file.part_size?);
        self.0.get_mut(&number)?.pop().map(|(_, id)| id.into())
    }

    /// Those that no file of the plan has, each as its key and its ID.
    pub fn rest(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_values().flatten().map(|(key, id)| (key.into(), id.into()))
    }
}

/// Ends a line that a crash left without its end, so that the next one is a line of its own.
fn end_last_line(path: &std::path::Path) -> io::Result<()> {
    use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
    let mut file = File::options().read(true).append(true).open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::{large, small};
    use super::super::plan::tests::plan;
    use super::*;

    fn directory(content: &str) -> (tempfile::TempDir, PlanDirectory) {
        let place = tempfile::tempdir().unwrap();
        let directory = PlanDirectory::new(place.path());
        std::fs::write(directory.file(UPLOADS), content).unwrap();
        (place, directory)
    }

    #[test]
    fn the_uploads_of_the_same_files_are_found_again_and_the_others_are_left() {
        let (first, second) = (large("a", 250, 100), large("b", 250, 100));
        let lines: String = [&first, &second].iter().map(|file| BegunUpload::of(file).unwrap().line()).collect();
        let (_place, directory) = directory(&lines);
        let mut uploads = BegunUploads::read(&directory).unwrap();
        assert_eq!(uploads.take(&first).as_deref(), Some("id-of-a"));
        assert_eq!(uploads.take(&first), None, "an upload is used once");
        assert_eq!(uploads.take(&PlannedFile { size: 251, ..second.clone() }), None);
        assert_eq!(uploads.take(&small("b", 250)), None);
        assert_eq!(uploads.rest().collect::<Vec<_>>(), [("b".to_owned(), "id-of-b".to_owned())]);
    }

    #[test]
    fn a_line_that_is_cut_off_does_not_count_and_does_not_spoil_the_next() {
        let line = BegunUpload::of(&large("a", 250, 100)).unwrap().line();
        for end in 1..line.len() {
            let (_place, directory) = directory(&line[..end]);
            let whole = end + 1 == line.len();
            assert_eq!(BegunUploads::read(&directory).unwrap().0.len(), usize::from(whole), "{end}");
            let next = BegunUpload::of(&large("b", 250, 100)).unwrap().line();
            std::io::Write::write_all(&mut directory.open_lines(UPLOADS).unwrap(), next.as_bytes()).unwrap();
            let keys: Vec<String> = begun_in(&directory).unwrap().unwrap().map(|upload| upload.key).collect();
            assert!(keys.ends_with(&["b".to_owned()]), "{end}: {keys:?}");
        }
    }

    #[test]
    fn a_draft_is_the_same_if_it_makes_the_same_plan() {
        let draft = Draft { plan: plan(), sources: "a".into() };
        let later = SharedPlan { id: "x".into(), created: "y".into(), cosput: "z".into(), ..plan() };
        assert!(draft.makes_the_same_as(&Draft { plan: later, ..draft.clone() }));
        assert!(!draft.makes_the_same_as(&Draft { sources: "b".into(), ..draft.clone() }));
        assert!(!draft.makes_the_same_as(&Draft { plan: SharedPlan { shards: 3, ..plan() }, ..draft.clone() }));
    }
}
