//! Events come back out: as they are kept, as PHP would have logged them, and as a table.

use std::path::Path;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hooklog::form::{Form, Limits, build_query};
use hooklog::hook_log::{Part, Reader, write_entry};
use hooklog::record::Kept;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::support::command::{Named, hooklog, run, text};
use crate::support::files;
use crate::support::hook_log::{self, Logged};
use crate::support::s3::S3Server;
use crate::support::samples;

const NOW: i64 = 1_700_000_000;

/// All samples as the receiver keeps them.
fn demo(folder: &Path) -> Named {
    let output = hooklog(&["demo", "--keep", folder.to_str().unwrap()], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    Named::folder(folder)
}

fn events(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = files(&folder.to_owned());
    files.retain(|(key, _)| key.starts_with("events/"));
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn json_lines_carry_events_from_store_to_store_unchanged() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let store = demo(folders[0].path());
    let server = S3Server::start().await;
    let (bucket, copy) = (Named::s3(&server), Named::folder(folders[1].path()));
    for (from, to, sum) in [
        (&store, &bucket, "99 events: 99 new, 0 were there already"),
        (&bucket, &copy, "99 events: 99 new, 0 were there already"),
        (&copy, &store, "99 events: 0 new, 99 were there already"),
    ] {
        let lines = from.printed(&["export"]);
        assert_eq!(lines.lines().count(), 99);
        let output = run(to.command(&["import", "-"]), lines.as_bytes());
        assert!(text(&output.stdout).starts_with(sum), "{} {}", text(&output.stdout), text(&output.stderr));
    }
    assert_eq!(events(folders[0].path()), events(&server.bucket_folder()));
    assert_eq!(events(folders[0].path()), events(folders[1].path()));
}

#[test]
fn a_line_that_is_no_record_is_told_and_left_over_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let lines = demo(&folder.path().join("from")).printed(&["export"]);
    let line = lines.lines().find(|line| line.contains("\"application_token\":\"sha256:")).unwrap();
    let start = line.find("\"application_token\":\"").unwrap() + 21;
    let secret = [&line[..start], "0123456789abcdef", &line[start + 15..]].concat();
    let twice =
        line.replace("\"application_token\":", "\"application_token\":\"0123456789abcdef\",\"application_token\":");
    let unknown = line.replacen('{', "{\"access_token\":\"0123456789abcdef\",", 1);
    let value = "{\"data\":\"auth[access_token]=0123456789abcdef\"}";
    let lines = [line, "{\"id\":1}", "", &secret, line, &twice, &unknown, value];
    std::fs::write(folder.path().join("lines"), lines.join("\n")).unwrap();
    let mut import = Named::folder(&folder.path().join("to")).command(&["import", "lines"]);
    import.current_dir(folder.path());
    let output = run(import, b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("2 events: 1 new, 1 were there already"), "{}", text(&output.stdout));
    let told = text(&output.stderr);
    assert!(
        told.starts_with("lines:2: this is no event's record: a member is missing or malformed at line 1, column 7\n"),
        "{told}"
    );
    assert!(told.contains("\nlines:4: a secret in it was not replaced by its digest\n"), "{told}");
    assert!(told.contains("\nlines:6: a member stands in it twice\n"), "{told}");
    assert!(told.contains("\nlines:7: a member in it is none that hooklog writes\n"), "{told}");
    assert!(told.contains("\nlines:8: this is no event's record: ") && !told.contains("0123456789abcdef"), "{told}");
    let left = std::fs::read_to_string(folder.path().join("lines.unread")).unwrap();
    assert_eq!(left.lines().count(), 5);
    assert!(!left.contains("0123456789abcdef"), "{left}");
}

/// The only difference is the secrets, so PHP logs the forms without them.
#[test]
fn a_hook_log_is_byte_for_byte_what_php_writes_and_comes_in_again() {
    for zone in ["UTC", "America/St_Johns"] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Named::folder(&folder.path().join(name));
        let requests: Vec<_> = samples::all().iter().zip(NOW..).map(|(sample, at)| sample_log(sample, at)).collect();
        hook_log::write(folder.path(), zone, &requests);
        let log = folder.path().join("hook.log").to_str().unwrap().to_owned();
        at("store").printed(&["import", &log, "--tz", zone]);
        let exported = at("store").printed(&["export", "--format", "hook.log", "--tz", zone]);
        std::fs::remove_file(&log).unwrap();

        let kept = events(&folder.path().join("store"));
        let redacted: Vec<_> = kept.iter().map(|(_, json)| redacted_log(json)).collect();
        hook_log::write(folder.path(), zone, &redacted);
        assert_eq!(exported, std::fs::read_to_string(&log).unwrap());

        let again = at("store").printed(&["import", &log, "--tz", zone]);
        assert!(again.contains(&format!(": 0 new, {} were there already", kept.len())), "{again}");
        at("copy").printed(&["import", &log, "--tz", zone]);
        let data =
            |(key, json): (String, Vec<u8>)| (key, serde_json::from_slice::<Value>(&json).unwrap()["data"].clone());
        let data = |store: &str| events(&folder.path().join(store)).into_iter().map(data).collect::<Vec<_>>();
        assert_eq!(data("copy"), data("store"));
    }
}

fn sample_log(sample: &samples::Sample, at: i64) -> Logged {
    let query = sample.path_and_query.split_once('?').map_or("", |(_, query)| query);
    Logged { query: query.into(), ..Logged::new(sample.body.as_str(), at) }
}

fn redacted_log(json: &[u8]) -> Logged {
    let kept = Kept::read(json).unwrap();
    Logged::new(build_query(kept.request().unwrap().root()), kept.receivedtime.as_second())
}

#[test]
fn what_the_receiver_kept_is_exported_as_php_would_have_logged_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = demo(&folder.path().join("store"));
    let exported = store.printed(&["export", "--format", "hook.log", "--tz", "Asia/Kathmandu"]);
    let redacted: Vec<_> = events(&folder.path().join("store")).iter().map(|(_, json)| redacted_log(json)).collect();
    assert_eq!(redacted.len(), 99);
    hook_log::write(folder.path(), "Asia/Kathmandu", &redacted);
    assert_eq!(exported.as_bytes(), std::fs::read(folder.path().join("hook.log")).unwrap());
}

/// Every form of which PHP's own answer is recorded, logged by PHP; what is read of it is what was logged.
#[test]
fn any_form_is_logged_as_php_does_and_read_back_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut requests, mut logs) = (Vec::new(), Vec::new());
    let (mut read, mut refused) = (0, Vec::new());
    for line in include_str!("../../data/conformance.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let input = |name: &str| match line[format!("{name}_b64")].as_str() {
            Some(base64) => BASE64_STANDARD.decode(base64).unwrap(),
            None => line[name].as_str().unwrap().into(),
        };
        let parse = |input: &[u8]| Form::parse(input, &Limits::default());
        let (query, body) = (input("query"), input("body"));
        // `parse_str`, which stands for a request here, ends at a bare NUL; a request does not.
        if query.contains(&0) || body.contains(&0) {
            continue;
        }
        // PHP drops what is too deep; hooklog refuses it.
        let (Ok(query_form), Ok(body_form)) = (parse(&query), parse(&body)) else { continue };
        let form = Form::merge(query_form, &body_form).unwrap();
        let mut log = Vec::new();
        write_entry(TimeZone::UTC.to_datetime(Timestamp::from_second(NOW).unwrap()), "incoming", form.root(), &mut log);
        match Reader::new(&*log).next_part().unwrap().unwrap() {
            Part::Entry(entry) => {
                assert!(entry.request.root() == form.root(), "{}", line["id"]);
                read += 1;
            }
            Part::Unread(unread) => refused.push(format!("{}: {}", line["id"], unread.reason)),
        }
        requests.push(Logged { query, ..Logged::new(body, NOW) });
        logs.push(log);
    }
    hook_log::write(folder.path(), "UTC", &requests);
    let php = std::fs::read(folder.path().join("hook.log")).unwrap();
    let mut rest = &php[..];
    for (log, request) in logs.iter().zip(&requests) {
        let (entry, after) = rest.split_at(log.len().min(rest.len()));
        let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
        assert_eq!(show(log), show(entry), "{} & {}", show(&request.query), show(&request.body));
        rest = after;
    }
    assert!(rest.is_empty());
    println!("{read} of {} logged forms read back, not {}", requests.len(), refused.join("\n"));
    assert!(read > 1700 && refused.len() < 30, "{refused:?}");
}

#[test]
fn an_export_can_be_narrowed_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let store = demo(folder.path());
    let csv = store.printed(&["export", "--format", "csv", "--event", "ONTASK*", "--portal", "example.*"]);
    assert!(csv.starts_with("id,receivedtime,time,type,source,memberid,subject,tokenname,contenthash,"), "{csv}");
    let lines = store.printed(&["export", "--json", "--event", "ONTASK*", "--portal", "example.*"]);
    assert!(lines.lines().count() > 3 && lines.lines().all(|line| line.contains("\"bitrix24.ONTASK")));
    assert_eq!(csv.matches("\r\n").count(), lines.lines().count() + 1);
    assert_eq!(store.printed(&["export", "--since", "2999-01-01"]), "");
    assert_eq!(store.hooklog(&["export", "--format", "xml"]).status.code(), Some(2));
    let (key, _) = events(folder.path()).remove(0);
    std::fs::write(folder.path().join(&key), "{").unwrap();
    let broken = store.hooklog(&["export"]);
    assert_eq!((broken.status.code(), text(&broken.stdout).lines().count()), (Some(1), 98));
    assert!(text(&broken.stderr).contains(&key), "{}", text(&broken.stderr));
}
