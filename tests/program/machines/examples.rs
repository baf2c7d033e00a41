//! The examples that users copy, run as they are. Real engines are another matter; here a stub takes the place of each.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Machines;
use crate::support::{BUCKET, MIB, Outcome, Running, executable};

/// What the stub of Slurm does: `sbatch` runs each element of an array in turn, or the command that it wraps.
const SBATCH: &str = r#"#!/bin/bash
for argument; do
  case $argument in
    --array=1-*) shards=${argument#--array=1-}; shards=${shards%%\%*} ;;
    --wrap) wrap=1 ;;
    *) [ -n "${wrap-}" ] && exec bash -c "$argument"; last=("${last[@]: -1}" "$argument") ;;
  esac
done
for (( i = 1; i <= shards; i++ )); do SLURM_ARRAY_TASK_ID=$i bash "${last[@]}" >&2; done
echo 17
"#;

/// A directory `dist` with a large and a small file, and `cosput` and `sbatch` in `bin`.
fn scene() -> Machines {
    let mut machines = Machines::new(&[]);
    let path = |name: &str| machines.scene.path(name);
    fs::create_dir(path("dist")).unwrap();
    fs::create_dir(path("bin")).unwrap();
    executable(&path("bin/sbatch"), SBATCH);
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cosput"), path("bin/cosput")).unwrap();
    machines.scene.file("dist/big", 9 * MIB);
    machines.scene.file("dist/small", 9);
    let url = machines.scene.server.url();
    machines.scene.set("COSPUT_ENDPOINT", &url);
    machines
}

/// Runs a script in the scene with these variables.
fn shell(machines: &Machines, script: &str, variables: &[(&str, &str)]) -> Outcome {
    let program = machines.scene.command([""]);
    let mut command = Command::new("bash");
    command.args(["-e", "-c", script]).env_clear().current_dir(machines.scene.directory.path());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", format!("{}:/usr/bin:/bin", machines.scene.path("bin").display()));
    command.envs(variables.iter().copied());
    Running::start(command).wait()
}

fn example(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(path: &str) -> serde_json::Value {
    serde_saphyr::from_str(&example(path)).unwrap()
}

fn assert_stored(machines: &Machines, prefix: &str) {
    for name in ["big", "small"] {
        machines.scene.assert_stored(&format!("dist/{name}"), &format!("{prefix}{name}"));
    }
}

#[test]
fn the_example_for_slurm_plans_sends_and_completes() {
    let machines = scene();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/slurm/upload.sh");
    let run = format!("{} dist/ cos://{BUCKET}/set plan 4 2", script.display());
    shell(&machines, &run, &[]).exits(0);
    assert_stored(&machines, "set/");
}

#[test]
fn the_arguments_of_the_example_for_kubernetes_send_each_shard() {
    let mut machines = scene();
    let (shards, complete) = (yaml("kubernetes/shards.yaml"), yaml("kubernetes/complete.yaml"));
    let count = shards["spec"]["completions"].as_u64().unwrap();
    machines.initiate(&["-r", "dist/", "--shards", &count.to_string()]).exits(0);
    let arguments = |job: &serde_json::Value| -> Vec<String> {
        let arguments = &job["spec"]["template"]["spec"]["containers"][0]["args"];
        let plan = machines.plan().display().to_string();
        let words = arguments.as_array().unwrap().iter();
        words.map(|word| word.as_str().unwrap().replace("/data/.plan", &plan)).collect()
    };
    let (send, complete) = (arguments(&shards), arguments(&complete));
    for index in 0..count {
        machines.scene.set("JOB_COMPLETION_INDEX", &index.to_string());
        machines.scene.run(&send).exits(0);
    }
    machines.scene.run(&complete).exits(0);
    assert_stored(&machines, "");
}

#[test]
fn the_jobs_of_the_example_for_gitlab_share_an_upload() {
    let machines = scene();
    let jobs = yaml("gitlab/many-machines.gitlab-ci.yml");
    let script = |job: &str| -> String {
        let lines = jobs[job]["script"].as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    };
    let usual = [("COSPUT_BUCKET", BUCKET), ("CI_PIPELINE_ID", "17")];
    shell(&machines, &script("plan"), &usual).exits(0);
    let count = jobs["send"]["parallel"].as_u64().unwrap().to_string();
    for index in ["1", "2", "3", "4"] {
        let node = [("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", count.as_str())];
        shell(&machines, &script("send"), &[&usual[..], &node].concat()).exits(0);
    }
    shell(&machines, &script("complete"), &usual).exits(0);
    assert_stored(&machines, "builds/17/");
}
