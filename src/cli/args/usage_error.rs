//! Errors of the command line in the chosen language. clap finds them; this words them.

use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help_language;
use crate::language::{Message, Phrase, Series, message, phrase};

/// Examples of invalid numbers, and what to say about them. The standard library gives all of a kind the same error.
const NO_NUMBERS: [(&str, Phrase); 4] = [
    ("", phrase!("expected a number")),
    ("-", phrase!("expected a number")),
    ("999999999999999999999", phrase!("the number is too large")),
    ("-999999999999999999999", phrase!("the number is too small")),
];

/// The text of an error, without its label. `None` if its kind is not known here, so that clap's own text remains.
pub(in crate::cli) fn text(error: &Error) -> Option<String> {
    let blocks = [Some(problem(error)?), tips(error), usage(error), advice(error)];
    Some(blocks.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
}

fn problem(error: &Error) -> Option<String> {
    let option = word(error, ContextKind::InvalidArg);
    let value = word(error, ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::UnknownArgument => message!("unexpected argument '{option}' found", option = option?),
        ErrorKind::InvalidSubcommand => {
            message!("unrecognized subcommand '{command}'", command = word(error, ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::InvalidValue => return Some(unknown_value(error, option?, value?)),
        ErrorKind::ValueValidation => return Some(refused_value(error, option?, value?)),
        ErrorKind::ArgumentConflict => return conflict(error, option?),
        ErrorKind::MissingRequiredArgument => return missing(error),
        ErrorKind::MissingSubcommand => return missing_command(error),
        ErrorKind::NoEquals => {
            message!("equal sign is needed when assigning values to '{option}'", option = option?)
        }
        ErrorKind::TooManyValues => {
            let (option, value) = (option?, value?);
            message!("unexpected value '{value}' for '{option}' found; no more were expected", value, option)
        }
        ErrorKind::TooFewValues => {
            let (needed, given) = numbers(error, ContextKind::MinValues)?;
            message!("'{option}' requires at least {needed} values; {given} given", option = option?, needed, given)
        }
        ErrorKind::WrongNumberOfValues => {
            let (needed, given) = numbers(error, ContextKind::ExpectedNumValues)?;
            message!("'{option}' requires {needed} values; {given} given", option = option?, needed, given)
        }
        _ => return None,
    };
    Some(message.to_string())
}

fn unknown_value(error: &Error, option: &str, value: &str) -> String {
    let refused = match value {
        "" => message!("a value is required for '{option}' but none was supplied", option),
        _ => message!("invalid value '{value}' for '{option}'", value, option),
    };
    match words(error, ContextKind::ValidValue) {
        Some(values) => format!("{refused}\n  {}{}]", phrase!("[possible values: "), Series(values)),
        None => refused.to_string(),
    }
}

fn refused_value(error: &Error, option: &str, value: &str) -> String {
    match error.source().map(|why| reason(&why.to_string())) {
        Some(why) => message!("invalid value '{value}' for '{option}': {why}", value, option, why).to_string(),
        None => message!("invalid value '{value}' for '{option}'", value, option).to_string(),
    }
}

/// Why a value is refused. What cosput's own parsers say is already in the chosen language.
pub(in crate::cli) fn reason(why: &str) -> Message {
    let is_said_of = |text: &str| text.parse::<i64>().is_err_and(|error| error.to_string() == why);
    if let Some((_, plain)) = NO_NUMBERS.into_iter().find(|(text, _)| is_said_of(text)) {
        return plain.into();
    }
    match why.split(' ').collect::<Vec<_>>()[..] {
        [number, "is", "not", "in", range] if number.parse::<i64>().is_ok() => range_in_words(range),
        _ => None,
    }
    .unwrap_or_else(|| why.into())
}

/// `1..=9` as other options say it.
fn range_in_words(range: &str) -> Option<Message> {
    let (first, last) = range.split_once("..=")?;
    Some(message!("expected a number from {first} to {last}", first, last))
}

fn conflict(error: &Error, option: &str) -> Option<String> {
    let message = match error.get(ContextKind::PriorArg)? {
        ContextValue::String(other) if other == option => {
            message!("the argument '{option}' cannot be used multiple times", option)
        }
        ContextValue::String(other) => message!("the argument '{option}' cannot be used with '{other}'", option, other),
        ContextValue::Strings(others) => {
            let first = message!("the argument '{option}' cannot be used with:", option);
            return Some(with_lines(&first, others));
        }
        _ => return None,
    };
    Some(message.to_string())
}

fn missing(error: &Error) -> Option<String> {
    let arguments = words(error, ContextKind::InvalidArg)?;
    Some(with_lines(&message!("the following required arguments were not provided:"), arguments))
}

fn missing_command(error: &Error) -> Option<String> {
    let program = word(error, ContextKind::InvalidSubcommand)?;
    let missing = message!("'{program}' requires a subcommand but one was not provided", program);
    let commands = words(error, ContextKind::ValidSubcommand).map(|names| Series(names).to_string());
    let list = commands.map(|names| format!("\n  {}", message!("[subcommands: {names}]", names))).unwrap_or_default();
    Some(format!("{missing}{list}"))
}

fn tips(error: &Error) -> Option<String> {
    let mut tips: Vec<String> = similar(error).iter().map(ToString::to_string).collect();
    if let Some(ContextValue::StyledStrs(more)) = error.get(ContextKind::Suggested) {
        tips.extend(more.iter().map(|text| tip(&text.to_string())));
    }
    let lines: Vec<String> = tips.iter().map(|tip| format!("  {}{tip}", phrase!("tip: "))).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn similar(error: &Error) -> Vec<Message> {
    let command = match words(error, ContextKind::SuggestedSubcommand) {
        Some([name]) => Some(message!("a similar subcommand exists: '{name}'", name)),
        Some(names) => {
            let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            Some(message!("some similar subcommands exist: {names}", names = Series(&quoted)))
        }
        None => None,
    };
    let option = word(error, ContextKind::SuggestedArg);
    let value = word(error, ContextKind::SuggestedValue);
    let option = option.map(|option| message!("a similar argument exists: '{option}'", option));
    let value = value.map(|value| message!("a similar value exists: '{value}'", value));
    [command, option, value].into_iter().flatten().collect()
}

/// Translates a tip, which clap has only as text. An unknown tip stays as it is.
fn tip(text: &str) -> String {
    let message = match text.split('\'').collect::<Vec<_>>()[..] {
        ["to pass ", value, _, usage, ""] => message!("to pass '{value}' as a value, use '{usage}'", value, usage),
        ["subcommand ", command, _, "--", _] => {
            message!("subcommand '{command}' exists; to use it, remove the '--' before it", command)
        }
        ["", usage, " exists"] => message!("'{usage}' exists", usage),
        _ => return text.to_owned(),
    };
    message.to_string()
}

fn usage(error: &Error) -> Option<String> {
    match error.get(ContextKind::Usage)? {
        ContextValue::StyledStr(usage) => Some(help_language::shown(&usage.to_string(), usize::MAX)),
        _ => None,
    }
}

/// The last line, if it names the option for help.
fn advice(error: &Error) -> Option<String> {
    let english = error.render().to_string();
    match english.trim_end().rsplit('\n').next()?.split('\'').collect::<Vec<_>>()[..] {
        [_, help @ ("--help" | "-h" | "help"), "."] => {
            Some(message!("For more information, try '{help}'.", help).to_string())
        }
        _ => None,
    }
}

fn with_lines(first: &Message, lines: &[String]) -> String {
    format!("{first}\n  {}", lines.join("\n  "))
}

fn word(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word),
        _ => None,
    }
}

fn words(error: &Error, kind: ContextKind) -> Option<&[String]> {
    match error.get(kind)? {
        ContextValue::Strings(words) if !words.is_empty() => Some(words),
        _ => None,
    }
}

/// How many values are needed, and how many were given.
fn numbers(error: &Error, needed: ContextKind) -> Option<(isize, isize)> {
    match (error.get(needed)?, error.get(ContextKind::ActualNumValues)?) {
        (ContextValue::Number(needed), ContextValue::Number(given)) => Some((*needed, *given)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command, value_parser};

    use super::*;
    use crate::language::chinese;

    /// A program that can be used wrongly in every way.
    fn program() -> Command {
        let option = |name: &'static str| Arg::new(name).long(name);
        Command::new("try")
            .subcommand_required(true)
            .arg(option("mode").value_parser(["auto", "never"]))
            .arg(option("count").value_parser(value_parser!(u32).range(1..=9)))
            .arg(option("quiet").action(ArgAction::SetTrue).conflicts_with_all(["mode", "count"]))
            .arg(option("once"))
            .arg(option("pair").num_args(2))
            .arg(option("some").num_args(2..=3))
            .arg(option("equal").require_equals(true))
            .arg(option("with").requires("mode"))
            .subcommand(Command::new("upload").arg(Arg::new("file").required(true)).arg(option("size")))
            .subcommand(Command::new("uploads"))
            .subcommand(Command::new("verify"))
    }

    fn error(typed: &str) -> Error {
        program().try_get_matches_from(["try"].into_iter().chain(typed.split_whitespace())).unwrap_err()
    }

    #[test]
    fn each_kind_of_error_is_said_in_chinese() {
        let wrong: Vec<String> = [
            (
                "--mod auto",
                "未知的参数 '--mod'\n\n  建议：有相似的参数：'--mode'\n\n用法：try --mode <mode> <命令>\n\n",
            ),
            ("--nothing", "未知的参数 '--nothing'\n\n用法：try [选项] <命令>\n\n"),
            ("verfy", "未知的子命令 'verfy'\n\n  建议：有相似的子命令：'verify'\n"),
            ("uploda", "建议：有相似的子命令：'uploads'、'upload'\n"),
            ("--mode", "'--mode <mode>' 需要一个值，但没有给出\n  [可选值：auto、never]\n"),
            ("--mode of", "'--mode <mode>' 的值 'of' 无效\n  [可选值：auto、never]\n"),
            (
                "--mode nevr",
                "'--mode <mode>' 的值 'nevr' 无效\n  [可选值：auto、never]\n\n  建议：有相似的值：'never'\n",
            ),
            ("--count 10", "'--count <count>' 的值 '10' 无效：应为 1 到 9 之间的数\n"),
            ("--count x", "'--count <count>' 的值 'x' 无效：应为数字\n"),
            ("--quiet --mode auto verify", "参数 '--quiet' 不能与 '--mode <mode>' 同时使用\n"),
            (
                "--quiet --mode auto --count 1 verify",
                "参数 '--quiet' 不能与以下参数同时使用：\n  --mode <mode>\n  --count <count>\n",
            ),
            ("--once a --once b", "参数 '--once <once>' 不能重复使用\n"),
            ("upload", "缺少以下必需的参数：\n  <file>\n"),
            ("--with a verify", "缺少以下必需的参数：\n  --mode <mode>\n"),
            ("--once a", "'try' 需要一个子命令，但没有给出\n  [子命令：upload"),
            ("--equal a", "赋值时需要等号\n"),
            ("--quiet=a", "'--quiet' 有多余的值 'a'\n"),
            ("--some a", "至少需要 2 个值，但给出了 1 个\n"),
            ("--pair a", " 需要 2 个值，但给出了 1 个\n"),
        ]
        .into_iter()
        .map(|(typed, expected)| (typed, expected, chinese(|| text(&error(typed))).unwrap_or_default()))
        .filter(|(_, expected, said)| !said.contains(expected) || !said.ends_with("\n\n更多信息请见 '--help'。"))
        .map(|(typed, _, said)| format!("{typed}: {said}"))
        .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }

    #[test]
    fn the_english_text_is_that_of_clap() {
        for typed in [
            "--mod auto",
            "--size",
            "upload --a",
            "uplod",
            "--mode",
            "--mode nevr",
            "--quiet --mode auto verify",
            "--quiet --mode auto --count 1 verify",
            "--once a --once b",
            "upload",
            "--once a",
            "--equal a",
            "--quiet=a",
        ] {
            let error = error(typed);
            assert_eq!(text(&error).map(|text| format!("error: {text}\n")), Some(error.to_string()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_said_in_words() {
        for (typed, expected) in
            [("x", "expected a number"), ("", "expected a number"), ("99999999999999999999", "the number is too large")]
        {
            assert_eq!(reason(&typed.parse::<i64>().unwrap_err().to_string()).to_string(), expected);
        }
    }

    #[test]
    fn a_range_is_said_in_words() {
        let said = text(&error("--count 10")).unwrap_or_default();
        let expected = "invalid value '10' for '--count <count>': expected a number from 1 to 9\n";
        assert!(said.starts_with(expected), "{said}");
    }

    #[test]
    fn an_error_that_is_not_claps_keeps_its_text() {
        for kind in [ErrorKind::ValueValidation, ErrorKind::InvalidValue, ErrorKind::Io, ErrorKind::InvalidUtf8] {
            assert_eq!(text(&Error::raw(kind, "a text")), None, "{kind:?}");
        }
    }

    #[test]
    fn a_tip_that_is_only_a_text_is_translated_if_it_is_known() {
        chinese(|| {
            assert_eq!(tip("try 'this' or 'that'"), "try 'this' or 'that'");
            assert_eq!(tip("'upload --size' exists"), "可以使用 'upload --size'");
            assert_eq!(tip("to pass '-a' as a value, use '-- -a'"), "要把 '-a' 作为值，请使用 '-- -a'");
            assert_eq!(
                tip("subcommand 'upload' exists; to use it, remove the '--' before it"),
                "有子命令 'upload'；要使用它，请去掉它前面的 '--'"
            );
        });
    }
}
