//! A power cut, again and again: what was answered 200 is there, whole, once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::samples::{self, URL_TOKEN};
use crate::support::serve::Serve;
use crate::support::{client, files, kept, record};

const ROUNDS: u64 = 8;
const CLIENTS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut answered = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut serve = Serve::start_at(data.to_str().unwrap(), &samples::tokens(), &[]);
        let url = format!("http://{}/{URL_TOKEN}", serve.address());
        let is_over = &*Box::leak(Box::new(AtomicBool::new(false)));
        let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(post_until_cut(url.clone(), is_over))).collect();
        tokio::time::sleep(Duration::from_millis(150 + 40 * round)).await;
        serve.kill();
        is_over.store(true, Ordering::Relaxed);
        for client in clients {
            answered.extend(client.await.unwrap());
        }
    }
    // What a store lists is what it has: the folder for unfinished files is none of it.
    let store = hooklog::store::Store::Folder(hooklog::store::Folder::new(&data));
    let keys = kept::keys(&store, "", "").await;
    let mut kept = BTreeSet::new();
    for (key, json) in files(&data).iter().filter(|(key, _)| !key.starts_with("tmp/")) {
        assert!(keys.contains(key), "{key}");
        let id = record::check(key, json)["id"].as_str().unwrap().to_owned();
        assert!(kept.insert(id), "{key} is there twice");
    }
    assert_eq!(kept.len(), keys.len());
    println!("{ROUNDS} power cuts: {} answered, {} kept", answered.len(), kept.len());
    assert!(answered.len() > 100, "too few to mean anything: {}", answered.len());
    assert!(answered.is_subset(&kept), "lost: {:?}", answered.difference(&kept).collect::<Vec<_>>());
}

/// Posts until the server is gone; gives the ids that were answered.
async fn post_until_cut(url: String, is_over: &AtomicBool) -> Vec<String> {
    let client = client();
    let mut ids = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let request = client.post(&url).header("content-type", "application/x-www-form-urlencoded");
        let Ok(answer) = request.body("event=ONTASKADD&data[ID]=1&ts=1670179131").send().await else { break };
        let Ok(answer) = answer.json::<Value>().await else { break };
        ids.push(answer["id"].as_str().unwrap().to_owned());
    }
    ids
}
