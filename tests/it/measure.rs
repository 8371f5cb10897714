//! What looking costs: time, memory and calls of S3 over many events. `LOOK_EVENTS=100000 cargo test --test it measure
//! -- --nocapture` prints the figures.

use std::process::{Command, Stdio};
use std::time::Instant;

use hooklog::record::EventKey;

use crate::support::command::Named;
use crate::support::many::{ManyS3, keys, record};
use crate::support::peak;
use crate::support::s3;

/// More files would take minutes to make: then only S3 is measured.
const FILES_MAX: usize = 100_000;

#[expect(clippy::disallowed_methods, reason = "how long to measure is the caller's to say")]
fn events() -> usize {
    std::env::var("LOOK_EVENTS").map_or(3_000, |events| events.parse().unwrap())
}

/// Runs a verb; gives how many lines it printed, and the most memory that it had in kB.
fn run(mut command: Command) -> (usize, u64) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let printed = crate::support::collect(child.stdout.take().unwrap());
    let (code, peak) = peak::wait(&mut child);
    assert!(code.success());
    let lines = crate::support::wait_for("the output's end", || {
        (std::sync::Arc::strong_count(&printed) == 1).then(|| printed.lock().unwrap().lines().count())
    });
    (lines, peak)
}

/// Measures one verb on one store; checks what it may cost.
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn measure(
    named: &Named,
    arguments: &[&str],
    lines: usize,
    calls: impl Fn() -> (usize, usize),
    most: (usize, usize),
) -> u64 {
    calls();
    let started = Instant::now();
    let (printed, peak) = run(named.command(arguments));
    let (took, (lists, gets)) = (started.elapsed().as_millis(), calls());
    let place = if named.place.starts_with("s3:") { "S3" } else { "folder" };
    println!("| {place} | {} | {took} ms | {} MB | {lists} | {gets} |", arguments.join(" "), peak / 1024);
    assert_eq!(printed, lines, "{arguments:?}");
    assert!(lists <= most.0 && gets <= most.1, "{arguments:?}: {lists} LIST, {gets} GET");
    assert!(peak < 100 * 1024, "{arguments:?}: {peak} kB");
    peak
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_costs_what_it_must_and_no_more() {
    /// A key alone has more.
    const BYTES_OF_AN_EVENT_MAX: u64 = 100;
    let few = look(events()).await;
    let many = look(8 * events()).await;
    for ((verb, few), (_, many)) in few.iter().zip(&many) {
        let bytes = many.saturating_sub(*few) * 1024 / (7 * events() as u64);
        println!("{verb}: {bytes} bytes for each event more");
        assert!(bytes < BYTES_OF_AN_EVENT_MAX, "{verb}: {few} kB, then {many} kB");
    }
}

/// Looks at so many events; gives the most memory that each verb had, in kB.
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
async fn look(events: usize) -> Vec<(String, u64)> {
    let mut peaks = Vec::new();
    let last = "2026-11-24T11:59:59Z".parse().unwrap();
    let keys = keys(events, last);
    let folder = tempfile::tempdir().unwrap();
    let files = if events > FILES_MAX { &[] } else { &keys[..] };
    for key in files {
        let path = folder.path().join(key);
        if !path.parent().unwrap().exists() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        }
        std::fs::write(path, record(key)).unwrap();
    }
    let pages = events.div_ceil(1000);
    let minute = EventKey::start("2026-11-24T11:59:00Z".parse().unwrap());
    let minute_events = keys.len() - keys.partition_point(|key| *key < minute);
    let many = ManyS3::start(keys).await;
    let s3 = Named { place: format!("s3://{}", s3::BUCKET), environment: s3::environment(&many.endpoint).to_vec() };
    println!("{events} events in a day\n| store | verb | time | peak memory | LIST | GET |\n|---|---|---|---|---|---|");
    let none: fn() -> (usize, usize) = || (0, 0);
    let on_disk = Named::folder(folder.path());
    let both = [&s3, &on_disk];
    for named in if events > FILES_MAX { &both[..1] } else { &both[..] } {
        let calls = || if named.place.starts_with("s3:") { many.take_calls() } else { none() };
        let mut peak = |named: &Named, arguments: &[&str], lines, calls, most| {
            let peak = measure(named, arguments, lines, calls, most);
            peaks.push((format!("{} of {}", arguments.join(" "), named.place), peak));
        };
        // 5 codes, 2 portals, 2 days and all.
        peak(named, &["stats", "--json"], 10, calls, (pages + 1, 0));
        let newest = events.min(20);
        // The search goes back from now, by then in long steps: the last event came some time ago.
        peak(named, &["tail", "--json"], newest, calls, (20 + pages, newest));
        let since = ["tail", "--json", "-n", "1000000", "--since", "2026-11-24T11:59:00Z"];
        peak(named, &since, minute_events, calls, (20 + minute_events / 1000, minute_events));
        peak(named, &["stats", "--json", "--since", "2026-11-24T11:00:00Z"], 9, calls, (pages / 20 + 2, 0));
    }
    peaks
}
