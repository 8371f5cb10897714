//! What was answered to events that were posted: how often, and how fast.

use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Default)]
pub struct Answers {
    statuses: BTreeMap<u16, u64>,
    latencies: Vec<Duration>,
}

impl Answers {
    pub fn count(&mut self, status: u16, took: Duration) {
        let count = self.statuses.entry(status).or_default();
        *count = count.saturating_add(1);
        self.latencies.push(took);
    }

    pub fn is_empty(&self) -> bool {
        self.latencies.is_empty()
    }

    /// `COUNT x STATUS`, one for each status.
    pub fn counts(&self) -> impl Iterator<Item = String> {
        self.statuses.iter().map(|(status, count)| format!("{count} x {status}"))
    }

    /// The milliseconds below which these parts of the answers came; zero where there is none.
    pub fn latencies<const N: usize>(&mut self, percents: [usize; N]) -> [String; N] {
        self.latencies.sort_unstable();
        let last = self.latencies.len().saturating_sub(1);
        percents.map(|percent| {
            let took = self.latencies.get(last.saturating_mul(percent) / 100).copied().unwrap_or_default();
            format!("{:.1} ms", took.as_secs_f64() * 1e3)
        })
    }
}
