//! Many sources, as typed: what is taken of them, and what becomes of the rest when one fails.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum};

use crate::upload::source::Rule;

/// What is taken of many sources.
#[derive(Debug, Args)]
pub struct ManyArguments {
    /// Upload directories with all they hold
    ///
    /// As rsync does: dir/ uploads what it holds, dir uploads dir/ and what it holds. Empty directories leave no trace.
    #[arg(short, long)]
    pub recursive: bool,
    /// Which of it, in the order of typing.
    #[command(flatten)]
    pub rules: RuleArguments,
    /// Upload what links below a directory lead to
    ///
    /// Links that lead back to where they are are left out. Default: links are left out, and counted.
    #[arg(long, hide_short_help = true)]
    pub follow_symlinks: bool,
    /// Upload the paths in a list, - for stdin
    ///
    /// A path a line, or with -0 a path a NUL. The key is the path as it is written, below the prefix.
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Paths in the list end in a NUL, as of find -print0
    #[arg(short = '0', long, hide_short_help = true, requires = "files_from")]
    pub null: bool,
    /// Send nothing where the object is the same
    ///
    /// An object is the same if its size and CRC-64 are those of the file. With =mtime it is the same if its size and its
    /// recorded time of modification are; uploads with =mtime record that, in the metadata x-cos-meta-mtime.
    #[arg(long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "crc64")]
    #[arg(hide_possible_values = true)]
    pub skip_unchanged: Option<LikenessChoice>,
    /// Stop at the first file that fails
    ///
    /// Default: the others go on.
    #[arg(long, hide_short_help = true)]
    pub fail_fast: bool,
    /// Complete objects only once all of them are sent
    ///
    /// Everything is sent as parts first, so that a failure on the way changes nothing that others see. Then one object
    /// after the other is completed. If that is interrupted, the same command completes the rest.
    #[arg(long, hide_short_help = true)]
    pub publish_together: bool,
}

/// When an object is the same, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LikenessChoice {
    /// Same size, same CRC-64
    Crc64,
    /// Same size, same time of modification
    Mtime,
}

/// `--include` and `--exclude`, which clap alone would sort by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleArguments(pub Vec<Rule>);

impl Args for RuleArguments {
    fn augment_args(command: Command) -> Command {
        let glob = |name: &'static str| {
            let arg = Arg::new(name).long(name).value_name("GLOB").action(ArgAction::Append);
            arg.value_parser(NonEmptyStringValueParser::new())
        };
        command
            .arg(
                glob("include").help("Upload only what matches, can be repeated").long_help(
                    "Upload only what matches, can be repeated\n\nGlobs are those of .gitignore, matched against paths \
                     below the source: *.map at any depth, /x at the top alone, tmp/ a directory, a/**/b anything \
                     between. The last --include or --exclude that matches decides; where none matches, the first one \
                     says: an --include means that only what is included is uploaded.",
                ),
            )
            .arg(glob("exclude").help("Leave out what matches, can be repeated").long_help(
                "Leave out what matches, can be repeated\n\nSee --include. A later --include brings back what matches it.",
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
            // Those of a variable have no place among what was typed: they come first.
            let typed = matches.value_source(name) == Some(ValueSource::CommandLine);
            let places = matches.indices_of(name).into_iter().flatten().map(|place| if typed { place } else { 0 });
            let globs = matches.get_many::<String>(name).into_iter().flatten();
            rules.extend(places.zip(globs).map(|(place, glob)| (place, make(glob.clone()))));
        }
        rules.sort_by_key(|(place, _)| *place);
        Ok(Self(rules.into_iter().map(|(_, rule)| rule).collect()))
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
        upload.many.rules.0
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
