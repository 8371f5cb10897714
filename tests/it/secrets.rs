//! Secrets planted at random places of random forms come out nowhere: not in objects, the overflow, the log or answers.

use std::time::Duration;

use fastrand::Rng;
use hooklog::overflow::Overflow;
use hooklog::receive::{Answer, Request};
use hooklog::record::Receipt;
use hooklog::store::{Folder, Memory, Store};
use hooklog::telemetry::{Level, Log};

use crate::faults::{now, rand, receiver};
use crate::support::{files, kept};

const CASES: u64 = 600;
const SEED: u64 = 7;
const SECRET_NAMES: [&str; 9] = [
    "application_token",
    "access_token",
    "refresh_token",
    "event_token",
    "AUTH_ID",
    "REFRESH_ID",
    "client_secret",
    "password",
    "token",
];
const NAMES: [&str; 8] = ["data", "FIELDS", "0", "auth", "a.b", " x", "%FF", "%D0%AF"];

struct Case {
    query: String,
    body: String,
    path: String,
    secrets: Vec<String>,
}

/// A token such as Bitrix24 makes: 32 characters that stand nowhere else.
fn token(random: &mut Rng) -> String {
    (0..32).map(|_| char::from(*random.choice(b"abcdefghijklmnopqrstuvwxyz0123456789").unwrap())).collect()
}

fn any_case(random: &mut Rng, name: &str) -> String {
    name.chars().map(|c| if random.bool() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// A name with some levels, the last of them `last`, with brackets in any of the ways that senders write them.
fn name(random: &mut Rng, last: &str) -> String {
    let mut parts: Vec<String> = (0..random.usize(0..4)).map(|_| (*random.choice(NAMES).unwrap()).to_owned()).collect();
    parts.push(last.to_owned());
    if random.u8(0..4) == 0 {
        parts.push(["", "0", "deeper"][random.usize(0..3)].to_owned());
    }
    let [open, close] = [["[", "]"], ["%5B", "%5D"], ["%5b", "%5d"]][random.usize(0..3)];
    let mut name = parts.remove(0);
    for part in parts {
        name.push_str(open);
        name.push_str(&part);
        if random.u8(0..20) > 0 {
            name.push_str(close);
        }
    }
    name
}

fn case(random: &mut Rng, accepted: &str) -> Case {
    let url_token = if random.bool() { accepted.to_owned() } else { token(random) };
    let application_token = if random.bool() { accepted.to_owned() } else { token(random) };
    let mut secrets = vec![url_token.clone(), application_token.clone()];
    let mut halves = [Vec::new(), vec![format!("auth[application_token]={application_token}")]];
    for half in &mut halves {
        for _ in 0..random.usize(0..6) {
            let field = match random.u8(0..5) {
                0 | 1 => {
                    let secret = token(random);
                    let secret_name = random.choice(SECRET_NAMES).unwrap();
                    let secret_name = any_case(random, secret_name);
                    let field = format!("{}={secret}", name(random, &secret_name));
                    secrets.push(secret);
                    field
                }
                2 => {
                    // A token that is presented, somewhere else.
                    let repeated = random.choice([&url_token, &application_token]).unwrap().clone();
                    let last = random.choice(NAMES).unwrap();
                    match random.u8(0..4) {
                        0 => format!("{}=x{repeated}%FFy", name(random, last)),
                        1 => format!("{}=1", name(random, &repeated)),
                        2 => format!(
                            "{}={repeated}",
                            random.choice(["event", "auth[domain]", "auth[member_id]", "data[ID]"]).unwrap()
                        ),
                        _ => format!("[{last}]={repeated}"),
                    }
                }
                3 => format!("{}=%FF%00+value", name(random, "plain")),
                _ => (*random
                    .choice(["event=ONTASKADD", "ts=1670179131", "auth[domain]=d.bitrix24.ru", "=", "&", "%"])
                    .unwrap())
                .to_owned(),
            };
            half.push(field);
        }
        random.shuffle(half);
    }
    let [query, body] = halves.map(|fields| fields.join("&"));
    Case { query, body, path: format!("/{url_token}/x"), secrets }
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_come_out_nowhere() {
    let mut random = Rng::with_seed(SEED);
    let (mut stored, mut overflowed, mut rejected) = (0, 0, 0);
    for number in 0..CASES {
        let accepted = token(&mut random);
        let case = case(&mut random, &accepted);
        let overflow = tempfile::tempdir().unwrap();
        let store = if random.u8(0..4) == 0 {
            Store::Folder(Folder::new("/dev/null/no-folder"))
        } else {
            Store::Memory(Memory::default())
        };
        let mut receiver = receiver(store, Some(Overflow::Folder(Folder::new(overflow.path()))));
        receiver.tokens = format!("known={accepted}").parse().unwrap();
        let request = Request {
            method: "POST",
            path: &case.path,
            query: case.query.as_bytes(),
            content_type: None,
            body: case.body.as_bytes(),
        };
        let receipt = Receipt::new(now(), rand());
        let received = receiver.receive(&request, &receipt).await;
        let log = Log { level: Level::Trace, function_name: "f".to_owned() };
        let mut out = log.line(&received, &receipt, Duration::from_millis(1)).unwrap();
        out.push_str(&Answer::from(&received.outcome).body);
        out.push_str(&format!("{received:?}"));
        if matches!(receiver.store, Store::Memory(_)) {
            for key in kept::keys(&receiver.store, "", "").await {
                *(if key.starts_with("events/") { &mut stored } else { &mut rejected }) += 1;
                out.push_str(&String::from_utf8(receiver.store.get(&key).await.unwrap().unwrap()).unwrap());
                out.push_str(&key);
            }
        }
        for (key, json) in files(&overflow.path().to_owned()) {
            overflowed += 1;
            out.push_str(&format!("{key}{}", String::from_utf8(json).unwrap()));
        }
        let out = out.to_ascii_lowercase();
        for secret in &case.secrets {
            assert!(!out.contains(secret), "case {number}: {secret} of\n{}\n{}\n{out}", case.query, case.body);
        }
    }
    println!("{stored} stored, {overflowed} overflowed, {rejected} rejected");
    assert!(stored > 100 && overflowed > 20 && rejected > 50, "{stored} {overflowed} {rejected}");
}
