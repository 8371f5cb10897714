//! `hooklog import`: the events of an old log become events of the store.

mod keeping;
mod leftover;
mod report;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use hooklog::hook_log::{Entry, Part, Reader, Unread, local_time};
use hooklog::record::{Logged, RECORD_BYTES_MAX, Record, Twins};
use hooklog::telemetry::with_causes;
use hooklog::verify::{Claim, Tokens};
use jiff::tz::TimeZone;

use crate::args::{Import, LogFormat};
use crate::setup::{self, Stores};
use keeping::Keeping;
use leftover::Leftover;
use report::Report;

/// A record and the end of its line.
const LINE_BYTES_MAX: u64 = RECORD_BYTES_MAX + 1;

pub async fn run(args: &Import) -> Result<ExitCode> {
    let config = setup::config()?;
    let (_, store) = Stores::new(&config).at(args.store.as_ref()).await?;
    let store = store.patient();
    let leftover = Leftover::new(args)?;
    let mut importing = Importing {
        args,
        zone: args.tz.clone(),
        tokens: config.tokens,
        keeping: Keeping::new((!args.dry_run).then_some(store)),
        leftover,
        report: Report::new(args)?,
    };
    for path in &args.files {
        importing.file(path).await?;
    }
    importing.keeping.finish().await?;
    importing.report.finish(&importing.keeping, &importing.leftover)
}

struct Importing<'a> {
    args: &'a Import,
    /// Once it is known.
    zone: Option<TimeZone>,
    tokens: Option<Tokens>,
    keeping: Keeping,
    leftover: Leftover<'a>,
    report: Report,
}

impl Importing<'_> {
    async fn file(&mut self, path: &Path) -> Result<()> {
        let bytes: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?)
        };
        let mut file = BufReader::with_capacity(1 << 16, self.report.progress.wrap_read(bytes));
        let cannot_be_read = || format!("{} cannot be read", path.display());
        let is_json = file.fill_buf().with_context(cannot_be_read)?.first() == Some(&b'{');
        let format = self.args.format.unwrap_or(if is_json { LogFormat::Jsonl } else { LogFormat::HookLog });
        match format {
            LogFormat::HookLog => self.log(path, Reader::new(file)).await,
            LogFormat::Jsonl => self.lines(path, file).await,
        }
        .with_context(cannot_be_read)
    }

    async fn log(&mut self, path: &Path, mut log: Reader<impl BufRead>) -> Result<()> {
        let zone = match &self.zone {
            Some(zone) => zone.clone(),
            None => setup::log_zone(None, |line| self.report.say(line))?,
        };
        self.zone = Some(zone.clone());
        let mut twins = Twins::default();
        while let Some(part) = log.next_part()? {
            match part {
                Part::Entry(entry) => self.entry(path, entry, &zone, &mut twins).await?,
                Part::Unread(Unread { line, reason, raw }) => self.unread(path, line, &reason.to_string(), &raw)?,
            }
        }
        Ok(())
    }

    async fn entry(&mut self, path: &Path, entry: Entry, zone: &TimeZone, twins: &mut Twins) -> Result<()> {
        let line = entry.line;
        let moment = local_time(entry.date, zone).filter(|(moment, _)| moment.as_millisecond() >= 0);
        let Some((received, is_only_one)) = moment else {
            return self.unread(path, line, "the date is none that an event can have", &entry.raw);
        };
        if !is_only_one {
            self.report.note(path, line, &format!("the clock was changed at {}: taken for {received}", entry.date))?;
        }
        let claim = Claim::read(&entry.request, None);
        let verified = self.tokens.as_ref().and_then(|tokens| tokens.verify(&claim).ok());
        let origin = format!("{}:{line}", leftover::name(path));
        let logged = Logged { request: &entry.request, received, title: &entry.title, origin: &origin };
        let record = Record::imported(&claim, verified, &logged, twins)?;
        self.report.entry(verified.is_some());
        self.keeping.keep(record, origin).await
    }

    async fn lines(&mut self, path: &Path, mut file: impl BufRead) -> Result<()> {
        let mut json = Vec::new();
        for line in 1_u64.. {
            json.clear();
            if Read::take(&mut file, LINE_BYTES_MAX).read_until(b'\n', &mut json)? == 0 {
                break;
            }
            match Record::exported(json.trim_ascii()) {
                Ok(record) => {
                    self.report.record();
                    self.keeping.keep(record, format!("{}:{line}", leftover::name(path))).await?;
                }
                Err(_) if json.trim_ascii().is_empty() => {}
                Err(error) => self.unread(path, line, &with_causes(&error), &json)?,
            }
        }
        Ok(())
    }

    fn unread(&mut self, path: &Path, line: u64, reason: &str, raw: &[u8]) -> Result<()> {
        self.report.unread(path, line, reason)?;
        self.leftover.put(path, raw)
    }
}
