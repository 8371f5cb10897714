//! What waits in the overflow comes into the store: by the `drain` function, and by `serve`.

use hooklog::overflow::Message;
use hooklog::record::{ObjectKey, Record};
use serde_json::{Value, json};

use crate::support::bootstrap::Function;
use crate::support::faults::{Fault, FaultyS3, Times};
use crate::support::s3::{BUCKET, S3Server};
use crate::support::samples::{self, URL_TOKEN};
use crate::support::serve::Serve;
use crate::support::{Post, files, record, wait_for};

fn message(id: &str, body: &str) -> Value {
    json!({ "messageId": id, "body": body, "eventSource": "aws:sqs", "receiptHandle": "x", "attributes": {} })
}

fn waiting(number: u32) -> String {
    let key = format!("events/date=2026-01-01/{number}_x_Y.json");
    Message::of(&Record { key: ObjectKey::from(key), json: format!("{{\"n\":{number}}}").into() }).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drain_function_reports_each_message_that_must_come_again() {
    let s3 = S3Server::start().await;
    let environment = s3.environment();
    let store = format!("s3://{BUCKET}");
    let mut environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.push(("HOOKLOG_STORE", &store));
    let drain = Function::start(env!("CARGO_BIN_EXE_drain"), &environment);
    let batch = json!({ "Records": [
        message("good", &waiting(1)),
        message("nonsense", "nonsense"),
        message("no key", r#"{"key":"../../x","record":{}}"#),
        message("again", &waiting(1)),
        message("also good", &waiting(2)),
    ] });
    let failures = drain.invoke(&batch).await;
    let expected = json!({ "batchItemFailures": [{ "itemIdentifier": "nonsense" }, { "itemIdentifier": "no key" }] });
    assert_eq!(failures, expected);
    let kept: Vec<_> =
        files(&s3.bucket_folder()).into_iter().map(|(key, json)| (key, String::from_utf8(json).unwrap())).collect();
    let object = |number: u32| (format!("events/date=2026-01-01/{number}_x_Y.json"), format!("{{\"n\":{number}}}"));
    assert_eq!(kept, [object(1), object(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_moves_its_overflow_into_the_store_when_that_takes_records_again() {
    let s3 = FaultyS3::start(Some((Fault::Answer(503, "SlowDown"), Times::ForEver))).await;
    let folder = tempfile::tempdir().unwrap();
    let overflow = folder.path().join("overflow");
    let environment = [
        ("HOOKLOG_OVERFLOW", overflow.to_str().unwrap()),
        ("AWS_ENDPOINT_URL_S3", &s3.endpoint),
        ("AWS_ACCESS_KEY_ID", crate::support::s3::ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", crate::support::s3::SECRET_KEY),
        ("AWS_REGION", "eu-central-1"),
    ];
    let serve = Serve::start_at(&format!("s3://{BUCKET}"), &samples::tokens(), &environment);
    let answer = serve.send(&Post::form(&format!("/{URL_TOKEN}"), "event=ONTASKADD")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let waited = files(&overflow);
    assert_eq!(waited.len(), 1);
    wait_for("the log line", || serve.printed().contains(r#""outcome":"overflowed""#).then_some(()));
    s3.order(None);
    wait_for("the overflow to be moved", || files(&overflow).is_empty().then_some(()));
    let kept = files(&s3.bucket_folder());
    assert_eq!(kept, waited);
    record::check(&kept[0].0, &kept[0].1);
}
