//! The shortcut for a field whose name differs from the one before in its last key only.
//!
//! Most fields are such: `data[FIELDS][ID]=1&data[FIELDS][TITLE]=…`. The way to their array need
//! not be decoded and walked down again.

use super::arena::ArrayId;

/// The array that the field before was put in, by a name of keys only.
#[derive(Clone, Copy)]
pub(super) struct Siblings<'i> {
    /// What names of entries of the array start with, not decoded: it ends with a `[`.
    prefix: &'i [u8],
    pub array: ArrayId,
}

impl<'i> Siblings<'i> {
    /// The siblings of a name that is kept whole and ends with the group of `key`, if that key is
    /// written as it is.
    pub(super) fn of(raw_name: &'i [u8], key: &[u8], array: ArrayId) -> Option<Siblings<'i>> {
        let prefix = open_group(raw_name)?.strip_suffix(key)?;
        // Otherwise the key only looks as if it was written as it is: as `0` does in `[%30]`.
        let ends_whole = prefix.ends_with(b"[") || prefix.ends_with(b"%5B");
        (ends_whole && is_plain(key)).then_some(Siblings { prefix, array })
    }

    /// The last key of the name, if it is one of a sibling.
    pub(super) fn key_of(&self, raw_name: &'i [u8]) -> Option<&'i [u8]> {
        let key = open_group(raw_name.strip_prefix(self.prefix)?)?;
        is_plain(key).then_some(key)
    }
}

/// A name without the `]` at its end.
fn open_group(raw_name: &[u8]) -> Option<&[u8]> {
    raw_name.strip_suffix(b"%5D").or_else(|| raw_name.strip_suffix(b"]"))
}

/// Whether a key stands for itself, escaped or not, and no rule of PHP's is about it: those for
/// cookies are about keys with two underscores.
fn is_plain(key: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    !key.is_empty() && !key.starts_with(b"__") && key.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::super::arena::ROOT;
    use super::*;

    #[track_caller]
    fn check(raw_name: &str, key: &str, next: &str, next_key: Option<&str>) {
        let siblings = Siblings::of(raw_name.as_bytes(), key.as_bytes(), ROOT);
        let found = siblings.and_then(|siblings| siblings.key_of(next.as_bytes()));
        assert_eq!(found, next_key.map(str::as_bytes));
    }

    #[test]
    fn names_that_differ_in_the_last_key_are_siblings() {
        check("a[b]", "b", "a[c]", Some("c"));
        check("a%5Bb%5D%5B0%5D", "0", "a%5Bb%5D%5B1%5D", Some("1"));
        check("a[b]", "b", "a[_c]", Some("_c"));
    }

    #[test]
    fn other_names_are_not() {
        for next in
            ["a", "b[c]", "a[b][c]", "a[]", "a[ ]", "a[c.d]", "a[c%00]", "a[c", "a[__Host-c]", "a[c]d", "a%5Bc%5D"]
        {
            check("a[b]", "b", next, None);
        }
    }

    #[test]
    fn a_key_that_is_not_written_as_it_is_has_no_siblings() {
        check("a[%30]", "0", "a[%3A]", None);
        check("a[b.c]", "b.c", "a[d]", None);
        check("a[__Host-b]", "__Host-b", "a[c]", None);
    }
}
