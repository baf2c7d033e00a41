//! The credentials of an upload: from files, commands, and local servers that stand in for
//! the instance's metadata and for STS.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosput::cos::{Credentials, CredentialsError, Provider};
use cosput::credentials::{Chain, Described, Environment, Limits, Settings};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The time of the tests, in seconds since 1970.
const START: u64 = 1_700_000_000;
const ROLES: &str = "GET /latest/meta-data/cam/security-credentials/";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START + seconds)
}

/// The answer of a server to its next request.
#[derive(Clone)]
enum Answer {
    Say(u16, String),
    KeepSilent,
}

/// A server with prepared answers that records its requests.
#[derive(Clone)]
struct Server {
    url: String,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            answers: Arc::default(),
            requests: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        server
    }

    fn then(&self, status: u16, body: impl Into<String>) -> &Self {
        self.answers.lock().unwrap().push_back(Answer::Say(status, body.into()));
        self
    }

    fn then_silence(&self) -> &Self {
        self.answers.lock().unwrap().push_back(Answer::KeepSilent);
        self
    }

    /// The requests since the last call: line, headers and body.
    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// The first lines of the requests since the last call, without the protocol.
    fn asked(&self) -> Vec<String> {
        let line = |request: String| request.lines().next().unwrap().replace(" HTTP/1.1", "");
        self.requests().into_iter().map(line).collect()
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if stream.read_line(&mut request).await.unwrap() == 0 {
                return;
            }
        }
        let length =
            request.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).await.unwrap();
        self.requests.lock().unwrap().push(request + str::from_utf8(&body).unwrap());
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Say(500, "not prepared".to_owned()));
        match answer {
            Answer::KeepSilent => std::future::pending().await,
            Answer::Say(status, body) => {
                let head = format!("HTTP/1.1 {status} x\r\nLocation: {}/elsewhere\r\nConnection: close\r\n", self.url);
                let text = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
                stream.write_all(text.as_bytes()).await.unwrap();
            }
        }
    }
}

/// A home without files, and two servers.
struct World {
    home: TempDir,
    metadata: Server,
    sts: Server,
    settings: Settings,
}

impl World {
    async fn new() -> Self {
        // A second call finds the provider of the first one installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().unwrap();
        let (metadata, sts) = (Server::start().await, Server::start().await);
        let environment = Environment {
            home: Some(home.path().to_owned()),
            config_dir: Some(home.path().join(".config")),
            ..Environment::default()
        };
        let limits = Limits { pause: Duration::ZERO, ..Limits::default() };
        let settings = Settings { environment, limits, ..Settings::default() };
        let world = Self { home, metadata, sts, settings };
        let (metadata, sts) = (world.metadata.url.clone(), world.sts.url.clone());
        world.with("COSPUT_METADATA_URL", &metadata).with("COSPUT_STS_URL", &sts)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.environment.variables.insert(name.to_owned(), value.into());
        self
    }

    fn with_keys(self) -> Self {
        self.with("TENCENTCLOUD_SECRET_ID", "AKIDenvironment01").with("TENCENTCLOUD_SECRET_KEY", "hidden-environment")
    }

    fn file(self, name: &str, content: &str) -> Self {
        write(self.home.path(), name, content.as_bytes());
        self
    }

    fn chain(&self) -> Chain {
        Chain::new(self.settings.clone())
    }
}

fn write(home: &Path, name: &str, content: &[u8]) {
    let path = home.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn from_metadata(id: &str, expires: u64) -> String {
    let expires = START + expires;
    format!(
        r#"{{"TmpSecretId":"{id}","TmpSecretKey":"hidden-{id}","ExpiredTime":{expires},"Token":"hidden-token","Code":"Success"}}"#
    )
}

fn from_sts(id: &str, expires: u64) -> String {
    let expires = START + expires;
    format!(
        r#"{{"Response":{{"Credentials":{{"Token":"hidden-token","TmpSecretId":"{id}","TmpSecretKey":"hidden-{id}"}},"ExpiredTime":{expires},"RequestId":"r"}}}}"#
    )
}

fn temporary(id: &str, expires: u64) -> Credentials {
    let credentials = Credentials::new(id, &format!("hidden-{id}"), Some("hidden-token")).unwrap();
    credentials.expiring(Some(at(expires)))
}

fn message(outcome: Result<Credentials, CredentialsError>) -> String {
    let message = outcome.expect_err("an error").message.to_string();
    assert!(!message.contains("hidden"), "{message}");
    message
}

/// A small container has no certificates, and the metadata is requested without TLS.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_certificates_need_be_installed_to_ask_the_instance() {
    let world = World::new().await;
    let document = r#"{"TmpSecretId":"AKIDinstance00001","TmpSecretKey":"hidden","ExpiredTime":4102444800,"Token":"hidden","Code":"Success"}"#;
    world.metadata.then(200, "uploader").then(200, document);
    let nowhere = world.home.path().join("nowhere");
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_cosput"));
    command.arg("credentials").env_clear().env("HOME", world.home.path());
    command.env("SSL_CERT_FILE", &nowhere).env("SSL_CERT_DIR", &nowhere);
    let output = command.env("COSPUT_METADATA_URL", &world.metadata.url).output().await.unwrap();
    let reported = String::from_utf8(output.stdout).unwrap();
    assert!(
        reported.starts_with("the CAM role of this instance\t"),
        "{reported}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success());
}

#[tokio::test]
async fn the_role_of_the_instance_is_used_where_nothing_else_is() {
    let world = World::new().await;
    world.metadata.then(200, "uploader\nother\n").then(200, from_metadata("AKIDinstance00001", 7200));
    let chain = world.chain();
    assert_eq!(chain.source(), None);
    let expected = Described {
        source: "the CAM role of this instance".into(),
        masked_id: "AKID****0001".to_owned(),
        expires: Some(at(7200)),
        temporary: true,
    };
    assert_eq!(chain.describe(at(0)).await, Ok(expected));
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("AKIDinstance00001", 7200)));
    assert_eq!(world.metadata.asked(), [ROLES.to_owned(), format!("{ROLES}uploader")]);
}

#[tokio::test]
async fn credentials_are_renewed_before_they_end_and_not_sooner() {
    let world = World::new().await;
    world.metadata.then(200, "uploader").then(200, from_metadata("first", 7200));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("first", 7200)));
    assert_eq!(chain.credentials(at(6599), None).await, Ok(temporary("first", 7200)));
    assert_eq!(world.metadata.asked().len(), 2);

    world.metadata.then(200, "uploader").then(200, from_metadata("second", 14_400));
    assert_eq!(chain.credentials(at(6600), None).await, Ok(temporary("second", 14_400)));
    assert_eq!(chain.credentials(at(6601), None).await, Ok(temporary("second", 14_400)));
    assert_eq!(world.metadata.asked().len(), 2);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_old_ones_in_use_until_they_end() {
    let world = World::new().await;
    world.metadata.then(200, "uploader").then(200, from_metadata("first", 7200));
    let chain = world.chain();
    assert!(chain.credentials(at(0), None).await.is_ok());
    world.metadata.requests();

    world.metadata.then(500, "hidden");
    assert_eq!(chain.credentials(at(6600), None).await, Ok(temporary("first", 7200)));
    // The next attempt waits for a quarter of the remaining time.
    assert_eq!(chain.credentials(at(6749), None).await, Ok(temporary("first", 7200)));
    assert_eq!(world.metadata.asked().len(), 1);

    world.metadata.then(200, "uploader").then(200, from_metadata("second", 14_400));
    assert_eq!(chain.credentials(at(6750), None).await, Ok(temporary("second", 14_400)));

    world.metadata.then(500, "hidden");
    let ended = message(chain.credentials(at(14_400), None).await);
    assert_eq!(ended, "could not use the CAM role of this instance: HTTP status 500");
}

#[tokio::test]
async fn refused_credentials_are_replaced_at_once() {
    let world = World::new().await;
    world.metadata.then(200, "uploader").then(200, from_metadata("first", 7200));
    let chain = world.chain();
    let first = chain.credentials(at(0), None).await.unwrap();

    world.metadata.then(200, "uploader").then(200, from_metadata("second", 7300));
    let second = chain.credentials(at(10), Some(&first)).await.unwrap();
    assert_eq!(second, temporary("second", 7300));
    // Another request was signed with the first credentials: the second ones replace them there too.
    assert_eq!(chain.credentials(at(11), Some(&first)).await, Ok(second.clone()));
    assert_eq!(world.metadata.asked().len(), 4);

    world.metadata.then(200, "uploader").then(200, from_metadata("second", 7400));
    assert_eq!(
        message(chain.credentials(at(12), Some(&second)).await),
        "the service says that the credentials have expired, and the CAM role of this instance has no newer ones"
    );
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_renewal_and_its_failure() {
    let world = World::new().await;
    world.metadata.then(200, "uploader").then(200, from_metadata("first", 7200));
    let chain = world.chain();
    let first = chain.credentials(at(0), None).await.unwrap();

    world.metadata.then(500, "").then(500, "").then(500, "");
    let failed = futures_util::future::join_all((0..8).map(|_| chain.credentials(at(1), Some(&first)))).await;
    assert!(failed.iter().all(Result::is_err));
    assert_eq!(world.metadata.asked().len(), 3);

    world.metadata.answers.lock().unwrap().clear();
    world.metadata.then(200, "uploader").then(200, from_metadata("second", 7200));
    let renewed = futures_util::future::join_all((0..8).map(|_| chain.credentials(at(2), Some(&first)))).await;
    assert!(renewed.iter().all(|credentials| *credentials == Ok(temporary("second", 7200))));
    assert_eq!(world.metadata.asked().len(), 2);
}

#[tokio::test]
async fn nothing_anywhere_is_an_error_that_lists_the_places() {
    let world = World::new().await;
    world.metadata.then(404, "");
    let config = world.home.path().join(".config").join("cosput").join("config.toml");
    assert_eq!(
        message(world.chain().credentials(at(0), None).await),
        format!(
            "no credentials found in these places:\n  the environment (COS_SECRET_ID, TENCENTCLOUD_SECRET_ID)\n  the OIDC token \
             of a CI job (TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID)\n  profile \"default\" of {}\n  coscli's ~/.cos.yaml\n  coscmd's ~/.cos.conf\n  tccli's ~/.tccli/default.credential\n  \
             the SDKs' ~/.tencentcloud/credentials\n  the pod's identity (TKE_ROLE_ARN)\n  could not use the CAM role of \
             this instance: it has no such role (HTTP status 404)",
            config.display()
        )
    );
    assert_eq!(world.metadata.asked(), [ROLES]);
    let off = world.with("COSPUT_METADATA_URL", "off");
    assert!(message(off.chain().credentials(at(0), None).await).ends_with("\n  the CAM role of this instance"));
}

#[tokio::test]
async fn metadata_that_does_not_answer_is_given_up() {
    for answers in [0, 1] {
        let mut world = World::new().await;
        world.settings.limits.metadata = Duration::from_millis(100);
        for _ in 0..answers {
            world.metadata.then(200, "uploader");
        }
        world.metadata.then_silence();
        let message = message(world.chain().credentials(at(0), None).await);
        assert!(message.ends_with("could not use the CAM role of this instance: no answer in time"), "{message}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let world = World::new().await;
    world.metadata.then(302, "");
    let message = message(world.chain().credentials(at(0), None).await);
    assert!(message.ends_with("could not use the CAM role of this instance: HTTP status 302"), "{message}");
    assert_eq!(world.metadata.asked().len(), 1);
}

#[tokio::test]
async fn a_role_is_assumed_with_a_signed_request() {
    let world = World::new().await.with_keys();
    let world = world.with("TENCENTCLOUD_TOKEN", "hidden-own").with("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::role");
    world.sts.then(200, from_sts("assumed", 7200));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("assumed", 7200)));
    assert_eq!(
        chain.source().as_deref(),
        Some("the role qcs::role, assumed with the environment (TENCENTCLOUD_SECRET_ID)")
    );
    let request = world.sts.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(line, _)| line.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    assert_eq!(body, r#"{"DurationSeconds":7200,"RoleArn":"qcs::role","RoleSessionName":"cosput"}"#);
    assert_eq!(header("Host"), world.sts.url.strip_prefix("http://"));
    let expected = ["AssumeRole", "2018-08-13", "1700000000", "ap-guangzhou", "hidden-own"];
    let names = ["X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "X-TC-Region", "X-TC-Token"];
    assert_eq!(names.map(|name| header(name).unwrap()), expected);
    let signed =
        "TC3-HMAC-SHA256 Credential=AKIDenvironment01/2023-11-14/sts/tc3_request, SignedHeaders=content-type;host, ";
    assert!(header("Authorization").unwrap().starts_with(signed));
}

#[tokio::test]
async fn a_refusal_of_sts_is_reported_without_secrets() {
    let world = World::new().await.with_keys().with("TENCENTCLOUD_ROLE_ARN", "qcs::role");
    let refusal = r#"{"Code":"AuthFailure.UnauthorizedOperation","Message":"not with hidden-environment"}"#;
    world.sts.then(200, format!(r#"{{"Response":{{"Error":{refusal},"RequestId":"r-1"}}}}"#));
    assert_eq!(
        message(world.chain().credentials(at(0), None).await),
        "could not assume the role qcs::role: STS says AuthFailure.UnauthorizedOperation: not with **** (request r-1)"
    );
    assert_eq!(world.sts.asked(), ["POST /"]);
}

#[tokio::test]
async fn sts_is_asked_again_after_what_passes() {
    let mut world = World::new().await.with_keys().with("TENCENTCLOUD_ROLE_ARN", "qcs::role");
    world.settings.limits.sts = Duration::from_millis(500);
    world.sts.then(503, "busy").then_silence().then(200, from_sts("assumed", 7200));
    assert_eq!(world.chain().credentials(at(0), None).await, Ok(temporary("assumed", 7200)));
    assert_eq!(world.sts.asked().len(), 3);
    world.sts.then(503, "hidden").then(503, "hidden").then(503, "hidden");
    assert_eq!(
        message(world.chain().credentials(at(0), None).await),
        "could not assume the role qcs::role: STS answers with HTTP status 503"
    );
    assert_eq!(world.sts.asked().len(), 3);
}

#[tokio::test]
async fn a_pods_token_is_read_at_each_renewal() {
    let world = World::new().await.file("token", "hidden-one\n");
    let token_file = world.home.path().join("token").display().to_string();
    let world = world
        .with("TKE_REGION", "ap-beijing")
        .with("TKE_PROVIDER_ID", "provider")
        .with("TKE_WEB_IDENTITY_TOKEN_FILE", &token_file)
        .with("TKE_ROLE_ARN", "qcs::pod");
    world.sts.then(200, from_sts("first", 7200)).then(200, from_sts("second", 14_400));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("first", 7200)));
    let world = world.file("token", "hidden-two");
    assert_eq!(chain.credentials(at(7000), None).await, Ok(temporary("second", 14_400)));
    let requests = world.sts.requests();
    for (request, token) in requests.iter().zip(["hidden-one", "hidden-two"]) {
        let request = request.to_lowercase();
        assert!(request.contains(&format!(r#""webidentitytoken":"{token}"#)), "{request}");
        assert!(request.contains("authorization: skip") && request.contains("x-tc-region: ap-beijing"), "{request}");
    }
    assert_eq!(requests.len(), 2);

    let refusal = r#"{"Response":{"Error":{"Code":"InvalidParameter","Message":"hidden-two is old"},"RequestId":"r"}}"#;
    world.sts.then(200, refusal);
    assert_eq!(
        message(chain.credentials(at(14_400), None).await),
        "could not use the pod's identity: STS says InvalidParameter: **** is old (request r)"
    );
}

const GITHUB: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
const PROVIDER_ID: &str = "TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID";

/// A job of GitHub Actions whose variables name a provider and a role, and the server of its tokens.
async fn github_job() -> (World, Server) {
    let github = Server::start().await;
    let address = format!("{}/token?api-version=2.0", github.url);
    let world = World::new().await.with(GITHUB[0], &address).with(GITHUB[1], "hidden-bearer");
    (world.with(PROVIDER_ID, "github").with("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::ci"), github)
}

#[tokio::test]
async fn a_github_job_requests_a_new_token_at_each_renewal() {
    let (world, github) = github_job().await;
    let world = world.with("TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION", "900");
    github.then(200, r#"{"count":9,"value":"hidden-one"}"#).then(200, r#"{"value":"hidden-two"}"#);
    world.sts.then(200, from_sts("first", 900)).then(200, from_sts("second", 1800));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("first", 900)));
    assert_eq!(chain.source().as_deref(), Some("the role qcs::ci, assumed with GitHub's OIDC token"));
    assert_eq!(chain.credentials(at(674), None).await, Ok(temporary("first", 900)));
    assert_eq!(chain.credentials(at(675), None).await, Ok(temporary("second", 1800)));

    let asked = github.requests();
    assert_eq!(asked.len(), 2);
    let first = asked[0].to_lowercase();
    assert!(first.starts_with("get /token?api-version=2.0&audience=sts.tencentcloudapi.com "), "{first}");
    assert!(first.contains("authorization: bearer hidden-bearer\r\n"), "{first}");
    let requests = world.sts.requests();
    for (request, token) in requests.iter().zip(["hidden-one", "hidden-two"]) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let expected = format!(
            r#"{{"DurationSeconds":900,"ProviderId":"github","RoleArn":"qcs::ci","RoleSessionName":"cosput","WebIdentityToken":"{token}"}}"#
        );
        assert_eq!(body, expected);
        let head = head.to_lowercase();
        assert!(
            head.contains("x-tc-action: assumerolewithwebidentity") && head.contains("authorization: skip"),
            "{head}"
        );
    }
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn no_failure_of_a_github_job_shows_a_token() {
    let (world, github) = github_job().await;
    let refusal =
        r#"{"Response":{"Error":{"Code":"InvalidParameter.OIDC","Message":"hidden-one is bad"},"RequestId":"r"}}"#;
    github.then(200, r#"{"value":"hidden-one"}"#);
    world.sts.then(200, refusal);
    assert_eq!(
        message(world.chain().credentials(at(0), None).await),
        "could not use GitHub's OIDC token: STS says InvalidParameter.OIDC: **** is bad (request r)"
    );
    for (status, body, why) in [
        (403, "hidden-bearer", "GitHub answers with HTTP status 403"),
        (302, "hidden", "GitHub answers with HTTP status 302"),
        (200, r#"{"value":5,"x":"hidden-one"}"#, "the answer is not the JSON expected"),
    ] {
        github.requests();
        github.then(status, body);
        let expected = format!("could not get GitHub's OIDC token: {why}");
        assert_eq!(message(world.chain().credentials(at(0), None).await), expected);
        assert_eq!(github.requests().len(), 1);
    }
    // A busy server is asked again.
    github.then(503, "hidden").then(200, r#"{"value":"hidden-two"}"#);
    world.sts.then(200, from_sts("first", 7200));
    assert_eq!(world.chain().credentials(at(0), None).await, Ok(temporary("first", 7200)));
}

#[tokio::test]
async fn a_job_without_the_permission_for_a_token_gets_a_hint() {
    let world = World::new().await.with(PROVIDER_ID, "github").with("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::ci");
    let why = world.chain().credentials(at(0), None).await.expect_err("no token");
    assert_eq!(why.message, "there is no OIDC token for the provider github");
    assert!(why.hint.unwrap().contains("id-token: write"));
    assert_eq!(world.metadata.asked(), [""; 0]);
}

#[tokio::test]
async fn a_gitlab_job_has_its_token_in_a_variable() {
    let world = World::new().await.with("TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN", "hidden-gitlab");
    let world = world.with(PROVIDER_ID, "gitlab").with("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::ci");
    let world = world.with("TENCENTCLOUD_REGION", "ap-beijing");
    world.sts.then(200, from_sts("first", 7200));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("first", 7200)));
    let source = "the role qcs::ci, assumed with the OIDC token in TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN";
    assert_eq!(chain.source().as_deref(), Some(source));
    let request = world.sts.requests().remove(0);
    assert!(request.contains(r#""WebIdentityToken":"hidden-gitlab""#), "{request}");
    assert!(request.to_lowercase().contains("x-tc-region: ap-beijing\r\n"), "{request}");
}

#[tokio::test]
async fn keys_in_variables_come_before_the_token_of_the_job_and_files_after_it() {
    let (world, github) = github_job().await;
    let world = world.file(CONFIG, &profile("default", "AKIDprofile", 7200));
    github.then(200, r#"{"value":"hidden-one"}"#);
    world.sts.then(200, from_sts("first", 7200));
    assert_eq!(world.chain().credentials(at(0), None).await, Ok(temporary("first", 7200)));

    let world = world.with_keys();
    world.sts.requests();
    world.sts.then(200, from_sts("assumed", 7200));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("assumed", 7200)));
    let source = "the role qcs::ci, assumed with the environment (TENCENTCLOUD_SECRET_ID)";
    assert_eq!(chain.source().as_deref(), Some(source));
    assert!(world.sts.requests()[0].to_lowercase().contains("x-tc-action: assumerole\r\n"));
}

#[tokio::test]
async fn a_profile_names_provider_role_and_audience_of_a_job() {
    let (world, github) = github_job().await;
    let text = "[ci]\nrole_arn = 'qcs::profile'\nprovider_id = 'own'\nrole_duration = '12h'\noidc_audience = 'cos'\n";
    let mut world = world.file(CONFIG, text);
    world.settings.profile = Some("ci".to_owned());
    github.then(200, r#"{"value":"hidden-one"}"#);
    world.sts.then(200, from_sts("first", 43_200));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("first", 43_200)));
    let source = chain.source().unwrap();
    assert!(
        source.starts_with("the role qcs::profile, assumed with GitHub's OIDC token (profile \"ci\" of "),
        "{source}"
    );
    assert!(github.requests()[0].contains("&audience=cos "));
    let request = world.sts.requests().remove(0);
    assert!(request.contains(r#""DurationSeconds":43200,"ProviderId":"own""#), "{request}");
}

fn profile(name: &str, id: &str, expires: u64) -> String {
    let expires = humantime::format_rfc3339_seconds(at(expires));
    format!(
        "[{name}]\nsecret_id = '{id}'\nsecret_key = 'hidden-{id}'\nsession_token = 'hidden-token'\nexpires = {expires}\n"
    )
}

const CONFIG: &str = ".config/cosput/config.toml";

#[tokio::test]
async fn a_profile_is_read_again_when_its_credentials_are_refused_or_end() {
    let world = World::new().await.file(CONFIG, &profile("default", "first", 7200));
    let chain = world.chain();
    let first = chain.credentials(at(0), None).await.unwrap();
    assert_eq!(first, temporary("first", 7200));
    assert!(message(chain.credentials(at(0), Some(&first)).await).ends_with("has no newer ones"));

    let world = world.file(CONFIG, &profile("default", "second", 7200));
    assert_eq!(chain.credentials(at(1), Some(&first)).await, Ok(temporary("second", 7200)));
    let ended = message(chain.credentials(at(7200), None).await);
    assert!(ended.ends_with("config.toml expired at 2023-11-15T00:13:20Z"), "{ended}");
    let _world = world.file(CONFIG, &profile("default", "third", 9000));
    assert_eq!(chain.credentials(at(7200), None).await, Ok(temporary("third", 9000)));
}

#[tokio::test]
async fn the_environment_comes_first_unless_a_profile_is_named() {
    let mut world = World::new().await.with_keys().file(CONFIG, &profile("work", "AKIDwork", 7200));
    let chain = world.chain();
    chain.describe(at(0)).await.unwrap();
    assert_eq!(chain.source().as_deref(), Some("the environment (TENCENTCLOUD_SECRET_ID)"));

    world.settings.profile = Some("work".to_owned());
    assert_eq!(world.chain().credentials(at(0), None).await, Ok(temporary("AKIDwork", 7200)));
    world.settings.profile = Some("home".to_owned());
    let missing = message(world.chain().credentials(at(0), None).await);
    assert!(missing.starts_with("could not use profile \"home\": "), "{missing}");
}

#[tokio::test]
async fn the_role_of_a_profile_without_keys_is_assumed_with_keys_from_elsewhere() {
    let mut world = World::new().await.with_keys().file(CONFIG, "[work]\nrole_arn = 'qcs::work'\n");
    world.settings.profile = Some("work".to_owned());
    world.sts.then(200, from_sts("assumed", 7200));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("assumed", 7200)));
    let source = "the role qcs::work, assumed with the environment (TENCENTCLOUD_SECRET_ID)";
    assert_eq!(chain.source().as_deref(), Some(source));
}

#[tokio::test]
async fn each_tools_file_is_asked_in_its_turn() {
    let mut world = World::new().await.with("COSPUT_METADATA_URL", "off");
    for (name, content, source) in [
        (
            ".tencentcloud/credentials",
            "[default]\nsecret_id = AKIDsdk\nsecret_key = hidden\n",
            "the SDKs' ~/.tencentcloud/credentials",
        ),
        (
            ".tccli/default.credential",
            r#"{"secretId":"AKIDtccli","secretKey":"hidden"}"#,
            "tccli's ~/.tccli/default.credential",
        ),
        (".cos.conf", "[common]\nsecret_id = AKIDcoscmd\nsecret_key = hidden\n", "coscmd's ~/.cos.conf"),
        (".cos.yaml", "cos:\n  base:\n    secretid: AKIDcoscli\n    secretkey: hidden\n", "coscli's ~/.cos.yaml"),
    ] {
        world = world.file(name, content);
        let described = world.chain().describe(at(0)).await.unwrap();
        assert_eq!((&*described.source, described.temporary), (source, false));
    }
}

#[tokio::test]
async fn a_login_that_has_ended_does_not_stand_in_the_way() {
    let login = format!(
        r#"{{"type":"oauth","secretId":"AKIDlogin","secretKey":"hidden","token":"hidden","expiresAt":{START}}}"#
    );
    let world = World::new().await.file(".tccli/default.credential", &login);
    world.metadata.then(200, "uploader").then(200, from_metadata("instance", 7200)).then(404, "");
    assert_eq!(world.chain().credentials(at(0), None).await, Ok(temporary("instance", 7200)));
    let nothing = message(world.chain().credentials(at(0), None).await);
    assert!(nothing.contains("\n  tccli's ~/.tccli/default.credential (its login has expired)\n"), "{nothing}");
}

#[tokio::test]
async fn an_upload_keeps_to_the_place_that_answered_first() {
    let world = World::new().await.file(CONFIG, &profile("default", "first", 7200));
    let chain = world.chain();
    chain.credentials(at(0), None).await.unwrap();
    let _world = world.file(CONFIG, "").file(".cos.conf", "[common]\nsecret_id = AKIDother\nsecret_key = hidden\n");
    let gone = message(chain.credentials(at(7200), None).await);
    assert!(
        gone.starts_with("could not renew the credentials: profile \"default\" of ")
            && gone.ends_with(" no longer has any"),
        "{gone}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_is_run_again_for_new_credentials() {
    let world = World::new().await.file("out", "").file(CONFIG, "");
    let out = world.home.path().join("out");
    let command = format!("[default]\ncredential_process = '''cat \"{}\"'''\n", out.display());
    let document = |id: &str, expires: u64| {
        let expires = humantime::format_rfc3339_seconds(at(expires));
        format!(
            r#"{{"Version":1,"SecretId":"{id}","SecretKey":"hidden-{id}","SessionToken":"hidden-token","Expiration":"{expires}"}}"#
        )
    };
    let world = world.file(CONFIG, &command).file("out", &document("first", 3600));
    let chain = world.chain();
    assert_eq!(chain.credentials(at(0), None).await, Ok(temporary("first", 3600)));
    let _world = world.file("out", &document("second", 7200));
    assert_eq!(chain.credentials(at(2999), None).await, Ok(temporary("first", 3600)));
    assert_eq!(chain.credentials(at(3000), None).await, Ok(temporary("second", 7200)));
}

/// Pieces to build the files from, and pieces that break them.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "[default]", "[common]", "secret_id", "secret_key", "expires", "=", ":", "\n", "  ", "'", "\"", "{", "}", "[",
            "]", ",", "cos:", "base:", "secretid:", "secretkey:", "secretId", "secretKey", "expiresAt", "- ", "&a", "*a",
            "#", "|", "hidden", "AKIDgarbage", "3kNZR4wfjUgOqbHffiQSMw==", "1e999", "2023-11-14T23:13:20Z", "é", "\u{0}", "\r",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_content_of_a_file_makes_a_panic_or_shows_in_a_message(content in garbage()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for name in [CONFIG, ".cos.yaml", ".cos.conf", ".tccli/default.credential", ".tencentcloud/credentials"] {
            let home = tempfile::tempdir().unwrap();
            write(home.path(), name, &content);
            let environment = Environment {
                variables: [("COSPUT_METADATA_URL".to_owned(), "off".into())].into(),
                home: Some(home.path().to_owned()),
                config_dir: Some(home.path().join(".config")),
            };
            let chain = Chain::new(Settings { environment, ..Settings::default() });
            if let Err(why) = runtime.block_on(chain.describe(at(0))) {
                prop_assert!(!why.message.contains("hidden"), "{}", why.message);
            }
        }
    }
}
