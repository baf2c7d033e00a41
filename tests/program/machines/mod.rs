//! One upload by many machines, with the real program: a process is a machine.

mod bucket;
#[cfg(unix)]
mod examples;
mod faults;
mod refusals;
mod shards;
mod trees;

use std::fs;
use std::path::PathBuf;

use crate::support::{BUCKET, Outcome, Running, Scene};

/// A scene with a plan in the directory `plan`.
struct Machines {
    scene: Scene,
}

impl Machines {
    /// A server that suffers these faults. There is no plan yet.
    fn new(faults: &[&str]) -> Self {
        Self { scene: Scene::new(faults) }
    }

    fn initiate(&self, arguments: &[&str]) -> Outcome {
        let url = self.scene.server.url();
        let usual = ["initiate", "--bucket", BUCKET, "--endpoint", &url, "--plan", "plan"];
        self.scene.run(usual.iter().chain(arguments))
    }

    /// `COMMAND --plan plan`, with these arguments in addition.
    fn run(&self, command: &str, arguments: &[&str]) -> Outcome {
        self.begin(command, arguments).wait()
    }

    fn begin(&self, command: &str, arguments: &[&str]) -> Running {
        self.scene.start([command, "--plan", "plan"].iter().chain(arguments))
    }

    fn shard(&self, shard: &str) -> Outcome {
        self.run("upload-parts", &["--shard", shard])
    }

    fn complete(&self) -> Outcome {
        self.run("complete", &[])
    }

    fn plan(&self) -> PathBuf {
        self.scene.path("plan")
    }

    /// The lines of all receipts.
    fn receipts(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in fs::read_dir(self.plan().join("receipts")).unwrap() {
            lines.extend(fs::read_to_string(entry.unwrap().path()).unwrap().lines().map(str::to_owned));
        }
        lines
    }
}
