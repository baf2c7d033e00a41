//! Limits of the service, a full disk, and holes.

use cosput::emulator::Operation;
use futures_util::future::{Either, select};

use super::support::*;

#[tokio::test]
async fn requests_beyond_a_limit_are_answered_with_slow_down() {
    let test = Test::new(&["limit-at-once:most=2", "trickle:rate=200000,times=0"]).await;
    let content = bytes(100_000, 1);
    let keys: Vec<String> = (0..6).map(|number| format!("k{number}")).collect();
    let answers = futures_util::future::join_all(keys.iter().map(|key| test.put(key, &content))).await;
    let refused = answers.iter().flatten().filter(|answer| status_and_code(answer) == (503, "SlowDown".into())).count();
    let stored = answers.iter().flatten().filter(|answer| answer.status == 200).count();
    assert!(stored >= 2 && refused >= 1 && stored + refused == 6, "{stored} stored, {refused} refused");
    assert_eq!(test.stored(Operation::PutObject), stored);
}

#[tokio::test]
async fn a_key_takes_only_so_many_requests_a_second() {
    let test = Test::new(&["limit-key-rate:rate=0,on=upload-part", "limit-rate:rate=1000"]).await;
    let id = test.initiate("k").await;
    let answer = test.send(test.part("k", &id, 1, b"x"), "x").await.unwrap();
    assert_eq!(status_and_code(&answer), (503, "SlowDown".into()));
    assert_eq!(test.put("k", b"x").await.unwrap().status, 200);
    let record = &test.records(Operation::UploadPart)[0];
    assert_eq!((record.fault.as_deref(), record.stored), (Some("limit-key-rate"), false));
}

#[tokio::test]
async fn a_late_answer_keeps_no_other_request_waiting_and_no_emulator_running() {
    let test = Test::new(&["latency:ms=86400000,on=initiate"]).await;
    let prompt = async {
        while test.records(Operation::PutObject).len() < 20 {
            assert_eq!(test.put("k", b"x").await.unwrap().status, 200);
        }
    };
    let first = select(Box::pin(test.initiate("late")), Box::pin(prompt)).await;
    assert!(matches!(first, Either::Right(_)));
    drop(first);
    test.emulator.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn holes_stay_holes_in_parts_objects_and_copies() {
    use std::os::unix::fs::MetadataExt as _;
    let test = Test::new(&[]).await;
    let content = [vec![0; 8 * MIB], b"end".to_vec()].concat();
    test.put("put", &content).await.unwrap();
    let id = test.initiate("multipart").await;
    let etag = test.upload_part("multipart", &id, 1, &content).await;
    assert_eq!(test.complete("multipart", &id, &[etag]).await.unwrap().status, 200);
    let source = format!("{BUCKET}.cos.ap-beijing.myqcloud.com/put");
    let copy = test.target("copy").request(cosput::cos::Method::Put).with_header("Content-Length", "0");
    assert_eq!(test.send(copy.with_header("x-cos-copy-source", source), "").await.unwrap().status, 200);
    for key in ["put", "multipart", "copy"] {
        assert_eq!(test.object(key).as_ref(), Some(&content), "{key}");
        let path =
            test.emulator.object_path(&cosput::cos::Bucket::new(BUCKET).unwrap(), &cosput::cos::Key::new(key).unwrap());
        let blocks = std::fs::metadata(path.unwrap()).unwrap().blocks();
        assert!(blocks * 512 < MIB as u64, "{key} has {blocks} blocks");
    }
}
