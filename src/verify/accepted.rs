//! The accepted tokens as the operator writes them, and the comparison in constant time.

use std::str::FromStr;

use subtle::{Choice, ConstantTimeEq as _};

use super::{Digest, Token};

/// The accepted tokens: at least one. Only their digests are held.
#[derive(Clone, Debug)]
pub struct Tokens(Vec<Accepted>);

#[derive(Clone, Debug)]
struct Accepted {
    name: String,
    digest: Digest,
    member_id: Option<String>,
}

/// What is wrong with a list of tokens. Entries are named by their position, never by their text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing could ever be accepted.
    #[error("no token is configured: make one with `hooklog token new`")]
    None,
    /// A name that is no word.
    #[error(
        "entry {entry}: a name before `=` is 1 to 64 of A-Z a-z 0-9 _ . -; write a token that contains `=` as its digest (`hooklog token digest`)"
    )]
    Name {
        /// Counted from 1.
        entry: usize,
    },
    /// A binding that is no member id.
    #[error(
        "entry {entry}: a member id after `@` is 1 to 64 letters and digits; write a token that contains `@` as its digest (`hooklog token digest`)"
    )]
    MemberId {
        /// Counted from 1.
        entry: usize,
    },
    /// `sha256:` and something else than a digest.
    #[error("entry {entry}: `sha256:` takes the 64 hex digits that `hooklog token digest` prints")]
    Digest {
        /// Counted from 1.
        entry: usize,
    },
    /// Not a token, but something that was meant to become one.
    #[error("entry {entry}: this is no token but looks like a digest without `sha256:`, or has one of \" ' $ : in it")]
    Odd {
        /// Counted from 1.
        entry: usize,
    },
    /// Nothing between the name and the member id.
    #[error("entry {entry}: the token is empty")]
    Empty {
        /// Counted from 1.
        entry: usize,
    },
}

impl FromStr for Tokens {
    type Err = TokenError;

    /// Reads `[NAME=]TOKEN[@MEMBER_ID]` or `[NAME=]sha256:HEX[@MEMBER_ID]`, separated by commas or white space.
    fn from_str(text: &str) -> Result<Self, TokenError> {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        let tokens =
            entries.zip(1..).map(|(text, entry)| Accepted::parse(text, entry)).collect::<Result<Vec<_>, _>>()?;
        if tokens.is_empty() { Err(TokenError::None) } else { Ok(Self(tokens)) }
    }
}

impl Accepted {
    fn parse(text: &str, entry: usize) -> Result<Self, TokenError> {
        let (name, rest) = match text.split_once('=') {
            Some((name, _)) if !is_word(name, "_.-") => return Err(TokenError::Name { entry }),
            Some((name, _)) if name.eq_ignore_ascii_case("sha256") => return Err(TokenError::Odd { entry }),
            Some((_, rest)) if rest.contains('=') => return Err(TokenError::Name { entry }),
            Some((name, rest)) => (Some(name), rest),
            None => (None, text),
        };
        let (token, member_id) = match rest.split_once('@') {
            Some((_, member_id)) if !is_word(member_id, "") => return Err(TokenError::MemberId { entry }),
            Some((token, member_id)) => (token, Some(member_id.to_owned())),
            None => (rest, None),
        };
        let digest = match token.split_once(':') {
            Some((word, digits)) if word.eq_ignore_ascii_case("sha256") => {
                digits.parse().or(Err(TokenError::Digest { entry }))?
            }
            None if is_digest(token) || token.contains(['"', '\'', '$']) => return Err(TokenError::Odd { entry }),
            Some(_) => return Err(TokenError::Odd { entry }),
            None => Token::new(token.as_bytes()).ok_or(TokenError::Empty { entry })?.digest(),
        };
        let name = name.map_or_else(|| digest.short(), str::to_owned);
        Ok(Self { name, digest, member_id })
    }
}

impl Tokens {
    /// The name of the accepted token with this digest, where its binding allows the portal. Every accepted token is
    /// compared, whatever the others said, and only digests are: neither the time that it takes nor a common beginning
    /// tells anything about a token.
    #[must_use]
    pub fn accepted(&self, digest: &Digest, member_id: Option<&str>) -> Option<&str> {
        self.0.iter().fold(None, |found, accepted| {
            let bound_elsewhere = accepted.member_id.is_some() && accepted.member_id.as_deref() != member_id;
            let equal = accepted.digest.ct_eq(digest) & !Choice::from(u8::from(bound_elsewhere));
            if bool::from(equal) { found.or(Some(accepted.name.as_str())) } else { found }
        })
    }
}

/// The digest itself, taken for a token, would let everybody in who can read the settings.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_word(text: &str, marks: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Option<String>)>, TokenError> {
        text.parse::<Tokens>().map(|tokens| tokens.0.into_iter().map(|t| (t.name, t.member_id)).collect())
    }

    #[test]
    fn tokens_are_separated_by_commas_or_white_space() {
        let named = |name: &str, member_id: Option<&str>| (name.to_owned(), member_id.map(str::to_owned));
        assert_eq!(
            read(" crm=abc,\n old=abc@m1\tabc "),
            Ok(vec![named("crm", None), named("old", Some("m1")), named("ba7816bf", None)])
        );
    }

    #[test]
    fn a_digest_is_as_good_as_its_token() {
        let digest = "SHA256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        let tokens: Tokens = digest.parse().unwrap();
        assert_eq!(tokens.accepted(&Digest::of(b"abc"), None), Some("ba7816bf"));
        assert_eq!(tokens.accepted(&Digest::of(digest.as_bytes()), None), None);
    }

    #[test]
    fn what_is_malformed_is_named_by_its_place_and_not_by_its_text() {
        assert_eq!(read(" , "), Err(TokenError::None));
        assert_eq!(read("a b=="), Err(TokenError::Name { entry: 2 }));
        assert_eq!(read("=abc"), Err(TokenError::Name { entry: 1 }));
        assert_eq!(read("a@b@c"), Err(TokenError::MemberId { entry: 1 }));
        assert_eq!(read("a@"), Err(TokenError::MemberId { entry: 1 }));
        assert_eq!(read("x=@m1"), Err(TokenError::Empty { entry: 1 }));
        assert_eq!(read("sha256:12"), Err(TokenError::Digest { entry: 1 }));
        assert_eq!(read("sha256:"), Err(TokenError::Digest { entry: 1 }));
        for odd in [&"0a".repeat(32), &format!("sha256={}", "0a".repeat(32)), "crm:abc", "\"abc\"", "'abc'", "$TOKEN"] {
            assert_eq!(read(odd), Err(TokenError::Odd { entry: 1 }), "{odd}");
        }
    }
}
