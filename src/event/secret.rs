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

/// Is what stands under this name a secret? A name with anything but letters, digits and `_` is no name of Bitrix24's,
/// and one of ours in it is enough.
#[must_use]
pub fn is_secret(name: &[u8]) -> bool {
    let is_plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret.as_bytes())) || !is_plain && may_be_secret(name)
}

/// Could what stands under this name be a secret, where PHP may have changed the name? It makes `auth_token` of
/// `auth[token`, and the one key `a[token` of `x[a[token]`.
#[must_use]
pub fn may_be_secret(name: &[u8]) -> bool {
    NAMES.iter().any(|secret| has_word(name, secret))
}

/// Is this the name of a bot's token in the query?
#[must_use]
pub fn is_client_id(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(CLIENT_ID.as_bytes())
}

/// Could this be the name of a bot's token, where PHP may have changed the name?
#[must_use]
pub fn may_be_client_id(name: &[u8]) -> bool {
    has_word(name, CLIENT_ID)
}

/// Does the word stand in the name, in any letter case, with no letter or digit before or after it?
fn has_word(name: &[u8], word: &str) -> bool {
    let is_bound = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    name.windows(word.len()).enumerate().any(|(start, part)| {
        part.eq_ignore_ascii_case(word.as_bytes())
            && is_bound(start.checked_sub(1).and_then(|before| name.get(before)))
            && is_bound(name.get(start.saturating_add(word.len())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_in_any_letter_case() {
        for name in ["application_token", "AUTH_ID", "Refresh_Token", "TOKEN", "password"] {
            assert!(is_secret(name.as_bytes()) && may_be_secret(name.as_bytes()), "{name}");
        }
        for name in ["", "tokens", "member_id", "client_id", "mytoken", "expires"] {
            assert!(!is_secret(name.as_bytes()) && !may_be_secret(name.as_bytes()), "{name}");
        }
        assert!(is_client_id(b"CLIENT_ID") && may_be_client_id(b"x[client_id"));
    }

    #[test]
    fn a_name_that_php_made_of_another_may_be_a_secret() {
        for name in ["auth_application_token", "token_x"] {
            assert!(!is_secret(name.as_bytes()) && may_be_secret(name.as_bytes()), "{name}");
        }
        for name in ["0[Refresh_Id", "a.token.b", "token ", " access_token"] {
            assert!(is_secret(name.as_bytes()), "{name}");
        }
    }
}
