//! `hooklog doctor`: it finds what is wrong, says what to do, and shows no token.

use std::process::Command;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Config, Region};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration};
use hooklog::aws::sdk_http_client;
use hooklog::store::{Folder, Store};
use serde_json::Value;

use crate::support::kept::{Planted, plant, plant_object};
use crate::support::moto::Moto;
use crate::support::s3::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY, environment, keys};
use crate::support::samples::{self, URL_TOKEN};
use crate::support::schema::check_lines;
use crate::support::serve::Serve;
use crate::support::standin::{Fixed, StandIn};
use crate::support::{Post, files, record};

const UP: Fixed = ("200 OK", "content-type: text/plain\r\n", "hooklog receiver is up\n");
const OUR_403: Fixed = ("403 Forbidden", "content-type: application/problem+json\r\n", "{}");
/// As a function URL without both permissions answers.
const AWS_403: Fixed = (
    "403 Forbidden",
    "content-type: application/json\r\nx-amzn-errortype: AccessDeniedException\r\n",
    r#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}"#,
);

/// What the doctor found: its exit code, and each finding by its check.
struct Diagnosis {
    code: i32,
    findings: Vec<Value>,
    printed: String,
}

impl Diagnosis {
    fn state(&self, check: &str) -> &str {
        let mut found = self.findings.iter().filter(|finding| finding["check"] == check);
        let finding = found.next().unwrap_or_else(|| panic!("no {check} in {}", self.printed));
        assert!(found.next().is_none(), "{check} twice in {}", self.printed);
        assert_eq!(finding["remedy"].is_string(), finding["state"] != "ok", "{finding}");
        finding["state"].as_str().unwrap()
    }

    fn broken(&self) -> Vec<&str> {
        let broken = self.findings.iter().filter(|finding| finding["state"] == "broken");
        broken.map(|finding| finding["check"].as_str().unwrap()).collect()
    }
}

fn doctor(arguments: &[&str], environment: &[(&str, &str)]) -> Diagnosis {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooklog"));
    command.args(["doctor", "--json"]).args(arguments).env_remove("HOOKLOG_STORE");
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let printed = String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap();
    assert!(!printed.contains(URL_TOKEN), "{printed}");
    let findings = check_lines("doctor", &String::from_utf8(output.stdout).unwrap());
    Diagnosis { code: output.status.code().unwrap(), findings, printed }
}

#[test]
fn a_test_event_goes_through_a_receiver_that_is_well() {
    let serve = Serve::start(&samples::tokens());
    let (url, folder) = (format!("http://{}/{URL_TOKEN}", serve.address()), serve.folder());
    let well = doctor(&["--url", &url, "--store", folder.to_str().unwrap()], &[]);
    assert_eq!((well.code, well.broken().len()), (0, 0), "{}", well.printed);
    for check in ["tls", "url", "clock", "strangers", "token", "arrived", "writable"] {
        assert_eq!(well.state(check), "ok", "{}", well.printed);
    }
    let kept = files(&folder);
    assert_eq!(kept.len(), 1, "the object below doctor/ is gone again");
    assert_eq!(record::check(&kept[0].0, &kept[0].1)["type"], "bitrix24.HOOKLOGDOCTOR");
    // Its own events are no sign of life.
    assert_eq!(well.state("newest"), "hint");
}

#[test]
fn without_a_token_nothing_is_kept_and_a_wrong_one_is_told() {
    let serve = Serve::start(&samples::tokens());
    let url = format!("http://{}/", serve.address());
    let careful = doctor(&["--url", &url], &[]);
    assert_eq!((careful.code, careful.state("token")), (0, "unknown"), "{}", careful.printed);
    assert_eq!(files(&serve.folder()), []);
    let wrong = doctor(&["--url", &url, "--token", "SECRET-OF-MINE"], &[]);
    assert_eq!((wrong.code, wrong.broken()), (1, vec!["token"]), "{}", wrong.printed);
    assert!(wrong.printed.contains("TokenDigests") && !wrong.printed.contains("SECRET-OF-MINE"), "{}", wrong.printed);
}

#[test]
fn aws_own_403_is_told_from_ours() {
    let forbidden = StandIn::start(AWS_403, AWS_403);
    let found = doctor(&["--url", &forbidden.url], &[]);
    assert_eq!((found.code, found.broken()), (1, vec!["permissions"]), "{}", found.printed);
    assert!(found.printed.contains("lambda:InvokeFunctionUrl and lambda:InvokeFunction"), "{}", found.printed);
    assert_eq!(forbidden.heads().len(), 1, "nothing is posted where nobody is in");
    let half_open = StandIn::start(UP, AWS_403);
    assert_eq!(doctor(&["--url", &half_open.url], &[]).broken(), ["permissions"]);
}

#[test]
fn what_answers_wrongly_is_told() {
    let accepts = ("200 OK", "", r#"{"id":"x"}"#);
    let late = ("200 OK", "date: Tue, 24 Nov 2020 09:00:00 GMT\r\n", "hooklog receiver is up\n");
    let check = |get: Fixed, other: Fixed, broken: &[&str]| {
        let found = doctor(&["--url", &StandIn::start(get, other).url], &[]);
        assert_eq!((found.code, found.broken()), (1, broken.to_vec()), "{}", found.printed);
    };
    check(UP, accepts, &["strangers"]);
    check(("200 OK", "", "<html>"), OUR_403, &["url"]);
    check(("502 Bad Gateway", "", "Internal Server Error"), OUR_403, &["url"]);
    check(("429 Too Many Requests", "", ""), OUR_403, &["url"]);
    check(("404 Not Found", "", ""), OUR_403, &["url"]);
    check(late, OUR_403, &["clock"]);
    check(UP, ("503 Service Unavailable", "", ""), &["strangers"]);
    let nobody = doctor(&["--url", "http://127.0.0.1:1/"], &[]);
    assert_eq!((nobody.code, nobody.broken()), (1, vec!["url"]), "{}", nobody.printed);
    let elsewhere = doctor(&["--url", "http://hooklog.invalid/"], &[]);
    assert_eq!(elsewhere.broken(), ["tls", "url"], "{}", elsewhere.printed);
}

#[test]
fn a_test_event_that_is_in_another_store_is_told() {
    let serve = Serve::start(&samples::tokens());
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://{}/{URL_TOKEN}", serve.address());
    let found = doctor(&["--url", &url, "--store", folder.path().to_str().unwrap()], &[]);
    assert_eq!((found.code, found.broken()), (1, vec!["arrived"]), "{}", found.printed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buckets_settings_are_told() {
    let moto = Moto::start();
    let settings = Config::builder().behavior_version(BehaviorVersion::latest()).http_client(sdk_http_client());
    let settings = settings.endpoint_url(&moto.endpoint).force_path_style(true).region(Region::new("eu-central-1"));
    let client = Client::from_conf(settings.credentials_provider(keys()).build());
    let environment = [
        ("AWS_ENDPOINT_URL_S3", moto.endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_REGION", "eu-central-1"),
    ];
    let store = format!("s3://{BUCKET}");
    let missing = doctor(&["--store", &store], &environment);
    assert_eq!((missing.code, missing.broken()), (1, vec!["bucket"]), "{}", missing.printed);

    let here = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuCentral1).build();
    client.create_bucket().bucket(BUCKET).create_bucket_configuration(here).send().await.unwrap();
    let bare = doctor(&["--store", &store], &environment);
    assert_eq!((bare.code, bare.broken()), (1, vec!["private"]), "{}", bare.printed);
    assert_eq!(bare.state("tls-only"), "hint");
    // moto's answer has another name than S3's.
    assert_eq!(bare.state("versioning"), "unknown");

    let block = PublicAccessBlockConfiguration::builder().block_public_acls(true).block_public_policy(true);
    let block = block.ignore_public_acls(true).restrict_public_buckets(true).build();
    client.put_public_access_block().bucket(BUCKET).public_access_block_configuration(block).send().await.unwrap();
    // moto denies without looking at conditions, so this one denies what nobody asks for.
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",
        "Resource":"arn:aws:s3:::events-bucket/none","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;
    client.put_bucket_policy().bucket(BUCKET).policy(policy).send().await.unwrap();
    let well = doctor(&["--store", &store], &environment);
    for check in ["bucket", "tls-only", "private", "writable"] {
        assert_eq!(well.state(check), "ok", "{}", well.printed);
    }
    assert_eq!(well.code, 0);
}

#[test]
fn a_buckets_versions_are_told() {
    const EMPTY: &str = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#;
    const ENABLED: &str = r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#;
    for (answer, state) in [(EMPTY, "hint"), (ENABLED, "ok")] {
        let s3 = StandIn::start(("200 OK", "content-type: application/xml\r\n", answer), ("200 OK", "", ""));
        let keys =
            [("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY), ("AWS_REGION", "eu-central-1")];
        let environment = [keys.as_slice(), &[("AWS_ENDPOINT_URL_S3", s3.url.as_str())]].concat();
        let found = doctor(&["--store", &format!("s3://{BUCKET}")], &environment);
        assert_eq!(found.state("versioning"), state, "{}", found.printed);
    }
}

#[tokio::test]
async fn a_portal_that_was_long_silent_is_told_behind_all_test_events() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::Folder(Folder::new(folder.path()));
    for day in 1..=9 {
        for hour in 0..4 {
            let code = if (day, hour) == (1, 2) { "ONTASKADD" } else { "HOOKLOGDOCTOR" };
            let received = format!("2025-11-0{day}T0{hour}:00:00Z").parse().unwrap();
            plant(&store, &Planted { received, portal: "a.example", code, subject: "1" }).await;
        }
    }
    let found = doctor(&["--store", folder.path().to_str().unwrap()], &[]);
    assert_eq!((found.code, found.state("newest")), (0, "ok"), "{}", found.printed);
    assert!(found.printed.contains("ONTASKADD from https://a.example, "), "{}", found.printed);
    plant_object(&store, "events/date=2025-12-01/019ad000-0000-7000-8000-000000000000_a_B.json", b"{}").await;
    let found = doctor(&["--store", folder.path().to_str().unwrap()], &[]);
    assert_eq!((found.code, found.broken()), (1, vec!["newest"]), "{}", found.printed);
}

#[test]
fn a_reader_who_may_not_write_is_no_fault_of_the_store() {
    const NOTHING: &str = r#"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#;
    const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let s3 = StandIn::start(("200 OK", "content-type: application/xml\r\n", NOTHING), ("403 Forbidden", "", DENIED));
    let own = environment(&s3.url);
    let environment: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let found = doctor(&["--store", &format!("s3://{BUCKET}")], &environment);
    assert_eq!((found.code, found.state("writable")), (0, "unknown"), "{}", found.printed);
    assert!(s3.heads().iter().any(|head| head.starts_with("PUT ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_event_of_a_bucket_is_found_and_what_a_store_cannot_tell_is_unknown() {
    let s3 = S3Server::start().await;
    let own = s3.environment();
    let environment: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let serve = Serve::start_at(&format!("s3://{BUCKET}"), &samples::tokens(), &environment);
    let path = format!("/{URL_TOKEN}");
    assert_eq!(serve.send(&Post::form(&path, "event=ONTASKADD&ts=1670179131")).await.status, 200);
    let found = doctor(&["--store", &format!("s3://{BUCKET}")], &environment);
    assert_eq!(found.state("newest"), "hint", "it came years after the portal made it: {}", found.printed);
    assert!(found.printed.contains("ONTASKADD from https://unknown"), "{}", found.printed);
    assert_eq!((found.code, found.state("writable")), (0, "ok"), "{}", found.printed);
    assert_eq!(found.state("versioning"), "unknown", "this server has none: {}", found.printed);
}

#[test]
fn the_quota_is_asked_for_with_a_signature() {
    let few = ("200 OK", "", r#"{"AccountLimit":{"ConcurrentExecutions":10}}"#);
    let many = ("200 OK", "", r#"{"AccountLimit":{"ConcurrentExecutions":1000}}"#);
    let serve = Serve::start(&samples::tokens());
    let url = format!("http://{}/", serve.address());
    for (answer, state) in [(few, "hint"), (many, "ok"), (AWS_403, "unknown")] {
        let lambda = StandIn::start(answer, answer);
        let keys =
            [("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY), ("AWS_REGION", "eu-north-1")];
        let environment = [keys.as_slice(), &[("AWS_ENDPOINT_URL", lambda.url.as_str())]].concat();
        let found = doctor(&["--url", &url], &environment);
        assert_eq!((found.code, found.state("concurrency")), (0, state), "{}", found.printed);
        let head = lambda.heads().concat().to_lowercase();
        assert!(head.starts_with("get /2016-08-19/account-settings "), "{head}");
        assert!(head.contains("authorization: aws4-hmac-sha256 credential=akidexample/"), "{head}");
        assert!(head.contains("/eu-north-1/lambda/aws4_request"), "{head}");
    }
}

#[test]
fn a_person_reads_one_line_a_finding_and_its_remedy_below() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooklog"));
    let output = command.args(["doctor", "--url", "http://127.0.0.1:1/"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("\nBROKEN   url          http://127.0.0.1:1 does not answer: "), "{printed}");
    assert!(printed.contains("\n                      compare it with HandlerUrl"), "{printed}");
    assert!(printed.ends_with("\nOne thing is broken.\n"), "{printed}");
    let nothing =
        Command::new(env!("CARGO_BIN_EXE_hooklog")).arg("doctor").env_remove("HOOKLOG_STORE").output().unwrap();
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8(nothing.stderr).unwrap().contains("--url URL, --store PLACE"));
}
