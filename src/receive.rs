//! The whole way of one request, and the only table from outcomes to answers.

mod answer;
mod keep;
mod quota;
mod refusal;

use std::time::{Duration, Instant};

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use crate::event::{Code, Domain};
use crate::form::{Form, Limits};
use crate::overflow::{Overflow, OverflowError};
use crate::record::{Forms, Receipt, Record};
use crate::store::{Store, StoreError};
use crate::verify::{Claim, Denied, Token, Tokens};
pub use answer::Answer;
use keep::Kept;
pub use quota::Quota;
pub use refusal::Refusal;

/// One HTTP request, whatever door it came through.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// In upper case.
    pub method: &'r str,
    /// Percent-encoded, without the query.
    pub path: &'r str,
    /// Percent-encoded, without the `?`.
    pub query: &'r [u8],
    /// The `Content-Type` header.
    pub content_type: Option<&'r str>,
    /// As the client sent it.
    pub body: &'r [u8],
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// Somebody asked whether the receiver is up.
    Up,
    /// The event is durable in the store.
    Stored(Uuid),
    /// The event is durable in the overflow, because the store failed.
    Overflowed(Uuid, StoreError),
    /// The form is nobody's.
    Rejected(Denied),
    /// The request is none that an event could come in.
    Refused(Refusal),
    /// The event is nowhere.
    Lost(Loss),
}

/// Why an event could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum Loss {
    /// The record could not be made.
    #[error("the record could not be written as JSON")]
    Record(#[from] serde_json::Error),
    /// Other large bodies have all the memory that there is for them.
    #[error("too many large bodies at once")]
    Busy,
    /// The store failed, and there is no overflow.
    #[error("the store did not take the event, and there is no overflow")]
    Store(#[source] StoreError),
    /// The store and the overflow failed.
    #[error("neither the store nor the overflow took the event")]
    Both {
        /// Why not the store.
        store: StoreError,
        /// Why not the overflow.
        #[source]
        overflow: OverflowError,
    },
}

/// What became of a request, and what of it may be told.
#[derive(Debug)]
pub struct Received {
    /// What became of it.
    pub outcome: Outcome,
    /// What the event says of itself, proved or not; nothing where no form could be read.
    pub facts: Option<Facts>,
    /// The body's length.
    pub body_bytes: usize,
    /// How long it took to keep the event.
    pub stored_in: Option<Duration>,
}

/// What an event says of itself, fit for a log line.
#[derive(Debug)]
pub struct Facts {
    /// The event code's label.
    pub code: String,
    /// The domain's label.
    pub domain: Option<String>,
    /// The portal's member id.
    pub member_id: Option<String>,
    /// When the portal made the event.
    pub sent: Option<jiff::Timestamp>,
}

/// What a receiver needs to take requests.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Whom to believe.
    pub tokens: Tokens,
    /// Where events are kept.
    pub store: Store,
    /// Where they wait when the store fails.
    pub overflow: Option<Overflow>,
    /// The largest body.
    pub body_bytes_max: usize,
    /// How many rejected requests may still be kept.
    rejections: Quota,
    /// The largest tree.
    limits: Limits,
}

impl Received {
    /// A request that the door itself could not read.
    #[must_use]
    pub fn unread(outcome: Outcome) -> Self {
        Self { outcome, facts: None, body_bytes: 0, stored_in: None }
    }
}

impl Receiver {
    /// A receiver that has rejected nothing yet.
    #[must_use]
    pub fn new(tokens: Tokens, store: Store, overflow: Option<Overflow>, body_bytes_max: usize) -> Self {
        Self { tokens, store, overflow, body_bytes_max, rejections: Quota::default(), limits: Limits::default() }
    }

    /// Takes one request: reads the form, verifies it, and keeps the record. When it says [`Outcome::Stored`] or
    /// [`Outcome::Overflowed`], the event is durable.
    pub async fn receive(&self, request: &Request<'_>, receipt: &Receipt<'_>) -> Received {
        let mut received =
            Received { outcome: Outcome::Up, facts: None, body_bytes: request.body.len(), stored_in: None };
        received.outcome = match self.admit(request) {
            Ok(None) => Outcome::Up,
            Ok(Some(form)) => self.keep(request, &form, receipt, &mut received).await,
            Err(refusal) => Outcome::Refused(refusal),
        };
        received
    }

    /// The form that the request carries; nothing where it only asks whether the receiver is up.
    fn admit<'r>(&self, request: &Request<'r>) -> Result<Option<Admitted<'r>>, Refusal> {
        match request.method {
            "GET" | "HEAD" => return Ok(None),
            "POST" => {}
            _ => return Err(Refusal::Method),
        }
        let url_token = url_token(request.path)?;
        if !is_form(request.content_type) {
            return Err(Refusal::NotAForm);
        }
        if request.body.len() > self.body_bytes_max {
            return Err(Refusal::TooManyBytes { max: self.body_bytes_max });
        }
        let body = Form::parse(request.body, &self.limits)?;
        let query = Form::parse(request.query, &self.limits)?;
        let merged = if request.query.is_empty() { None } else { Some(Form::merge(query.clone(), &body)?) };
        Ok(Some(Admitted { body, query, merged, url_token }))
    }

    async fn keep(
        &self,
        request: &Request<'_>,
        form: &Admitted<'_>,
        receipt: &Receipt<'_>,
        received: &mut Received,
    ) -> Outcome {
        let claim = Claim::read(&form.body, form.url_token.clone());
        received.facts = Some(Facts::of(&claim));
        let forms = form.forms(request);
        let verified = match self.tokens.verify(&claim) {
            Ok(verified) => verified,
            Err(denied) => {
                self.keep_rejected(&claim, denied, &forms, receipt).await;
                return Outcome::Rejected(denied);
            }
        };
        let record = match Record::new(verified, &forms, receipt) {
            Ok(record) => record,
            Err(error) => return Outcome::Lost(error.into()),
        };
        let started = Instant::now();
        let kept = keep::keep(&record, &self.store, self.overflow.as_ref(), receipt.deadline).await;
        received.stored_in = Some(started.elapsed());
        match kept {
            Ok(Kept::Stored) => Outcome::Stored(receipt.id),
            Ok(Kept::Overflowed(reason)) => Outcome::Overflowed(receipt.id, reason),
            Err(loss) => Outcome::Lost(loss),
        }
    }

    /// Keeps what can become an event when its token is accepted later. It is a favour: where it fails, the request is
    /// as rejected as before.
    async fn keep_rejected(&self, claim: &Claim<'_>, denied: Denied, forms: &Forms<'_>, receipt: &Receipt<'_>) {
        if claim.tokens().next().is_none() || !self.rejections.take(receipt.received) {
            return;
        }
        if let Ok(record) = Record::rejected(claim, denied, forms, receipt) {
            let _a_favour = keep::keep(&record, &self.store, None, receipt.deadline).await;
        }
    }
}

/// The form of a request, read but not believed.
struct Admitted<'r> {
    body: Form,
    query: Form,
    /// `$_REQUEST`, where it is another than the body.
    merged: Option<Form>,
    url_token: Option<Token<'r>>,
}

impl Admitted<'_> {
    fn forms<'f>(&'f self, request: &Request<'f>) -> Forms<'f> {
        Forms {
            raw_query: request.query,
            raw_body: request.body,
            query: &self.query,
            request: self.merged.as_ref().unwrap_or(&self.body),
        }
    }
}

impl Facts {
    fn of(claim: &Claim<'_>) -> Self {
        const MEMBER_ID_BYTES_MAX: usize = 64;
        let event = &claim.event;
        let member_id = event.member_id.as_deref();
        Self {
            code: Code::label(&event.code),
            domain: event.domain.as_ref().map(Domain::label),
            member_id: member_id.map(|id| crate::event::plain(id, MEMBER_ID_BYTES_MAX).into_owned()),
            sent: event.sent,
        }
    }
}

/// The path's first segment, decoded.
fn url_token(path: &str) -> Result<Option<Token<'_>>, Refusal> {
    let path = path.strip_prefix('/').ok_or(Refusal::Path)?;
    let escapes = path.split('%').skip(1);
    let is_hex =
        |escape: &str| escape.as_bytes().first_chunk::<2>().is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !escapes.clone().all(is_hex) {
        return Err(Refusal::Path);
    }
    let segment = path.split('/').next().unwrap_or_default();
    Ok(Token::new(percent_decode_str(segment)))
}

/// PHP reads a body as a form when its type, up to the first `;`, `,` or space, says so in any letter case
/// (`php-src`, `main/SAPI.c`, `sapi_read_post_data`). A missing type counts as a form's.
fn is_form(content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or_default().split([';', ',', ' ']).next().unwrap_or_default();
    essence.is_empty() || essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
