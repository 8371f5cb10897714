//! What the sender is told. Nothing that it sent is in it.

use super::{Outcome, Refusal};

const RETRY_AFTER: (&str, &str) = ("retry-after", "5");

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The `Content-Type`.
    pub media_type: &'static str,
    /// A header beside it, its name in lower case.
    pub header: Option<(&'static str, &'static str)>,
    /// The body; it goes out with everything but the answer to HEAD.
    pub body: String,
}

impl From<&Outcome> for Answer {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Up => Self {
                status: 200,
                media_type: "text/plain; charset=utf-8",
                header: None,
                body: "hooklog receiver is up\n".to_owned(),
            },
            Outcome::Stored(id) | Outcome::Overflowed(id, _) => {
                Self { status: 200, media_type: "application/json", header: None, body: format!(r#"{{"id":"{id}"}}"#) }
            }
            Outcome::Rejected(_) => problem(403, "No accepted token", None),
            Outcome::Refused(refusal) => refused(*refusal),
            Outcome::Lost(_) => problem(503, "The event could not be kept", Some(RETRY_AFTER)),
        }
    }
}

fn refused(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Method => problem(405, "Method not allowed", Some(("allow", "POST, GET, HEAD"))),
        Refusal::Path => problem(400, "Malformed path", None),
        Refusal::Base64 => problem(400, "Malformed base64", None),
        Refusal::Invocation => problem(400, "Not a function URL's request", None),
        Refusal::NotAForm => problem(415, "Not an application/x-www-form-urlencoded form", None),
        Refusal::TooSlow => problem(408, "The body did not come in time", None),
        Refusal::BrokenOff => problem(400, "The body broke off", None),
        Refusal::TooManyBytes { .. } | Refusal::Form(_) => problem(413, "Form too large", None),
    }
}

/// RFC 9457.
fn problem(status: u16, title: &str, header: Option<(&'static str, &'static str)>) -> Answer {
    let body = format!(r#"{{"title":"{title}","status":{status}}}"#);
    Answer { status, media_type: "application/problem+json", header, body }
}
