//! What a replay did.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::{output, setup};

#[derive(Default)]
pub struct Summary {
    statuses: BTreeMap<u16, u64>,
    unanswered: u64,
    left_out: u64,
    latencies: Vec<Duration>,
    /// How many events were posted with a digest in this field.
    redacted: BTreeMap<String, u64>,
    pub interrupted: bool,
}

impl Summary {
    pub fn count(&mut self, status: Option<u16>, took: Option<Duration>, redacted: &[String]) {
        match status {
            Some(status) => add(self.statuses.entry(status).or_default()),
            None => add(&mut self.unanswered),
        }
        self.latencies.extend(took);
        for name in redacted {
            add(self.redacted.entry(name.clone()).or_default());
        }
    }

    pub fn leave_out(&mut self) {
        add(&mut self.left_out);
    }

    pub fn print(&mut self, to: &str, ledger: &Path) -> ExitCode {
        self.latencies.sort_unstable();
        let answers = self.statuses.iter().map(|(status, count)| format!("{count} x {status}"));
        let none = (self.unanswered > 0).then(|| format!("{} without an answer", self.unanswered));
        let answers: Vec<_> = answers.chain(none).collect();
        let answers = if answers.is_empty() { "nothing to post".to_owned() } else { answers.join(", ") };
        let ms = |percent| format!("{:.1} ms", setup::percentile(&self.latencies, percent).as_secs_f64() * 1e3);
        let latencies = format!("; p50 {}, p99 {}, longest {}", ms(50), ms(99), ms(100));
        let latencies = if self.latencies.is_empty() { "" } else { &latencies };
        output::complain(&format!("{to}: {answers}{latencies}"));
        if self.left_out > 0 {
            output::complain(&format!("{} answered before, and left out.", output::events(self.left_out)));
        }
        if !self.redacted.is_empty() {
            let names: Vec<_> = self.redacted.iter().map(|(name, count)| format!("{name} ({count})")).collect();
            output::complain(&format!("Posted as digests, since secrets are not kept: {}.", names.join(", ")));
        }
        if self.interrupted {
            output::complain("Interrupted: the same command with --resume goes on.");
        }
        output::complain(&format!("Each answer is in {}.", ledger.display()));
        let refused = self.statuses.keys().any(|status| !(200..300).contains(status));
        if refused || self.unanswered > 0 || self.interrupted { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}
