//! Configuration and credential files of every tool, with any content: credentials or an error, never a panic.

#![no_main]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::SystemTime;

use cosput::credentials::{Chain, Environment, Settings};
use libfuzzer_sys::fuzz_target;

const FILES: [&str; 6] = [
    ".config/cosput/config.toml",
    ".cos.yaml",
    ".cos.conf",
    ".tccli/default.credential",
    ".tccli/default.configure",
    ".tencentcloud/credentials",
];

fn home() -> &'static Path {
    static HOME: OnceLock<std::path::PathBuf> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = std::env::temp_dir().join(format!("cosput-fuzz-{}", std::process::id()));
        for file in FILES {
            fs::create_dir_all(home.join(file).parent().unwrap()).unwrap();
        }
        home
    })
}

fuzz_target!(|input: (u8, &[u8])| {
    let (which, content) = input;
    // A command in a file would be run, and a role's credentials fetched.
    let text = String::from_utf8_lossy(content).to_lowercase();
    if ["credential_process", "role", "oauth", "sso"].iter().any(|word| text.contains(word)) {
        return;
    }
    for (index, file) in FILES.iter().enumerate() {
        let content = if index == usize::from(which) % FILES.len() { content } else { b"" };
        fs::write(home().join(file), content).unwrap();
    }
    let off = |name: &str| (name.to_owned(), "off".into());
    let environment = Environment {
        variables: [off("COSPUT_METADATA_URL"), off("COSPUT_STS_URL")].into(),
        home: Some(home().to_owned()),
        config_dir: Some(home().join(".config")),
    };
    let chain = Chain::new(Settings { environment, ..Settings::default() });
    let runtime = tokio_runtime();
    let _ = runtime.block_on(chain.describe(SystemTime::UNIX_EPOCH));
});

fn tokio_runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}
