//! What a replay did.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::answers::Answers;
use crate::output;
use crate::printable::printable_name;

#[derive(Default)]
pub struct Summary {
    answers: Answers,
    unanswered: u64,
    /// Those that could not be posted.
    formless: u64,
    left_out: u64,
    /// How many events were posted with a digest in this field.
    redacted: BTreeMap<String, u64>,
    pub interrupted: bool,
}

impl Summary {
    pub fn count(&mut self, answer: Option<(u16, Duration)>, redacted: &[String]) {
        match answer {
            Some((status, took)) => self.answers.count(status, took),
            None => add(&mut self.unanswered),
        }
        for name in redacted {
            add(self.redacted.entry(name.clone()).or_default());
        }
    }

    /// Counts an event of which no form can be made.
    pub fn count_formless(&mut self) {
        add(&mut self.formless);
    }

    pub fn leave_out(&mut self) {
        add(&mut self.left_out);
    }

    pub fn print(&mut self, to: &str, ledger: &Path) {
        let [p50, p99, longest] = self.answers.latencies([50, 99, 100]);
        let latencies = format!("; p50 {p50}, p99 {p99}, longest {longest}");
        let latencies = if self.answers.is_empty() { "" } else { &latencies };
        output::complain(&format!("{to}: {}{latencies}", self.answers()));
        if self.left_out > 0 {
            output::complain(&format!("{} answered before, and left out.", output::events(self.left_out)));
        }
        if !self.redacted.is_empty() {
            let names: Vec<_> =
                self.redacted.iter().map(|(name, count)| format!("{} ({count})", printable_name(name))).collect();
            output::complain(&format!("Posted as digests, since secrets are not kept: {}.", names.join(", ")));
        }
        output::complain(&format!("Each answer is in {}.", ledger.display()));
    }

    fn answers(&self) -> String {
        let unanswered = (self.unanswered > 0).then(|| format!("{} without an answer", self.unanswered));
        let formless = (self.formless > 0).then(|| format!("{} not posted", self.formless));
        let answers: Vec<_> = self.answers.counts().chain(unanswered).chain(formless).collect();
        if answers.is_empty() { "nothing to post".to_owned() } else { answers.join(", ") }
    }
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_posted_is_not_said_to_be_without_an_answer() {
        let mut summary = Summary::default();
        assert_eq!(summary.answers(), "nothing to post");
        summary.count(Some((200, Duration::from_millis(1))), &[]);
        summary.count_formless();
        assert_eq!(summary.answers(), "1 x 200, 1 not posted");
        summary.count(None, &[]);
        assert_eq!(summary.answers(), "1 x 200, 1 without an answer, 1 not posted");
    }
}
