//! The options of an upload from stdin, as meant: its key, its memory, and which other options it excludes.

use crate::cli::args::{JournalArguments, ManyArguments, StdinArguments};
use crate::cli::output::failures::failure::Failure;
use crate::cli::process::world::World;
use crate::cos::{Key, Service};
use crate::language::{Message, message};
use crate::upload::PlanOptions;
use crate::upload::source::stream_buffer::Expectations;

const MEMORY: u64 = 256 << 20;

/// How stdin is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StdinOptions {
    /// The most bytes of stdin in memory.
    pub memory: u64,
    /// The size and the CRC-64 that stdin must have.
    pub expectations: Expectations,
}

impl StdinOptions {
    /// What the arguments mean. If the source is not stdin, they are refused.
    pub fn new(typed: StdinArguments, is_stdin: bool, service: Service) -> Result<Self, Failure> {
        let StdinArguments { memory, expect_size, expect_crc64, allow_empty } = typed;
        let given = memory.is_some() || expect_size.is_some() || expect_crc64.is_some();
        if given && !is_stdin {
            return Err(not_stdin());
        }
        if allow_empty && is_stdin && !service.takes_empty_objects() {
            return Err(Failure::usage(message!("CDCS takes no empty objects; leave out --allow-empty")));
        }
        let expectations = Expectations { size: expect_size, crc64: expect_crc64, allow_empty };
        Ok(Self { memory: memory.unwrap_or(MEMORY), expectations })
    }

    /// The options that decide where the stream is cut, of those that were given.
    pub(in crate::cli) fn cut_by(&self, plan: PlanOptions) -> Vec<&'static str> {
        let options = [
            (self.memory != MEMORY, "--memory"),
            (plan.part_size.is_some(), "--part-size"),
            (self.expectations.size.is_some(), "--expect-size"),
        ];
        options.iter().filter(|(given, _)| *given).map(|(_, name)| *name).collect()
    }
}

/// The key of an upload from stdin. It must be whole, since stdin has no name.
pub(super) fn key(typed: Option<&str>) -> Result<Key, Failure> {
    match typed {
        Some(key) if !key.is_empty() && !key.ends_with('/') => {
            Key::new(key).map_err(|error| Failure::usage(Message::of(&error)))
        }
        _ => Err(Failure::usage(message!(
            "stdin has no name to make a key from: give the whole key with --key or cos://NAME-APPID/KEY"
        ))),
    }
}

/// Refuses options that cannot be used with stdin, and a terminal as stdin.
pub(super) fn check_surroundings(
    resume: &JournalArguments,
    many: &ManyArguments,
    dry_run: bool,
    world: &World,
) -> Result<(), Failure> {
    if resume.journal.is_some() {
        return Err(Failure::usage(message!(
            "--journal cannot be used with stdin, which cannot be read again; leave it out, and after an interruption send \
             the same stream with --resume-upload-id"
        )));
    }
    if many.skip_unchanged.is_some() || many.publish_together {
        return Err(Failure::usage(message!(
            "--skip-unchanged and --publish-together are for files; leave them out with stdin"
        )));
    }
    if world.stdin_is_terminal && !dry_run {
        return Err(Failure::usage(message!(
            "stdin is a terminal; feed it with a pipe: tar c DIR | cosput upload - --key KEY"
        )));
    }
    Ok(())
}

fn not_stdin() -> Failure {
    Failure::usage(message!("--memory, --expect-size and --expect-crc64 are for stdin; the source must be -"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Command;
    use crate::cli::options::settings::command_line;
    use crate::cli::process::world::tests::world;

    #[test]
    fn a_terminal_as_stdin_is_refused() {
        let mut test = world(&["upload", "-"], &[]);
        let typed = command_line::parse(&test.world.arguments, &test.world.variables).unwrap();
        let Command::Upload(typed) = typed.command else { unreachable!() };
        let check = |dry_run, world: &World| check_surroundings(&typed.resume, &typed.many, dry_run, world);
        assert_eq!(check(false, &test.world), Ok(()));
        test.world.stdin_is_terminal = true;
        assert_eq!(check(true, &test.world), Ok(()));
        assert_eq!(
            check(false, &test.world).unwrap_err().report().message,
            "stdin is a terminal; feed it with a pipe: tar c DIR | cosput upload - --key KEY"
        );
    }
}
