//! A tree as a form again.

use super::view::{Array, Value};

/// Writes a tree as PHP's `http_build_query` does (RFC 1738 escapes, `ext/standard/http.c`).
///
/// Indices are written out; an array without entries vanishes, as PHP has no way to write it.
#[must_use]
pub fn build_query(array: Array<'_>) -> String {
    let mut query = String::new();
    write_fields(array, ["", ""], &mut String::new(), &mut query);
    query
}

/// Writes what is below `prefix`, the escaped name of the array itself. Recursion is bounded by
/// `DEPTH_MAX`, as no deeper tree can be made.
fn write_fields(array: Array<'_>, [open, close]: [&str; 2], prefix: &mut String, query: &mut String) {
    let outer_bytes = prefix.len();
    for (key, value) in array.entries() {
        prefix.push_str(open);
        push_escaped(key, prefix);
        prefix.push_str(close);
        match value {
            Value::Text(text) => {
                if !query.is_empty() {
                    query.push('&');
                }
                query.push_str(prefix);
                query.push('=');
                push_escaped(text, query);
            }
            Value::Array(below) => write_fields(below, ["%5B", "%5D"], prefix, query),
        }
        prefix.truncate(outer_bytes);
    }
}

/// Escapes a text as PHP's `urlencode` does: unlike in RFC 3986, the tilde too, and a space is `+`.
fn push_escaped(text: &[u8], out: &mut String) {
    for &byte in text {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(hex_digit(byte >> 4));
                out.push(hex_digit(byte & 0x0F));
            }
        }
    }
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::super::{Form, Limits};
    use super::*;

    #[track_caller]
    fn check(input: &str, query: &str) {
        let form = Form::parse(input.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(build_query(form.root()), query);
    }

    #[test]
    fn names_and_values_are_escaped_as_php_does() {
        check("a b=~*'-_.&я=%00\n", "a_b=%7E%2A%27-_.&%D1%8F=%00%0A");
        check("a[x y][]=1&a[x y][]=2", "a%5Bx+y%5D%5B0%5D=1&a%5Bx+y%5D%5B1%5D=2");
        check("7[8]=x", "7%5B8%5D=x");
    }

    #[test]
    fn an_empty_array_vanishes() {
        check("a[__Host-b]=1&c=1", "c=1");
    }

    #[test]
    fn an_empty_key_is_a_key() {
        let mut form = Form::new();
        form.root_mut().insert_array("").unwrap().insert_text("a", "1").unwrap();
        assert_eq!(build_query(form.root()), "%5Ba%5D=1");
    }
}
