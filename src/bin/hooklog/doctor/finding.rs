//! What was found, and how it is printed.

use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use crate::output;
use crate::printable::printable;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Hint,
    /// This caller may not see it, or there is no way to tell.
    Unknown,
    /// Events are or will be lost, or can be read by strangers.
    Broken,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Finding {
    check: &'static str,
    state: State,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    pub fn ok(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, state: State::Ok, says: says.into(), remedy: None }
    }

    pub fn hint(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Hint, says: says.into(), remedy: Some(remedy.into()) }
    }

    pub fn unknown(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Unknown, says: says.into(), remedy: Some(remedy.into()) }
    }

    pub fn broken(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Broken, says: says.into(), remedy: Some(remedy.into()) }
    }

    fn line(&self) -> String {
        let state = match self.state {
            State::Ok => "ok",
            State::Hint => "hint",
            State::Unknown => "unknown",
            State::Broken => "BROKEN",
        };
        let line = format!("{state:<8} {:<12} {}", self.check, self.says);
        match &self.remedy {
            None => line,
            Some(remedy) => format!("{line}\n{:22}{remedy}", ""),
        }
    }
}

/// Prints each finding when it is made, and counts what is broken.
pub struct Report {
    is_json: bool,
    broken: usize,
}

impl Report {
    pub fn new(is_json: bool) -> Self {
        Self { is_json, broken: 0 }
    }

    pub fn add(&mut self, finding: &Finding) -> Result<()> {
        self.broken = self.broken.saturating_add(usize::from(finding.state == State::Broken));
        output::say(&if self.is_json {
            serde_json::to_string(finding)?
        } else {
            printable(&finding.line()).into_owned()
        })?;
        Ok(())
    }

    pub fn finish(self) -> Result<ExitCode> {
        if !self.is_json {
            output::say(&match self.broken {
                0 => "\nNothing is broken.".to_owned(),
                1 => "\nOne thing is broken.".to_owned(),
                broken => format!("\n{broken} things are broken."),
            })?;
        }
        Ok(if self.broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
