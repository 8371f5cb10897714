//! `tail`, `show` and `stats`, on a folder and on S3.

use std::process::{Command, Stdio};

use hooklog::store::{Folder, Store};
use serde_json::Value;

use crate::support::command::{Named, text};
use crate::support::kept::{Planted, plant, plant_object};
use crate::support::record;
use crate::support::s3::{self, S3Server};
use crate::support::schema::check_lines;
use crate::support::{collect, wait_for};

struct Stores {
    both: Vec<(Named, Store)>,
    server: S3Server,
    folder: tempfile::TempDir,
}

impl Stores {
    async fn start() -> Self {
        let (server, folder) = (S3Server::start().await, tempfile::tempdir().unwrap());
        let both = vec![
            (Named::folder(folder.path()), Store::Folder(Folder::new(folder.path()))),
            (Named::s3(&server), s3::store(&server.endpoint)),
        ];
        Self { both, server, folder }
    }
}

fn event<'p>(received: &str, portal: &'p str, code: &'p str, subject: &'p str) -> Planted<'p> {
    Planted { received: received.parse().unwrap(), portal, code, subject }
}

async fn plant_four(store: &Store) -> Vec<String> {
    let mut ids = Vec::new();
    for event in [
        event("2026-11-22T10:00:00Z", "a.example", "ONTASKADD", "1"),
        event("2026-11-24T10:00:00Z", "b.example", "ONCRMDEALADD", "2"),
        event("2026-11-24T10:00:01Z", "a.example", "ONTASKADD", "3"),
        event("2026-11-24T10:00:02.5Z", "a.example", "ROBOT", "DEAL_1"),
    ] {
        ids.push(plant(store, &event).await);
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn tail_prints_the_newest_in_columns() {
    for (named, store) in &Stores::start().await.both {
        let ids = plant_four(store).await;
        let end = |n: usize| &ids[n][28..];
        let expected = format!(
            "2026-11-24 10:00:00  ONCRMDEALADD  b.example  2       {}\n\
             2026-11-24 10:00:01  ONTASKADD     a.example  3       {}\n\
             2026-11-24 10:00:02  ROBOT         a.example  DEAL_1  {}\n",
            end(1),
            end(2),
            end(3)
        );
        assert_eq!(named.printed(&["tail", "-n", "3"]), expected);
        let last = format!("2026-11-24 10:00:02  ROBOT  a.example  DEAL_1  {}\n", end(3));
        assert_eq!(named.printed(&["tail", "--subject", "DEAL_1"]), last);
        assert_eq!(named.printed(&["tail", "--event", "robot", "--portal", "A.*"]), last);
        assert_eq!(named.printed(&["tail", "--since", "2026-11-22", "--until", "2026-11-22"]).lines().count(), 1);
        assert_eq!(named.printed(&["tail", "--until", "2026-11-21"]), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_the_record_one_a_line() {
    for (named, store) in &Stores::start().await.both {
        plant_four(store).await;
        for arguments in [&["tail", "--json"][..], &["tail", "--format", "json"]] {
            let lines = named.printed(arguments);
            assert_eq!(lines.lines().count(), 4);
            for line in lines.lines() {
                let event: Value = serde_json::from_str(line).unwrap();
                let key = named.printed(&["show", event["id"].as_str().unwrap()]);
                assert_eq!(record::check(key.lines().next().unwrap(), line.as_bytes()), event);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_shown_by_the_end_of_its_id() {
    for (named, store) in &Stores::start().await.both {
        let ids = plant_four(store).await;
        let shown = named.printed(&["show", &ids[1][28..]]);
        let (key, json) = shown.split_once('\n').unwrap();
        assert!(key.ends_with(&format!("{}_b.example_ONCRMDEALADD.json", ids[1])));
        assert_eq!(serde_json::from_str::<Value>(json).unwrap()["id"], ids[1]);
        let form = named.printed(&["show", &ids[1], "--format", "form"]);
        let start = "event=ONCRMDEALADD&data%5BFIELDS%5D%5BID%5D=2&auth%5Bdomain%5D=b.example";
        assert_eq!(form, format!("{start}&auth%5Bapplication_token%5D=sha256%3A186574d8\n"));
        assert_eq!(named.printed(&["show", &ids[1].to_uppercase(), "--json"]).lines().count(), 1);

        assert_eq!(named.printed(&["show", &ids[1].replace('-', ""), "--subject", "2", "--json"]).lines().count(), 1);

        for other in [["--event", "ROBOT"], ["--subject", "3"], ["--until", "2026-11-23"], ["--since", "2026-11-25"]] {
            let none = named.hooklog(&[&["show", &*ids[1]], &other[..]].concat());
            assert_eq!(none.status.code(), Some(1), "{other:?}");
            assert!(text(&none.stderr).contains("no event's id ends in"), "{}", text(&none.stderr));
        }
        assert_eq!(named.hooklog(&["show", "xyz"]).status.code(), Some(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_several_ids_share_lists_them() {
    for (named, store) in &Stores::start().await.both {
        let event = event("2026-11-24T10:00:00Z", "a.example", "ONTASKADD", "1");
        let ids = ["01a20cdd-0000-7000-8000-000000000abc", "01a20cdd-0000-7000-8000-100000000abc"];
        for id in ids {
            plant_object(store, &event.key(id), event.json(id).as_bytes()).await;
        }
        let shown = named.hooklog(&["show", "0abc"]);
        assert_eq!(shown.status.code(), Some(1));
        let told = text(&shown.stderr);
        assert!(told.starts_with("2 events' ids end in 0abc. Give more of it:\n"), "{told}");
        assert!(ids.iter().all(|id| told.contains(id)), "{told}");
        assert!(named.printed(&["show", "100000000abc"]).contains(ids[1]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_count_by_event_portal_and_day() {
    for (named, store) in &Stores::start().await.both {
        plant_four(store).await;
        let shown = named.printed(&["stats"]);
        let expected = "\
EVENT         COUNT                            LAST
ONTASKADD         2  ████████████████████████  2026-11-24 10:00:01
ONCRMDEALADD      1  ████████████              2026-11-24 10:00:00
ROBOT             1  ████████████              2026-11-24 10:00:02

PORTAL     COUNT                            LAST
a.example      3  ████████████████████████  2026-11-24 10:00:02
b.example      1  ████████                  2026-11-24 10:00:00

DAY             COUNT                            LAST
2026-11-22 Sun      1  ████████                  2026-11-22 10:00:00
2026-11-23 Mon      0
2026-11-24 Tue      3  ████████████████████████  2026-11-24 10:00:02

4 events, from 2026-11-22 10:00:00 to 2026-11-24 10:00:02 (";
        assert!(shown.starts_with(expected), "{shown}");
        assert!(named.printed(&["stats", "--lag"]).contains("Lag: p50 1.0 s, p90 1.0 s, p99 1.0 s, longest 1.5 s"));
        let json = named.printed(&["stats", "--json", "--lag"]);
        let lines = check_lines("stats", &json);
        let counts =
            lines.iter().map(|line| format!("{} {} {}", line["by"], line["name"], line["count"]).replace('"', ""));
        let expected = "event ONTASKADD 2,event ONCRMDEALADD 1,event ROBOT 1,portal a.example 3,portal b.example 1,\
            day 2026-11-22 1,day 2026-11-24 3,all null 4";
        assert_eq!(counts.collect::<Vec<_>>().join(","), expected);
        assert_eq!(lines.last().unwrap()["lag_ms"]["max"], 1500);
        assert!(named.printed(&["stats", "--subject", "DEAL_1"]).contains("\n1 event, from"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_object_is_told_and_the_others_are_printed() {
    for (named, store) in &Stores::start().await.both {
        plant_four(store).await;
        let broken = "events/date=2026-11-24/01a20cdd-0000-7000-8000-000000000000_a.example_ONTASKADD.json";
        plant_object(store, broken, b"{\"id\":").await;
        plant_object(store, "events/date=2026-11-24/notes.txt", b"").await;
        for verb in ["tail", "stats"] {
            let arguments = if verb == "stats" { vec![verb, "--lag", "--json"] } else { vec![verb] };
            let output = named.hooklog(&arguments);
            assert_eq!(output.status.code(), Some(1));
            let told = text(&output.stderr);
            assert!(
                told.contains(&format!("{broken} is no event's record: it ends too early at line 1, column 6")),
                "{told}"
            );
            assert!(told.contains("notes.txt lies among the events, but is none"), "{told}");
            assert!(text(&output.stdout).lines().count() >= 4);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tail_follows_what_comes() {
    for (named, store) in &Stores::start().await.both {
        plant_four(store).await;
        let mut tail = named.command(&["tail", "-f", "-n", "1", "--event", "ON*"]);
        let mut tail = tail.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (printed, told) = (collect(tail.stdout.take().unwrap()), collect(tail.stderr.take().unwrap()));
        wait_for("the newest", || printed.lock().unwrap().contains("ONTASKADD").then_some(()));
        plant(store, &event("2026-11-24T10:01:00Z", "a.example", "ROBOT", "1")).await;
        plant(store, &event("2026-11-24T10:01:00Z", "a.example", "ONCRMLEADADD", "1")).await;
        wait_for("what came", || printed.lock().unwrap().contains("ONCRMLEADADD").then_some(()));
        tail.kill().unwrap();
        tail.wait().unwrap();
        let costs = told.lock().unwrap().matches("$0.005 for 1000").count();
        assert_eq!(costs, usize::from(named.place.starts_with("s3:")));
        assert_eq!(printed.lock().unwrap().lines().count(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_terminal_gets_colours_and_no_line_is_wider() {
    let stores = Stores::start().await;
    let (named, store) = &stores.both[0];
    plant(store, &event("2026-11-24T10:00:00Z", &"long.".repeat(15), "ONTASKADD", "1")).await;
    let in_terminal = |environment: &[(&str, &str)], verb: &str| {
        let command = format!(
            "stty rows 24 cols 70 && {} {verb} --store {} 2>/dev/null",
            env!("CARGO_BIN_EXE_hooklog"),
            named.place
        );
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).env_remove("NO_COLOR").envs(environment.iter().copied());
        text(&script.env("TERM", "xterm-256color").stdin(Stdio::null()).output().unwrap().stdout).replace('\r', "")
    };
    assert!(in_terminal(&[], "tail").contains("\u{1b}[32mONTASKADD\u{1b}[0m"));
    for verb in ["tail", "stats"] {
        let plain = in_terminal(&[("NO_COLOR", "1")], verb);
        assert!(!plain.contains('\u{1b}') && plain.contains("long.long.") && plain.contains('…'), "{plain:?}");
        assert!(plain.lines().all(|line| line.chars().count() <= 70), "{plain}");
    }
    assert!(named.printed(&["tail"]).contains(&"long.".repeat(15)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_none_is_told_with_the_remedy() {
    let stores = Stores::start().await;
    let nowhere = Named::folder(&stores.folder.path().join("nowhere"));
    for verb in ["tail", "stats"] {
        let output = nowhere.hooklog(&[verb]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("nowhere is no folder: say where the events are with --store"));
    }
    let mut no_bucket = Named::s3(&stores.server);
    no_bucket.place = "s3://another-bucket".into();
    let output = no_bucket.hooklog(&["tail"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("NoSuchBucket") && told.contains("See that --store names the bucket"), "{told}");
    for wrong in [&["tail", "--since", "soon"][..], &["tail", "--format", "xml"], &["stats", "--nonsense"], &["show"]] {
        assert_eq!(nowhere.hooklog(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_early_is_no_error() {
    let stores = Stores::start().await;
    let (named, store) = &stores.both[0];
    for _ in 0..200 {
        plant_four(store).await;
    }
    let mut tail = named.command(&["tail", "-n", "1000", "--format", "print_r"]);
    let mut tail = tail.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(tail.stdout.take());
    let output = tail.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
}
