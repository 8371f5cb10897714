//! A log cut into parts, line by line: what has an entry's beginning and end, and what lies between.

use std::io::{self, BufRead};
use std::mem;

use jiff::civil::DateTime;

use super::date::parse_date;
use super::{ENTRY_BYTES_MAX, Entry, Part, Reason, Unread, tree};
use crate::event::plain;

/// A longer title, or one with control characters, would not come out of a record as it was.
const TITLE_BYTES_MAX: usize = 512;

/// Reads a log part by part, and holds one at a time.
pub(super) struct Parts<R> {
    log: R,
    /// The part that is being read, and the number of its first line.
    raw: Vec<u8>,
    first_line: u64,
    /// The number of the line that was read last, where it begins in `raw`, and whether it is whole.
    line: u64,
    start: usize,
    is_whole: bool,
    /// What the last two lines were.
    last: [Line; 2],
    /// Where in an entry it is; `None` between entries.
    head: Option<Head>,
}

#[derive(Clone, Copy)]
struct Head {
    date: DateTime,
    /// Where the title begins, and where that begins which was printed.
    title: usize,
    printed: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Empty,
    Dashes,
    Close,
    Other,
}

impl Line {
    pub fn of(line: &[u8]) -> Self {
        /// The tutorial has 24; some are left where somebody shortened them.
        const DASHES_MIN: usize = 8;
        match line {
            b"" => Self::Empty,
            b")" => Self::Close,
            _ if line.len() >= DASHES_MIN && line.iter().all(|byte| *byte == b'-') => Self::Dashes,
            _ => Self::Other,
        }
    }
}

impl<R: BufRead> Parts<R> {
    pub fn new(log: R) -> Self {
        let last = [Line::Other; 2];
        Self { log, raw: Vec::new(), first_line: 1, line: 0, start: 0, is_whole: true, last, head: None }
    }

    /// The next part; `None` at the end of the log.
    pub fn next(&mut self) -> io::Result<Option<Part>> {
        while self.read_line()? {
            if let Some(part) = self.advance() {
                return Ok(Some(part));
            }
        }
        self.line = self.line.saturating_add(1);
        let rest = mem::take(&mut self.raw);
        Ok(self.unfinished(rest))
    }

    /// Appends the next line to the part; of a line without end, as much as an entry may be long.
    fn read_line(&mut self) -> io::Result<bool> {
        self.start = self.raw.len();
        let mut most = io::Read::take(&mut self.log, ENTRY_BYTES_MAX as u64);
        Ok(most.read_until(b'\n', &mut self.raw)? > 0)
    }

    /// Takes the line that was read for what it is in its place; gives the part that ends with it or before it.
    fn advance(&mut self) -> Option<Part> {
        let line = self.raw.get(self.start..).unwrap_or_default();
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let begins_line = mem::replace(&mut self.is_whole, text.len() < line.len());
        let (kind, date) = if begins_line {
            self.line = self.line.saturating_add(1);
            (Line::of(text), parse_date(text).filter(|_| self.last[1] == Line::Dashes))
        } else {
            (Line::Other, None)
        };
        let last = self.last;
        self.last = [last[1], kind];
        if let Some(date) = date {
            return self.begin(date);
        }
        match &mut self.head {
            Some(Head { printed: printed @ None, .. }) => *printed = Some(self.raw.len()),
            Some(Head { date, title, printed: Some(printed) }) => {
                let is_array = self.raw.get(*printed..).is_some_and(|printed| printed.starts_with(b"Array\n(\n"));
                if kind == Line::Dashes && (!is_array || last == [Line::Close, Line::Empty]) {
                    let (date, title, printed) = (*date, *title, *printed);
                    return Some(self.end(date, title, printed));
                }
            }
            None => {}
        }
        if self.raw.len() > ENTRY_BYTES_MAX {
            let raw = mem::take(&mut self.raw);
            return self.too_long(raw);
        }
        None
    }

    /// An entry begins with the line of dashes before this date: what was read before that is a part.
    fn begin(&mut self, date: DateTime) -> Option<Part> {
        let dashes = self.raw.get(..self.start.saturating_sub(1)).unwrap_or_default();
        let dashes = memchr::memrchr(b'\n', dashes).map_or(0, |end| end.saturating_add(1));
        let beginning = self.raw.split_off(dashes);
        let before = mem::replace(&mut self.raw, beginning);
        self.line = self.line.saturating_sub(1);
        let part = self.unfinished(before);
        self.first_line = self.line;
        self.line = self.line.saturating_add(1);
        self.head = Some(Head { date, title: self.raw.len(), printed: None });
        part
    }

    /// The entry ends before the line of dashes that was read last. That line may also be the next one's beginning.
    fn end(&mut self, date: DateTime, title: usize, printed: usize) -> Part {
        let dashes = self.raw.split_off(self.start);
        let raw = mem::replace(&mut self.raw, dashes);
        let line = mem::replace(&mut self.first_line, self.line);
        self.head = None;
        let read = read(&raw, line, title, printed);
        match read {
            Ok((title, request)) => Part::Entry(Entry { line, date, title, request, raw }),
            Err(reason) => Part::Unread(Unread { line, reason, raw }),
        }
    }

    /// What was read when something else begins, or nothing comes any more.
    fn unfinished(&mut self, raw: Vec<u8>) -> Option<Part> {
        let (line, head) = (self.first_line, self.head.take());
        if head.is_some() {
            return Some(Part::Unread(Unread { line, reason: Reason::Unfinished { line: self.line }, raw }));
        }
        let mut lines = raw.split(|byte| *byte == b'\n').zip(line..);
        let (_, line) = lines.find(|(line, _)| matches!(Line::of(line), Line::Close | Line::Other))?;
        let is_windows = memchr::memmem::find(&raw, b"-\r\n").is_some();
        let reason = if is_windows { Reason::WindowsLineEnds } else { Reason::Stray };
        Some(Part::Unread(Unread { line, reason, raw }))
    }

    /// What was read of a part that is too long; the rest of it will be stray.
    fn too_long(&mut self, raw: Vec<u8>) -> Option<Part> {
        if self.head.take().is_none() {
            let part = self.unfinished(raw);
            self.first_line = self.line.saturating_add(u64::from(self.is_whole));
            return part;
        }
        let line = mem::replace(&mut self.first_line, self.line.saturating_add(u64::from(self.is_whole)));
        Some(Part::Unread(Unread { line, reason: Reason::TooLong, raw }))
    }
}

/// Reads an entry that has a beginning and an end.
fn read(raw: &[u8], line: u64, title: usize, printed: usize) -> Result<(String, crate::form::Form), Reason> {
    /// Dashes, date and title.
    const LINES_BEFORE: u64 = 3;
    let title = raw.get(title..printed.saturating_sub(1)).and_then(|title| str::from_utf8(title).ok());
    let title = title.filter(|title| plain(title, TITLE_BYTES_MAX) == *title).ok_or(Reason::Title)?;
    let printed = raw.get(printed..).unwrap_or_default();
    let printed = printed.strip_suffix(b"\n").unwrap_or(printed);
    Ok((title.to_owned(), tree::parse(printed, line.saturating_add(LINES_BEFORE))?))
}
