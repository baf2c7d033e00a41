//! From arguments to the files to upload and their keys.

use std::ffi::OsString;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::named_sources::{NamedSources, USE_RECURSIVE, take_destination};
use super::stdin;
use crate::cli::args::ManyArguments;
use crate::cli::output::console::{is_stdin, shown};
use crate::cli::output::failures::failure::Failure;
use crate::cli::values::destination;
use crate::cli::values::destination::Destination;
use crate::cos::{Bucket, Key};
use crate::language::{Message, message, phrase};
use crate::upload::source::finding::walk::Links;
use crate::upload::source::{Delimiter, Filter, List, Prefix, Rule, Sources};

/// The name of a list on stdin.
const STDIN: &str = "-";

/// The files to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One file, under one key.
    One {
        /// The file.
        source: PathBuf,
        /// The object's key.
        key: Key,
    },
    /// A stream from stdin, under one key.
    Stdin {
        /// The object's key.
        key: Key,
    },
    /// Any number of files, each under a key of its own.
    Many(Many),
}

/// Any number of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many {
    /// Files and directories, as typed.
    pub named: Vec<PathBuf>,
    /// A list of paths, if one is given.
    pub list: Option<Listing>,
    /// Whether directories are uploaded.
    pub recursive: bool,
    /// How links below a directory are treated.
    pub links: Links,
    /// The --include and --exclude patterns, in order.
    pub rules: Vec<Rule>,
    /// How many of these, the first ones, are not on the command line: they may be meant for other sources.
    pub standing_rules: usize,
    /// The prefix of every key.
    pub prefix: Prefix,
}

/// A list of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The file that holds it, `-` for stdin.
    pub file: PathBuf,
    /// The end of a path in it.
    pub delimiter: Delimiter,
}

/// The destination from options.
pub(crate) struct Target {
    /// `--bucket`.
    pub(crate) bucket: Option<Bucket>,
    /// `--key`.
    pub(crate) key: Option<String>,
    /// `--prefix`.
    pub(crate) prefix: Option<String>,
}

impl Wanted {
    /// Reads the paths, of which the last may be a destination, into a bucket and the files to upload.
    pub(crate) fn new(
        mut paths: Vec<PathBuf>,
        target: Target,
        many: &ManyArguments,
        arguments: &[OsString],
    ) -> Result<(Bucket, Self), Failure> {
        let destination = take_destination(&mut paths)?;
        let named = NamedSources {
            paths: &paths,
            has_destination: destination.is_some(),
            key: target.key.as_deref(),
            recursive: many.recursive,
            arguments,
        };
        named.check()?;
        if destination.is_some() && (target.bucket.is_some() || target.key.is_some() || target.prefix.is_some()) {
            return Err(Failure::usage(message!(
                "a destination is given besides --bucket, --key or --prefix; keep one way to say it"
            )));
        }
        let (bucket, typed_key) = match destination {
            Some(Destination { bucket, key }) => (Some(bucket), key),
            None => (target.bucket, target.key.clone()),
        };
        if paths.is_empty() && many.files_from.is_none() {
            return Err(Failure::usage(match &bucket {
                Some(_) => phrase!("nothing to upload is given: name a file, a directory, or a list of files"),
                None => {
                    phrase!("neither a source nor a bucket is given: write cosput upload FILE cos://NAME-APPID/KEY")
                }
            }));
        }
        let bucket = bucket.ok_or_else(|| {
            Failure::usage(message!("no bucket is given: name it with --bucket, COSPUT_BUCKET or cos://NAME-APPID/KEY"))
        })?;
        let list = many
            .files_from
            .clone()
            .map(|file| Listing { file, delimiter: if many.null { Delimiter::Nul } else { Delimiter::Line } });
        if paths.iter().any(|path| is_stdin(path)) {
            if paths.len() > 1 || list.is_some() {
                return Err(Failure::usage(message!(
                    "stdin is uploaded alone, without other sources; the file of that name is ./-"
                )));
            }
            return Ok((
                bucket,
                Self::Stdin { key: stdin::key(typed_key.as_deref().filter(|_| target.prefix.is_none()))? },
            ));
        }
        let one = match &paths[..] {
            [source] if list.is_none() && target.prefix.is_none() && !(many.recursive && source.is_dir()) => {
                Some(source)
            }
            _ => None,
        };
        // A file that patterns exclude needs no key.
        let one = one.filter(|_| target.key.is_some() || many.rules.rules.is_empty());
        if let Some(source) = one {
            let key =
                destination::key(typed_key.as_deref(), source).map_err(|error| Failure::usage(Message::of(&error)))?;
            return Ok((bucket, Self::One { source: source.clone(), key }));
        }
        if target.key.is_some() {
            return Err(Failure::usage(message!("--key names one object; with several files, use --prefix")));
        }
        let prefix = Prefix::new(target.prefix.or(typed_key).as_deref().unwrap_or_default())
            .map_err(|error| Failure::usage(Message::of(&error)))?;
        let (rules, standing_rules) = (many.rules.rules.clone(), many.rules.standing);
        Filter::new(&rules).map_err(|error| Failure::usage(Message::of(&error)))?;
        let links = if many.follow_symlinks { Links::Follow } else { Links::Skip };
        let recursive = many.recursive;
        Ok((bucket, Self::Many(Many { named: paths, list, recursive, links, rules, standing_rules, prefix })))
    }
}

impl Many {
    /// The sources to gather. `stdin` is read if the list is on stdin.
    pub(crate) fn sources(&self, stdin: fn() -> Box<dyn io::Read + Send>) -> Result<Sources, Failure> {
        let list = self.list.as_ref().map(|list| open(list, stdin)).transpose()?;
        let filter = Filter::new(&self.rules).map_err(|error| Failure::usage(Message::of(&error)))?;
        let sources = Sources {
            named: self.named.clone(),
            list,
            recursive: self.recursive,
            links: self.links,
            filter: filter.reporting(self.standing_rules),
            prefix: self.prefix.clone(),
            ..Sources::default()
        };
        sources.check().map_err(|error| {
            let source = shown(&error.path);
            Failure::Usage {
                message: message!("could not upload {source}: is a directory, not a file", source),
                hint: Some(USE_RECURSIVE.into()),
            }
        })?;
        Ok(sources)
    }
}

fn open(list: &Listing, stdin: fn() -> Box<dyn io::Read + Send>) -> Result<List, Failure> {
    let reader = if list.file == Path::new(STDIN) {
        stdin()
    } else {
        let unreadable = |why: Message| {
            Failure::usage(message!("--files-from {file} cannot be read: {why}", file = shown(&list.file), why))
        };
        if list.file.is_dir() {
            return Err(unreadable(message!("it is a directory; to upload its content, name it as a source with -r")));
        }
        let file = std::fs::File::open(&list.file).map_err(|error| unreadable(error.to_string().into()))?;
        Box::new(file)
    };
    Ok(List::new(&list.file, Box::new(BufReader::new(reader)), list.delimiter))
}
