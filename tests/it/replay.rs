//! `replay`: a real PHP script gets what it would have got.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::command::{Named, text};
use crate::support::php::Php;
use crate::support::s3::S3Server;
use crate::support::samples::{self, Expected, Sample, URL_TOKEN};
use crate::support::schema::check_lines;
use crate::support::serve::Serve;
use crate::support::{Post, files};

/// Keeps every sample; gives the samples in the order of their events.
async fn keep_samples(serve: &Serve) -> Vec<Sample> {
    let mut by_id = BTreeMap::new();
    for sample in samples::all() {
        if let Expected::Answer(_) = sample.expected() {
            continue;
        }
        let answer = serve.send(&Post::form(&sample.target(URL_TOKEN), &sample.body)).await;
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        by_id.insert(answer["id"].as_str().unwrap().to_owned(), sample);
    }
    by_id.into_values().collect()
}

fn tokens() -> BTreeSet<String> {
    samples::all().iter().filter_map(|sample| sample.application_token().map(str::to_owned)).collect()
}

/// What PHP must see: the original, but for the secrets that nobody can put back.
fn expected(value: &Value, is_secret: bool, tokens: &BTreeSet<String>) -> Value {
    match value {
        Value::String(text) if is_secret && !text.is_empty() && !tokens.contains(text) => {
            format!("sha256:{}", &hex::encode(Sha256::digest(text))[..8]).into()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), expected(value, samples::is_secret(name), tokens)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| expected(item, false, tokens)).collect(),
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn php_gets_every_sample_again_as_it_was() {
    let (server, folder) = (S3Server::start().await, tempfile::tempdir().unwrap());
    for named in [Named::folder(folder.path()), Named::s3(&server)] {
        let environment: Vec<_> = named.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let serve = Serve::start_at(&named.place, &samples::tokens(), &environment);
        check_replay(&named, &keep_samples(&serve).await);
    }
}

fn check_replay(named: &Named, samples: &[Sample]) {
    let (php, work, tokens) = (Php::start(), tempfile::tempdir().unwrap(), tokens());
    let mut replay = named.command(&["replay", "--to", &php.url]);
    replay.current_dir(&work).args(tokens.iter().flat_map(|token| ["--token", token]));
    let output = replay.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let seen = php.seen();
    assert_eq!((seen.len(), samples.len()), (99, 99));
    let mut untouched = 0;
    for (sample, seen) in samples.iter().zip(&seen) {
        // A token that is an array is one secret, of which only the digest is kept.
        if sample.name == "edge-token-array" {
            continue;
        }
        let request = sample.request();
        let expected = expected(&request, false, &tokens);
        untouched += usize::from(expected == request);
        assert_eq!(seen.request, expected.to_string(), "{}", sample.name);
    }
    assert!(untouched > 40, "{untouched} came back without a digest");
    let told = text(&output.stderr);
    assert!(told.contains(": 99 x 200; p50 "), "{told}");
    assert!(told.contains("auth[access_token] ("), "{told}");
    assert!(tokens.iter().all(|token| !told.contains(token)));
    check_ledger(work.path(), 99);
}

/// Every line is as the schema says, and each event has one.
fn check_ledger(folder: &Path, count: usize) {
    let [(name, lines)] = &files(&folder.to_owned())[..] else { panic!("one ledger") };
    assert!(name.starts_with("replay-127.0.0.1-"), "{name}");
    let lines = check_lines("replay", text(lines));
    let ids: BTreeSet<_> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!((lines.len(), ids.len()), (count, count));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_form_comes_back_byte_for_byte_and_print_r_is_phps_own() {
    let token = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
    let (serve, php) = (Serve::start(&format!("portal={token}")), Php::start());
    let body =
        format!("event=X&a.b=%FF%00x&a_b=2&c[]=1&c[]=&auth[application_token]={token}&e[__Host-x]=1&=&&d%zz&f=%FF%00");
    assert_eq!(serve.send(&Post::form("/?q.r=%e9", &body)).await.status, 200);
    let named = Named::folder(&serve.folder());
    let work = tempfile::tempdir().unwrap();
    let mut replay = named.command(&["replay", "--to", &php.url, "--token", token]);
    assert!(replay.current_dir(&work).output().unwrap().status.success());
    let seen = &php.seen()[0];
    assert_eq!((text(&seen.body()), &*seen.target), (&*body, "/hook.php?q.r=%e9"));
    let form = format!("q.r=%e9&{body}\n").replace(token, "sha256%3A186574d8");
    assert_eq!(named.printed(&["tail", "--format", "form"]), form);
    let printed = named.hooklog(&["tail", "--format", "print_r"]).stdout;
    let masked = String::from_utf8_lossy(&seen.print_r()).replace(token, "sha256:186574d8");
    assert_eq!(String::from_utf8_lossy(&printed), masked);
    assert!(printed.windows(2).any(|bytes| bytes == b"\xFF\0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_replay_goes_on_where_it_stopped() {
    let (serve, php) = (Serve::start("url=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Php::start());
    for n in 0..5 {
        let form = format!("event=ONTASKADD&data[ID]={n}");
        assert_eq!(serve.send(&Post::form("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &form)).await.status, 200);
    }
    let named = Named::folder(&serve.folder());
    let work = tempfile::tempdir().unwrap();
    let ledger = work.path().join("ledger.jsonl");
    let ledger = ledger.to_str().unwrap();
    let replay = |to: &str, more: &[&str]| {
        named.hooklog(&[&["replay", "--to", to, "--ledger", ledger, "--rate", "1000"], more].concat())
    };
    let two = std::fs::read_to_string;
    let failing = replay(&php.url.replace("hook.php", "answer/500"), &["--since", "1h", "--resume"]);
    assert_eq!(failing.status.code(), Some(1));
    let told = text(&failing.stderr);
    assert!(
        told.starts_with(&format!("no event in {ledger} was answered 2xx by this URL: nothing is left out\n")),
        "{told}"
    );
    assert!(told.contains("ONTASKADD: answered 500"), "{told}");
    assert_eq!(check_lines("replay", &two(ledger).unwrap()).len(), 5);
    // As if that URL had answered all, and another two, when a power loss came.
    let others = two(ledger).unwrap().replace("\"status\":500", "\"status\":200");
    std::fs::remove_file(ledger).unwrap();
    assert!(replay(&php.url, &[]).status.success());
    let kept = two(ledger).unwrap();
    let kept: Vec<_> = kept.lines().take(2).collect();
    std::fs::write(ledger, format!("{others}{}\n{{\"id\":\"01", kept.join("\n"))).unwrap();
    let planned = replay(&php.url, &["--resume", "--dry-run", "--json"]);
    assert_eq!(check_lines("replay", text(&planned.stdout)).len(), 3);
    assert_eq!(php.seen().len(), 10, "a dry run posts nothing");
    let resumed = replay(&php.url, &["--resume", "--json"]);
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));
    assert!(text(&resumed.stderr).contains("2 events answered before, and left out."));
    assert_eq!(check_lines("replay", text(&resumed.stdout)).len(), 3);
    let ids: Vec<_> = php.seen()[10..].iter().map(|seen| seen.request.clone()).collect();
    assert!((2..5).all(|n| ids[n - 2].contains(&format!(r#""ID":"{n}""#))), "{ids:?}");
    let again = replay(&php.url, &["--resume"]);
    assert!(again.status.success() && text(&again.stderr).contains("nothing to post"), "{}", text(&again.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_after_an_answer_and_loses_no_line() {
    let (serve, php) = (Serve::start("url=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Php::start());
    for n in 0..200 {
        let form = format!("event=ONTASKADD&data[ID]={n}");
        serve.send(&Post::form("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &form)).await;
    }
    let named = Named::folder(&serve.folder());
    let work = tempfile::tempdir().unwrap();
    let mut replay = named.command(&["replay", "--to", &php.url, "--rate", "50"]);
    let replay = replay.current_dir(&work).stderr(std::process::Stdio::piped()).spawn().unwrap();
    crate::support::wait_for("some answers", || (php.seen().len() > 5).then_some(()));
    let pid = rustix::process::Pid::from_child(&replay);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = replay.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("the same command with --resume goes on"), "{}", text(&output.stderr));
    let posted = php.seen().len();
    assert!(posted < 200);
    check_ledger(work.path(), posted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_forms_and_no_token() {
    let serve = Serve::start(&samples::tokens());
    keep_samples(&serve).await;
    let named = Named::folder(&serve.folder());
    let token = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
    let work = tempfile::tempdir().unwrap();
    let mut plan = named.command(&["replay", "--to", "http://127.0.0.1:1/SECRETPATH", "--token", token, "--dry-run"]);
    let output = plan.current_dir(&work).output().unwrap();
    assert!(output.status.success());
    let (printed, told) = (text(&output.stdout), text(&output.stderr));
    assert!(printed.contains("  event=ONTASKADD&event_handler_id=101&data%5BFIELDS_BEFORE%5D=undefined"), "{printed}");
    assert!(printed.contains("posted as a digest: auth[access_token]"));
    assert!(told.contains("Dry run: 99 events for http://127.0.0.1:1, 0 answered before and left out; "));
    assert!(![printed, told].iter().any(|text| text.contains(token) || text.contains("SECRETPATH")));
    assert!(files(&work.path().to_owned()).is_empty(), "a dry run leaves nothing behind");
}

#[test]
fn a_receiver_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let named = Named::folder(folder.path());
    for (to, told) in [
        ("ftp://x/SECRET", "neither with http://"),
        ("nonsense SECRET", "malformed"),
        ("http://127.0.0.1:99999/SECRET", "a port that is none"),
        ("http://[::1]:65536/SECRET", "a port that is none"),
    ] {
        let output = named.hooklog(&["replay", "--to", to]);
        assert_eq!(output.status.code(), Some(1));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(told) && !stderr.contains("SECRET"), "{stderr}");
    }
    assert_eq!(named.hooklog(&["replay"]).status.code(), Some(2));
    assert_eq!(named.hooklog(&["replay", "--to", "http://x", "--token", ""]).status.code(), Some(2));
}
