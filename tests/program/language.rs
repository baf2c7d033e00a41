//! The language of messages: an option, a variable or the locale chooses it, and what programs read is always English.

use crate::support::scene::Scene;
use crate::support::{BUCKET, Outcome};

const ZH: (&str, &str) = ("LC_ALL", "zh_CN.UTF-8");
const CHINESE: &str = "无法上传 gone";
const ENGLISH: &str = "could not upload gone";

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let scene = Scene::new(&[]);
    let mut command = scene.command(arguments);
    command.envs(variables.iter().copied());
    Outcome::of(command.output().unwrap())
}

/// Uploads a file that does not exist.
fn fail(arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let arguments: Vec<&str> =
        ["upload", "gone", "-b", BUCKET, "--region", "ap-guangzhou"].iter().chain(arguments).copied().collect();
    run(&arguments, variables)
}

#[test]
fn the_locale_decides_unless_a_variable_or_an_option_does() {
    let lang = ("LANG", "zh_CN.UTF-8");
    fail(&[], &[]).exits(3).says(ENGLISH);
    fail(&[], &[ZH]).exits(3).says(CHINESE);
    fail(&[], &[lang]).exits(3).says(CHINESE);
    fail(&[], &[lang, ("LC_ALL", "C")]).exits(3).says(ENGLISH);
    fail(&[], &[ZH, ("COSPUT_LANGUAGE", "en")]).exits(3).says(ENGLISH);
    fail(&["--language", "zh"], &[("COSPUT_LANGUAGE", "en")]).exits(3).says(CHINESE);
    fail(&["--language=en"], &[ZH]).exits(3).says(ENGLISH);
}

#[test]
fn a_wrong_language_is_refused() {
    fail(&["--language", "fr"], &[]).exits(2).says("invalid value 'fr' for '--language <LANGUAGE>'");
    fail(&[], &[("COSPUT_LANGUAGE", "fr")]).exits(2).says("invalid value 'fr' for COSPUT_LANGUAGE");
}

#[test]
fn what_programs_read_is_the_same_in_every_language() {
    let without_times = |outcome: Outcome| -> Vec<serde_json::Value> {
        let mut events = outcome.events();
        for event in &mut events {
            let fields = event.as_object_mut().unwrap();
            fields.retain(|name, _| !["time", "duration_ms"].contains(&name.as_str()));
        }
        events
    };
    for arguments in [&["--json"][..], &["--json", "--part-size", "x"], &["--json", "--nonsense"]] {
        let (english, chinese) = (fail(arguments, &[]), fail(arguments, &[ZH]));
        assert_eq!(english.code, chinese.code);
        assert_ne!(english.stderr, chinese.stderr, "{arguments:?}");
        assert_eq!(without_times(english), without_times(chinese), "{arguments:?}");
    }
}

#[test]
fn help_is_in_the_language_that_is_chosen() {
    for arguments in [&["upload", "--help"][..], &["--language=zh", "help", "upload"], &["upload", "-h"], &["-h"]] {
        let help = run(arguments, &[ZH]).exits(0).stdout;
        assert!(help.contains("用法：cosput") && help.contains("选项：") && !help.contains("Usage"), "{help}");
    }
    let help = run(&["upload", "-h", "--language", "en"], &[ZH]).exits(0).stdout;
    assert!(help.contains("Usage: cosput upload"), "{help}");
}

#[test]
fn what_is_wrong_with_a_command_line_is_said_in_the_language_that_is_chosen() {
    let refused = |arguments: &[&str], english: &str, chinese: &str| {
        let original = fail(arguments, &[]).exits(2);
        assert!(original.stderr.starts_with(&format!("error: {english}")), "{}", original.stderr);
        let translated = fail(arguments, &[ZH]).exits(2);
        assert!(translated.stderr.starts_with(&format!("错误：{chinese}")), "{}", translated.stderr);
        assert!(translated.stderr.contains("更多信息请见 '--help'。"), "{}", translated.stderr);
    };
    refused(
        &["--conccurrency", "4"],
        "unexpected argument '--conccurrency' found\n\n  tip: a similar argument exists: '--concurrency'",
        "未知的参数 '--conccurrency'\n\n  建议：有相似的参数：'--concurrency'",
    );
    refused(
        &["--progress", "sometimes"],
        "invalid value 'sometimes' for '--progress <WHEN>'\n  [possible values: auto, always, never]",
        "'--progress <WHEN>' 的值 'sometimes' 无效\n  [可选值：auto, always, never]",
    );
    refused(
        &["--max-attempts", "0"],
        "invalid value '0' for '--max-attempts <N>': 0 is not in 1..=1000",
        "'--max-attempts <N>' 的值 '0' 无效：0 不在 1..=1000 之内",
    );
    refused(
        &["--quiet", "--verbose"],
        "the argument '--quiet' cannot be used with '--verbose'",
        "参数 '--quiet' 不能与 '--verbose' 同时使用",
    );
}

#[test]
fn the_source_of_credentials_is_english_for_programs() {
    for arguments in [&["credentials", "--json"][..], &["credentials"]] {
        let found = run(arguments, &[ZH]).exits(0).stdout;
        assert!(found.contains("the environment (COS_SECRET_ID)"), "{found}");
    }
    let half = run(&["credentials"], &[("COS_SECRET_ID", ""), ZH]).exits(4);
    half.says("设置了 COS_SECRET_KEY，但没有设置 COS_SECRET_ID");
}
