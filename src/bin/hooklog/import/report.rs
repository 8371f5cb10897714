//! What an import tells: lines that were not read, as they come, and the sums.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::keeping::Keeping;
use super::leftover::{self, Leftover};
use crate::args::Import;
use crate::output;

pub struct Report {
    /// Bytes read; on a terminal only.
    pub progress: ProgressBar,
    is_json: bool,
    is_dry: bool,
    events: u64,
    /// Of the entries of logs: records are taken as they are. None before the first entry.
    verified: Option<u64>,
    unread: u64,
}

impl Report {
    pub fn new(args: &Import) -> Result<Self> {
        let sizes = args.files.iter().map(|file| std::fs::metadata(file).map_or(0, |file| file.len()));
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")?;
        let progress = ProgressBar::new(sizes.sum()).with_style(style);
        Ok(Self { progress, is_json: args.json, is_dry: args.dry_run, events: 0, verified: None, unread: 0 })
    }

    /// Counts an event that was a record already.
    pub fn record(&mut self) {
        self.events = self.events.saturating_add(1);
    }

    /// Counts an event that was a log's entry.
    pub fn entry(&mut self, is_verified: bool) {
        self.events = self.events.saturating_add(1);
        self.verified = Some(self.verified.unwrap_or(0).saturating_add(u64::from(is_verified)));
    }

    /// Tells of a part that was not read.
    pub fn unread(&mut self, file: &Path, line: u64, reason: &str) -> Result<()> {
        self.unread = self.unread.saturating_add(1);
        self.tell(file, line, "unread", reason)
    }

    /// Tells of an event that was read, but not without a doubt.
    pub fn note(&self, file: &Path, line: u64, note: &str) -> Result<()> {
        self.tell(file, line, "note", note)
    }

    pub fn say(&self, line: &str) {
        self.progress.suspend(|| output::complain(line));
    }

    fn tell(&self, file: &Path, line: u64, kind: &str, text: &str) -> Result<()> {
        let file = leftover::name(file);
        if self.is_json {
            let line = json!({"file": file, "line": line, kind: text}).to_string();
            return Ok(self.progress.suspend(|| output::say(&line))?);
        }
        self.say(&format!("{file}:{line}: {text}"));
        Ok(())
    }

    /// Prints the sums; tells how the verb ends.
    pub fn finish(&self, keeping: &Keeping, leftover: &Leftover<'_>) -> Result<ExitCode> {
        self.progress.finish_and_clear();
        let files: Vec<_> = leftover.paths().collect();
        if self.is_json {
            let sums = json!({
                "events": self.events, "new": keeping.new, "existed": keeping.existed,
                "verified": self.verified, "unread": self.unread, "leftover": files,
            });
            output::say(&sums.to_string())?;
        } else {
            let kept = if self.is_dry {
                "nothing was written".to_owned()
            } else {
                format!("{} new, {} were there already", keeping.new, keeping.existed)
            };
            let verified = self.verified.map(|verified| format!("; {verified} verified by an accepted token"));
            output::say(&format!("{} events: {kept}{}", self.events, verified.unwrap_or_default()))?;
            if self.unread > 0 {
                let place = if files.is_empty() { String::new() } else { format!(", and are in {}", files.join(", ")) };
                output::complain(&format!("{} parts could not be read{place}", self.unread));
            }
        }
        Ok(if self.unread == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
