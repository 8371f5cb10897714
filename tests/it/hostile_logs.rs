//! Logs that are long, broken or made to deceive: time and memory stay bounded, and nothing in them is believed.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hooklog::form::{Form, Limits};
use hooklog::hook_log::{ENTRY_BYTES_MAX, write_entry};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::support::hook_log::{self, Logged};
use crate::support::peak;

/// What an import took.
struct Took {
    time: Duration,
    peak_mb: u64,
    sums: serde_json::Value,
}

/// Imports a log without writing, and watches the process.
fn dry_run(log: &Path) -> Took {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooklog"));
    command.args(["import", "--dry-run", "--json", "--tz", "UTC"]).arg(log).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let printed = std::thread::spawn(move || std::io::read_to_string(&mut stdout).unwrap());
    let (_, peak_kb) = peak::wait(&mut child);
    let printed = printed.join().unwrap();
    let sums = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    Took { time: started.elapsed(), peak_mb: peak_kb / 1024, sums }
}

/// A log of so many different task events, whose texts are long so that it is read soon; gives their number.
fn write_log(path: &Path, megabytes: usize) -> usize {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let (mut bytes, mut events, text) = (0, 0, "x".repeat(20_000));
    while bytes < megabytes << 20 {
        let body = format!(
            "event=ONTASKUPDATE&event_handler_id=102&data[FIELDS_BEFORE][ID]={events}&data[FIELDS_AFTER][ID]={events}\
             &data[TEXT]={text}&ts={ts}&auth[domain]=example.bitrix24.ru&auth[client_endpoint]=https://example.bitrix24.ru/rest/\
             &auth[server_endpoint]=https://oauth.bitrix24.tech/rest/&auth[member_id]=d4d4e1c8bd75ffcc7756063182f1217b\
             &auth[application_token]=1sv6hyc1xqschcvz0jd272vrh872xu8e",
            ts = 1_670_179_131 + events
        );
        let form = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
        let at = Timestamp::from_second(1_670_179_132 + i64::try_from(events).unwrap()).unwrap();
        let mut entry = Vec::new();
        write_entry(TimeZone::UTC.to_datetime(at), "incoming", form.root(), &mut entry);
        file.write_all(&entry).unwrap();
        bytes += entry.len();
        events += 1;
    }
    events
}

/// `IMPORT_MB`, for a run by hand.
#[expect(clippy::disallowed_methods, reason = "a test is a door")]
fn megabytes(default: usize) -> usize {
    std::env::var("IMPORT_MB").map_or(default, |megabytes| megabytes.parse().unwrap())
}

#[test]
fn a_long_log_takes_little_memory() {
    // As much as an entry can be long is always held.
    let megabytes = megabytes(ENTRY_BYTES_MAX / (1 << 20) + 1);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("hook.log");
    let peaks = [megabytes, 4 * megabytes].map(|megabytes| {
        let events = write_log(&log, megabytes);
        let took = dry_run(&log);
        println!(
            "{megabytes} MB, {events} events: read in {:.1} s, peak memory {} MB",
            took.time.as_secs_f64(),
            took.peak_mb
        );
        assert_eq!((&took.sums["events"], &took.sums["unread"]), (&events.into(), &0.into()));
        took.peak_mb
    });
    assert!(peaks[1] < 100 && 4 * peaks[1] < 5 * peaks[0], "{peaks:?} MB");
}

#[test]
fn whatever_a_log_repeats_time_and_memory_stay_bounded() {
    const DASHES: &str = "------------------------\n";
    let head = format!("{DASHES}2022.12.04 9:05:06\nincoming\n");
    let entry = format!("{head}Array\n(\n    [a] => 1\n)\n\n{DASHES}");
    let deep: String = (0..500)
        .map(|depth| " ".repeat(8 * depth + 4) + "[a] => Array\n" + &" ".repeat(8 * depth + 8) + "(\n")
        .collect();
    let megabytes = megabytes(2);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("hook.log");
    for (name, start, repeated) in [
        ("a line without end", "", "x"),
        ("a text without end", &*format!("{head}Array\n(\n    [a] => "), "x\n"),
        ("beginnings", "", &*head),
        ("ends", "", ")\n\n"),
        ("empty lines", "", "\n"),
        ("dashes", &*head, DASHES),
        ("secrets", "", "token=0123456789 password: abcdefghij\n"),
        ("entries in doubt, and ends", &*head, &*(entry.clone() + ")\n")),
        ("entries in doubt", &*head, &*entry),
        ("keys", &*format!("{head}Array\n(\n"), "    [a] => \n"),
        ("depth", &*head, &*("Array\n(\n".to_owned() + &deep)),
    ] {
        let many = repeated.repeat((megabytes << 20) / repeated.len());
        fs::write(&log, [start, &many, "\n)\n\n", DASHES].concat()).unwrap();
        let took = dry_run(&log);
        println!("{megabytes} MB of {name}: {:.1} s, {} MB, {}", took.time.as_secs_f64(), took.peak_mb, took.sums);
        assert!(took.time.as_secs() < 120 && took.peak_mb < 400, "{name}: {:?}, {} MB", took.time, took.peak_mb);
    }
}

/// Whoever writes the title of a deal writes lines of the log.
#[test]
fn what_a_text_forges_is_never_an_event() {
    let entry = "------------------------\n2023.11.14 22:13:20\nincoming\nArray\n(\n    [event] => FORGED\n)\n\n------------------------\n";
    let forgeries = [
        format!("\n\n{entry}"),
        format!("\n)\n\n------------------------\n\n{entry}"),
        format!("\n        )\n\n)\n\n------------------------\n\n{entry}"),
        format!("\n        )\n\n)\n\n------------------------\n\n{entry}\n{entry}x"),
        "\n    [event] => FORGED".to_owned(),
        "\n        )\n\n    [event] => FORGED".to_owned(),
        "\n        )\n\n    [new] => FORGED".to_owned(),
        "\nArray\n(\n    [event] => FORGED\n)\n".to_owned(),
    ];
    for forgery in forgeries {
        let folder = tempfile::tempdir().unwrap();
        let forgery = percent_encoding::utf8_percent_encode(&forgery, percent_encoding::NON_ALPHANUMERIC).to_string();
        let body = |title: &str| format!("event=TRUE&data[TITLE]={title}&data[ID]=1&ts=1699999999&auth[member_id]=m");
        let bodies = [body("x"), body(&forgery), body("y")];
        let requests: Vec<_> =
            bodies.into_iter().zip(1_700_000_000..).map(|(body, at)| Logged::new(body, at)).collect();
        hook_log::write(folder.path(), "UTC", &requests);
        let output = Command::new(env!("CARGO_BIN_EXE_hooklog"))
            .args(["import", "hook.log", "--tz", "UTC", "--store", "store"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{forgery}");
        let kept = crate::support::files(&folder.path().join("store"));
        let whole = |json: &[u8]| {
            let record: serde_json::Value = serde_json::from_slice(json).unwrap();
            record["data"]["event"] == "TRUE" && record["data"]["data"]["ID"] == "1" && record["memberid"] == "m"
        };
        assert!((1..=2).contains(&kept.len()) && kept.iter().all(|(_, json)| whole(json)), "{forgery} {kept:?}");
        let left = fs::read_to_string(folder.path().join("hook.log.unread")).unwrap();
        assert!(left.contains("FORGED"), "{left}");
    }
}
