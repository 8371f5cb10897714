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

/// Names that are secrets as the end of a longer name too: PHP makes `auth_application_token` of a bracket that
/// is never closed.
const ENDS: [&str; 5] = ["_application_token", "_access_token", "_refresh_token", "_event_token", "_client_secret"];

/// Is what stands under this name a secret?
#[must_use]
pub fn is_secret(name: &[u8]) -> bool {
    NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret.as_bytes()))
        || ENDS.iter().any(|end| {
            let start = name.len().saturating_sub(end.len());
            name.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
        })
}

/// Is this the name under which a bot without an application carries its token in the query?
#[must_use]
pub fn is_client_id(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"client_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_in_any_letter_case() {
        for name in ["application_token", "AUTH_ID", "Refresh_Token", "TOKEN", "password", "auth_application_token"] {
            assert!(is_secret(name.as_bytes()), "{name}");
        }
        for name in ["", "tokens", "token_name", "uf_token", "member_id", "client_id", "mytoken", "expires"] {
            assert!(!is_secret(name.as_bytes()), "{name}");
        }
        assert!(is_client_id(b"CLIENT_ID"));
    }
}
