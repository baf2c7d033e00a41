//! The directory of a plan, which all machines see.
//!
//! ```text
//! draft.json, uploads.jsonl     while the plan is being made
//! files.jsonl, index.jsonl      its files
//! plan.json                     the plan; written last, so without it there is none
//! receipts/                     a file for each attempt at a shard
//! completed.json, aborted.json  how it ended
//! ```

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::durable_lines::DurableLines;
use super::files;
use super::files::{End, FilesReader, FilesWriter, Placed};
use super::plan;
use super::plan::{PlanRefused, SharedPlan};
use super::plan_end::{ABORTED, COMPLETED, PlanEnd};
use super::receipts::receipt;
use super::unit::{Scale, Shard};
use crate::language::message;
use crate::upload::owner_only;

/// Says that the plan is being made, and from what.
pub const DRAFT: &str = "draft.json";
/// The uploads that were begun for a plan that is being made.
pub const UPLOADS: &str = "uploads.jsonl";

/// The directory of a plan.
#[derive(Debug, Clone)]
pub struct PlanDirectory(PathBuf);

/// Why there is no plan to use.
#[derive(Debug)]
pub enum NoPlan {
    /// There is no such directory, or it has no plan.
    Missing,
    /// The plan is not finished: `initiate` stopped before its end.
    Unfinished,
    /// It cannot be read.
    Unreadable(io::Error),
    /// It cannot be used.
    Refused(PlanRefused),
}

/// Writes the list of files with its index.
pub type PlanFiles = FilesWriter<BufWriter<File>, BufWriter<File>>;

/// Reads the list of files.
pub type PlanReader = FilesReader<BufReader<File>>;

impl PlanDirectory {
    /// The directory at this path, which may not exist.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Where receipts are, unless a machine says otherwise.
    pub fn receipts(&self) -> PathBuf {
        self.0.join(receipt::FOLDER)
    }

    /// Creates the directory, if it does not exist, for its owner only.
    pub fn create(&self) -> io::Result<()> {
        let builder = owner_only::directories();
        builder.create(&self.0)?;
        builder.create(self.receipts())
    }

    /// Reads the plan.
    pub fn plan(&self) -> Result<SharedPlan, NoPlan> {
        match fs::read(self.file(plan::FILE_NAME)) {
            Ok(bytes) => {
                let plan = SharedPlan::from_json(&bytes).map_err(NoPlan::Refused)?;
                self.check_list(&plan)?;
                Ok(plan)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(if self.file(DRAFT).exists() { NoPlan::Unfinished } else { NoPlan::Missing })
            }
            Err(error) => Err(NoPlan::Unreadable(error)),
        }
    }

    /// Refuses a plan whose list of files has another size than it had when the plan was made. A shard may read only the part
    /// of it that is whole, and `abort` cannot go back.
    fn check_list(&self, plan: &SharedPlan) -> Result<(), NoPlan> {
        let Some(expected) = plan.list_bytes else { return Ok(()) };
        // On NFS the size is up to date only once the file was opened.
        let found = self.open_list().and_then(|list| list.get_ref().metadata()).map_err(NoPlan::Unreadable)?;
        match found.len() {
            found if found == expected => Ok(()),
            found => Err(NoPlan::Refused(PlanRefused::ListChanged { found, expected })),
        }
    }

    /// How the plan ended, if it has.
    pub fn end(&self) -> Option<PlanEnd> {
        if self.file(COMPLETED).exists() {
            return Some(PlanEnd::Completed);
        }
        self.file(ABORTED).exists().then_some(PlanEnd::Aborted)
    }

    /// True if the plan was aborted.
    pub fn is_aborted(&self) -> bool {
        self.file(ABORTED).exists()
    }

    /// Begins the list of files.
    pub fn write_files(&self) -> io::Result<PlanFiles> {
        let create = |name: &str| File::create(self.file(name)).map(BufWriter::new);
        Ok(FilesWriter::new(create(files::FILE_NAME)?, create(files::INDEX_NAME)?))
    }

    /// Ends the list of files. It is on disk then. Returns its size in bytes.
    pub fn finish_files(&self, files: PlanFiles) -> io::Result<u64> {
        let (files, index) = files.finish()?;
        for file in [files, index] {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        self.sync();
        Ok(fs::metadata(self.file(files::FILE_NAME))?.len())
    }

    /// Reads the list of files, which must be that of a plan with this end.
    pub fn files(&self, end: End) -> io::Result<PlanReader> {
        Ok(FilesReader::new(self.open_list()?).up_to(end))
    }

    /// Reads the list from a file before which the units weigh at most `weight`.
    pub fn files_from(&self, weight: u64, end: End) -> io::Result<PlanReader> {
        match self.open(files::INDEX_NAME) {
            Ok(index) => Ok(FilesReader::from_weight(self.open_list()?, index, weight)?.up_to(end)),
            Err(_) => self.files(end),
        }
    }

    /// The numbers of the files that a shard may have units of. An index leads to the first and to the last.
    pub fn numbers_of(&self, shard: Shard, plan: &SharedPlan) -> io::Result<RangeInclusive<u64>> {
        let (from, before) = Scale::new(plan.units, plan.bytes).stretch(shard);
        let ends_before = |placed: &Placed| placed.start + placed.file.weight() < from;
        let mut files = self.files_from(from, plan.end())?.skip_while(|placed| placed.as_ref().is_ok_and(ends_before));
        let first = files.next().transpose()?.map_or(0, |placed| placed.file.n);
        let mut last = first;
        for placed in self.files_from(before, plan.end())? {
            let placed = placed?;
            last = last.max(placed.file.n);
            if placed.start >= before {
                break;
            }
        }
        Ok(first..=last)
    }

    /// Opens the list of files. Without it, the plan is not whole.
    fn open_list(&self) -> io::Result<BufReader<File>> {
        self.open(files::FILE_NAME).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                io::Error::new(io::ErrorKind::InvalidData, message!("{file} is missing", file = files::FILE_NAME))
            }
            _ => error,
        })
    }

    fn open(&self, name: &str) -> io::Result<BufReader<File>> {
        File::open(self.file(name)).map(BufReader::new)
    }

    /// Writes a file so that it is there as a whole or not at all, even after a power cut.
    pub fn write_whole(&self, name: &str, content: &str) -> io::Result<()> {
        self.write_unfinished(name, content)?;
        self.finish(name)
    }

    /// Writes a file under the name that it has before it counts.
    pub fn write_unfinished(&self, name: &str, content: &str) -> io::Result<()> {
        let unfinished = self.file(&Self::unfinished(name));
        let mut file = owner_only::files().write(true).truncate(true).open(&unfinished)?;
        let written = file.write_all(content.as_bytes()).and_then(|()| file.sync_all());
        written.inspect_err(|_| self.withdraw(name))
    }

    /// Gives such a file its name: now it counts.
    pub fn finish(&self, name: &str) -> io::Result<()> {
        fs::rename(self.file(&Self::unfinished(name)), self.file(name))?;
        self.sync();
        Ok(())
    }

    /// Gives the mark of an end its name. Two commands may end a plan at the same time, and their unfinished files have one
    /// name: the second finds the plan marked.
    pub fn finish_end(&self, end: PlanEnd) -> io::Result<()> {
        match self.finish(end.file_name()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.file(end.file_name()).exists() => Ok(()),
            finished => finished,
        }
    }

    /// Removes such a file, which then never counted.
    pub fn withdraw(&self, name: &str) {
        let _ = fs::remove_file(self.file(&Self::unfinished(name)));
    }

    /// The name of a file before it is there as a whole.
    pub fn unfinished(name: &str) -> String {
        format!("{name}.new")
    }

    /// Opens a file to add lines to it.
    pub fn open_lines(&self, name: &str) -> io::Result<File> {
        owner_only::files().append(true).open(self.file(name))
    }

    /// Removes a draft for which no upload was begun, so that another plan can be made here. Returns false if one was.
    pub fn withdraw_draft(&self) -> bool {
        if fs::metadata(self.file(UPLOADS)).is_ok_and(|uploads| uploads.len() > 0) {
            return false;
        }
        for name in [files::FILE_NAME, files::INDEX_NAME] {
            let _ = fs::remove_file(self.file(name));
        }
        self.forget_draft();
        true
    }

    /// Removes what only the making of the plan needed.
    pub fn forget_draft(&self) {
        let _ = fs::remove_file(self.file(DRAFT));
        let _ = fs::remove_file(self.file(UPLOADS));
    }

    /// Makes names durable, if the platform can.
    fn sync(&self) {
        sync_names(&self.0);
    }
}

fn sync_names(directory: &Path) {
    #[cfg(unix)]
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    #[cfg(not(unix))]
    let _ = directory;
}

/// Begins a new file of receipts in a directory, which is created if it does not exist.
pub fn create_receipts(directory: &Path, name: &str) -> io::Result<DurableLines> {
    fs::create_dir_all(directory)?;
    let path = directory.join(name);
    let file = owner_only::files().append(true).create_new(true).open(&path)?;
    sync_names(directory);
    Ok(DurableLines::new(file, &path))
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::small;
    use super::super::plan::tests::plan;
    use super::*;

    #[test]
    fn a_plan_is_there_once_its_last_file_is_written() {
        let place = tempfile::tempdir().unwrap();
        let directory = PlanDirectory::new(&place.path().join("plan"));
        assert!(matches!(directory.plan(), Err(NoPlan::Missing)));
        directory.create().unwrap();
        directory.write_whole(DRAFT, "{}").unwrap();
        assert!(matches!(directory.plan(), Err(NoPlan::Unfinished)));
        let mut files = directory.write_files().unwrap();
        files.add(small("a", 1)).unwrap();
        directory.finish_files(files).unwrap();
        directory.write_whole(plan::FILE_NAME, &plan().to_json()).unwrap();
        directory.forget_draft();
        assert_eq!(directory.plan().unwrap(), plan());
        let end = End { files: 1, weight: small("a", 1).weight() };
        assert!(directory.files(end).unwrap().all(|file| file.is_ok()));
        assert_eq!(directory.files_from(1 << 40, end).unwrap().count(), 1);
        assert_eq!(directory.end(), None);
        directory.write_whole(COMPLETED, "{}").unwrap();
        assert_eq!(directory.end(), Some(PlanEnd::Completed));
    }

    #[test]
    fn two_commands_can_mark_the_end_of_a_plan_at_the_same_time() {
        for end in [PlanEnd::Completed, PlanEnd::Aborted] {
            let place = tempfile::tempdir().unwrap();
            let directory = PlanDirectory::new(place.path());
            assert!(directory.finish_end(end).is_err());
            directory.write_unfinished(end.file_name(), "{}").unwrap();
            directory.write_unfinished(end.file_name(), "{}").unwrap();
            directory.finish_end(end).unwrap();
            directory.finish_end(end).unwrap();
            assert_eq!(directory.end(), Some(end));
        }
    }

    #[test]
    fn each_attempt_has_a_file_of_its_own() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("receipts");
        create_receipts(&directory, "a.jsonl").unwrap();
        assert!(create_receipts(&directory, "a.jsonl").is_err());
    }
}
