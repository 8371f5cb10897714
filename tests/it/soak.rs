//! A load of mixed events through `serve` while the store fails now and then, and the sum at the end.
//!
//! `SOAK_SECONDS=180 cargo test --test it soak -- --nocapture` runs the long one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::faults::{ALL, Fault, FaultyS3, Times};
use crate::support::s3::{ACCESS_KEY, BUCKET, SECRET_KEY};
use crate::support::samples::{self, Sample, URL_TOKEN};
use crate::support::serve::Serve;
use crate::support::{client, files, record, wait_for};

const SEED: u64 = 20_261_124;
const CLIENTS: u64 = 12;

/// What one client was answered: the ids of kept events, and how often each other status.
#[derive(Default)]
struct Answers {
    ids: Vec<String>,
    others: BTreeMap<u16, u64>,
    longest: Duration,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_with_faults_coming_and_going_adds_up() {
    let seconds = option_env_or(5);
    let s3 = FaultyS3::start(None).await;
    let folder = tempfile::tempdir().unwrap();
    let overflow = folder.path().join("overflow");
    let environment = [
        ("HOOKLOG_OVERFLOW", overflow.to_str().unwrap()),
        ("AWS_ENDPOINT_URL_S3", &s3.endpoint),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_REGION", "eu-central-1"),
    ];
    let serve = Serve::start_at(&format!("s3://{BUCKET}"), &samples::tokens(), &environment);
    let is_over = Arc::new(AtomicBool::new(false));
    let address = serve.address().to_owned();
    let clients: Vec<_> =
        (0..CLIENTS).map(|seed| tokio::spawn(load(address.clone(), SEED + seed, Arc::clone(&is_over)))).collect();

    let mut random = fastrand::Rng::with_seed(SEED);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        let (_, fault) = ALL[random.usize(1..ALL.len())];
        let order = [None, Some((fault, Times::Once)), Some((fault, Times::ForEver))][random.usize(0..3)];
        s3.order(order.filter(|(fault, _)| *fault != Fault::Refused));
        tokio::time::sleep(Duration::from_millis(random.u64(50..600))).await;
    }
    s3.order(None);
    is_over.store(true, Ordering::Relaxed);
    let mut sum = Answers::default();
    for client in clients {
        let answers = client.await.unwrap();
        sum.ids.extend(answers.ids);
        sum.longest = sum.longest.max(answers.longest);
        answers.others.into_iter().for_each(|(status, count)| *sum.others.entry(status).or_default() += count);
    }
    wait_for("the overflow to be moved", || files(&overflow).is_empty().then_some(()));

    let mut kept = BTreeMap::new();
    for (key, json) in files(&s3.bucket_folder()).iter().filter(|(key, _)| key.starts_with("events/")) {
        *kept.entry(record::check(key, json)["id"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    let refused: u64 = sum.others.values().sum();
    let sent = sum.ids.len() as u64 + refused;
    let overflowed = serve.printed().matches(r#""outcome":"overflowed""#).count();
    println!(
        "{seconds} s: {sent} sent = {} kept ({overflowed} by way of the overflow) + {refused} refused {:?}; \
         {} events in the store; longest answer {} ms",
        sum.ids.len(),
        sum.others,
        kept.len(),
        sum.longest.as_millis()
    );
    assert!(sum.ids.iter().all(|id| kept.get(id) == Some(&1)), "an event is lost or doubled");
    assert_eq!(kept.len(), sum.ids.len(), "an event is there that was never answered 200");
    assert!(sum.others.keys().all(|status| [403, 415].contains(status)), "{:?}", sum.others);
    assert!(sum.longest < Duration::from_secs(4), "{:?}", sum.longest);
}

async fn load(address: String, seed: u64, is_over: Arc<AtomicBool>) -> Answers {
    let mut random = fastrand::Rng::with_seed(seed);
    let samples = samples::all();
    let client = client();
    let mut answers = Answers::default();
    while !is_over.load(Ordering::Relaxed) {
        let sample: &Sample = &samples[random.usize(0..samples.len())];
        let url_token = if random.u8(0..10) == 0 { "wrong" } else { URL_TOKEN };
        let url = format!("http://{address}{}", sample.target(url_token));
        let request = client.post(url).header("content-type", &sample.content_type).body(sample.body.clone());
        let started = Instant::now();
        let answer = request.send().await.unwrap();
        answers.longest = answers.longest.max(started.elapsed());
        if answer.status() == 200 {
            let answer: Value = answer.json().await.unwrap();
            answers.ids.push(answer["id"].as_str().unwrap().to_owned());
        } else {
            *answers.others.entry(answer.status().as_u16()).or_default() += 1;
        }
    }
    answers
}

#[expect(clippy::disallowed_methods, reason = "a test is a door")]
fn option_env_or(seconds: u64) -> u64 {
    std::env::var("SOAK_SECONDS").map_or(seconds, |seconds| seconds.parse().unwrap())
}
