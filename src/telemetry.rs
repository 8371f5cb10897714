//! The log line of a request: one JSON object, which is also a `CloudWatch` metric in the Embedded Metric Format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use std::str::FromStr;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::receive::{Loss, Outcome, Received};
use crate::record::Receipt;

/// The namespace of the metrics.
pub const NAMESPACE: &str = "hooklog";

/// How much is logged, least important first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Everything.
    Trace,
    /// And questions whether the receiver is up.
    Debug,
    /// Events that were kept.
    #[default]
    Info,
    /// What somebody should look at.
    Warn,
    /// What was lost.
    Error,
    /// Why the process ends.
    Fatal,
}

impl FromStr for Level {
    type Err = ();

    /// Reads `AWS_LAMBDA_LOG_LEVEL`.
    fn from_str(word: &str) -> Result<Self, ()> {
        match word.to_ascii_uppercase().as_str() {
            "TRACE" => Ok(Self::Trace),
            "DEBUG" => Ok(Self::Debug),
            "INFO" => Ok(Self::Info),
            "WARN" => Ok(Self::Warn),
            "ERROR" => Ok(Self::Error),
            "FATAL" => Ok(Self::Fatal),
            _ => Err(()),
        }
    }
}

/// Writes log lines for one process.
#[derive(Clone, Debug)]
pub struct Log {
    /// Less important lines carry their metrics and nothing else, so that an alarm on silence stays right.
    pub level: Level,
    /// The one dimension of the metrics.
    pub function_name: String,
}

/// One request's line, written as one JSON object.
struct Line<'l> {
    log: &'l Log,
    received: &'l Received,
    receipt: &'l Receipt<'l>,
    took: Duration,
}

impl Log {
    /// A log at the level that `AWS_LAMBDA_LOG_LEVEL` names.
    #[must_use]
    pub fn new(level: Option<&str>, function_name: String) -> Self {
        Self { level: level.and_then(|word| word.parse().ok()).unwrap_or_default(), function_name }
    }

    /// The line of one request, without a line break; nothing where there is nothing to say at this level.
    #[must_use]
    pub fn line(&self, received: &Received, receipt: &Receipt<'_>, took: Duration) -> Option<String> {
        let line = Line { log: self, received, receipt, took };
        if line.is_told() || line.metrics().next().is_some() { serde_json::to_string(&line).ok() } else { None }
    }
}

impl Line<'_> {
    fn level(&self) -> Level {
        match self.received.outcome {
            Outcome::Up => Level::Debug,
            Outcome::Stored(_) => Level::Info,
            Outcome::Overflowed(..) | Outcome::Rejected(_) | Outcome::Refused(_) => Level::Warn,
            Outcome::Lost(_) => Level::Error,
        }
    }

    fn is_told(&self) -> bool {
        self.level() >= self.log.level
    }

    fn outcome(&self) -> &'static str {
        match self.received.outcome {
            Outcome::Up => "up",
            Outcome::Stored(_) => "stored",
            Outcome::Overflowed(..) => "overflowed",
            Outcome::Rejected(_) => "rejected",
            Outcome::Refused(_) => "refused",
            Outcome::Lost(_) => "lost",
        }
    }

    fn reason(&self) -> Option<String> {
        match &self.received.outcome {
            Outcome::Up | Outcome::Stored(_) => None,
            Outcome::Overflowed(_, error) => Some(with_causes(error)),
            Outcome::Rejected(denied) => Some(denied.to_string()),
            Outcome::Refused(refusal) => Some(with_causes(refusal)),
            // An error has one source, and here are two.
            Outcome::Lost(error @ Loss::Both { store, .. }) => {
                Some(format!("{}; the store: {}", with_causes(error), with_causes(store)))
            }
            Outcome::Lost(error) => Some(with_causes(error)),
        }
    }

    fn lag_seconds(&self) -> Option<f64> {
        let sent = self.received.facts.as_ref()?.sent?;
        Some(self.receipt.received.duration_since(sent).as_secs_f64())
    }

    fn metrics(&self) -> impl Iterator<Item = Metric> {
        let count = match self.received.outcome {
            Outcome::Up => None,
            Outcome::Stored(_) => Some("Stored"),
            Outcome::Overflowed(..) => Some("Overflowed"),
            Outcome::Rejected(_) => Some("Rejected"),
            Outcome::Refused(_) => Some("Refused"),
            Outcome::Lost(_) => Some("Lost"),
        };
        let is_event = matches!(self.received.outcome, Outcome::Stored(_) | Outcome::Overflowed(..) | Outcome::Lost(_));
        let store_ms = self.received.stored_in.map(millis);
        let lag_seconds = self.lag_seconds().filter(|_| is_event);
        let count = count.map(|name| Metric { name, unit: "Count", value: 1.0 });
        let store_ms = store_ms.map(|value| Metric { name: "StoreMs", unit: "Milliseconds", value });
        let lag_seconds = lag_seconds.map(|value| Metric { name: "LagSeconds", unit: "Seconds", value });
        count.into_iter().chain(store_ms).chain(lag_seconds)
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        if self.is_told() {
            line.serialize_entry("timestamp", &format_args!("{:.3}", self.receipt.received))?;
            line.serialize_entry("level", &self.level())?;
            line.serialize_entry("outcome", self.outcome())?;
            if let Some(reason) = self.reason() {
                line.serialize_entry("reason", &reason)?;
            }
            if let Some(facts) = &self.received.facts {
                line.serialize_entry("event", &facts.code)?;
                line.serialize_entry("domain", &facts.domain)?;
                line.serialize_entry("memberid", &facts.member_id)?;
                line.serialize_entry("lag", &self.lag_seconds())?;
            }
            line.serialize_entry("id", &self.receipt.id)?;
            line.serialize_entry("bytes", &self.received.body_bytes)?;
            line.serialize_entry("ms", &millis(self.took))?;
        }
        let metrics: Vec<_> = self.metrics().collect();
        if !metrics.is_empty() {
            line.serialize_entry("_aws", &Directive::new(self.receipt, &metrics))?;
            line.serialize_entry("FunctionName", &self.log.function_name)?;
            for metric in metrics {
                line.serialize_entry(metric.name, &metric.value)?;
            }
        }
        line.end()
    }
}

struct Metric {
    name: &'static str,
    unit: &'static str,
    value: f64,
}

/// Tells `CloudWatch` which members of the line are metrics.
#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    timestamp: i64,
    cloud_watch_metrics: [Definition; 1],
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    namespace: &'static str,
    dimensions: [[&'static str; 1]; 1],
    metrics: Vec<Named>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: &'static str,
    unit: &'static str,
}

impl Directive {
    fn new(receipt: &Receipt<'_>, metrics: &[Metric]) -> Self {
        let metrics = metrics.iter().map(|metric| Named { name: metric.name, unit: metric.unit }).collect();
        Self {
            timestamp: receipt.received.as_millisecond(),
            cloud_watch_metrics: [Definition { namespace: NAMESPACE, dimensions: [["FunctionName"]], metrics }],
        }
    }
}

/// Milliseconds, to the microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// An error and what caused it, in one line.
#[must_use]
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overflow::OverflowError;
    use crate::store::StoreError;

    #[test]
    fn what_is_lost_is_told_with_both_reasons() {
        let loss = Loss::Both { store: StoreError::TimedOut, overflow: OverflowError::TimedOut };
        let receipt = Receipt::new("2026-01-24T12:00:00Z".parse().unwrap(), [0; 10]);
        let log = Log::new(None, "receiver".to_owned());
        let line = log.line(&Received::unread(Outcome::Lost(loss)), &receipt, Duration::ZERO).unwrap();
        assert!(line.contains("the overflow did not answer in time"), "{line}");
        assert!(line.contains("the store did not answer in time"), "{line}");
    }
}
