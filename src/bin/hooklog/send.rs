//! `hooklog send`: post sample events as Bitrix24 would.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Send;
use crate::samples::{self, Sample};
use crate::sender::Sender;
use crate::{output, setup};

pub async fn run(args: &Send) -> Result<ExitCode> {
    let samples = chosen(args)?;
    let sender = Sender::new(&args.to)?;
    let total = u64::from(args.count).saturating_mul(samples.len() as u64);
    let progress =
        ProgressBar::new(total).with_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec}")?);
    let mut pace = args.rate.map(|rate| tokio::time::interval(Duration::from_secs_f64(1.0 / f64::from(rate))));
    let mut tally = Tally::default();
    for sample in std::iter::repeat_n(&samples, args.count as usize).flatten() {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        match sender.post(sample).await {
            Ok(delivery) => tally.count(&sample.name, delivery.status, delivery.took),
            Err(error) => tally.fail(&sample.name, &error),
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    tally.print()
}

fn chosen(args: &Send) -> Result<Vec<Sample>> {
    let samples = if let Some(path) = &args.file {
        let body = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        vec![Sample::of_form(path.display().to_string(), body.trim_end().to_owned())]
    } else if args.all {
        samples::all()?
    } else if args.event.is_empty() {
        bail!("say what to send: --all, --event CODE, or a file");
    } else {
        let wanted = |code: &str| args.event.iter().any(|event| event.eq_ignore_ascii_case(code));
        samples::all()?.into_iter().filter(|sample| sample.code().is_some_and(|code| wanted(&code))).collect()
    };
    if samples.is_empty() {
        bail!("no sample has the event code {}", args.event.join(", "));
    }
    Ok(match &args.token {
        Some(token) => samples.into_iter().map(|sample| sample.with_token(token)).collect(),
        None => samples,
    })
}

/// What came back, counted.
#[derive(Default)]
struct Tally {
    latencies: Vec<Duration>,
    statuses: BTreeMap<u16, u64>,
    refused: BTreeMap<String, String>,
}

impl Tally {
    fn count(&mut self, name: &str, status: u16, took: Duration) {
        self.latencies.push(took);
        let count = self.statuses.entry(status).or_default();
        *count = count.saturating_add(1);
        if status != 200 {
            self.refused.insert(name.to_owned(), format!("answered {status}"));
        }
    }

    fn fail(&mut self, name: &str, error: &anyhow::Error) {
        self.refused.insert(name.to_owned(), format!("{error:#}"));
    }

    fn print(mut self) -> Result<ExitCode> {
        for (name, reason) in &self.refused {
            output::complain(&format!("{name}: {reason}"));
        }
        self.latencies.sort_unstable();
        let counts: Vec<_> = self.statuses.iter().map(|(status, count)| format!("{count} x {status}")).collect();
        let counts = if counts.is_empty() { "no answer".to_owned() } else { counts.join(", ") };
        let ms = |percent| format!("{:.1} ms", setup::percentile(&self.latencies, percent).as_secs_f64() * 1e3);
        output::say(&format!("{counts}; p50 {}, p99 {}, longest {}", ms(50), ms(99), ms(100)))?;
        Ok(if self.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
