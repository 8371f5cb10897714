//! `hooklog send`: post events as Bitrix24 would.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use crate::answers::Answers;
use crate::args::Send;
use crate::pace::Pace;
use crate::samples::{self, Sample};
use crate::sender::{Delivery, Sender};
use crate::{output, setup, shapes};

pub async fn run(args: &Send) -> Result<ExitCode> {
    if args.codes {
        return list_codes();
    }
    let samples = chosen(args)?;
    let sender = Sender::new(args.to.as_deref().context("say where to: --to URL")?)?;
    let total = u64::from(args.count).saturating_mul(samples.len() as u64);
    let progress = output::progress(total);
    let all = std::iter::repeat_n(&samples, args.count as usize).flatten();
    let paced = stream::unfold((all, Pace::new(args.rate)), async |(mut all, mut pace)| {
        let sample = all.next()?;
        pace.wait().await;
        Some((sample, (all, pace)))
    });
    let sender = &sender;
    let posted = paced.map(|sample| async move {
        // The portal makes each event when it sends it; a form that somebody wrote stays as it was written.
        let made = if args.file.is_none() { sample.clone().made_at(setup::now()) } else { sample.clone() };
        (sample, sender.post(&made.post()).await)
    });
    let mut answers = std::pin::pin!(posted.buffer_unordered(usize::from(args.at_once)));
    let mut tally = Tally::default();
    while let Some((sample, answer)) = answers.next().await {
        if args.json {
            let answer = Answer::new(sample, answer.as_ref().ok());
            progress.suspend(|| output::say(&serde_json::to_string(&answer)?).map_err(anyhow::Error::from))?;
        }
        match answer {
            Ok(delivery) => tally.count(&sample.name, delivery.status, delivery.took),
            Err(error) => tally.fail(&sample.name, &error),
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    tally.print(args.json)
}

fn list_codes() -> Result<ExitCode> {
    let mut codes: Vec<_> = samples::all()?.iter().filter_map(Sample::code).chain(shapes::codes()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        output::say(&code)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(args: &Send) -> Result<Vec<Sample>> {
    let samples = if let Some(path) = &args.file {
        let body = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        vec![Sample::of_form(path.display().to_string(), body.trim_end().to_owned())]
    } else if args.all {
        samples::all()?
    } else {
        let all = samples::all()?;
        let codes = args.event.iter().map(|code| with_code(code, &all)).collect::<Result<Vec<_>>>()?;
        codes.into_iter().flatten().collect()
    };
    Ok(match &args.token {
        Some(token) => samples.into_iter().map(|sample| sample.with_token(token)).collect(),
        None => samples,
    })
}

fn with_code(code: &str, all: &[Sample]) -> Result<Vec<Sample>> {
    let has_code = |sample: &Sample| sample.code().is_some_and(|found| found.eq_ignore_ascii_case(code));
    let is_it = |sample: &&Sample| !sample.is_malformed() && has_code(sample);
    let samples: Vec<_> = all.iter().filter(is_it).cloned().collect();
    if !samples.is_empty() {
        return Ok(samples);
    }
    let shaped = shapes::sample(code, all)?;
    Ok(vec![shaped.with_context(|| format!("Bitrix24 has no event code {code}: see hooklog send --codes"))?])
}

/// A line of `--json`: `schema/send.schema.json`.
#[derive(Serialize)]
struct Answer<'a> {
    name: &'a str,
    code: Option<String>,
    /// Nothing where no answer came.
    status: Option<u16>,
    ms: Option<u64>,
}

impl<'a> Answer<'a> {
    fn new(sample: &'a Sample, delivery: Option<&Delivery>) -> Self {
        let (status, ms) = delivery.map(|delivery| (delivery.status, delivery.ms())).unzip();
        Self { name: &sample.name, code: sample.code(), status, ms }
    }
}

/// What came back, counted.
#[derive(Default)]
struct Tally {
    answers: Answers,
    refused: BTreeMap<String, String>,
}

impl Tally {
    fn count(&mut self, name: &str, status: u16, took: Duration) {
        self.answers.count(status, took);
        if status != 200 {
            self.refused.insert(name.to_owned(), format!("answered {status}"));
        }
    }

    fn fail(&mut self, name: &str, error: &anyhow::Error) {
        self.refused.insert(name.to_owned(), format!("{error:#}"));
    }

    /// Tells what was refused, and prints the sums; where standard output is for programs, they are told too.
    fn print(mut self, is_json: bool) -> Result<ExitCode> {
        for (name, reason) in &self.refused {
            output::complain(&format!("{name}: {reason}"));
        }
        let counts: Vec<_> = self.answers.counts().collect();
        let counts = if counts.is_empty() { "no answer".to_owned() } else { counts.join(", ") };
        let [p50, p90, p99, longest] = self.answers.latencies([50, 90, 99, 100]);
        let sums = format!("{counts}; p50 {p50}, p90 {p90}, p99 {p99}, longest {longest}");
        if is_json {
            output::complain(&sums);
        } else {
            output::say(&sums)?;
        }
        Ok(if self.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
