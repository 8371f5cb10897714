//! The accepted tokens, and the proof that the portal sent a form.
//!
//! Only [`Tokens::verify`] makes a [`Verified`], and a received event's record is made of one. What a denied claim leaves
//! is kept apart, below `rejected/`, and comes back through [`Tokens::accepted`] only. An event out of an old log needs
//! none, but its record says so.

mod accepted;
mod digest;

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;

use crate::event::Event;
use crate::form::{Form, Value};
pub use accepted::{TokenError, Tokens};
pub use digest::{Digest, has_fingerprint, is_fingerprint};

/// A secret that somebody presented, or that the operator wrote into the settings. It cannot be printed.
#[derive(Clone)]
pub struct Token<'t>(Cow<'t, [u8]>);

impl<'t> Token<'t> {
    /// Takes the bytes as a token; an empty text is none.
    pub fn new(bytes: impl Into<Cow<'t, [u8]>>) -> Option<Self> {
        let bytes = bytes.into();
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// The digest of the token: as good as the token for accepting it, and useless for presenting it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// Does the token stand in this text, in any letter case? A short one may do so by chance. Both may be long and a
    /// stranger's, so the search takes linear time.
    fn is_in(&self, text: &str) -> bool {
        self.is_long() && memmem::find(text.to_ascii_lowercase().as_bytes(), &self.0.to_ascii_lowercase()).is_some()
    }

    /// Is it too long to be a plain word, as the first segment of a path often is?
    #[must_use]
    pub fn is_long(&self) -> bool {
        const LONG_BYTES_MIN: usize = 16;
        self.0.len() >= LONG_BYTES_MIN
    }

    /// The token itself, for finding it in a form that is about to be redacted.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What a form says happened, and what its request presents as proof.
#[derive(Debug)]
pub struct Claim<'f> {
    /// What the body says happened.
    pub event: Event<'f>,
    /// `auth[application_token]` of the body: one text at the top level, never from the query.
    pub application_token: Option<Token<'f>>,
    /// The first segment of the path.
    pub url_token: Option<Token<'f>>,
    contested: bool,
}

impl<'f> Claim<'f> {
    /// Reads the claim out of a body's tree.
    #[must_use]
    pub fn read(body: &'f Form, url_token: Option<Token<'f>>) -> Self {
        let root = body.root();
        let auth = root.get("auth").and_then(Value::as_array);
        let token = auth.and_then(|auth| auth.get("application_token")).and_then(Value::as_text);
        let application_token = token.and_then(Token::new);
        let is_shown = |text: &str| application_token.iter().chain(&url_token).any(|token| token.is_in(text));
        Self {
            event: Event::read(body, is_shown),
            application_token,
            url_token,
            contested: root.is_contested("auth") || auth.is_some_and(|auth| auth.is_contested("application_token")),
        }
    }

    /// Every token that was presented.
    pub fn tokens(&self) -> impl Iterator<Item = &Token<'f>> {
        self.application_token.iter().chain(&self.url_token)
    }
}

/// A claim that is true: the portal sent it.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'f> {
    claim: &'f Claim<'f>,
    token_name: &'f str,
    proof: Proof,
}

impl<'f> Verified<'f> {
    /// The claim that was proved.
    #[must_use]
    pub fn claim(&self) -> &'f Claim<'f> {
        self.claim
    }

    /// The accepted token's name, or the first 8 hex digits of its digest.
    #[must_use]
    pub fn token_name(&self) -> &'f str {
        self.token_name
    }

    /// Where the accepted token stood.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }
}

/// Where the accepted token stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// `auth[application_token]` of the body.
    ApplicationToken,
    /// The first segment of the path.
    UrlToken,
}

/// Why a form counts as nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Neither kind of token was there.
    #[error("no token was presented")]
    NoToken,
    /// Two readers of the form could have seen two different tokens.
    #[error("the application token was given twice with different values")]
    Contested,
    /// Tokens were there, and none is accepted for this portal.
    #[error("no presented token is accepted for this portal")]
    NotAccepted,
}

impl Tokens {
    /// Checks the proofs in their order: the application token, then the URL token. The first that is accepted for
    /// the form's portal decides.
    ///
    /// # Errors
    /// [`Denied`] where none is accepted.
    pub fn verify<'f>(&'f self, claim: &'f Claim<'f>) -> Result<Verified<'f>, Denied> {
        if claim.contested {
            return Err(Denied::Contested);
        }
        let member_id = claim.event.member_id.as_deref();
        let find =
            |token: &Option<Token<'_>>, proof| Some((self.accepted(&token.as_ref()?.digest(), member_id)?, proof));
        let found =
            find(&claim.application_token, Proof::ApplicationToken).or_else(|| find(&claim.url_token, Proof::UrlToken));
        match found {
            Some((token_name, proof)) => Ok(Verified { claim, token_name, proof }),
            None if claim.tokens().next().is_none() => Err(Denied::NoToken),
            None => Err(Denied::NotAccepted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Limits;

    const TOKENS: &str = "hook=right, box=bound@m1";

    fn check(body: &str, url: &str, expected: Result<(&str, Proof), Denied>) {
        let tokens: Tokens = TOKENS.parse().unwrap();
        let form = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
        let claim = Claim::read(&form, Token::new(url.as_bytes()));
        let verified = tokens.verify(&claim);
        assert_eq!(verified.map(|v| (v.token_name, v.proof)), expected, "{body} {url}");
    }

    #[test]
    fn the_application_token_is_one_text_at_the_top_of_the_body() {
        use Proof::ApplicationToken;
        check("auth[application_token]=right", "", Ok(("hook", ApplicationToken)));
        check("auth%5bapplication_token%5d=right", "", Ok(("hook", ApplicationToken)));
        check("auth[application_token]=right&auth[application_token]=right", "", Ok(("hook", ApplicationToken)));
        check("", "", Err(Denied::NoToken));
        check("auth=right", "", Err(Denied::NoToken));
        check("auth[application_token]=", "", Err(Denied::NoToken));
        check("auth[application_token][]=right", "", Err(Denied::NoToken));
        check("auth[0][application_token]=right", "", Err(Denied::NoToken));
        check("data[auth][application_token]=right", "", Err(Denied::NoToken));
        check("auth[APPLICATION_TOKEN]=right", "", Err(Denied::NoToken));
        check("application_token=right", "", Err(Denied::NoToken));
        for almost in ["righ", "rightt", "Right", "right+", "+right", "right%00"] {
            check(&format!("auth[application_token]={almost}"), "", Err(Denied::NotAccepted));
        }
    }

    #[test]
    fn a_token_given_twice_is_refused_whatever_else_is_right() {
        for body in [
            "auth[application_token]=wrong&auth[application_token]=right",
            "auth[application_token]=right&auth[application_token]=wrong",
            "auth[application_token]=right&auth=x&auth[application_token]=right",
            "auth[application_token][]=wrong&auth[application_token]=right",
        ] {
            check(body, "right", Err(Denied::Contested));
        }
    }

    #[test]
    fn the_url_token_stands_in_where_the_application_token_is_not_accepted() {
        check("document_id[]=crm", "right", Ok(("hook", Proof::UrlToken)));
        check("auth[application_token]=unknown", "right", Ok(("hook", Proof::UrlToken)));
        check("document_id[]=crm", "wrong", Err(Denied::NotAccepted));
    }

    #[test]
    fn a_bound_token_needs_its_portal() {
        check("auth[application_token]=bound&auth[member_id]=m1", "", Ok(("box", Proof::ApplicationToken)));
        check("auth[member_id]=m1", "bound", Ok(("box", Proof::UrlToken)));
        check("auth[application_token]=bound&auth[member_id]=m2", "", Err(Denied::NotAccepted));
        check("auth[application_token]=bound", "", Err(Denied::NotAccepted));
        check("auth[application_token]=bound&auth[member_id][]=m1", "", Err(Denied::NotAccepted));
    }

    #[test]
    fn a_name_that_holds_a_presented_token_is_no_name() {
        let token = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
        let long = format!("{}{}", "x".repeat(69), token.to_uppercase());
        for name in ["event", "auth[domain]", "auth[member_id]", "data"] {
            let body = format!("{name}={long}&auth[application_token]={token}");
            let form = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
            let event = Claim::read(&form, None).event;
            assert_eq!(event.code.as_str(), "REQUEST", "{name}");
            assert!(event.domain.is_none() && event.member_id.is_none() && event.subject.is_none(), "{name}");
        }
    }

    #[test]
    fn a_token_and_a_name_of_megabytes_are_compared_in_linear_time() {
        // A search that goes back after each mismatch would not end here.
        let body = format!("auth[application_token]={}b&data={}", "a".repeat(1 << 20), "a".repeat(4 << 20));
        check(&body, "", Err(Denied::NotAccepted));
    }

    #[test]
    fn a_token_does_not_print() {
        let token = Token::new(&b"right"[..]).unwrap();
        assert_eq!(format!("{token:?}"), "Token(..)");
        let tokens: Tokens = TOKENS.parse().unwrap();
        assert!(!format!("{tokens:?}").contains("right"));
    }
}
