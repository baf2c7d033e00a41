//! Requests from a browser: form uploads, CORS, and web pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cosput::cos::request::{Method, Request, Response};
use cosput::cos::{objects::head_object, sign};
use cosput::emulator::{DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY};

use super::support::*;

const TIME: &str = "1699999940;1700003600";

/// A form with these fields and a file, signed with a policy of these conditions.
fn form(conditions: &str, fields: &[(&str, &str)], content: &str) -> String {
    let policy = format!(r#"{{"expiration":"2023-11-14T23:13:20Z","conditions":[{conditions}]}}"#);
    let signature = sign::policy_signature(DEFAULT_SECRET_KEY, TIME, policy.as_bytes());
    let policy = STANDARD.encode(policy);
    let signed = [
        ("policy", policy.as_str()),
        ("q-sign-algorithm", "sha1"),
        ("q-ak", DEFAULT_SECRET_ID),
        ("q-key-time", TIME),
        ("q-signature", signature.as_str()),
    ];
    let field = |(name, value): &(&str, &str)| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields: String = fields.iter().chain(&signed).map(field).collect();
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain";
    format!("{fields}--B\r\n{head}\r\n\r\n{content}\r\n--B--\r\n")
}

async fn post(test: &Test, form: String) -> Response {
    let request = test.address().request(Method::Post).with_header("Content-Length", form.len().to_string());
    let request = request.with_header("Content-Type", "multipart/form-data; boundary=B");
    test.send_as_it_is(request.with_header("Origin", "http://page.example"), form).await.unwrap()
}

#[tokio::test]
async fn a_form_stores_its_file() {
    let test = Test::new(&[]).await;
    let content = "line\r\n--B is no end\r\n".repeat(3000);
    let fields = [
        ("key", "dir/${filename}"),
        ("Content-Type", "text/x"),
        ("x-cos-meta-a", "1"),
        ("success_action_status", "201"),
    ];
    let answer = post(&test, form(r#"["starts-with","$key","dir/"]"#, &fields, &content)).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!((answer.status, text_of(&text, "Key").as_deref()), (201, Some("dir/a.txt")));
    assert_eq!(answer.headers.get("access-control-allow-origin"), Some("http://page.example"));
    assert_eq!(test.object("dir/a.txt"), Some(content.into_bytes()));
    let head = test.send(head_object::request(&test.target("dir/a.txt")), "").await.unwrap();
    assert_eq!((head.headers.get("content-type"), head.headers.get("x-cos-meta-a")), (Some("text/x"), Some("1")));

    assert_eq!(post(&test, form("", &[("key", "empty")], "")).await.status, 204);
    assert_eq!(test.object("empty"), Some(Vec::new()));
    let fields = [("key", "k"), ("success_action_redirect", "http://page.example/done?a=b")];
    let answer = post(&test, form("", &fields, "x")).await;
    let expected = format!("http://page.example/done?a=b&bucket={BUCKET}&key=k&etag=%22");
    assert!(answer.status == 303 && answer.headers.get("location").unwrap().starts_with(&expected), "{answer:?}");
}

#[tokio::test]
async fn a_form_that_does_not_match_its_policy_stores_nothing() {
    let test = Test::new(&[]).await;
    let key = [("key", "k")];
    let unsigned = form("", &key, "x").replace("q-signature", "other");
    let changed = form("", &key, "x").replace(TIME, "1;9999999999");
    let without_file = form("", &key, "x").replace("name=\"file\"", "name=\"other\"");
    for (form, status, code) in [
        (form(r#"["content-length-range",2,9]"#, &key, "x"), 403, "AccessDenied"),
        (form(r#"{"bucket":"other-1"}"#, &key, "x"), 403, "AccessDenied"),
        (form("", &[("key", "")], "x"), 400, "InvalidArgument"),
        (unsigned, 403, "AccessDenied"),
        (changed, 403, "SignatureDoesNotMatch"),
        (without_file, 400, "InvalidArgument"),
        (String::new(), 400, "InvalidArgument"),
    ] {
        assert_eq!(status_and_code(&post(&test, form.clone()).await), (status, code.to_owned()), "{form}");
    }
    assert_eq!(test.object("k"), None);
    assert_eq!(std::fs::read_dir(test.dir.path()).unwrap().count(), 2, "only the lock and the log");
}

#[tokio::test]
async fn a_page_of_any_origin_may_use_the_emulator() {
    let test = Test::new(&[]).await;
    let options = test.client.request("OPTIONS".parse().unwrap(), format!("{}/{BUCKET}/k", test.emulator.url()));
    let preflight = options
        .header("Origin", "http://page.example")
        .header("Access-Control-Request-Method", "PUT")
        .header("Access-Control-Request-Headers", "authorization,content-type")
        .send()
        .await
        .unwrap();
    let header = |name: &str| preflight.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(preflight.status(), 200);
    assert_eq!(header("access-control-allow-origin").as_deref(), Some("http://page.example"));
    assert_eq!(header("access-control-allow-headers").as_deref(), Some("authorization,content-type"));
    assert!(header("access-control-allow-methods").unwrap().contains("PUT"));

    let put = test.target("k").request(Method::Put).with_header("Content-Length", "1");
    let answer = test.send(put.with_header("Origin", "http://page.example"), "x").await.unwrap();
    assert!(answer.headers.get("access-control-expose-headers").unwrap().contains("ETag"));
    let refused = test.target("k").request(Method::Get).with_header("Origin", "http://page.example");
    let answer = test.send_as_it_is(refused, "").await.unwrap();
    assert_eq!((answer.status, answer.headers.get("access-control-allow-origin")), (403, Some("http://page.example")));
}

#[tokio::test]
async fn a_browser_sees_the_buckets_and_the_objects() {
    let test = Test::new(&[]).await;
    test.put("dir/<a> b.txt", b"content").await.unwrap();
    let get = |path: &str| {
        let request =
            Request { path: path.to_owned(), wire_path: path.to_owned(), ..test.address().request(Method::Get) };
        test.send_as_it_is(request.with_header("User-Agent", "curl/8.5.0"), "")
    };
    let page = |answer: Response| {
        assert_eq!((answer.status, answer.headers.get("content-type")), (200, Some("text/html; charset=utf-8")));
        String::from_utf8(answer.body.to_vec()).unwrap()
    };
    let buckets = page(get("/").await.unwrap());
    assert!(
        buckets.contains(&format!("<a href=\"/{BUCKET}/\">")) && buckets.contains("Nothing here left this machine")
    );
    let objects = page(get(&format!("/{BUCKET}/")).await.unwrap());
    let link = format!("/{BUCKET}/dir/%3Ca%3E%20b.txt");
    assert!(objects.contains(&format!("<a href=\"{link}\">dir/&lt;a&gt; b.txt</a></td><td>7</td>")), "{objects}");
    assert_eq!(&get(&link).await.unwrap().body[..], b"content");
    assert_eq!(status_and_code(&get(&format!("/{BUCKET}/none")).await.unwrap()), (404, "NoSuchKey".into()));
    let program = test.send_as_it_is(test.target("dir/<a> b.txt").request(Method::Get), "").await.unwrap();
    assert_eq!(status_and_code(&program), (403, "AccessDenied".into()));
    assert_eq!(status_and_code(&test.send_as_it_is(test.address().request(Method::Get), "").await.unwrap()).0, 403);
}
