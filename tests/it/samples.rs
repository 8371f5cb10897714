//! Every kind of delivery, through both doors.

use std::collections::BTreeMap;

use hooklog::event::{Event, Kind};
use hooklog::form::{Form, Limits};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::samples::{self, Expected, Sample, URL_TOKEN};
use crate::support::{Answer, Door, Post, record};

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_kept_and_verified_by_the_right_proof() {
    let samples = samples::all();
    assert_eq!(samples.len(), 101);
    for door in Door::both(&samples::tokens()).await {
        let mut names = BTreeMap::new();
        for sample in &samples {
            let answer = post(&door, sample, &sample.target(URL_TOKEN), &sample.body).await;
            match sample.expected() {
                Expected::Answer(status) => assert_eq!(answer.status, status, "{}", sample.name),
                Expected::ApplicationToken | Expected::UrlToken => {
                    assert_eq!(answer.status, 200, "{}: {}", sample.name, answer.body);
                    let answer: Value = serde_json::from_str(&answer.body).unwrap();
                    names.insert(answer["id"].as_str().unwrap().to_owned(), sample);
                }
            }
        }
        let kept = door.kept();
        assert_eq!(kept.len(), 99);
        for (key, json) in &kept {
            let record = record::check(key, json);
            check_sample(names[record["id"].as_str().unwrap()], &record, std::str::from_utf8(json).unwrap());
        }
        check_no_secret(&samples, &door.printed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_refused_with_a_wrong_proof() {
    for door in Door::both(&samples::tokens()).await {
        for sample in samples::all() {
            let body = match sample.application_token() {
                Some(token) => sample.body.replace(token, &format!("{token}x")),
                None => sample.body.clone(),
            };
            let expected = if matches!(sample.expected(), Expected::Answer(415)) { 415 } else { 403 };
            let answer = post(&door, &sample, &sample.target("almost-right"), &body).await;
            assert_eq!(answer.status, expected, "{}", sample.name);
            assert_eq!(answer.content_type, "application/problem+json");
        }
        assert_eq!(door.kept(), []);
    }
}

async fn post(door: &Door, sample: &Sample, target: &str, body: &str) -> Answer {
    let content_type = Some(sample.content_type.as_str());
    door.send(&Post { method: "POST", path_and_query: target, content_type, body: body.as_bytes() }).await
}

fn check_sample(sample: &Sample, record: &Value, json: &str) {
    let name = &sample.name;
    let by_url = record["tokenname"] == "url";
    assert_eq!(by_url, sample.expected() == Expected::UrlToken, "{name}");
    for secret in sample.secrets() {
        assert!(!json.contains(&secret), "{name} holds a secret");
    }
    check_data(name, &sample.request(), &record["data"], false);
    let text = |value: &Value| value.as_str().map(str::to_uppercase);
    let code = text(&sample.request()["event"]).unwrap_or_else(|| match sample.kind.as_str() {
        "robot_webhook" => "ROBOT".into(),
        "app_robot" | "app_activity" => "ACTIVITY".into(),
        _ => "REQUEST".into(),
    });
    assert_eq!(record["type"], format!("bitrix24.{code}"), "{name}");
}

/// `data` is what PHP says, but for secrets: by name, and the presented tokens.
fn check_data(name: &str, expected: &Value, data: &Value, is_secret: bool) {
    match (expected, data) {
        (Value::Object(expected), Value::Object(data)) => {
            assert!(expected.keys().eq(data.keys()), "{name}: {:?} {:?}", expected.keys(), data.keys());
            for (key, value) in expected {
                check_data(name, value, &data[key], samples::is_secret(key));
            }
        }
        (Value::Array(expected), Value::Array(data)) => {
            assert_eq!(expected.len(), data.len(), "{name}");
            expected.iter().zip(data).for_each(|(expected, data)| check_data(name, expected, data, false));
        }
        (Value::String(secret), data) if is_secret => {
            assert_eq!(data, &format!("sha256:{}", &hex::encode(Sha256::digest(secret))[..8]), "{name}");
        }
        // An array where a secret should be is one secret.
        (Value::Object(_) | Value::Array(_), Value::String(text)) => {
            assert!(is_secret && text.starts_with("sha256:"), "{name}: {text}");
        }
        (expected, data) => assert_eq!(expected, data, "{name}"),
    }
}

#[test]
fn each_samples_sender_is_told() {
    for sample in samples::all() {
        let kinds: &[Kind] = match sample.kind.as_str() {
            "outgoing_webhook" => &[Kind::Webhook],
            "app_event" => &[Kind::Application],
            "telephony" | "openlines" => &[Kind::Webhook, Kind::Application],
            "app_lifecycle" => &[Kind::Lifecycle],
            "robot_webhook" => &[Kind::Robot],
            "app_robot" | "app_activity" => &[Kind::Activity],
            "message_sender" => &[Kind::MessageSender],
            "bot_event" => &[Kind::Bot],
            "bot_event_v2" => &[Kind::BotV2],
            "offline_notify" => &[Kind::Offline],
            "placement" => &[Kind::Other],
            "edge" | "json_webhook" => continue,
            other => panic!("{other}"),
        };
        let form = Form::parse(sample.body.as_bytes(), &Limits::default()).unwrap();
        let kind = Event::read(&form, |_| false).kind;
        assert!(kinds.contains(&kind), "{}: {kind:?}", sample.name);
    }
}

fn check_no_secret(samples: &[Sample], printed: &str) {
    assert!(!printed.contains(URL_TOKEN));
    for secret in samples.iter().flat_map(Sample::secrets) {
        assert!(!printed.contains(&secret), "a secret was printed");
    }
}
