//! Entries in doubt: those that could be a log inside of a text.
//!
//! A text that holds `)`, dashes, a date and so on ends its own entry too early, and leaves a rest without a beginning.
//! Between the two stands what only looks like entries. An entry cut off and entries after it are no such thing: no rest
//! follows them.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::parts::Parts;
use super::{ENTRY_BYTES_MAX, Entry, Part, Reason, Unread};

/// Reads a log, whatever its size, in the memory of a few forms.
pub struct Reader<R> {
    parts: Parts<R>,
    /// A part that is no entry, and what has followed it.
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
        loop {
            if let Some(part) = self.ready.pop_front() {
                return Ok(Some(part));
            }
            match self.parts.next()? {
                None if self.waiting.is_empty() => return Ok(None),
                None => self.ready.append(&mut self.waiting),
                Some(Part::Entry(entry)) if self.waiting.is_empty() => return Ok(Some(Part::Entry(entry))),
                Some(part) => self.wait(part),
            }
        }
    }

    fn wait(&mut self, part: Part) {
        if is_rest(&part) {
            self.ready.extend(self.waiting.drain(..).map(doubted));
            self.waiting_bytes = 0;
        }
        self.waiting_bytes = self.waiting_bytes.saturating_add(raw(&part).len());
        self.waiting.push_back(part);
        // No form is longer, so the first part that waits cannot be the beginning of one that ends here.
        while self.waiting_bytes > ENTRY_BYTES_MAX {
            self.release();
        }
    }

    /// Lets the first part go, and the entries up to the next part that is none.
    fn release(&mut self) {
        loop {
            let Some(part) = self.waiting.pop_front() else { break };
            self.waiting_bytes = self.waiting_bytes.saturating_sub(raw(&part).len());
            self.ready.push_back(part);
            if !matches!(self.waiting.front(), Some(Part::Entry(_))) {
                break;
            }
        }
    }
}

fn raw(part: &Part) -> &[u8] {
    match part {
        Part::Entry(entry) => &entry.raw,
        Part::Unread(unread) => &unread.raw,
    }
}

/// Does this have an array's end, but no beginning?
fn is_rest(part: &Part) -> bool {
    match part {
        Part::Entry(_) => false,
        Part::Unread(unread) => {
            unread.reason == Reason::Stray && unread.raw.split(|byte| *byte == b'\n').any(|line| line == b")")
        }
    }
}

fn doubted(part: Part) -> Part {
    match part {
        Part::Entry(Entry { line, raw, .. }) => Part::Unread(Unread { line, reason: Reason::Doubtful, raw }),
        Part::Unread(unread) => Part::Unread(unread),
    }
}
