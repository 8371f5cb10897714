//! The Lambda function under AWS's Runtime Interface Emulator: what only that door has.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::bootstrap::{Bootstrap, Function, answer, event};
use crate::support::closing_store::ClosingStore;
use crate::support::s3::{BUCKET, S3Server};
use crate::support::samples::{self, URL_TOKEN};
use crate::support::{Post, files, record};

const FORM: &str = "event=ONTASKADD&data[ID]=1&ts=1670179131&auth[domain]=example.bitrix24.ru";

#[tokio::test(flavor = "multi_thread")]
async fn the_event_files_for_sam_local_invoke_are_kept() {
    let environment: Value = serde_json::from_str(include_str!("../../sam-local-env.json")).unwrap();
    let tokens = environment["ReceiverFunction"]["HOOKLOG_TOKENS"].as_str().unwrap();
    let function = Bootstrap::start(tokens).await;
    let events = files(&concat!(env!("CARGO_MANIFEST_DIR"), "/events").into());
    assert_eq!(events.len(), 12);
    for (name, event) in &events {
        let answer = answer(&function.invoke(&serde_json::from_slice(event).unwrap()).await);
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
    }
    let kept = files(&function.folder());
    let types: Vec<_> = kept.iter().map(|(key, json)| record::check(key, json)["type"].clone()).collect();
    assert_eq!(types.len(), 12);
    for kind in ["bitrix24.ONTASKADD", "bitrix24.ROBOT", "bitrix24.ACTIVITY", "bitrix24.REQUEST"] {
        assert!(types.contains(&kind.into()), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_base64_is_taken_as_it_is() {
    let function = Bootstrap::start(&samples::tokens()).await;
    let mut invocation = event(&Post::form("/?x=1", FORM));
    invocation["rawPath"] = format!("/{URL_TOKEN}").into();
    invocation["body"] = FORM.into();
    invocation["isBase64Encoded"] = false.into();
    assert_eq!(answer(&function.invoke(&invocation).await).status, 200);
    let kept = files(&function.folder());
    let record = record::check(&kept[0].0, &kept[0].1);
    assert_eq!(record["data"]["x"], "1");
    assert_eq!(record["sourceip"], "192.0.2.10");
    assert_eq!(record["requestid"].as_str().unwrap().len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_of_a_function_url_is_refused_and_the_function_lives_on() {
    let function = Bootstrap::start(&samples::tokens()).await;
    let good = event(&Post::form(&format!("/{URL_TOKEN}"), FORM));
    let with = |name: &str, value: Value| {
        let mut invocation = good.clone();
        invocation[name] = value;
        invocation
    };
    for broken in [
        json!({}),
        json!([]),
        json!("text"),
        json!(null),
        with("body", "%%%".into()),
        with("body", "YQ".into()),
        with("body", json!({ "a": 1 })),
        with("isBase64Encoded", "yes".into()),
        with("requestContext", json!({})),
        with("rawPath", "".into()),
        with("rawPath", "/%zz".into()),
        with("rawPath", "/%D".into()),
    ] {
        let answer = answer(&function.invoke(&broken).await);
        assert_eq!(answer.status, 400, "{broken}");
    }
    assert_eq!(answer(&function.invoke(&good).await).status, 200);
    assert_eq!(files(&function.folder()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stores_certificate_is_trusted_when_the_system_trusts_it() {
    let (s3, certificate) = S3Server::start_tls().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let store = format!("s3://{BUCKET}");
    for (trusted, status) in [(Some(file.path().to_str().unwrap()), 200), (None, 503)] {
        let own = s3.environment();
        let mut environment: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        environment.extend([("HOOKLOG_STORE", store.as_str()), ("HOOKLOG_TOKENS", URL_TOKEN)]);
        environment.extend(trusted.map(|file| ("SSL_CERT_FILE", file)));
        let function = Function::start(env!("CARGO_BIN_EXE_bootstrap"), &environment);
        let response = function.invoke(&event(&Post::form(&format!("/{URL_TOKEN}"), FORM))).await;
        assert_eq!(answer(&response).status, status, "{response}");
    }
    assert_eq!(files(&s3.bucket_folder()).len(), 1);
}

/// S3 closes connections that nothing goes over, and Lambda stops a function between two events: it must learn of the
/// one before it sends the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_store_closed_meanwhile_is_not_used_again() {
    let store = ClosingStore::start();
    let function = Function::start(
        env!("CARGO_BIN_EXE_bootstrap"),
        &[
            ("AWS_ENDPOINT_URL_S3", store.endpoint.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
            ("HOOKLOG_STORE", "s3://bucket"),
            ("HOOKLOG_TOKENS", URL_TOKEN),
        ],
    );
    for puts in 1..=5 {
        let response = function.invoke(&event(&Post::form(&format!("/{URL_TOKEN}"), FORM))).await;
        assert_eq!(answer(&response).status, 200, "{response}");
        while store.puts() < puts {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert_eq!((store.puts(), store.late()), (5, 0));
}

#[test]
fn the_function_does_not_start_without_a_token_or_with_a_setting_that_is_unknown() {
    for (name, value, needle) in [
        ("HOOKLOG_TOKENS", "", "hooklog token new"),
        ("HOOKLOG_STORE", "", "HOOKLOG_STORE"),
        ("HOOKLOG_STORE", "ftp://x", "HOOKLOG_STORE"),
        ("HOOKLOG_TOKEN", "x", "HOOKLOG_TOKEN"),
        ("HOOKLOG_BODY_MAX", "many", "HOOKLOG_BODY_MAX"),
        ("AWS_LAMBDA_RUNTIME_API", "", "hooklog serve"),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        command.env("HOOKLOG_TOKENS", "a").env("HOOKLOG_STORE", "s3://events-bucket").env("AWS_REGION", "eu-central-1");
        let output = command.env(name, value).output().unwrap();
        assert!(!output.status.success(), "{name}");
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(line["level"], "FATAL");
        assert!(line["message"].as_str().unwrap().contains(needle), "{line}");
    }
}
