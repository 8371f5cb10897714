//! The record: a verified event and its receipt as one `CloudEvents` JSON object, and the key it is kept under.
//!
//! The record's shape stands in `schema/event.schema.json`.

mod canonical;
mod key;
mod raw;
mod redact;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::form::Form;
use crate::verify::{Claim, Verified};
pub use key::ObjectKey;
use redact::{Redacted, Redaction};

/// Longer attributes from a request's head are cut to this many bytes.
const ATTRIBUTE_BYTES_MAX: usize = 512;

/// When a request came, and what its head said.
#[derive(Clone, Debug)]
pub struct Receipt<'r> {
    /// Made at receipt: equal bodies can be distinct events, so the id never comes from the content.
    pub id: Uuid,
    /// The moment of receipt; the id carries the same milliseconds.
    pub received: Timestamp,
    /// The address of whoever sent the request.
    pub source_ip: Option<Cow<'r, str>>,
    /// The `User-Agent` header.
    pub user_agent: Option<Cow<'r, str>>,
    /// The door's own name for the request.
    pub request_id: Option<Cow<'r, str>>,
}

impl Receipt<'_> {
    /// A receipt with a UUIDv7 made of the moment and ten random bytes. The bits below the milliseconds go on with
    /// the time, so that ids sort within one (RFC 9562, section 6.2, method 3).
    #[must_use]
    pub fn new(received: Timestamp, random: [u8; 10]) -> Self {
        let nanos = u64::try_from(received.as_nanosecond()).unwrap_or(0);
        let (millis, below) = (nanos / 1_000_000, nanos % 1_000_000);
        let [.., high, low] = (below.saturating_mul(4096) / 1_000_000).to_be_bytes();
        let mut bits = random;
        [bits[0], bits[1]] = [high, low];
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid();
        Self { id, received, source_ip: None, user_agent: None, request_id: None }
    }
}

/// The form of one request: as it came, and as PHP reads it.
#[derive(Debug)]
pub struct Forms<'r> {
    /// The query, still percent-encoded.
    pub raw_query: &'r [u8],
    /// The body, still percent-encoded.
    pub raw_body: &'r [u8],
    /// The tree of the query alone.
    pub query: &'r Form,
    /// `$_REQUEST`: query and body merged.
    pub request: &'r Form,
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it is kept.
    pub key: ObjectKey,
    /// One JSON object, UTF-8.
    pub json: Vec<u8>,
}

/// The media type of a record (`CloudEvents` JSON format, section 3).
pub const MEDIA_TYPE: &str = "application/cloudevents+json";

#[derive(Serialize)]
struct Event<'r> {
    specversion: &'static str,
    id: Uuid,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Cow<'r, str>>,
    time: String,
    datacontenttype: &'static str,
    data: Redacted<'r>,
    receivedtime: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    memberid: Option<Cow<'r, str>>,
    tokenname: &'r str,
    contenthash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sourceip: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    useragent: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requestid: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rawquery: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rawform: Option<String>,
}

impl Record {
    /// Makes the record of a verified event.
    ///
    /// # Errors
    /// Only what `serde_json` cannot write, and there is no such thing among texts and arrays.
    pub fn new(verified: Verified<'_>, forms: &Forms<'_>, receipt: &Receipt<'_>) -> Result<Self, serde_json::Error> {
        let claim = verified.claim();
        let event = &claim.event;
        let redaction = Redaction::new(claim.tokens(), forms.query);
        let data = Redacted::new(forms.request, &redaction);
        let raw = (!forms.request.is_lossless()).then_some((forms.raw_query, forms.raw_body));
        let json = serde_json::to_vec(&Event {
            specversion: "1.0",
            id: receipt.id,
            source: source(claim),
            kind: format!("bitrix24.{}", event.code.as_str()),
            subject: event.subject.as_deref().and_then(|text| attribute(text, &redaction)),
            time: event.sent.map_or_else(|| millis(receipt.received), |sent| sent.to_string()),
            datacontenttype: "application/json",
            data,
            receivedtime: millis(receipt.received),
            memberid: event.member_id.as_deref().and_then(|text| attribute(text, &redaction)),
            tokenname: verified.token_name(),
            contenthash: canonical::hash(data)?.hex(),
            sourceip: receipt.source_ip.as_deref().and_then(|text| attribute(text, &redaction)),
            useragent: receipt.user_agent.as_deref().and_then(|text| attribute(text, &redaction)),
            requestid: receipt.request_id.as_deref().and_then(|text| attribute(text, &redaction)),
            rawquery: raw.and_then(|(query, _)| (!query.is_empty()).then(|| raw::mask(query, &redaction))),
            rawform: raw.map(|(_, body)| raw::mask(body, &redaction)),
        })?;
        Ok(Self { key: ObjectKey::event(receipt, event), json })
    }
}

fn source(claim: &Claim<'_>) -> String {
    claim.event.domain.as_ref().map_or_else(|| "https://unknown".to_owned(), crate::event::Domain::url)
}

/// RFC 3339 with milliseconds.
fn millis(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A text fit for a `CloudEvents` attribute: bounded, not empty, without control characters, without a secret.
fn attribute<'r>(text: &'r str, redaction: &Redaction<'_>) -> Option<Cow<'r, str>> {
    let text = crate::event::plain(text, ATTRIBUTE_BYTES_MAX);
    (!text.is_empty()).then(|| match redaction.text(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(redacted) => Cow::Owned(redacted),
    })
}
