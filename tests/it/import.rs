//! An old `hook.log` moves in: written by real PHP, read by the real binary.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::command::{command, run, text};
use crate::support::hook_log::{self, Logged};
use crate::support::s3::S3Server;
use crate::support::samples::{self, Sample};
use crate::support::{files, record};

const NOW: i64 = 1_700_000_000;

/// Runs `hooklog` in a folder.
fn hooklog(folder: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Output {
    let mut command = command(arguments, environment);
    command.current_dir(folder);
    run(command, b"")
}

#[track_caller]
fn import(folder: &Path, arguments: &[&str], code: i32) -> Output {
    let output = hooklog(folder, &[&["import", "--store", "store"], arguments].concat(), &[]);
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    output
}

/// The records in the folder's store, each checked.
fn kept(folder: &Path) -> Vec<Value> {
    let mut kept = files(&folder.join("store"));
    kept.retain(|(key, _)| key.starts_with("events/"));
    kept.iter().map(|(key, json)| record::check(key, json)).collect()
}

fn forms() -> Vec<Sample> {
    let mut samples = samples::all();
    samples.retain(|sample| sample.content_type.starts_with("application/x-www-form-urlencoded"));
    samples
}

fn logged(sample: &Sample, at: i64) -> Logged {
    let query = sample.path_and_query.split_once('?').map_or("", |(_, query)| query);
    Logged { query: query.into(), ..Logged::new(sample.body.as_str(), at) }
}

/// A tree as it must be kept: by PHP's word, what stands under a secret's name as its digest, and elsewhere, too.
fn redacted(value: &Value, secrets: &BTreeSet<String>, is_secret: bool) -> Value {
    let fingerprint = |secret: &str| format!("sha256:{}", &hex::encode(Sha256::digest(secret))[..8]);
    match value {
        Value::String(text) if is_secret => fingerprint(text).into(),
        Value::String(text) => {
            secrets.iter().fold(text.clone(), |text, secret| text.replace(secret, &fingerprint(secret))).into()
        }
        Value::Array(items) if is_secret => {
            let fields: Vec<_> =
                items.iter().zip(0..).map(|(item, key)| format!("{key}={}", item.as_str().unwrap())).collect();
            fingerprint(&fields.join("&")).into()
        }
        Value::Array(items) => items.iter().map(|item| redacted(item, secrets, false)).collect(),
        Value::Object(members) => {
            let redacted =
                |(name, value): (&String, _)| (name.clone(), redacted(value, secrets, samples::is_secret(name)));
            Value::Object(members.iter().map(redacted).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn every_sample_that_php_logged_comes_in_as_it_was_in_any_time_zone() {
    for zone in ["UTC", "Europe/Moscow", "America/St_Johns", "Asia/Kathmandu"] {
        let folder = tempfile::tempdir().unwrap();
        let samples = forms();
        let requests: Vec<_> = samples.iter().zip(NOW..).map(|(sample, at)| logged(sample, at)).collect();
        hook_log::write(folder.path(), zone, &requests);
        let output = import(folder.path(), &["hook.log", "--tz", zone], 0);
        let sum =
            format!("{0} events: {0} new, 0 were there already; 0 verified by an accepted token\n", samples.len());
        assert_eq!(text(&output.stdout), sum);
        let kept = kept(folder.path());
        assert_eq!(kept.len(), samples.len());
        for ((record, sample), at) in kept.iter().zip(&samples).zip(NOW..) {
            assert_eq!(record["data"], redacted(&sample.request(), &sample.secrets(), false), "{}", sample.name);
            let received: jiff::Timestamp = record["receivedtime"].as_str().unwrap().parse().unwrap();
            assert_eq!(received.as_second(), at, "{zone}");
            assert!(record["importedfrom"].as_str().unwrap().starts_with("hook.log:"));
            assert_eq!((&record["logtitle"], record.get("tokenname")), (&"incoming".into(), None));
        }
    }
}

#[test]
fn no_secret_comes_in_with_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let samples = forms();
    let requests: Vec<_> = samples.iter().map(|sample| logged(sample, NOW)).collect();
    hook_log::write(folder.path(), "UTC", &requests);
    // Cut in the middle of each entry, all of it is left over.
    let log = std::fs::read_to_string(folder.path().join("hook.log")).unwrap();
    std::fs::write(folder.path().join("cut.log"), log.replace("\n)\n\n----", "\n)\n")).unwrap();
    import(folder.path(), &["hook.log", "--tz", "UTC"], 0);
    import(folder.path(), &["cut.log", "--tz", "UTC"], 1);
    std::fs::remove_file(folder.path().join("hook.log")).unwrap();
    std::fs::remove_file(folder.path().join("cut.log")).unwrap();
    for (name, bytes) in files(&folder.path().to_owned()) {
        for (sample, secret) in samples.iter().flat_map(|sample| sample.secrets().into_iter().map(move |s| (sample, s)))
        {
            assert!(
                memchr::memmem::find(&bytes, secret.as_bytes()).is_none(),
                "{name} has a secret of {}",
                sample.name
            );
        }
    }
}

#[test]
fn importing_twice_makes_no_doubles_and_equal_entries_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let equal = Logged::new("event=ONTASKADD&data[FIELDS_AFTER][ID]=9", NOW);
    hook_log::write(
        folder.path(),
        "UTC",
        &[equal.clone(), equal.clone(), Logged { at: NOW + 1, ..equal.clone() }, equal],
    );
    std::fs::copy(folder.path().join("hook.log"), folder.path().join("copy.log")).unwrap();
    import(folder.path(), &["hook.log", "--tz", "UTC"], 0);
    let once = kept(folder.path());
    assert_eq!(once.len(), 4);
    let again = import(folder.path(), &["hook.log", "copy.log", "--tz", "UTC"], 0);
    assert_eq!(text(&again.stdout), "8 events: 0 new, 8 were there already; 0 verified by an accepted token\n");
    assert_eq!(kept(folder.path()), once);
}

#[test]
fn an_accepted_token_in_the_log_verifies_an_event() {
    let folder = tempfile::tempdir().unwrap();
    let event = |token: &str, at| Logged::new(format!("event=X&auth[application_token]={token}"), at);
    hook_log::write(folder.path(), "UTC", &[event("right", NOW), event("wrong", NOW + 1)]);
    let arguments = ["import", "hook.log", "--tz", "UTC", "--store", "store", "--json"];
    let output = hooklog(folder.path(), &arguments, &[("HOOKLOG_TOKENS", "old=right".into())]);
    let sums: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        sums,
        serde_json::json!({"events": 2, "new": 2, "existed": 0, "verified": 1, "unread": 0, "leftover": []})
    );
    let kept = kept(folder.path());
    assert_eq!((&kept[0]["tokenname"], kept[1].get("tokenname")), (&"old".into(), None));
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_left_over_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let token = "0123456789abcdef0123456789abcdef";
    let events = ["a=1", "event=X&auth[application_token]=TOKEN&z=1", "a=2", "a=x%0A%20%20%20%20[a]%20%3D>%20y", "a=3"];
    let requests: Vec<_> = events.iter().map(|body| Logged::new(body.replace("TOKEN", token), NOW)).collect();
    hook_log::write(folder.path(), "UTC", &requests);
    let path = folder.path().join("hook.log");
    let log = std::fs::read_to_string(&path).unwrap();
    let cut = log.find("    [z] => 1").unwrap();
    let rest = cut + log[cut..].find("\n------------------------\n\n").unwrap() + 26;
    std::fs::write(&path, format!("PHP Notice: x\n{}{}", &log[..cut], &log[rest..])).unwrap();
    let output = import(folder.path(), &["hook.log", "--tz", "UTC"], 1);
    assert_eq!(text(&output.stdout), "3 events: 3 new, 0 were there already; 0 verified by an accepted token\n");
    assert_eq!(
        text(&output.stderr),
        "hook.log:1: this is no part of an entry\n\
         hook.log:13: the entry has no end before line 25: it was cut off, or a text in it quotes a log\n\
         hook.log:35: line 40 can be read in more than one way\n\
         3 parts could not be read, and are in hook.log.unread\n"
    );
    let left = std::fs::read_to_string(folder.path().join("hook.log.unread")).unwrap();
    assert!(left.starts_with("PHP Notice: x\n") && left.contains("    [a] => x\n    [a] => y\n"), "{left}");
    let digest = &hex::encode(Sha256::digest(token))[..8];
    assert!(left.contains(&format!("[application_token] => sha256:{digest}\n")) && !left.contains(token), "{left}");
}

#[test]
fn lines_of_any_other_log_are_left_over_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let log = "{\"token\":[\"x\",\"SECRET1\"],\"password\":\"one SECRET2 (SECRET3)\",\"a\":\"kept\"}\n\
               password=a(SECRET4)&x=1\n";
    std::fs::write(folder.path().join("other.log"), log).unwrap();
    for format in ["hook.log", "jsonl"] {
        import(folder.path(), &["other.log", "--tz", "UTC", "--format", format], 1);
        let left = std::fs::read_to_string(folder.path().join("other.log.unread")).unwrap();
        assert!(!left.contains("SECRET") && left.contains("kept") && left.ends_with("&x=1\n"), "{left}");
    }
}

#[test]
fn records_that_move_into_another_store_are_not_verified_again() {
    let folder = tempfile::tempdir().unwrap();
    let event = Logged::new("event=X&auth[application_token]=right", NOW);
    hook_log::write(folder.path(), "UTC", &[event]);
    let arguments = ["import", "hook.log", "--tz", "UTC", "--store", "store"];
    hooklog(folder.path(), &arguments, &[("HOOKLOG_TOKENS", "old=right".into())]);
    let lines = hooklog(folder.path(), &["export", "--store", "store", "--format", "jsonl"], &[]).stdout;
    std::fs::write(folder.path().join("lines"), lines).unwrap();
    let moved = hooklog(folder.path(), &["import", "lines", "--store", "other"], &[]);
    assert_eq!(text(&moved.stdout), "1 events: 1 new, 0 were there already\n");
    let [there, here] = ["store", "other"].map(|store| files(&folder.path().join(store)));
    assert!(there == here && String::from_utf8_lossy(&here[0].1).contains("\"tokenname\":\"old\""), "{here:?}");
}

#[test]
fn a_dry_run_tells_the_same_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    hook_log::write(folder.path(), "UTC", &[Logged::new("a=1", NOW), Logged::new("a=1%0A)", NOW)]);
    let output = import(folder.path(), &["hook.log", "--tz", "UTC", "--dry-run"], 1);
    assert_eq!(text(&output.stdout), "1 events: nothing was written; 0 verified by an accepted token\n");
    let names: Vec<_> = files(&folder.path().to_owned()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["hook.log"]);
}

#[test]
fn hours_that_the_clock_skipped_or_showed_twice_are_told() {
    let folder = tempfile::tempdir().unwrap();
    // 2023-10-29, 2:30 in summer time and an hour later in winter time.
    hook_log::write(
        folder.path(),
        "Europe/Berlin",
        &[Logged::new("a=1", 1_698_539_400), Logged::new("a=2", 1_698_543_000)],
    );
    let path = folder.path().join("hook.log");
    let skipped =
        std::fs::read_to_string(&path).unwrap() + "\n--------\n2023.03.26 2:30:00\nx\nArray\n(\n)\n\n--------\n";
    std::fs::write(&path, skipped).unwrap();
    let output = import(folder.path(), &["hook.log", "--tz", "Europe/Berlin"], 0);
    let told = |line: u8, date: &str, taken: &str| {
        format!("hook.log:{line}: the clock was changed at {date}: taken for {taken}\n")
    };
    assert_eq!(
        text(&output.stderr),
        told(2, "2023-10-29T02:30:00", "2023-10-29T00:30:00Z")
            + &told(12, "2023-10-29T02:30:00", "2023-10-29T00:30:00Z")
            + &told(22, "2023-03-26T02:30:00", "2023-03-26T01:30:00Z")
    );
    assert_eq!(kept(folder.path()).len(), 3);
}

#[test]
fn without_a_time_zone_the_machines_is_taken_and_said() {
    let folder = tempfile::tempdir().unwrap();
    hook_log::write(folder.path(), "Asia/Tokyo", &[Logged::new("a=1", NOW)]);
    let output = hooklog(folder.path(), &["import", "hook.log", "--store", "store"], &[("TZ", "Asia/Tokyo".into())]);
    assert_eq!(
        text(&output.stderr),
        "the log's dates are in Asia/Tokyo, which is this machine's time zone; --tz names another\n"
    );
    assert_eq!(kept(folder.path())[0]["receivedtime"], "2023-11-14T22:13:20.000Z");
    let wrong = hooklog(folder.path(), &["import", "hook.log", "--tz", "Moscow/Europe"], &[]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("give a name such as Europe/Moscow"), "{}", text(&wrong.stderr));
}

#[test]
fn a_log_is_never_written_over_by_what_is_left_of_it() {
    let folder = tempfile::tempdir().unwrap();
    hook_log::write(folder.path(), "UTC", &[Logged::new("a=1", NOW)]);
    let before = files(&folder.path().to_owned());
    for arguments in
        [&["import", "hook.log", "--leftover", "./hook.log"][..], &["import", "nosuch.log"], &["import", "."]]
    {
        let output = hooklog(folder.path(), &[arguments, &["--store", "store", "--tz", "UTC"]].concat(), &[]);
        assert_eq!(output.status.code(), Some(1), "{arguments:?} {}", text(&output.stderr));
    }
    assert_eq!(files(&folder.path().to_owned()), before);
}

#[test]
fn what_is_read_is_known_by_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("stdin.unread"), "not a log\n").unwrap();
    std::fs::hard_link(at("stdin.unread"), at("same")).unwrap();
    for arguments in [&["-"][..], &["-", "--leftover", "same"], &["stdin.unread", "--leftover", "same"]] {
        let mut import = command(&[&["import", "--store", "store", "--tz", "UTC"], arguments].concat(), &[]);
        let input = std::fs::File::open(at("stdin.unread")).unwrap();
        let output = import.current_dir(folder.path()).stdin(input).output().unwrap();
        let told = text(&output.stderr);
        assert!(!output.status.success() && told.contains("is to be read, and what is left"), "{arguments:?} {told}");
        assert_eq!(std::fs::read_to_string(at("same")).unwrap(), "not a log\n");
    }
}

#[test]
fn what_is_left_is_for_the_owner_only_and_follows_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("hook.log"), "not a log\n").unwrap();
    std::fs::write(at("hook.log.unread"), "left by an earlier and longer import\n").unwrap();
    std::fs::set_permissions(at("hook.log.unread"), Permissions::from_mode(0o644)).unwrap();
    import(folder.path(), &["hook.log", "--tz", "UTC"], 1);
    assert_eq!(std::fs::read_to_string(at("hook.log.unread")).unwrap(), "not a log\n");
    assert_eq!(std::fs::metadata(at("hook.log.unread")).unwrap().permissions().mode() & 0o777, 0o600);

    std::fs::write(at("victim"), "mine\n").unwrap();
    std::os::unix::fs::symlink("victim", at("link")).unwrap();
    let output = import(folder.path(), &["hook.log", "--tz", "UTC", "--leftover", "link"], 1);
    assert!(text(&output.stderr).contains("it is a link, which is not followed"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(at("victim")).unwrap(), "mine\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_moves_into_a_bucket() {
    let server = S3Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let requests: Vec<_> = (0..100).map(|n| Logged::new(format!("event=X&data[ID]={n}"), NOW + n)).collect();
    hook_log::write(folder.path(), "UTC", &requests);
    let environment = server.environment();
    for sum in ["100 events: 100 new, 0 were", "100 events: 0 new, 100 were"] {
        let store = format!("s3://{}", crate::support::s3::BUCKET);
        let output = hooklog(folder.path(), &["import", "hook.log", "--tz", "UTC", "--store", &store], &environment);
        assert!(text(&output.stdout).starts_with(sum), "{} {}", text(&output.stdout), text(&output.stderr));
    }
    let mut kept = files(&server.bucket_folder());
    kept.retain(|(key, _)| key.starts_with("events/"));
    let subjects: Vec<_> = kept.iter().map(|(key, json)| record::check(key, json)["subject"].clone()).collect();
    assert_eq!(subjects, (0..100).map(|n: u8| Value::from(n.to_string())).collect::<Vec<_>>());
}
