//! Every fault of the store, once and for ever, with the overflow there and with the overflow down too: an answer within
//! 4 s, and the event in exactly one place, or 503.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hooklog::form::Limits;
use hooklog::overflow::{Overflow, drain};
use hooklog::receive::{Answer, Outcome, Quota, Receiver, Request};
use hooklog::record::Receipt;
use hooklog::store::{Folder, Store};
use jiff::Timestamp;

use crate::support::faults::{ALL, Fault, FaultyS3, Times};
use crate::support::moto::{self, Moto};
use crate::support::samples::{self, URL_TOKEN};
use crate::support::{files, record, s3};

const FORM: &[u8] = b"event=ONTASKADD&data[ID]=1&ts=1670179131&auth[domain]=example.bitrix24.ru";
/// The table in the documents, which the run must confirm. Times vary from run to run, so they are only bounded.
const DOCUMENTED: &str = include_str!("../../docs/faults.md");
const ANSWER_MAX: Duration = Duration::from_secs(4);

struct Case {
    name: &'static str,
    fault: Fault,
    times: Times,
    overflow_is_up: bool,
}

struct Outcomes {
    answer: u16,
    outcome: &'static str,
    took: Duration,
    place: &'static str,
}

pub fn receiver(store: Store, overflow: Option<Overflow>) -> Receiver {
    Receiver {
        tokens: samples::tokens().parse().unwrap(),
        store,
        overflow,
        rejections: Quota::default(),
        body_bytes_max: 1 << 20,
        limits: Limits::default(),
    }
}

/// Sends one event; gives the answer, the word for the outcome, and the time it took.
pub async fn send(receiver: &Receiver, body: &[u8], deadline: Option<Duration>) -> (Answer, &'static str, Duration) {
    let path = format!("/{URL_TOKEN}");
    let request = Request { method: "POST", path: &path, query: b"", content_type: None, body };
    let started = Instant::now();
    let mut receipt = Receipt::new(now(), rand());
    receipt.deadline = deadline.map(|deadline| started + deadline);
    let received = receiver.receive(&request, &receipt).await;
    let outcome = match &received.outcome {
        Outcome::Stored(_) => "stored",
        Outcome::Overflowed(..) => "overflowed",
        Outcome::Lost(_) => "lost",
        other => panic!("{other:?}"),
    };
    (Answer::from(&received.outcome), outcome, started.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "a test is a door")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

pub fn rand() -> [u8; 10] {
    let mut random = [0; 10];
    getrandom::fill(&mut random).unwrap();
    random
}

async fn run(case: &Case) -> Outcomes {
    let s3 = FaultyS3::start(Some((case.fault, case.times))).await;
    let waiting = tempfile::tempdir().unwrap();
    let folder: PathBuf = waiting.path().join(if case.overflow_is_up { "overflow" } else { "file/overflow" });
    std::fs::write(waiting.path().join("file"), "").unwrap();
    let overflow = Folder::new(&folder);
    let receiver = receiver(s3::store(&s3.endpoint), Some(Overflow::Folder(overflow.clone())));
    let (answer, outcome, took) = send(&receiver, FORM, None).await;

    // Once all is well again, what waits is moved, and the event is there once.
    let waited = files(&folder).len();
    if waited > 0 && case.fault != Fault::Refused {
        s3.order(None);
        let drained = drain(&overflow, &receiver.store).await;
        assert!(drained.stopped.is_none(), "{}: {drained:?}", case.name);
    }
    let kept = files(&s3.bucket_folder());
    kept.iter().for_each(|(key, json)| drop(record::check(key, json)));
    let place = match (kept.len(), files(&folder).len(), waited) {
        (1, 0, 0) => "store",
        (1, 0, 1) => "store, after the overflow",
        (0, 1, 1) => "overflow",
        (0, 0, 0) => "nowhere",
        other => panic!("{}: {other:?}", case.name),
    };
    Outcomes { answer: answer.status, outcome, took, place }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_the_store_loses_an_event_unsaid() {
    let mut cases = Vec::new();
    for (name, fault) in ALL {
        for times in [Times::Once, Times::ForEver] {
            cases.extend([true, false].map(|overflow_is_up| Case { name, fault, times, overflow_is_up }));
        }
    }
    let outcomes = join_all(cases.iter().map(run)).await;
    let mut table = String::from(
        "| fault | how often | overflow | answer | outcome | the event is in |\n|---|---|---|---|---|---|\n",
    );
    let mut longest = Duration::ZERO;
    for (case, outcomes) in cases.iter().zip(&outcomes) {
        let times = if case.times == Times::Once { "once" } else { "for ever" };
        let overflow = if case.overflow_is_up { "up" } else { "down" };
        let Outcomes { answer, outcome, took, place } = outcomes;
        writeln!(table, "| {} | {times} | {overflow} | {answer} | {outcome} | {place} |", case.name).unwrap();
        println!(
            "{:<26} {times:<9} {overflow:<5} {answer} {outcome:<10} {:>5} ms  {place}",
            case.name,
            took.as_millis()
        );
        longest = longest.max(*took);
        assert!(*took < ANSWER_MAX, "{}: {took:?}", case.name);
        match *outcome {
            "lost" => assert!(*answer == 503 && !case.overflow_is_up, "{}", case.name),
            _ => assert!(*answer == 200 && *place != "nowhere", "{}", case.name),
        }
    }
    println!("the longest answer took {} ms", longest.as_millis());
    let written = concat!(env!("CARGO_MANIFEST_DIR"), "/target/faults.md");
    std::fs::write(written, &table).unwrap();
    assert!(DOCUMENTED.contains(&table), "docs/faults.md tells another story: this run's table is in {written}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_invocation_is_answered_inside_its_deadline() {
    let s3 = FaultyS3::start(Some((Fault::Slow, Times::ForEver))).await;
    let waiting = tempfile::tempdir().unwrap();
    let overflow = Overflow::Folder(Folder::new(waiting.path()));
    let receiver = receiver(s3::store(&s3.endpoint), Some(overflow));
    let (answer, outcome, took) = send(&receiver, FORM, Some(Duration::from_millis(1500))).await;
    assert_eq!((answer.status, outcome), (200, "overflowed"));
    assert!(took < Duration::from_millis(1500), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqs_takes_what_the_store_does_not() {
    let moto = Moto::start();
    let queue = moto.queue("overflow").await;
    let s3 = FaultyS3::start(Some((Fault::Answer(503, "SlowDown"), Times::ForEver))).await;
    let receiver = receiver(s3::store(&s3.endpoint), Some(moto::overflow(&moto.endpoint, &queue)));
    let incompressible: String =
        (0..40_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    let bodies = [
        String::from_utf8(FORM.to_vec()).unwrap(),
        format!("event=X&data={}", "x".repeat(1_000_000)),
        format!("event=X&data={incompressible}"),
        "event=X&data=%EF%BF%BF%EF%BF%BE".to_owned(),
    ];
    for body in &bodies {
        let (answer, outcome, took) = send(&receiver, body.as_bytes(), None).await;
        assert_eq!((answer.status, outcome), (200, "overflowed"));
        assert!(took < ANSWER_MAX, "{took:?}");
    }
    s3.order(None);
    let mut moved = 0;
    while let texts = moto.messages(&queue).await
        && !texts.is_empty()
    {
        for text in texts {
            let (key, json) = hooklog::overflow::Message::read(&text).unwrap();
            record::check(&key, &json);
            receiver.store.put_new(&key, json.into(), "application/json").await.unwrap();
            moved += 1;
        }
    }
    assert_eq!(moved, bodies.len());
    assert_eq!(files(&s3.bucket_folder()).len(), bodies.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_fails_too_is_said_in_time() {
    let moto = Moto::start();
    let queue = moto.queue("overflow").await;
    let check = async |(name, fault): &(&'static str, Fault)| {
        // This server answers anything but S3's calls with an error of its own, and the faults come before that.
        let [s3, sqs] = [Fault::Slow, *fault].map(|fault| FaultyS3::start(Some((fault, Times::ForEver))));
        let (s3, sqs) = (s3.await, sqs.await);
        let receiver = receiver(s3::store(&s3.endpoint), Some(moto::overflow(&sqs.endpoint, &queue)));
        let (answer, outcome, took) = send(&receiver, FORM, None).await;
        assert_eq!((answer.status, outcome), (503, "lost"), "{name}");
        assert!(took < ANSWER_MAX, "{name}: {took:?}");
    };
    join_all(ALL.iter().map(check)).await;
}
