//! Cold starts and warm events. The contestants take turns, so that a noisy neighbour meets all of them alike.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::certificate::Tls;
use crate::contestant::{Contestant, Process};
use crate::event::Sample;
use crate::runtime_api::{RuntimeApi, Waiting};
use crate::s3::S3;

/// Events before the measured ones.
const WARM_UPS: u64 = 50;
/// Events in one turn.
const TURN: u64 = 100;

/// How often.
#[derive(Clone, Copy)]
pub struct Counts {
    pub cold: u64,
    pub warm: u64,
}

/// What one contestant cost.
#[derive(Default)]
pub struct Cost {
    /// From the start of the process to its first answer.
    pub cold_cpu: Vec<Duration>,
    /// From the start of the process until it asked for an event.
    pub init: Vec<Duration>,
    pub first_event: Vec<Duration>,
    pub warm_event: Vec<Duration>,
    pub warm_cpu: Duration,
    pub peak_memory: u64,
}

/// A contestant with a bucket of its own, and what it cost so far.
pub struct Entry<'c> {
    pub contestant: &'c Contestant,
    pub s3: S3,
    pub cost: Cost,
}

impl<'c> Entry<'c> {
    pub fn new(contestant: &'c Contestant, tls: Option<&Tls>) -> Result<Self> {
        let s3 = S3::start(tls.map(|tls| tls.server.clone()))?;
        Ok(Self { contestant, s3, cost: Cost::default() })
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        result.with_context(|| self.contestant.name.clone())
    }

    /// A fresh process and its first event.
    fn cold(&mut self, sample: &Sample, task: u64, tls: Option<&Tls>) -> Result<()> {
        let api = RuntimeApi::start()?;
        let process = self.contestant.start(&api, &self.s3, tls)?;
        let waiting = api.next()?;
        self.cost.init.push(waiting.since - process.started);
        self.cost.first_event.push(api.invoke(waiting, &sample.event(task), task)?);
        self.cost.cold_cpu.push(process.cpu()?);
        Ok(())
    }

    fn warm_up(&self, sample: &Sample, tls: Option<&Tls>) -> Result<Running> {
        let api = RuntimeApi::start()?;
        let process = self.contestant.start(&api, &self.s3, tls)?;
        let waiting = api.next()?;
        let mut running = Running { api, process, waiting: Some(waiting) };
        for task in 1..=WARM_UPS {
            running.event(sample, 1_000_000 + task)?;
        }
        Ok(running)
    }

    fn turn(&mut self, running: &mut Running, sample: &Sample, tasks: std::ops::Range<u64>) -> Result<()> {
        let before = running.process.cpu()?;
        for task in tasks {
            self.cost.warm_event.push(running.event(sample, task)?);
        }
        self.cost.warm_cpu += running.process.cpu()?.saturating_sub(before);
        self.cost.peak_memory = running.process.peak_memory()?;
        Ok(())
    }
}

struct Running {
    api: RuntimeApi,
    process: Process,
    waiting: Option<Waiting>,
}

impl Running {
    /// One event, and the wait until the process asks for the next.
    fn event(&mut self, sample: &Sample, task: u64) -> Result<Duration> {
        let waiting = self.waiting.take().context("the process is not waiting")?;
        let took = self.api.invoke(waiting, &sample.event(task), task)?;
        self.waiting = Some(self.api.next()?);
        Ok(took)
    }
}

/// Measures all entries, one event of each task for each of them.
pub fn run(entries: &mut [Entry<'_>], sample: &Sample, counts: Counts, tls: Option<&Tls>) -> Result<()> {
    for task in 1..=counts.cold {
        for entry in &mut *entries {
            let cold = entry.cold(sample, task, tls);
            entry.named(cold)?;
        }
    }
    let started = entries.iter().map(|entry| entry.named(entry.warm_up(sample, tls)));
    let mut running: Vec<_> = started.collect::<Result<_>>()?;
    for first in (0..counts.warm).step_by(TURN.try_into()?) {
        let tasks = 2_000_000 + first..2_000_000 + counts.warm.min(first + TURN);
        for (entry, running) in entries.iter_mut().zip(&mut running) {
            let turn = entry.turn(running, sample, tasks.clone());
            entry.named(turn)?;
        }
    }
    Ok(())
}

/// How many events each entry must have kept.
pub fn events(counts: Counts) -> u64 {
    counts.cold + WARM_UPS + counts.warm
}
