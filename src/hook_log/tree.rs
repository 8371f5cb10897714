//! `print_r` read backwards: the lines of one array to a tree.
//!
//! The layout is that of `print_hash` in PHP's `Zend/zend.c`: at depth `n` a key stands behind `8n + 4` spaces, a
//! parenthesis behind `8n`, and an empty line follows an array that is in another one.

use memchr::{memchr, memmem};

use super::Reason;
use crate::form::{ArrayMut, Form, Limits, print_r};

/// Reads what `print_r` printed of an array. `line` is the number of the first line.
pub(super) fn parse(printed: &[u8], line: u64) -> Result<Form, Reason> {
    let mut form = Form::new();
    let mut lines = Lines { printed, at: 0, number: line, values: 0 };
    if !lines.take(b"Array") || !lines.take(b"(") {
        return Err(Reason::NotAnArray);
    }
    lines.array(0, &mut form.root_mut())?;
    let again = print_r(form.root());
    if again == printed {
        Ok(form)
    } else {
        Err(Reason::Ambiguous { line: line.saturating_add(equal_lines(&again, printed)) })
    }
}

fn equal_lines(one: &[u8], other: &[u8]) -> u64 {
    let equal = one.iter().zip(other).take_while(|(one, other)| one == other);
    equal.filter(|(byte, _)| **byte == b'\n').fold(0, |lines, _| lines.saturating_add(1))
}

/// What is printed, and how far it was read.
struct Lines<'l> {
    printed: &'l [u8],
    at: usize,
    number: u64,
    values: usize,
}

impl<'l> Lines<'l> {
    /// Reads the keys of an array up to its closing parenthesis. No tree can be made deeper than `DEPTH_MAX`, which
    /// bounds the recursion.
    fn array(&mut self, depth: usize, array: &mut ArrayMut<'_>) -> Result<(), Reason> {
        while !self.take_at(depth, b")") {
            let line = self.peek().ok_or(self.ambiguous())?;
            let (key, text) = key(line, depth).and_then(split_key).ok_or(self.ambiguous())?;
            self.values = self.values.saturating_add(1);
            if self.values > Limits::default().nodes_max {
                return Err(Reason::TooManyValues);
            }
            self.skip(line);
            let inner = depth.saturating_add(1);
            if text == b"Array" && self.take_at(inner, b"(") {
                self.array(inner, &mut array.insert_array(key).or(Err(Reason::TooManyValues))?)?;
                if !self.take(b"") {
                    return Err(self.ambiguous());
                }
            } else {
                let text = self.text(text, depth)?;
                array.insert_text(key, text).or(Err(Reason::TooManyValues))?;
            }
        }
        Ok(())
    }

    /// The whole of a text whose first line was read: up to the next line of its array's layout.
    fn text(&mut self, first: &'l [u8], depth: usize) -> Result<&'l [u8], Reason> {
        let start = self.at.saturating_sub(first.len()).saturating_sub(1);
        while let Some(line) = self.peek() {
            if unindented(line, depth) == Some(b")") || key(line, depth).is_some() {
                break;
            }
            if is_layout(line) {
                return Err(self.ambiguous());
            }
            self.skip(line);
        }
        Ok(self.printed.get(start..self.at.saturating_sub(1)).unwrap_or_default())
    }

    /// The next line, without its end. What has no end is no line.
    fn peek(&self) -> Option<&'l [u8]> {
        let rest = self.printed.get(self.at..)?;
        rest.get(..memchr(b'\n', rest)?)
    }

    fn skip(&mut self, line: &[u8]) {
        self.at = self.at.saturating_add(line.len()).saturating_add(1);
        self.number = self.number.saturating_add(1);
    }

    fn take(&mut self, expected: &[u8]) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.skip(expected);
        }
        found
    }

    /// Takes a parenthesis at this depth.
    fn take_at(&mut self, depth: usize, parenthesis: &[u8]) -> bool {
        let line = self.peek().filter(|line| unindented(line, depth) == Some(parenthesis));
        if let Some(line) = line {
            self.skip(line);
        }
        line.is_some()
    }

    fn ambiguous(&self) -> Reason {
        Reason::Ambiguous { line: self.number }
    }
}

/// What stands behind the spaces of a parenthesis at this depth.
fn unindented(line: &[u8], depth: usize) -> Option<&[u8]> {
    let (spaces, rest) = line.split_at_checked(depth.saturating_mul(8))?;
    spaces.iter().all(|byte| *byte == b' ').then_some(rest)
}

/// What follows the `[` of a key at this depth.
fn key(line: &[u8], depth: usize) -> Option<&[u8]> {
    unindented(line, depth)?.strip_prefix(b"    [")
}

/// A key and the first line of its text. No key in `$_REQUEST` has `] => ` in it: at the top spaces become `_`, and
/// below a `]` ends the key.
pub(super) fn split_key(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const ARROW: &[u8] = b"] => ";
    let arrow = memmem::find(line, ARROW)?;
    Some((line.get(..arrow)?, line.get(arrow.saturating_add(ARROW.len())..)?))
}

/// Would this line be a key or a parenthesis at some depth?
fn is_layout(line: &[u8]) -> bool {
    let spaces = line.iter().take_while(|byte| **byte == b' ').count();
    let text = line.get(spaces..).unwrap_or_default();
    match spaces % 8 {
        0 => matches!(text, b"(" | b")"),
        4 => text.strip_prefix(b"[").and_then(split_key).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(printed: &str, expected: Result<&str, u64>) {
        let read = parse(printed.as_bytes(), 1);
        let read = read.as_ref().map(|form| serde_json::to_string(form).unwrap());
        let expected = expected.map(str::to_owned).map_err(|line| Reason::Ambiguous { line });
        assert_eq!(read.map_err(|reason| *reason), expected, "{printed}");
    }

    #[test]
    fn arrays_and_texts_come_back() {
        check("Array\n(\n)\n", Ok("[]"));
        check("Array\n(\n    [a] => \n    [b] =>  1 \n)\n", Ok(r#"{"a":"","b":" 1 "}"#));
        check(
            "Array\n(\n    [a] => Array\n        (\n            [0] => x\n        )\n\n    [b] => Array\n)\n",
            Ok(r#"{"a":["x"],"b":"Array"}"#),
        );
    }

    #[test]
    fn a_text_may_have_any_lines_that_are_not_of_the_layout() {
        check(
            "Array\n(\n    [a] => x\n\n  y\n------------------------\n    [b] => 1\n)\n",
            Ok("{\"a\":\"x\\n\\n  y\\n------------------------\",\"b\":\"1\"}"),
        );
        check("Array\n(\n    [a] => Array\n  (\n[x] => y\n\n)\n", Ok("{\"a\":\"Array\\n  (\\n[x] => y\\n\"}"));
        check("Array\n(\n    [a] => [b] => c\n)\n", Ok(r#"{"a":"[b] => c"}"#));
    }

    #[test]
    fn what_has_two_readings_is_refused_with_its_line() {
        check("Array\n(\n    [a] => 1\n    [a] => 2\n)\n", Err(3));
        check("Array\n(\n    [a] => 1\n)\n)\n", Err(5));
        check("Array\n(\n    [a] => 1\n            [b] => 2\n)\n", Err(4));
        check("Array\n(\n    [a] => 1\n    [b\n)\n", Err(4));
        check("Array\n(\n    [a] => 1\n        (\n)\n", Err(4));
        check("Array\n(\n    [a] => Array\n        (\n        )\n    [b] => 1\n)\n", Err(6));
        check("Array\n(\nx\n)\n", Err(3));
        check("Array\n(\n    [a] => 1\n", Err(4));
    }

    #[test]
    fn what_is_deeper_than_any_form_is_refused_and_not_followed() {
        let mut deep = "Array\n(\n".to_owned();
        for depth in 0..70 {
            let indent = " ".repeat(depth * 8 + 4);
            deep += &[&indent, "[a] => Array\n", &indent, "    (\n"].concat();
        }
        assert_eq!(parse(deep.as_bytes(), 1).unwrap_err(), Reason::TooManyValues);
        assert_eq!(parse(b"1\n", 1).unwrap_err(), Reason::NotAnArray);
    }
}
