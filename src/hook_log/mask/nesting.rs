//! Quotes and brackets, and what closes them.

/// The marks that close what is open, the innermost last.
#[derive(Default)]
pub(super) struct Nesting(Vec<u8>);

impl Nesting {
    /// Reads up to where nothing is open any more, and gives that place; `None` where the text ends before.
    pub fn close(&mut self, text: &[u8]) -> Option<usize> {
        let mut bytes = text.iter().enumerate();
        while let Some((at, byte)) = bytes.next() {
            self.read(*byte);
            if *byte == b'\\' {
                bytes.next();
            } else if self.0.is_empty() {
                return Some(at.saturating_add(1));
            }
        }
        None
    }

    /// Takes a byte for what it opens or closes. What it may be after a backslash is not asked.
    pub fn read(&mut self, byte: u8) {
        let closing = self.0.last().copied();
        if closing == Some(byte) {
            self.0.pop();
        } else if !matches!(closing, Some(b'"' | b'\'' | b'`')) {
            self.0.extend(closed_by(byte));
        }
    }

    pub fn is_open(&self) -> bool {
        !self.0.is_empty()
    }
}

/// What closes that which this byte opens.
pub(super) fn closed_by(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\'' | b'`' => Some(byte),
        b'[' => Some(b']'),
        b'{' => Some(b'}'),
        b'(' => Some(b')'),
        _ => None,
    }
}

/// Does a value end before this, after a closing quote or bracket? Else it may go on: `'a' . 'b'`, `'a''b'`.
pub(super) fn is_end(rest: &[u8]) -> bool {
    rest.trim_ascii_start().first().is_some_and(|byte| b",;)}]&<>".contains(byte))
}
