//! Which names in a form are secrets: what they hold never reaches an object, a log line or an answer.

/// Names whose value is a secret wherever they stand, in any letter case.
const NAMES: [&str; 9] = [
    "application_token",
    "access_token",
    "refresh_token",
    "event_token",
    "client_secret",
    "auth_id",
    "refresh_id",
    "password",
    "token",
];

/// The name under which a bot without an application carries its token in the query.
const CLIENT_ID: &str = "client_id";

/// A shorter value could be many another's too, so it is no secret where no secret's name stands.
pub const NAMELESS_BYTES_MIN: usize = 8;

/// Is what stands under this key of a tree a secret?
#[must_use]
pub fn is_secret(key: &[u8]) -> bool {
    parts(key).any(is_name)
}

/// Was this field's name a secret's, as it was sent? PHP makes `auth_token` of `auth[token` and of `auth.token`, and drops
/// what follows a bracket that is not closed, so that the tree does not tell.
#[must_use]
pub fn was_secret(sent_name: &[u8]) -> bool {
    sent_parts(sent_name).any(is_name)
}

/// Is this the key of a bot's token in the query?
#[must_use]
pub fn is_client_id(key: &[u8]) -> bool {
    parts(key).any(is_client_id_name)
}

/// Was this field's name that of a bot's token, as it was sent?
#[must_use]
pub fn was_client_id(sent_name: &[u8]) -> bool {
    sent_parts(sent_name).any(is_client_id_name)
}

/// Does a word end as a secret's name does? For a text in an unknown notation, where what stands before the name may be
/// another name, or an escape.
#[must_use]
pub fn ends_in_secret(word: &[u8]) -> bool {
    NAMES.iter().chain([&CLIENT_ID]).any(|secret| {
        let end = word.len().checked_sub(secret.len()).and_then(|start| word.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(secret.as_bytes()))
    })
}

fn is_name(part: &[u8]) -> bool {
    NAMES.iter().any(|secret| part.eq_ignore_ascii_case(secret.as_bytes()))
}

fn is_client_id_name(part: &[u8]) -> bool {
    part.eq_ignore_ascii_case(CLIENT_ID.as_bytes())
}

/// A key is one part, unless brackets were sent inside brackets.
fn parts(key: &[u8]) -> impl Iterator<Item = &[u8]> {
    key.split(|byte| matches!(byte, b'[' | b']')).map(<[u8]>::trim_ascii)
}

fn sent_parts(sent_name: &[u8]) -> impl Iterator<Item = &[u8]> {
    sent_name.split(|byte| matches!(byte, b'[' | b']' | b'.' | b' ' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_in_any_letter_case() {
        for name in ["application_token", "AUTH_ID", "Refresh_Token", "TOKEN", "password", "0[Refresh_Id", " token"] {
            assert!(is_secret(name.as_bytes()), "{name}");
        }
        let others =
            ["", "tokens", "token_type", "UF_TOKEN", "member_id", "client_id", "mytoken", "My token", "a.token"];
        for name in others {
            assert!(!is_secret(name.as_bytes()), "{name}");
        }
        assert!(is_client_id(b"CLIENT_ID") && !is_client_id(b"client"));
    }

    #[test]
    fn a_name_that_php_changes_is_known_as_it_was_sent() {
        for name in ["auth[application_token", "auth.token", "a[b][Password", "x token", "token\0y"] {
            assert!(was_secret(name.as_bytes()), "{name}");
        }
        for name in ["auth[token_type", "a.b", "UF_TOKEN[x"] {
            assert!(!was_secret(name.as_bytes()), "{name}");
        }
        assert!(was_client_id(b"x[client_id"));
    }

    #[test]
    fn a_word_may_end_in_a_secrets_name() {
        assert!(["X-Token", "5Btoken", "nAUTH_ID", "client_id"].iter().all(|word| ends_in_secret(word.as_bytes())));
        assert!(!["token_type", "oken", ""].iter().any(|word| ends_in_secret(word.as_bytes())));
    }
}
