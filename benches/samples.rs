//! The sample deliveries, for every bench.

#![expect(clippy::unwrap_used, reason = "a bench may stop at whatever is wrong")]

use serde::Deserialize;

/// What one of Bitrix24's senders posts.
#[derive(Deserialize)]
pub struct Sample {
    pub name: String,
    pub body: String,
}

pub fn all() -> Vec<Sample> {
    include_str!("../data/samples.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The body of the sample with this name.
pub fn body(name: &str) -> String {
    all().into_iter().find(|sample| sample.name == name).unwrap().body
}
