//! A tree as a PHP script would log it: `print_r`.

use super::view::{Array, Value};

/// Each level of arrays is set off by twice what a level of parentheses is.
const INDENT: usize = 4;

/// Writes a tree as PHP's `print_r($array, true)` does (`print_hash` in `Zend/zend.c`).
#[must_use]
pub fn print_r(array: Array<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write_array(array, 0, &mut out);
    out
}

/// Recursion is bounded by `DEPTH_MAX`, as no deeper tree can be made.
fn write_array(array: Array<'_>, indent: usize, out: &mut Vec<u8>) {
    let inner = indent.saturating_add(INDENT);
    out.extend_from_slice(b"Array\n");
    write_line(indent, b"(", out);
    for (key, value) in array.entries() {
        write_spaces(inner, out);
        out.push(b'[');
        out.extend_from_slice(key);
        out.extend_from_slice(b"] => ");
        match value {
            Value::Text(text) => out.extend_from_slice(text),
            Value::Array(below) => write_array(below, inner.saturating_add(INDENT), out),
        }
        out.push(b'\n');
    }
    write_line(indent, b")", out);
}

fn write_line(indent: usize, text: &[u8], out: &mut Vec<u8>) {
    write_spaces(indent, out);
    out.extend_from_slice(text);
    out.push(b'\n');
}

fn write_spaces(count: usize, out: &mut Vec<u8>) {
    out.resize(out.len().saturating_add(count), b' ');
}

#[cfg(test)]
mod tests {
    use super::super::{Form, Limits};
    use super::*;

    #[test]
    fn arrays_are_laid_out_as_php_does() {
        let form = Form::parse(b"a=x%0Ay&5[k][]=1&a[__Host-b]&e", &Limits::default()).unwrap();
        let expected = "\
Array
(
    [a] => Array
        (
        )

    [5] => Array
        (
            [k] => Array
                (
                    [0] => 1
                )

        )

    [e] => 
)
";
        assert_eq!(String::from_utf8(print_r(form.root())).unwrap(), expected);
    }
}
