//! Finding journals: in the state directory, or by name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::connection::journalled;
use crate::cli::options::Server;
use crate::cli::output::console::shown;
use crate::cli::output::failures::failure::Failure;
use crate::cos::multipart::UploadId;
use crate::cos::{Bucket, Endpoint, Target};
use crate::language::{Phrase, message, phrase};
use crate::upload::journal::header::Header;
use crate::upload::journal::lines;
use crate::upload::journal::lines::Content;

/// The journal of each upload, in a state directory.
#[derive(Debug, Default)]
pub(crate) struct Journals(BTreeMap<[String; 3], PathBuf>);

impl Journals {
    /// The journals in a directory; none if the directory does not exist or cannot be read.
    pub(crate) fn of(directory: Option<&Path>) -> Self {
        let paths = directory.and_then(|directory| paths_in(directory).ok()).unwrap_or_default();
        Self(paths.into_iter().filter_map(|path| Some((upload(&path)?, path))).collect())
    }

    /// The journal of an upload, if there is one.
    pub(crate) fn find(&self, bucket: &Bucket, key: &str, upload_id: &UploadId) -> Option<&Path> {
        self.0.get(&[bucket.as_str(), key, upload_id.as_str()].map(str::to_owned)).map(PathBuf::as_path)
    }
}

/// The files in a directory with the name of a journal, in order; none if the directory does not exist.
pub(crate) fn paths_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut journals: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect();
    journals.sort();
    Ok(journals)
}

fn upload(path: &Path) -> Option<[String; 3]> {
    let header = header(path).ok()?;
    Some([header.bucket, header.key, header.upload_id])
}

/// Why a file does not name an upload.
#[derive(Debug)]
pub(crate) enum NoUpload {
    /// The file does not exist.
    Missing,
    /// The file cannot be read, for this reason.
    Unreadable(String),
    /// The file is not the journal of an upload; what it is instead.
    Other(Phrase),
}

/// The first line of a journal.
pub(crate) fn header(path: &Path) -> Result<Header, NoUpload> {
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => NoUpload::Missing,
        _ => NoUpload::Unreadable(error.to_string()),
    })?;
    match lines::read(&bytes) {
        Content::Journal(journal) => Ok(journal.header),
        Content::Nothing | Content::Comparing => Err(NoUpload::Other(phrase!("it ends before its upload began"))),
        Content::Publishing(_) => Err(NoUpload::Other(phrase!(
            "it is the record of an upload with --publish-together; run that command again"
        ))),
        Content::LaterVersion => Err(NoUpload::Other(phrase!("it is from a later version of cosput"))),
        Content::Garbage => Err(NoUpload::Other(phrase!("it is no journal of cosput"))),
    }
}

impl NoUpload {
    /// The failure of a command that was to use the journal.
    pub(crate) fn failure(self, path: &Path) -> Failure {
        match self {
            Self::Missing => {
                Failure::usage(message!("could not use the journal {path}: there is no such file", path = shown(path)))
            }
            Self::Unreadable(why) => Failure::JournalUnusable { journal: path.to_owned(), why: why.into() },
            Self::Other(why) => {
                Failure::usage(message!("could not use the journal {path}: {why}", path = shown(path), why))
            }
        }
    }
}

/// The upload of a journal that the user named.
pub(crate) struct JournalledUpload {
    pub(crate) path: PathBuf,
    pub(crate) target: Target,
    pub(crate) upload_id: UploadId,
    endpoint: String,
}

impl JournalledUpload {
    /// Reads the journal.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let header = header(path).map_err(|why| why.failure(path))?;
        let target = target(&header, path)?;
        let upload_id = UploadId::new(&header.upload_id).expect("a journal's reader checks it");
        Ok(Self { path: path.to_owned(), target, upload_id, endpoint: header.endpoint })
    }

    /// The server that the journal names.
    pub(crate) fn server(&self) -> Result<Server, Failure> {
        journalled(&self.endpoint, &self.target.address)
    }
}

/// The object of a journal. The address is complete except for its endpoint.
pub(crate) fn target(header: &Header, path: &Path) -> Result<Target, Failure> {
    let any = Endpoint::parse("localhost").map_err(anyhow::Error::from)?;
    header.target(&any).ok_or_else(|| names_no_upload(path))
}

/// The failure of a journal with an invalid first line.
pub(crate) fn names_no_upload(path: &Path) -> Failure {
    Failure::Other(message!("could not use the journal {path}: it names no upload", path = shown(path)))
}
