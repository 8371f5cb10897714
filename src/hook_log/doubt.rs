//! Entries in doubt: those that could be a log inside of a text.
//!
//! A text that holds `)`, dashes, a date and so on ends its own entry too early, and leaves the rest of it without a
//! beginning. What stands before such a rest, as far back as an entry can be long, is no more than lines of somebody's
//! text, perhaps. Only the end of the whole entry is surely the script's own.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::parts::{Line, Parts};
use super::{ENTRY_BYTES_MAX, Entry, Part, Reason, Unread};

/// Reads a log, whatever its size, in the memory of a few forms.
pub struct Reader<R> {
    parts: Parts<R>,
    /// What a rest that comes next would cast doubt on.
    waiting: VecDeque<Part>,
    waiting_bytes: usize,
    ready: VecDeque<Part>,
}

impl<R: BufRead> Reader<R> {
    /// A reader that begins at line 1.
    pub fn new(log: R) -> Self {
        Self { parts: Parts::new(log), waiting: VecDeque::new(), waiting_bytes: 0, ready: VecDeque::new() }
    }

    /// The next part, in the order of the log; `None` at its end. Only lines without meaning (empty ones and dashes) are in
    /// no part.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub fn next_part(&mut self) -> io::Result<Option<Part>> {
        while self.ready.is_empty() {
            match self.parts.next()? {
                Some(part) => self.wait(part),
                None if self.waiting.is_empty() => return Ok(None),
                None => self.ready.append(&mut self.waiting),
            }
        }
        Ok(self.ready.pop_front())
    }

    fn wait(&mut self, part: Part) {
        if let Some(line) = rest_line(&part) {
            self.ready.extend(self.waiting.drain(..).map(|part| doubted(part, line)));
            self.waiting_bytes = 0;
        }
        self.waiting_bytes = self.waiting_bytes.saturating_add(raw(&part).len());
        self.waiting.push_back(part);
        while self.waiting_bytes > ENTRY_BYTES_MAX {
            let Some(part) = self.waiting.pop_front() else { break };
            self.waiting_bytes = self.waiting_bytes.saturating_sub(raw(&part).len());
            self.ready.push_back(part);
        }
    }
}

fn raw(part: &Part) -> &[u8] {
    match part {
        Part::Entry(entry) => &entry.raw,
        Part::Unread(unread) => &unread.raw,
    }
}

/// The line of a part that has an entry's end, but no beginning. The line of dashes may be the next entry's.
fn rest_line(part: &Part) -> Option<u64> {
    const END: [Line; 2] = [Line::Close, Line::Empty];
    let Part::Unread(Unread { line, reason: Reason::Stray, raw }) = part else { return None };
    let mut last = [Line::Other; 2];
    for kind in
        raw.split_inclusive(|byte| *byte == b'\n').map(|line| Line::of(line.strip_suffix(b"\n").unwrap_or(line)))
    {
        if last == END && kind == Line::Dashes {
            return Some(*line);
        }
        last = [last[1], kind];
    }
    (last == END).then_some(*line)
}

fn doubted(part: Part, rest: u64) -> Part {
    match part {
        Part::Entry(Entry { line, raw, .. }) => {
            Part::Unread(Unread { line, reason: Reason::Doubtful { line: rest }, raw })
        }
        Part::Unread(unread) => Part::Unread(unread),
    }
}
