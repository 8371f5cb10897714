//! The record: a verified event and its receipt as one `CloudEvents` JSON object, and the key it is kept under.
//!
//! The record's shape stands in `schema/event.schema.json`.

mod canonical;
mod event_key;
mod exported;
mod imported;
mod kept;
mod key;
mod malformed;
mod members;
mod raw;
mod redact;
mod rejected;
mod resend;

use std::borrow::Cow;
use std::time::Instant;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::form::Form;
use crate::verify::{Claim, Verified};
pub use event_key::{EVENTS, EventKey, REJECTED, id_millis};
pub use exported::NotExported;
pub use imported::{Logged, NotImported, Twins};
pub use kept::Kept;
pub use key::ObjectKey;
pub use malformed::Malformed;
use redact::{Redacted, Redaction};
pub use rejected::{NotRejected, Requeued};
pub use resend::Resend;

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
    /// When whoever invoked the door stops waiting.
    pub deadline: Option<Instant>,
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
        Self { id, received, source_ip: None, user_agent: None, request_id: None, deadline: None }
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
    pub json: Bytes,
}

/// The media type of a record (`CloudEvents` JSON format, section 3).
pub const MEDIA_TYPE: &str = "application/cloudevents+json";

/// No record is longer, in bytes: what is, hooklog did not write.
pub const RECORD_BYTES_MAX: u64 = 256 << 20;

/// The largest body whose record stays below that. A control character that was sent as it is, one byte, has six in
/// `data` and three in `rawform`; the rest is for the other members.
pub const RECORDABLE_BODY_BYTES_MAX: usize = (RECORD_BYTES_MAX / 16) as usize;

#[derive(Serialize)]
struct CloudEvent<'r> {
    specversion: &'static str,
    id: Uuid,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Cow<'r, str>>,
    time: String,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Redacted<'r>>,
    receivedtime: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    memberid: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokenname: Option<&'r str>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    importedfrom: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logtitle: Option<Cow<'r, str>>,
}

impl Record {
    /// Makes the record of a verified event.
    ///
    /// # Errors
    /// Only what `serde_json` cannot write, and there is no such thing among texts and arrays.
    pub fn new(verified: Verified<'_>, forms: &Forms<'_>, receipt: &Receipt<'_>) -> Result<Self, serde_json::Error> {
        let claim = verified.claim();
        let redaction = Redaction::new(claim.tokens(), forms);
        let event = CloudEvent {
            tokenname: Some(verified.token_name()),
            ..CloudEvent::new(claim, forms, receipt, &redaction)?
        };
        let mut json = Vec::with_capacity(forms.raw_body.len().saturating_mul(2).saturating_add(1024));
        serde_json::to_writer(&mut json, &event)?;
        Ok(Self { key: ObjectKey::event(receipt, &claim.event), json: json.into() })
    }
}

impl<'r> CloudEvent<'r> {
    fn new(
        claim: &'r Claim<'_>,
        forms: &Forms<'r>,
        receipt: &'r Receipt<'_>,
        redaction: &'r Redaction<'r>,
    ) -> Result<Self, serde_json::Error> {
        let event = &claim.event;
        let data = Redacted::new(forms.request, redaction);
        let raw = (!forms.request.is_lossless()).then_some((forms.raw_query, forms.raw_body));
        let attribute = |text: &'r Option<Cow<'_, str>>| attribute(text.as_deref()?, redaction);
        Ok(Self {
            specversion: "1.0",
            id: receipt.id,
            source: source(claim),
            kind: format!("bitrix24.{}", event.code.as_str()),
            subject: attribute(&event.subject),
            time: event.sent.map_or_else(|| millis(receipt.received), |sent| sent.to_string()),
            datacontenttype: "application/json",
            data: Some(data),
            receivedtime: millis(receipt.received),
            memberid: attribute(&event.member_id),
            tokenname: None,
            contenthash: canonical::hash(data)?.hex(),
            sourceip: attribute(&receipt.source_ip),
            useragent: attribute(&receipt.user_agent),
            requestid: attribute(&receipt.request_id),
            rawquery: raw.and_then(|(query, _)| (!query.is_empty()).then(|| raw::mask(query, redaction))),
            rawform: raw.map(|(_, body)| raw::mask(body, redaction)),
            importedfrom: None,
            logtitle: None,
        })
    }

    fn forget_form(&mut self) {
        (self.data, self.rawquery, self.rawform) = (None, None, None);
    }
}

fn source(claim: &Claim<'_>) -> String {
    claim.event.domain.as_ref().map_or_else(|| "https://unknown".to_owned(), crate::event::Domain::url)
}

/// RFC 3339 with milliseconds.
fn millis(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A text fit for a `CloudEvents` attribute: without a secret, bounded, not empty, without control characters.
fn attribute<'r>(text: &'r str, redaction: &Redaction<'_>) -> Option<Cow<'r, str>> {
    let text = match redaction.text(text) {
        Cow::Borrowed(text) => crate::event::plain(text, ATTRIBUTE_BYTES_MAX),
        Cow::Owned(redacted) => Cow::Owned(crate::event::plain(&redacted, ATTRIBUTE_BYTES_MAX).into_owned()),
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Limits;
    use crate::verify::{Token, Tokens};

    const TOKEN: &str = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
    const URL_TOKEN: &str = "hk3v9q2m7t5w8x4z6r1p0c2d5f7g9j3b";

    /// The record of a request with an accepted application token, unless the body names another.
    fn record(query: &str, body: &str) -> serde_json::Value {
        let body = format!("{body}&auth[application_token]={TOKEN}");
        let parse = |text: &str| Form::parse(text.as_bytes(), &Limits::default()).unwrap();
        let (query_form, body_form) = (parse(query), parse(&body));
        let request = Form::merge(query_form.clone(), &body_form).unwrap();
        let forms =
            Forms { raw_query: query.as_bytes(), raw_body: body.as_bytes(), query: &query_form, request: &request };
        let tokens: Tokens = format!("hook={TOKEN}").parse().unwrap();
        let claim = Claim::read(&body_form, Token::new(URL_TOKEN.as_bytes()));
        let receipt = Receipt::new(Timestamp::from_nanosecond(1_795_512_165_959_512_345).unwrap(), [7; 10]);
        let record = Record::new(tokens.verify(&claim).unwrap(), &forms, &receipt).unwrap();
        let text = String::from_utf8(record.json.to_vec()).unwrap();
        assert!(!text.contains(TOKEN) && !text.contains(URL_TOKEN), "{text}");
        let mut json: serde_json::Value = serde_json::from_slice(&record.json).unwrap();
        json["key"] = record.key.as_str().into();
        json
    }

    fn check_data(query: &str, body: &str, expected: &str) {
        let mut data = record(query, body)["data"].clone();
        data.as_object_mut().unwrap().remove("auth");
        assert_eq!(data, serde_json::from_str::<serde_json::Value>(expected).unwrap(), "{query} {body}");
    }

    #[test]
    fn a_record_says_what_when_where_and_who() {
        let mut record =
            record("", "event=onTaskAdd&ts=1670179131&auth[domain]=Example.bitrix24.ru&auth[member_id]=m1&data[ID]=9");
        record.as_object_mut().unwrap().remove("data");
        let expected = serde_json::json!({
            "specversion": "1.0",
            "id": "01a20cdd-6647-7832-8707-070707070707",
            "source": "https://example.bitrix24.ru",
            "type": "bitrix24.ONTASKADD",
            "subject": "9",
            "time": "2022-12-04T18:38:51Z",
            "datacontenttype": "application/json",
            "receivedtime": "2026-11-24T09:22:45.959Z",
            "memberid": "m1",
            "tokenname": "hook",
            "contenthash": "128f832d86fb9200adc7520a2060cf288f36c4e5cd65e40c4fff3d172403e52b",
            "key": "events/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707_example.bitrix24.ru_ONTASKADD.json",
        });
        assert_eq!(record, expected);
    }

    #[test]
    fn a_form_without_domain_or_time_has_the_receipts() {
        let record = record("", "x=1");
        assert_eq!(record["source"], "https://unknown");
        assert_eq!(record["time"], record["receivedtime"]);
        assert_eq!(record["key"], "events/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707_unknown_REQUEST.json");
    }

    #[test]
    fn secrets_are_redacted_at_every_depth_by_name() {
        check_data("", "a[b][c][Access_Token]=x", r#"{"a":{"b":{"c":{"Access_Token":"sha256:2d711642"}}}}"#);
        check_data("", "REFRESH_ID=x&AUTH_ID=x", r#"{"REFRESH_ID":"sha256:2d711642","AUTH_ID":"sha256:2d711642"}"#);
        check_data("", "data[TOKEN]=x&data[token_type]=x", r#"{"data":{"TOKEN":"sha256:2d711642","token_type":"x"}}"#);
        check_data("token=x&password[]=x", "", r#"{"token":"sha256:2d711642","password":"sha256:b111e66a"}"#);
        check_data(
            "CLIENT_ID=x",
            "data[client_id]=x",
            r#"{"CLIENT_ID":"sha256:2d711642","data":{"client_id":"sha256:2d711642"}}"#,
        );
        check_data("", "client_id=x", r#"{"client_id":"x"}"#);
    }

    #[test]
    fn a_presented_token_is_redacted_wherever_else_it_stands() {
        check_data("title=TOKEN".replace("TOKEN", TOKEN).as_str(), "", r#"{"title":"sha256:186574d8"}"#);
        check_data(
            "",
            &format!("u=https://x/{URL_TOKEN}/y&{URL_TOKEN}[]=1"),
            r#"{"u":"https://x/sha256:2f242a7e/y","sha256:2f242a7e":["1"]}"#,
        );
        check_data("", &format!("a=%FF{TOKEN}%FF"), "{\"a\":\"\u{fffd}sha256:186574d8\u{fffd}\"}");
    }

    #[test]
    fn a_field_that_only_resembles_a_secret_survives_in_an_odd_form_too() {
        let odd = record("x.y=1", "data[token_type]=bearer&data[UF_TOKEN_COUNT]=12&data[My token]=hello&b=%FF");
        assert_eq!(odd["data"]["data"]["token_type"], "bearer");
        assert_eq!(odd["data"]["data"]["UF_TOKEN_COUNT"], "12");
        assert_eq!(odd["data"]["data"]["My token"], "hello");
        assert!(odd["rawform"].as_str().unwrap().starts_with("data[token_type]=bearer&data[UF_TOKEN_COUNT]=12&"));
    }

    #[test]
    fn a_secret_is_replaced_wherever_it_is_repeated() {
        let kept = record(
            "",
            "AUTH_ID=0123456789abcdef&u=https://x/?auth=0123456789abcdef&n[json]={\"a\":\"0123456789abcdef\"}",
        );
        assert_eq!(kept["data"]["u"], "https://x/?auth=sha256:9f9f5111");
        assert_eq!(kept["data"]["n"]["json"], "{\"a\":\"sha256:9f9f5111\"}");
        let short = record("", "AUTH_ID=0123456789&u=0123456789");
        assert_eq!(short["data"]["u"], "0123456789", "too short to be nothing but a token");
    }

    #[test]
    fn the_raw_form_is_there_when_the_tree_cannot_say_it_all() {
        let raw = |query: &str, body: &str| {
            let record = record(query, body);
            [record["rawquery"].as_str(), record["rawform"].as_str()].map(|raw| raw.map(str::to_owned))
        };
        let token = "&auth[application_token]=sha256%3A186574d8";
        assert_eq!(raw("a=1", "b=%D0%AF"), [None, None]);
        assert_eq!(raw("", "a=%FF"), [None, Some(format!("a=%FF{token}"))]);
        assert_eq!(raw("x=1", "a=\u{44f} \0"), [None, None], "any byte that JSON can carry is in the tree");
        assert_eq!(raw("x", "a=%00%FF\n"), [Some("x".into()), Some(format!("a=%00%FF%0A{token}"))]);
        assert_eq!(raw("", "[token]=x&=1"), [None, Some(format!("[token]=sha256%3A2d711642&=1{token}"))]);
        assert_eq!(raw("", "auth[token=x"), [None, Some(format!("auth[token=sha256%3A2d711642{token}"))]);
        assert_eq!(raw(&format!("a=1&a={TOKEN}"), ""), [Some("a=1&a=sha256%3A186574d8".into()), Some(token.into())]);
        assert_eq!(raw("", &format!("{TOKEN}%00=1")), [None, Some(format!("sha256%3A7e311a44=1{token}"))]);
    }

    #[test]
    fn the_largest_body_makes_no_longer_record_than_there_can_be() {
        for piece in ["\u{1}", "\u{7f}", "\u{ff}", "a[]=&", "\"&", "%&", "x\u{1}=&"] {
            let body = format!("%FF={}", piece.repeat(10_000 / piece.len()));
            let length = record("", &body).to_string().len();
            assert!(length < body.len() * 10 + 2000, "{piece:?}: {length} bytes of {}", body.len());
        }
    }

    #[test]
    fn equal_events_have_equal_hashes_whatever_the_order_of_their_fields() {
        let hash = |body: &str| record("", body)["contenthash"].clone();
        assert_eq!(hash("b=1&a[y]=2&a[x]=3"), hash("a[x]=3&a[y]=2&b=1"));
        assert_ne!(hash("a[0]=1&a[1]=2"), hash("a[0]=2&a[1]=1"));
        assert_ne!(hash("a=1"), hash("a=2"));
    }
}
