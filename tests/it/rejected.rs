//! Rejected requests: kept without secrets, capped, and events again once their token is accepted.

use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::command::{command, text};
use crate::support::schema::check_lines;
use crate::support::{Door, Post, files, record};

const UNKNOWN: &str = "token-that-is-not-yet-known";

fn sha256(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_request_is_kept_without_its_secrets() {
    for door in Door::both("a=accepted").await {
        let body = format!("event=X&data[password]=pa55word&auth[domain]=d&auth[application_token]={UNKNOWN}");
        assert_eq!(door.send(&Post::form("/some-path-token?q=1", &body)).await.status, 403);
        let kept = door.rejected();
        let [(key, json)] = &kept[..] else { panic!("{kept:?}") };
        assert!(key.starts_with("rejected/date=") && key.ends_with("_d_X.json"), "{key}");
        let text = std::str::from_utf8(json).unwrap();
        assert!(!text.contains(UNKNOWN) && !text.contains("pa55word") && !text.contains("some-path-token"), "{text}");
        let rejected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(rejected["applicationtoken"], sha256(UNKNOWN));
        assert_eq!(rejected["urltoken"], sha256("some-path-token"));
        assert_eq!(rejected["data"]["q"], "1");
        assert_eq!(rejected["reason"], "no presented token is accepted for this portal");
        assert!(rejected.get("tokenname").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_rejected_requests_is_capped() {
    for door in Door::both("a=accepted").await {
        for _ in 0..100 {
            assert_eq!(door.send(&Post::form("/x", "event=X")).await.status, 403);
        }
        // A run that crosses a minute's end may keep twice as many.
        assert!((30..=60).contains(&door.rejected().len()), "{}", door.rejected().len());
        assert_eq!(door.send(&Post::form("/", "event=X")).await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_rejected_request_is_kept_without_its_form() {
    for door in Door::both("a=accepted").await {
        let body = format!("event=X&data={}", "x".repeat(70_000));
        assert_eq!(door.send(&Post::form("/x", &body)).await.status, 403);
        let kept = door.rejected();
        assert!(kept[0].1.len() < 2000);
        let rejected: Value = serde_json::from_slice(&kept[0].1).unwrap();
        assert_eq!((&rejected["truncated"], rejected.get("data")), (&true.into(), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requeue_makes_events_of_those_whose_token_is_accepted_by_now() {
    let [Door::Serve(serve), _] = Door::both("a=accepted").await else { panic!("the first door is serve") };
    let token = |token: &str| format!("auth[application_token]={token}");
    let long = "x".repeat(70_000);
    for (path, body) in [
        ("/", format!("event=BYBODY&{}", token(UNKNOWN))),
        (&format!("/{UNKNOWN}"), "event=BYPATH".to_owned()),
        ("/", format!("event=OTHER&{}", token("still-unknown"))),
        ("/", format!("event=TWICE&{}&{}", token("wrong"), token(UNKNOWN))),
        ("/", format!("event=LONG&data={long}&{}", token(UNKNOWN))),
    ] {
        assert_eq!(serve.send(&Post::form(path, &body)).await.status, 403);
    }
    let requeue = |tokens: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hooklog"));
        command.args(["requeue", "--store"]).arg(serve.folder()).env("HOOKLOG_TOKENS", tokens);
        let output = command.output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let kept = |prefix: &str| {
        files(&serve.folder()).into_iter().filter(|(key, _)| key.starts_with(prefix)).collect::<Vec<_>>()
    };
    assert!(requeue("a=accepted").starts_with("0 rejected requests are events now; 4 "));
    assert_eq!(kept("events/"), []);
    assert!(
        requeue(&format!("new={UNKNOWN}"))
            .starts_with("2 rejected requests are events now; 2 have no accepted token; 1 ")
    );
    assert!(requeue(&format!("new={UNKNOWN}")).starts_with("0 rejected requests are events now; 2 "));
    let events = kept("events/");
    let types: Vec<_> = events.iter().map(|(key, json)| record::check(key, json)["type"].clone()).collect();
    assert_eq!(types, ["bitrix24.BYBODY", "bitrix24.BYPATH"]);
    assert_eq!(record::check(&events[0].0, &events[0].1)["tokenname"], "new");
    assert_eq!(kept("rejected/").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn requeue_minds_what_is_chosen_and_tells_programs() {
    let [Door::Serve(serve), _] = Door::both("a=accepted").await else { panic!("the first door is serve") };
    for (code, domain, id) in [("ONTASKADD", "a.example", 1), ("ONTASKADD", "b.example", 2), ("ROBOT", "a.example", 3)]
    {
        let form =
            format!("event={code}&data[FIELDS_AFTER][ID]={id}&auth[domain]={domain}&auth[application_token]={UNKNOWN}");
        assert_eq!(serve.send(&Post::form("/", &form)).await.status, 403);
    }
    let requeue = |chosen: &[&str]| {
        let folder = serve.folder();
        let arguments = [&["requeue", "--json", "--store", folder.to_str().unwrap()], chosen].concat();
        let output = command(&arguments, &[("HOOKLOG_TOKENS", format!("new={UNKNOWN}"))]).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        check_lines("requeue", text(&output.stdout))
    };
    for none in [["--until", "1h"], ["--event", "ONCRM*"], ["--portal", "c.example"], ["--subject", "9"]] {
        assert_eq!(requeue(&none), [Value::Null; 0], "{none:?}");
    }
    let [moved] = &requeue(&["--since", "1h", "--event", "ontask*", "--portal", "b.*", "--subject", "2"])[..] else {
        panic!("one is like this")
    };
    assert!(moved["key"].as_str().unwrap().ends_with("_b.example_ONTASKADD.json"), "{moved}");
    assert_eq!(moved["from"].as_str().unwrap().replacen("rejected", "events", 1), moved["key"].as_str().unwrap());
    assert_eq!(requeue(&[]).len(), 2);
}
