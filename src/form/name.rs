//! Names: from the decoded name of a field to the keys it stands for.
//!
//! The rules are those of `php_register_variable_ex` in `main/php_variables.c`. Which arrays the
//! keys lead to is left to `walk`.

use memchr::memchr;

const HOST: &[u8] = b"__Host-";
const SECURE: &[u8] = b"__Secure-";

/// A decoded name, its base mangled by PHP's rules.
pub(super) struct Name<'n> {
    /// The part before the first group; never empty.
    pub base: &'n [u8],
    /// The groups as they were sent: empty, or from a `[` on.
    pub groups: &'n [u8],
    /// Whether the base says something else than what was sent.
    pub changed: bool,
    sent_with_host: bool,
    sent_with_secure: bool,
}

/// Where a group leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'n> {
    /// `[key]`.
    Key(&'n [u8]),
    /// `[]`, or with one white space inside: the next free index.
    Append,
}

impl<'n> Name<'n> {
    /// Reads a name, mangling its base in place. `None` where nothing is left of the base: PHP
    /// drops such a field.
    pub(super) fn read(decoded: &'n mut [u8]) -> Option<Name<'n>> {
        let sent_bytes = decoded.len();
        let end = memchr(0, decoded).unwrap_or(sent_bytes);
        let start = decoded.iter().take_while(|&&byte| byte == b' ').count();
        let name = decoded.get_mut(start..end)?;
        let (sent_with_host, sent_with_secure) = (name.starts_with(HOST), name.starts_with(SECURE));

        let bracket = memchr(b'[', name).unwrap_or(name.len());
        if bracket == 0 {
            return None;
        }
        // A `[` that is never closed belongs to the base, with all that follows it.
        let closed = memchr(b']', name.get(bracket..)?).is_some();
        let base_end = if closed { bracket } else { name.len() };
        let (base, groups) = name.split_at_mut_checked(base_end)?;
        let mut changed = base.len().saturating_add(groups.len()) != sent_bytes;
        for byte in base.iter_mut().filter(|byte| matches!(**byte, b' ' | b'.' | b'[')) {
            *byte = b'_';
            changed = true;
        }
        Some(Name { base, groups, changed, sent_with_host, sent_with_secure })
    }

    /// Whether PHP drops the field for this key: one with the prefix of a safe cookie is allowed
    /// only in a name that was sent with that prefix (CVE-2022-31629, CVE-2024-2756).
    pub(super) fn forbids(&self, key: &[u8]) -> bool {
        (key.starts_with(HOST) && !self.sent_with_host) || (key.starts_with(SECURE) && !self.sent_with_secure)
    }
}

/// Splits the first group off. `None` where there is no `[`, or none that is closed: PHP drops
/// the rest of such a name.
pub(super) fn split_group(groups: &[u8]) -> Option<(Step<'_>, &[u8])> {
    match groups.strip_prefix(b"[")? {
        // White space as `isspace` has it in the C locale: unlike in Rust, with the vertical tab.
        [b']', rest @ ..] | [b' ' | b'\t'..=b'\r', b']', rest @ ..] => Some((Step::Append, rest)),
        inside => {
            let (key, end) = inside.split_at_checked(memchr(b']', inside)?)?;
            Some((Step::Key(key), end.strip_prefix(b"]")?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_base(name: &str, base: &str, groups: &str, changed: bool) {
        let mut decoded = name.as_bytes().to_vec();
        let name = Name::read(&mut decoded).unwrap();
        assert_eq!(name.base, base.as_bytes());
        assert_eq!(name.groups, groups.as_bytes());
        assert_eq!(name.changed, changed);
    }

    #[track_caller]
    fn check_groups(groups: &str, steps: &[Step], dropped: &str) {
        let mut rest = groups.as_bytes();
        for expected in steps {
            let (step, after) = split_group(rest).unwrap();
            assert_eq!(step, *expected);
            rest = after;
        }
        assert_eq!(split_group(rest), None);
        assert_eq!(rest, dropped.as_bytes());
    }

    #[test]
    fn a_base_is_mangled_and_its_groups_are_not() {
        check_base("a", "a", "", false);
        check_base("  a.b c", "a_b_c", "", true);
        check_base("a.b[c.d]", "a_b", "[c.d]", true);
        check_base("a]b", "a]b", "", false);
        check_base("a\tb", "a\tb", "", false);
        check_base("a[b]\0[c]", "a", "[b]", true);
    }

    #[test]
    fn a_bracket_that_is_never_closed_joins_the_base() {
        check_base("a[b.c d[e", "a_b_c_d_e", "", true);
        check_base("a[", "a_", "", true);
        check_base("a[b\0]", "a_b", "", true);
    }

    #[test]
    fn a_group_goes_up_to_the_next_closing_bracket() {
        check_groups("[b][c]", &[Step::Key(b"b"), Step::Key(b"c")], "");
        check_groups("[b[c]", &[Step::Key(b"b[c")], "");
        check_groups("[ b]", &[Step::Key(b" b")], "");
        check_groups("[  ]", &[Step::Key(b"  ")], "");
        check_groups("[][ ][\x0B]", &[Step::Append; 3], "");
    }

    #[test]
    fn what_follows_the_groups_is_no_group() {
        check_groups("[b]c[d]", &[Step::Key(b"b")], "c[d]");
        check_groups("[b][c", &[Step::Key(b"b")], "[c");
    }

    #[test]
    fn a_name_without_a_base_is_none() {
        for name in ["", " ", "[", "[a]", "[]", " [a]", "\0a"] {
            assert!(Name::read(&mut name.as_bytes().to_vec()).is_none(), "{name:?}");
        }
    }

    #[test]
    fn a_cookie_prefix_must_have_been_sent() {
        let forbids = |name: &str, key: &str| {
            let mut decoded = name.as_bytes().to_vec();
            Name::read(&mut decoded).unwrap().forbids(key.as_bytes())
        };
        assert!(forbids("..Host-a", "__Host-a"));
        assert!(forbids("a[__Secure-b]", "__Secure-b"));
        assert!(forbids("__Host-a[__Secure-b]", "__Secure-b"));
        assert!(!forbids("__Host-a[__Host-b]", "__Host-b"));
        assert!(!forbids("  __Host-a", "__Host-a"));
    }
}
