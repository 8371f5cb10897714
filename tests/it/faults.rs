//! Every fault of the store, once and for ever, with the overflow there and with the overflow down too: an answer within
//! 4 s, and the event in exactly one place, or 503.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hooklog::overflow::{Message, Overflow, drain};
use hooklog::receive::{Answer, Outcome, Receiver, Request};
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
    overflow: &'static str,
}

/// An overflow of one kind, and what waits in it.
enum Waiting {
    Folder(PathBuf),
    Queue(String),
}

struct Outcomes {
    answer: u16,
    outcome: &'static str,
    took: Duration,
    place: &'static str,
}

pub fn receiver(store: Store, overflow: Option<Overflow>) -> Receiver {
    Receiver::new(samples::tokens().parse().unwrap(), store, overflow, 1 << 20)
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

async fn run(case: &Case, moto: &Moto) -> Outcomes {
    let s3 = FaultyS3::start(Some((case.fault, case.times))).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let nobody = FaultyS3::start(Some((Fault::Refused, Times::ForEver))).await.endpoint;
    let (overflow, waiting) = match case.overflow {
        "folder" => in_folder(folder.path().join("overflow")),
        "folder, down" => in_folder(folder.path().join("file/overflow")),
        queue => {
            let url = moto.queue(&format!("queue-{}", name(&rand()))).await;
            let endpoint = if queue == "SQS" { &moto.endpoint } else { &nobody };
            (moto::overflow(endpoint, &url), Waiting::Queue(url))
        }
    };
    let receiver = receiver(s3::store(&s3.endpoint), Some(overflow));
    let (answer, outcome, took) = send(&receiver, FORM, None).await;

    // Once all is well again, what waits is moved, and the event is there once.
    let is_back = !(case.fault == Fault::Refused && case.times == Times::ForEver);
    s3.order(None);
    let waited = empty(&waiting, is_back.then_some(&receiver.store), moto).await;
    let kept = files(&s3.bucket_folder());
    kept.iter().for_each(|(key, json)| drop(record::check(key, json)));
    let place = match (kept.len(), waited, is_back) {
        (1, 0, _) => "store",
        (1, 1, true) => "store, after the overflow",
        (0, 1, false) => "overflow",
        (0, 0, _) => "nowhere",
        other => panic!("{}: {other:?}", case.name),
    };
    Outcomes { answer: answer.status, outcome, took, place }
}

fn in_folder(path: PathBuf) -> (Overflow, Waiting) {
    (Overflow::Folder(Folder::new(&path)), Waiting::Folder(path))
}

fn name(random: &[u8]) -> String {
    hex::encode(random)
}

/// Moves what waits into the store, if there is one; gives the number of records that waited.
async fn empty(waiting: &Waiting, store: Option<&Store>, moto: &Moto) -> usize {
    match (waiting, store) {
        (Waiting::Folder(path), None) => files(path).len(),
        (Waiting::Folder(path), _) if files(path).is_empty() => 0,
        (Waiting::Folder(path), Some(store)) => {
            let drained = drain(&Folder::new(path), store).await;
            assert!(drained.stopped.is_none() && files(path).is_empty(), "{drained:?}");
            drained.moved
        }
        (Waiting::Queue(url), store) => {
            let messages = moto.messages(url).await;
            for message in &messages {
                let (key, json) = Message::read(message).unwrap();
                if let Some(store) = store {
                    store.put_new(&key, json.into(), "application/json").await.unwrap();
                }
            }
            messages.len()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_the_store_loses_an_event_unsaid() {
    let moto = Moto::start();
    let mut cases = Vec::new();
    for (name, fault) in ALL {
        for times in [Times::Once, Times::ForEver] {
            let overflows = ["folder", "folder, down", "SQS", "SQS, down"];
            cases.extend(overflows.map(|overflow| Case { name, fault, times, overflow }));
        }
    }
    let mut outcomes = Vec::new();
    for some in cases.chunks(12) {
        outcomes.extend(join_all(some.iter().map(|case| run(case, &moto))).await);
    }
    let mut table = String::from(
        "| fault of S3 | how often | overflow | answer | outcome | the event is in |\n|---|---|---|---|---|---|\n",
    );
    let mut longest = Duration::ZERO;
    for (case, outcomes) in cases.iter().zip(&outcomes) {
        let Case { name, overflow, .. } = case;
        let times = if case.times == Times::Once { "once" } else { "for ever" };
        let Outcomes { answer, outcome, took, place } = outcomes;
        writeln!(table, "| {name} | {times} | {overflow} | {answer} | {outcome} | {place} |").unwrap();
        println!("{name:<26} {times:<9} {overflow:<13} {answer} {outcome:<10} {:>5} ms  {place}", took.as_millis());
        longest = longest.max(*took);
        assert!(*took < ANSWER_MAX, "{name}: {took:?}");
        match *outcome {
            "lost" => assert!(*answer == 503 && overflow.ends_with("down"), "{name}"),
            _ => assert!(*answer == 200 && *place != "nowhere", "{name}"),
        }
    }
    println!("{} events, the longest answer took {} ms", cases.len(), longest.as_millis());
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
            let (key, json) = Message::read(&text).unwrap();
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
        println!("S3 slow, and SQS: {name:<26} {} ms", took.as_millis());
    };
    join_all(ALL.iter().map(check)).await;
}
