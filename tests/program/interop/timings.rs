//! The page of `--timings` in a browser without a network.

use tokio::process::Command;

use super::installed::{available, browser};
use crate::support::{MIB, Scene};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run runs it"]
async fn a_browser_draws_each_request_of_an_upload() {
    let Some(browser) = available(browser().await) else { return };
    let (directory, page) = tokio::task::spawn_blocking(|| {
        let scene = Scene::new(&["slow-down:on=upload-part,times=2"]);
        scene.file("a.bin", 8 * MIB);
        scene.upload("a.bin", &["--timings"]).exits(0);
        let directory = tempfile::tempdir().unwrap();
        let page = directory.path().join("page.html");
        std::fs::copy(scene.path("cosput-timings.html"), &page).unwrap();
        (directory, page)
    })
    .await
    .unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1600", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", directory.path().join("profile").display()));
    let output = command.arg(format!("file://{}", page.display())).output().await.unwrap();
    let drawn = String::from_utf8_lossy(&output.stdout);
    // Initiate, ten of parts, the look at the source, Complete.
    assert!(drawn.contains(r#"data-requests="13""#), "{drawn}");
    assert!(drawn.contains("The server throttled 2 requests"), "{drawn}");
    assert!(drawn.contains("<td>throttled: SlowDown</td>"), "{drawn}");
}
