//! The options for several files, as typed: which files are uploaded, and what a failure means for the others.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum};

use crate::upload::source::Rule;

/// The options for several files.
#[derive(Debug, Args)]
pub struct ManyArguments {
    /// Upload directories recursively
    ///
    /// As in rsync, dir/ uploads the content of dir, and dir uploads it below dir/. Empty directories are not uploaded.
    #[arg(short, long)]
    pub recursive: bool,
    /// Patterns, in the order of the command line.
    #[command(flatten)]
    pub rules: RuleArguments,
    /// Follow symbolic links below directories
    ///
    /// A link that leads to one of its own parent directories is skipped. Default: links are skipped and counted.
    #[arg(long, hide_short_help = true)]
    pub follow_symlinks: bool,
    /// Upload the paths listed in a file, - for stdin
    ///
    /// One path a line; with -0, each path ends with a NUL. The key is the path as it is written, below the prefix.
    /// Example: find dist -name '*.js' | cosput upload --files-from -.
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Paths in the list end with NUL
    ///
    /// For lists such as those of find -print0. Default: one path a line.
    #[arg(short = '0', long, hide_short_help = true, requires = "files_from")]
    pub null: bool,
    /// Skip files whose object is the same
    ///
    /// By default, the object is the same if its size and CRC-64 are those of the file. With --skip-unchanged=mtime it
    /// is the same if its size and its recorded modification time are those of the file; such uploads record the time
    /// as x-cos-meta-mtime. Default: all files are sent.
    #[arg(long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "crc64")]
    #[arg(hide_possible_values = true)]
    pub skip_unchanged: Option<LikenessChoice>,
    /// Stop at the first file that fails
    ///
    /// Default: the other files are still uploaded.
    #[arg(long, hide_short_help = true)]
    pub fail_fast: bool,
    /// Complete objects only after all files are sent
    ///
    /// All files are sent as parts first, so that a failure changes no visible object. Then the objects are completed
    /// one after the other. If that is interrupted, the same command completes the rest.
    #[arg(long, hide_short_help = true)]
    pub publish_together: bool,
}

/// When an object is the same as a file, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LikenessChoice {
    /// Same size, same CRC-64
    Crc64,
    /// Same size, same time of modification
    Mtime,
}

/// `--include` and `--exclude`, which clap alone would sort by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleArguments {
    /// The rules, in their order.
    pub rules: Vec<Rule>,
    /// How many of them, the first ones, are not on the command line.
    pub standing: usize,
}

impl Args for RuleArguments {
    fn augment_args(command: Command) -> Command {
        let glob = |name: &'static str| {
            let arg = Arg::new(name).long(name).value_name("GLOB").action(ArgAction::Append);
            arg.value_parser(NonEmptyStringValueParser::new())
        };
        command
            .arg(
                glob("include").help("Upload only matching files; can be repeated").long_help(
                    "Upload only matching files; can be repeated\n\nPatterns are those of .gitignore, matched against the \
                     path below the source: *.map at any depth, /x at the top only, tmp/ a directory, a/**/b any \
                     directories between. The last --include or --exclude that matches a file decides. If none matches, \
                     the first one on the command line decides: an --include skips all other files, an --exclude keeps \
                     them. Example: --include '*.js'.",
                ),
            )
            .arg(glob("exclude").help("Skip matching files; can be repeated").long_help(
                "Skip matching files; can be repeated\n\nPatterns are those of --include. A later --include keeps the \
                 files that match it. Example: --exclude '*.map'.",
            ))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RuleArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        type Make = fn(String) -> Rule;
        let mut rules = Vec::new();
        for (name, make) in [("exclude", Rule::Exclude as Make), ("include", Rule::Include as Make)] {
            // Patterns from a variable have no position on the command line: they come first.
            let typed = matches.value_source(name) == Some(ValueSource::CommandLine);
            let places = matches.indices_of(name).into_iter().flatten().map(|place| if typed { place } else { 0 });
            let globs = matches.get_many::<String>(name).into_iter().flatten();
            rules.extend(places.zip(globs).map(|(place, glob)| (place, make(glob.clone()))));
        }
        rules.sort_by_key(|(place, _)| *place);
        let standing = rules.iter().filter(|(place, _)| *place == 0).count();
        Ok(Self { rules: rules.into_iter().map(|(_, rule)| rule).collect(), standing })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Arguments, Command};
    use clap::Parser;

    fn rules(typed: &[&str]) -> Vec<Rule> {
        let arguments = [&["cosput", "upload", "a"], typed].concat();
        let Command::Upload(upload) = Arguments::parse_from(arguments).command else { panic!("it is an upload") };
        upload.many.rules.rules
    }

    #[test]
    fn globs_keep_the_order_in_which_they_were_typed() {
        let (include, exclude) = (|glob: &str| Rule::Include(glob.into()), |glob: &str| Rule::Exclude(glob.into()));
        assert_eq!(rules(&[]), []);
        assert_eq!(
            rules(&["--exclude", "*.map", "--include=x.map", "--exclude", "/tmp"]),
            [exclude("*.map"), include("x.map"), exclude("/tmp")]
        );
        assert_eq!(rules(&["--include", "a", "-r", "--exclude", "b"]), [include("a"), exclude("b")]);
    }
}
