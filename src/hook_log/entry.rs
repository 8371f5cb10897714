//! An entry, why a part of a log is none, and an entry's bytes.

use jiff::civil::DateTime;

use super::date::date_line;
use crate::form::{Array, Form, print_r};

/// One call of the script.
#[derive(Debug)]
pub struct Entry {
    /// The line that it begins with, counted from 1.
    pub line: u64,
    /// The date, in the server's time zone.
    pub date: DateTime,
    /// What the script called it.
    pub title: String,
    /// What was printed.
    pub request: Form,
    /// The entry as it stands in the log.
    pub raw: Vec<u8>,
}

/// A part of a log that was not read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    /// The line that it begins with, counted from 1.
    pub line: u64,
    /// Why it was not read.
    pub reason: Reason,
    /// The part as it stands in the log, secrets and all.
    pub raw: Vec<u8>,
}

/// Why a part of a log was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Lines before, between or after entries.
    #[error("this is no part of an entry")]
    Stray,
    /// The file has gone through a program that changes line ends.
    #[error("the lines end as in Windows, which PHP does not write: undo that change (`dos2unix`) and import again")]
    WindowsLineEnds,
    /// The file ends, or another entry begins.
    #[error("the entry has no end before line {line}: it was cut off, or a text in it quotes a log")]
    Unfinished {
        /// Where the file ends or the other entry begins.
        line: u64,
    },
    /// Something else was logged.
    #[error("what was logged is no array")]
    NotAnArray,
    /// More than one tree prints like this.
    #[error("line {line} can be read in more than one way")]
    Ambiguous {
        /// The line, counted from 1 in the log.
        line: u64,
    },
    /// A part of what may be one entry.
    #[error(
        "line {line} goes on with an entry that has no beginning, and this may stand in a text of it; if not, remove that part and import again"
    )]
    Doubtful {
        /// Where the part without a beginning stands.
        line: u64,
    },
    /// Longer than any form.
    #[error("the entry is longer than {} bytes", super::ENTRY_BYTES_MAX)]
    TooLong,
    /// More than PHP would have taken in.
    #[error("the entry has more values or levels of arrays than any request")]
    TooManyValues,
    /// A title that a record cannot keep as it is.
    #[error("the title is longer than 512 bytes, or no plain text")]
    Title,
}

/// Appends an entry as the script would have written it. An empty title becomes `DEBUG`, as it does there.
pub fn write_entry(date: DateTime, title: &str, request: Array<'_>, log: &mut Vec<u8>) {
    const DASHES: &str = "------------------------";
    let title = if title.is_empty() { "DEBUG" } else { title };
    log.extend_from_slice(format!("\n{DASHES}\n{}\n{title}\n", date_line(date)).as_bytes());
    log.extend_from_slice(&print_r(request));
    log.extend_from_slice(format!("\n{DASHES}\n").as_bytes());
}
