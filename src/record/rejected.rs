//! What is kept of a form that nobody proved: the event that it would be, and the digests of the tokens that it came
//! with, so that it can become one when a token turns out to be right.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{CloudEvent, Forms, Malformed, ObjectKey, REJECTED, Receipt, Record, Redaction};
use crate::verify::{Claim, Denied, Digest, Token, Tokens};

/// Strangers write these: what is larger is kept without its form.
const BYTES_MAX: usize = 64 * 1024;

#[derive(Serialize)]
struct Rejected<'r> {
    #[serde(flatten)]
    event: CloudEvent<'r>,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicationtoken: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    urltoken: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

/// What became of a rejected request that was looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requeued {
    /// Its token is accepted by now: this is the event's record.
    Accepted(Record),
    /// It is still nobody's.
    NotAccepted,
    /// Its form was too large to be kept.
    Truncated,
}

/// Why an object is no rejected request.
#[derive(Debug, thiserror::Error)]
#[error("the object is no rejected request")]
pub struct NotRejected(#[source] Option<Malformed>);

impl Record {
    /// Makes what is kept of a claim that was denied.
    ///
    /// # Errors
    /// As [`Record::new`].
    pub fn rejected(
        claim: &Claim<'_>,
        denied: Denied,
        forms: &Forms<'_>,
        receipt: &Receipt<'_>,
    ) -> Result<Self, serde_json::Error> {
        let redaction = Redaction::new(claim.tokens(), forms);
        // Two readers would see two tokens in a contested form, so no later look at it may accept one of them.
        let digest = |token: &Option<Token<'_>>| match (denied, token) {
            (Denied::NoToken | Denied::NotAccepted, Some(token)) => Some(format!("sha256:{}", token.digest().hex())),
            (Denied::Contested, _) | (_, None) => None,
        };
        let mut rejected = Rejected {
            event: CloudEvent::new(claim, forms, receipt, &redaction)?,
            reason: denied.to_string(),
            applicationtoken: digest(&claim.application_token),
            urltoken: digest(&claim.url_token),
            truncated: false,
        };
        let mut json = serde_json::to_vec(&rejected)?;
        if json.len() > BYTES_MAX {
            rejected.event.forget_form();
            rejected.truncated = true;
            json = serde_json::to_vec(&rejected)?;
        }
        Ok(Self { key: ObjectKey::rejected(receipt, &claim.event), json: json.into() })
    }

    /// Looks at a rejected request again.
    ///
    /// # Errors
    /// [`NotRejected`] where it is none.
    pub fn requeue(key: &str, json: &[u8], tokens: &Tokens) -> Result<Requeued, NotRejected> {
        let mut event: Map<String, Value> =
            serde_json::from_slice(json).map_err(|error| NotRejected(Some(error.into())))?;
        let key = key.strip_prefix(REJECTED).ok_or(NotRejected(None))?;
        if event.remove("reason").is_none() {
            return Err(NotRejected(None));
        }
        let presented = [event.remove("applicationtoken"), event.remove("urltoken")];
        if event.remove("truncated").is_some() {
            return Ok(Requeued::Truncated);
        }
        let member_id = event.get("memberid").and_then(Value::as_str);
        let digest = |token: &Value| token.as_str()?.strip_prefix("sha256:")?.parse::<Digest>().ok();
        let mut digests = presented.iter().flatten().filter_map(digest);
        let Some(name) = digests.find_map(|digest| tokens.accepted(&digest, member_id)) else {
            return Ok(Requeued::NotAccepted);
        };
        event.insert("tokenname".to_owned(), name.into());
        let json = serde_json::to_vec(&event).map_err(|error| NotRejected(Some(error.into())))?;
        Ok(Requeued::Accepted(Self { key: ObjectKey::from(format!("events/{key}")), json: json.into() }))
    }
}
