//! Completions in real shells: each shell loads its script and is asked what it would offer.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::support::Scene;

/// What a shell prints for a script, or `None` if it is not installed. bash must be.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn shell(scene: &Scene, name: &str, arguments: &[&str], script: &str) -> Option<String> {
    let found = Command::new("sh").args(["-c", "command -v \"$0\"", name]).output().unwrap().status.success();
    if !found {
        assert_ne!(name, "bash", "bash is needed for these tests");
        eprintln!("skipped: {name} is not installed");
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_cosput")).parent().unwrap();
    let path = std::env::join_paths([program, Path::new("/usr/local/bin"), Path::new("/usr/bin"), Path::new("/bin")]);
    let mut command = scene.command([""; 0]);
    let variables: Vec<_> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    command = Command::new(name);
    command.args(arguments).arg(script).current_dir(scene.directory.path()).env_clear();
    command.envs(variables.into_iter().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path.unwrap());
    let output = command.env("TERM", "dumb").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{name}: {}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{name}");
    Some(text(&output.stdout))
}

fn scene() -> Scene {
    let scene = Scene::new(&[]);
    scene.file("dist.tar", 10);
    scene.file("a file", 10);
    std::fs::create_dir_all(scene.path("directory")).unwrap();
    std::fs::create_dir_all(scene.path("home/.config/cosput")).unwrap();
    std::fs::write(scene.path("home/.config/cosput/config.toml"), "[default]\n[nightly]\n").unwrap();
    scene
}

/// Lines to complete, and words that must and must not be among the candidates.
const CASES: [(&str, &[&str], &[&str]); 10] = [
    ("cosput li", &["list-uploads", "list-parts"], &["dist.tar", "verify"]),
    ("cosput upload ", &["dist.tar", "directory"], &["-", "--bucket", "nightly"]),
    ("cosput upload --st", &["--storage-class", "--state-dir", "--stall-timeout"], &["dist.tar"]),
    ("cosput upload --storage-class ", &["ARCHIVE", "STANDARD_IA"], &["dist.tar"]),
    ("cosput upload file --acl p", &["private", "public-read"], &["default", "dist.tar"]),
    ("cosput upload --region ap-gu", &["ap-guangzhou"], &["ap-beijing"]),
    ("cosput emulator --fault slow", &["slow-down"], &["bad-digest"]),
    ("cosput upload --profile ", &["nightly", "default"], &["dist.tar"]),
    ("cosput completions ", &["bash", "zsh", "fish", "powershell"], &["dist.tar"]),
    ("cosput upload --state-dir d", &["directory"], &["dist.tar"]),
];

/// Asserts what a shell offers for each line. Candidates may have descriptions or a slash behind them.
fn check(name: &str, mut offered: impl FnMut(&str) -> Option<String>) {
    for (line, expected, unwanted) in CASES {
        let Some(text) = offered(line) else { return };
        let has = |word: &&&str| {
            let mut offered =
                text.split(['\n', '\t', '\r', ' ', '\u{1b}', '\u{7}']).map(|offer| offer.trim_end_matches('/'));
            offered.any(|offer| offer == **word)
        };
        let missing: Vec<_> = expected.iter().filter(|word| !has(word)).collect();
        let wrong: Vec<_> = unwanted.iter().filter(has).collect();
        assert!(missing.is_empty() && wrong.is_empty(), "{name}: {line:?} lacks {missing:?}, has {wrong:?}:\n{text}");
    }
}

/// bash without a terminal: the function is called as readline calls it, and readline's own completion of paths, which
/// `compopt` turns on, is `compgen`'s.
#[test]
fn bash_offers_what_fits() {
    let scene = scene();
    let ask = "
        eval \"$(cosput completions bash)\"
        options='bashdefault default'
        compopt() { while [ $# -gt 0 ]; do case $1 in -o) options+=\" $2\" ;; +o) options=${options//$2/} ;; esac; shift 2; done; }
        COMP_WORDS=($LINE); [[ $LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        current=${COMP_WORDS[COMP_CWORD]}
        _cosput cosput \"$current\" \"${COMP_WORDS[COMP_CWORD - 1]}\"
        printf '%s\\n' \"${COMPREPLY[@]}\"
        [ ${#COMPREPLY[@]} -gt 0 ] && exit
        case $options in *dirnames*) compgen -d -- \"$current\" ;; *default*) compgen -f -- \"$current\" ;; esac
        true";
    check("bash", |line| shell(&scene, "bash", &["--norc", "--noprofile", "-c"], &format!("LINE='{line}'{ask}")));
}

#[test]
fn fish_offers_what_fits() {
    let scene = scene();
    check("fish", |line| {
        let script = format!("cosput completions fish | source; complete -C '{line}'");
        shell(&scene, "fish", &["--no-config", "-c"], &script)
    });
}

/// zsh completes on a terminal only, so its own module makes one. Keys count as typed at a prompt once that is shown.
#[test]
fn zsh_offers_what_fits() {
    let scene = scene();
    check("zsh", |line| {
        let script = format!(
            "zmodload zsh/zpty
            zpty shell \"PS1= zsh -f -i\"
            zpty -w shell 'autoload -Uz compinit && compinit -D -u; bindkey \"^I\" complete-word; stty columns 200'
            zpty -w shell 'source <(cosput completions zsh)'
            zpty -w shell 'LISTMAX=1000; setopt list_rows_first; PS1=PROM''PT; print READY$((1 + 1))'
            zpty -r -m shell seen '*READY2*PROMPT*'
            zpty -w -n shell '{line}'$'\\t'$'\\t'
            zpty -w -n shell $'\\C-u'; zpty -w shell 'print OV''ER'
            zpty -r -m shell seen '*OVER*'
            print -r -- \"$seen\"
            zpty -d shell"
        );
        shell(&scene, "zsh", &["-f", "-c"], &script)
    });
}
