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
fn what_the_system_says_is_in_the_language_of_the_rest() {
    let number = std::fs::read("/no/such/file").unwrap_err().raw_os_error().unwrap();
    let unreadable = ["--files-from", "/no/such/file", "--prefix", "p"];
    let chinese = format!("无法读取 --files-from /no/such/file：文件或目录不存在（os error {number}）\n");
    let english = format!("(os error {number})\n");
    fail(&unreadable, &[ZH]).exits(2).says(&chinese).does_not_say(&english);
    fail(&unreadable, &[]).exits(2).says(&english);
}

#[test]
fn a_wrong_language_is_refused() {
    fail(&["--language", "fr"], &[]).exits(2).says("invalid value 'fr' for '--language <LANGUAGE>'");
    fail(&[], &[("COSPUT_LANGUAGE", "fr")]).exits(2).says("invalid value 'fr' for COSPUT_LANGUAGE");
}

#[test]
fn what_programs_read_is_the_same_in_every_language() {
    for arguments in [&["--json"][..], &["--json", "--part-size", "x"], &["--json", "--nonsense"]] {
        let (english, chinese) = (fail(arguments, &[]), fail(arguments, &[ZH]));
        assert_eq!(english.code, chinese.code);
        assert_ne!(english.stderr, chinese.stderr, "{arguments:?}");
        assert_eq!(without_times(&english), without_times(&chinese), "{arguments:?}");
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
        "'--progress <WHEN>' 的值 'sometimes' 无效\n  [可选值：auto、always、never]",
    );
    refused(
        &["--max-attempts", "0"],
        "invalid value '0' for '--max-attempts <N>': expected a number from 1 to 1000",
        "'--max-attempts <N>' 的值 '0' 无效：应为 1 到 1000 之间的数",
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
    half.says("设置了 COS_SECRET_KEY，但 COS_SECRET_ID 为空");
}

/// True for a character that only a Chinese text has.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '，' | '。' | '：' | '；')
}

/// Events without what differs from run to run: times, the IDs of requests, and how often progress is reported.
fn without_times(outcome: &Outcome) -> Vec<String> {
    let mut events = outcome.events();
    events.retain(|event| event["event"] != "progress");
    for event in &mut events {
        event.as_object_mut().unwrap().retain(|name, _| !["time", "duration_ms", "age_s"].contains(&name.as_str()));
    }
    let is_id = |word: &str| word.len() >= 16 && word.chars().all(|character| character.is_ascii_hexdigit());
    let without_ids = |event: String| {
        let words: Vec<&str> = event.split_inclusive(|character: char| !character.is_ascii_alphanumeric()).collect();
        words.iter().filter(|word| !is_id(&word[..word.len() - 1])).copied().collect::<String>()
    };
    events.iter().map(ToString::to_string).map(without_ids).collect()
}

/// Runs each command line in both languages. Programs read the same, and people no English sentence.
fn compare(scene: &Scene, command_lines: &[&str]) {
    for line in command_lines {
        let line = line.replace("SERVER", &format!("--endpoint {} -b {BUCKET}", scene.server.url()));
        let run = |more: &[&str], locale: &str| {
            let mut command = scene.command(line.split(' ').chain(more.iter().copied()));
            Outcome::of(command.env("LC_ALL", locale).output().unwrap())
        };
        let (english, chinese) = (run(&["--json"], "C.UTF-8"), run(&["--json"], "zh_CN.UTF-8"));
        assert_eq!(english.code, chinese.code, "{line}");
        assert_eq!(without_times(&english), without_times(&chinese), "{line}");
        assert!(!chinese.stdout.contains(is_chinese), "{line}: {}", chinese.stdout);
        let chinese = run(&[], "zh_CN.UTF-8");
        assert_eq!(english.code, chinese.code, "{line}");
        let is_left_in_english = |line: &&str| !line.contains(is_chinese) && line.split_whitespace().count() > 3;
        let left: Vec<&str> = chinese.stderr.lines().filter(is_left_in_english).collect();
        assert_eq!(left, [""; 0], "{line}: {}", chinese.stderr);
        assert!(!english.stderr.contains(is_chinese), "{line}: {}", english.stderr);
    }
}

#[test]
fn a_wrong_command_line_is_explained_in_chinese_and_to_programs_in_english() {
    let scene = Scene::new(&[]);
    scene.file("a", 10);
    std::fs::create_dir(scene.path("d")).unwrap();
    compare(
        &scene,
        &[
            "upload SERVER",
            "upload a",
            "upload a -b examplebucket-1250000000",
            "upload a --region ap-guangzhou",
            "upload a cos://examplebucket",
            "upload a cos://Bucket-1250000000/k",
            "upload a SERVER --key /k",
            "upload a SERVER --part-size 12X",
            "upload a SERVER --deadline 5",
            "upload a SERVER --deadline 5x",
            "upload a SERVER --limit-rate 1",
            "upload a SERVER --limit-rate 8Mbit",
            "upload a SERVER --traffic-limit 8M",
            "upload a SERVER --concurrency 0",
            "upload a SERVER --sse-kms-key-id k",
            "upload a SERVER --sse-c-key-file gone",
            "upload a SERVER --timings=gone/t.html",
            "upload a SERVER --log-file a",
            "upload a SERVER --memory 5MiB",
            "upload a SERVER --publish-together",
            "upload a a SERVER --journal j",
            "upload a a SERVER --key k",
            "upload a SERVER s3://b/k",
            "upload a k SERVER",
            "upload d SERVER",
            "upload d SERVER --key k",
            "upload -r d SERVER --key k",
            "upload - SERVER",
            "upload - SERVER --key k --journal j",
            "upload - SERVER --key k --delta",
            "upload --files-from d SERVER",
            "upload --emulator d SERVER",
            "upload a -b examplebucket-1250000000 --endpoint localhost:80",
            "upload a -b examplebucket-1250000000 --endpoint ftp://h",
            "upload a -b examplebucket-1250000000 --service cdcs --internal --region ap-guangzhou",
            "upload a -b examplebucket-1250000000 --cdcs-xml --region ap-guangzhou",
            "verify a s3://b/k",
            "abort SERVER",
            "abort SERVER --all",
            "abort --plan gone",
            "abort --plan gone --yes",
            "abort SERVER --key k",
            "list-parts SERVER",
            "list-parts SERVER --key k",
            "initiate -r d SERVER",
            "initiate -r d SERVER --plan p",
            "initiate - SERVER --plan p --shards 2",
            "initiate a SERVER --plan a --shards 2",
            "upload-parts",
            "upload-parts --plan gone --shard x",
            "upload-parts --plan gone",
            "complete --plan gone",
            "status --plan gone",
            "resume gone",
            "emulator --fault x",
            "emulator --listen x",
            "--nonsense",
            "nonsense",
        ],
    );
}

#[test]
fn what_a_server_refuses_is_explained_in_chinese_and_to_programs_in_english() {
    let scene = Scene::new(&[]);
    scene.file("a", 10);
    compare(
        &scene,
        &[
            "resume",
            "list-uploads SERVER",
            "list-parts SERVER --key k --upload-id 1",
            "abort SERVER --key k --upload-id 1",
            "abort SERVER --all --yes",
            "verify a SERVER",
            "doctor SERVER --read-only",
            "doctor --read-only --endpoint http://127.0.0.1:1 -b examplebucket-1250000000 --max-attempts 1",
            "doctor --read-only --endpoint http://no-such-host.invalid -b examplebucket-1250000000 --max-attempts 1",
        ],
    );
}

#[test]
fn a_wrong_variable_or_profile_is_named_in_chinese_and_to_programs_in_english() {
    for (name, value) in [
        ("COSPUT_PART_SIZE", "12X"),
        ("COSPUT_MAX_ATTEMPTS", "0"),
        ("COSPUT_PROGRESS", "sometimes"),
        ("COSPUT_NO_RESUME", "perhaps"),
        ("COSPUT_REGION", "r\r"),
    ] {
        let mut scene = Scene::new(&[]);
        scene.file("a", 10);
        scene.set(name, value);
        compare(&scene, &["upload a SERVER"]);
    }
    for profile in ["part_sise = 1", "concurrency = []", "no_resume = 3", "key = 'k'\nprefix = 'p'", "max_attempts = 0"]
    {
        let scene = Scene::new(&[]);
        scene.file("a", 10);
        std::fs::write(scene.path("c.toml"), format!("[default]\n{profile}\n")).unwrap();
        compare(&scene, &["upload a SERVER --config c.toml"]);
    }
}

#[test]
fn the_name_of_a_file_is_followed_by_a_chinese_colon() {
    let scene = Scene::new(&["slow-down:times=1"]);
    std::fs::create_dir(scene.path("d")).unwrap();
    scene.file("d/a", 10);
    scene.file("d/b", 10);
    let mut command = scene.command(scene.upload_arguments("d", &["-r", "-v"]));
    let uploaded = Outcome::of(command.env("LC_ALL", "zh_CN.UTF-8").output().unwrap()).exits(0);
    uploaded.says("d/a：用一个请求发送 10 B").says("d/b：用一个请求发送 10 B");
}

#[test]
fn an_upload_by_many_machines_is_reported_in_chinese() {
    let scene = Scene::new(&[]);
    scene.file("a", 3 << 20);
    let run = |line: &str, more: &[&str]| {
        let line = line.replace("SERVER", &format!("--endpoint {} -b {BUCKET}", scene.server.url()));
        let mut command = scene.command(line.split(' ').chain(more.iter().copied()));
        Outcome::of(command.env("LC_ALL", "zh_CN.UTF-8").output().unwrap())
    };
    let planned = run("initiate a SERVER --plan p --shards 2", &[]).exits(0);
    assert!(
        planned.stdout.starts_with("已制定计划 p  1 个文件，3.0 MiB，3 个单元，分为 2 个分片"),
        "{}",
        planned.stdout
    );
    run("status --plan p", &[]).exits(6).says("进行中：3 个单元中的 0 个，3.0 MiB 中的 0 B 已有回执");
    run("complete --plan p", &[]).exits(6).says("错误：无法完成计划 p：缺少 3 个单元：分片 1/2（");
    for shard in ["1/2", "2/2"] {
        let sent = run("upload-parts --plan p --shard", &[shard]).exits(0);
        assert!(sent.stdout.contains(&format!("分片 {shard}  已发送 ")), "{}", sent.stdout);
    }
    let completed = run("complete --plan p", &["--json"]).exits(0);
    assert!(!completed.stdout.contains(is_chinese), "{}", completed.stdout);
    run("status --plan p", &[]).exits(0).says("已完成：3 个单元中的 3 个，3.0 MiB 中的 3.0 MiB 已有回执");
    run("abort --plan p", &["--yes"]).exits(8).says("错误：无法终止计划 p：它已完成");
}
