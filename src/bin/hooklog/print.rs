//! Printing events, in each format.

use anyhow::{Context as _, Result};
use hooklog::form::{FormError, print_r};
use hooklog::record::{EventKey, Resend};
use hooklog::select::Found;
use hooklog::telemetry::with_causes;
use jiff::tz::TimeZone;

use crate::args::Format;
use crate::chosen::Complaints;
use crate::columns::Columns;
use crate::{json, output, paint};

/// So much of an id's end tells events apart: 32 random bits.
const ID_END: usize = 8;

/// Prints events one after another.
pub struct EventPrinter {
    format: Format,
    zone: TimeZone,
    columns: Columns<5>,
}

impl EventPrinter {
    pub fn new(format: Format, zone: TimeZone) -> Self {
        Self { format, zone, columns: columns(std::iter::empty()) }
    }

    /// Makes the columns wide enough for these events, whose subjects are not known yet.
    pub fn expect<'k>(&mut self, keys: impl Iterator<Item = &'k EventKey>) {
        let rows = keys.map(|key| ["0000-00-00 00:00:00", key.code(), key.portal(), "000000", "00000000"]);
        self.columns = columns(rows);
    }

    /// Prints an event. One whose raw form is broken is told, and is none of those printed.
    pub fn print(&mut self, found: &Found, complaints: &mut Complaints) -> Result<()> {
        match self.format {
            Format::Pretty => self.line(found),
            Format::Json => Ok(output::say(&one_line(&found.json)?)?),
            Format::PrintR => form(found, found.record.request().map(|form| print_r(form.root())), complaints),
            Format::Form => form(found, found.record.resend(&[]).map(|form| one_form(&form)), complaints),
        }
    }

    /// Prints an event whole.
    pub fn print_whole(&mut self, found: &Found, complaints: &mut Complaints) -> Result<()> {
        match self.format {
            Format::Pretty => {
                output::show(&format!("{}{}{:#}", paint::DIM, found.key.as_str(), paint::DIM))?;
                Ok(output::show(&json::coloured(&found.json)?)?)
            }
            Format::Json | Format::PrintR | Format::Form => self.print(found, complaints),
        }
    }

    fn line(&mut self, found: &Found) -> Result<()> {
        let (record, id) = (&found.record, found.record.id.to_string());
        let row = [
            (&*local(&self.zone, found.key.received()), paint::DIM),
            (record.code(), paint::code(record.code())),
            (record.portal(), paint::PLAIN),
            (record.subject.as_deref().unwrap_or_default(), paint::BOLD),
            (id_end(&id), paint::DIM),
        ];
        Ok(output::show(&self.columns.line(row))?)
    }
}

fn form(found: &Found, form: Result<Vec<u8>, FormError>, complaints: &mut Complaints) -> Result<()> {
    match form {
        Ok(form) => output::say_bytes(&form)?,
        Err(error) => complaints.say(&format!("{}: its raw form: {}", found.key.as_str(), with_causes(&error))),
    }
    Ok(())
}

/// A time and the end of an id are of no use when they are cut.
fn columns<'t>(rows: impl Iterator<Item = [&'t str; 5]>) -> Columns<5> {
    Columns::new(rows, [false, true, true, true, false], output::terminal_width())
}

/// Query and body as one body, of which PHP makes the same `$_REQUEST`.
fn one_form(form: &Resend) -> Vec<u8> {
    let query = form.query.as_ref().map(|query| format!("{query}&")).unwrap_or_default();
    format!("{query}{}\n", form.body).into_bytes()
}

/// The end of an id that tells it from others.
fn id_end(id: &str) -> &str {
    id.len().checked_sub(ID_END).and_then(|start| id.get(start..)).unwrap_or(id)
}

/// A moment in whole seconds of local time.
pub fn local(zone: &TimeZone, at: jiff::Timestamp) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A record on one line: as it is kept, unless somebody laid it out.
pub fn one_line(json: &[u8]) -> Result<String> {
    if json.contains(&b'\n') {
        let value: serde_json::Value = serde_json::from_slice(json)?;
        return Ok(value.to_string());
    }
    Ok(str::from_utf8(json).context("a record is not UTF-8")?.to_owned())
}
