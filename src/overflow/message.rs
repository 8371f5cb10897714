//! A record as a queue's message: `{"key":"…","record":{…}}`, or `{"key":"…","gzip":"BASE64"}` where SQS takes it in no
//! other way.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::record::{Malformed, RECORD_BYTES_MAX, Record};

/// The largest message
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>).
const BYTES_MAX: usize = 1 << 20;

/// A queue's message.
#[derive(Debug, Deserialize, Serialize)]
pub struct Message<'m> {
    #[serde(borrow)]
    key: Cow<'m, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    record: Option<&'m RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gzip: Option<String>,
}

/// Why a message cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Even packed it is too large.
    #[error("the message would be larger than {max} bytes, even packed")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// Not the JSON of a message.
    #[error("the message is not a record with its key")]
    Json(#[source] Malformed),
    /// Not base64.
    #[error("the packed record is not base64")]
    Base64(#[from] base64::DecodeError),
    /// Not gzip.
    #[error("the packed record is not gzip, or too large")]
    Gzip(#[from] std::io::Error),
    /// A key and nothing else.
    #[error("the message has no record")]
    Empty,
}

impl From<serde_json::Error> for MessageError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.into())
    }
}

impl<'m> Message<'m> {
    /// Writes a record down as a message's text.
    ///
    /// # Errors
    /// [`MessageError::TooLarge`] where no message can hold it.
    pub fn of(record: &Record) -> Result<String, MessageError> {
        let key = Cow::Borrowed(record.key.as_str());
        let json: &RawValue = serde_json::from_slice(&record.json)?;
        if json.get().chars().all(is_taken) {
            let text = serde_json::to_string(&Message { key: key.clone(), record: Some(json), gzip: None })?;
            if text.len() <= BYTES_MAX {
                return Ok(text);
            }
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&record.json)?;
        let gzip = Some(BASE64_STANDARD.encode(packed.finish()?));
        let text = serde_json::to_string(&Message { key, record: None, gzip })?;
        if text.len() <= BYTES_MAX { Ok(text) } else { Err(MessageError::TooLarge { max: BYTES_MAX }) }
    }

    /// Reads the object key and the record's JSON out of a message's text.
    ///
    /// # Errors
    /// [`MessageError`] where it is no message of ours.
    pub fn read(text: &'m str) -> Result<(Cow<'m, str>, Vec<u8>), MessageError> {
        let message: Self = serde_json::from_str(text)?;
        let json = match (message.record, message.gzip) {
            (Some(record), _) => record.get().as_bytes().to_vec(),
            (None, Some(packed)) => {
                let mut json = Vec::new();
                let packed = BASE64_STANDARD.decode(packed)?;
                GzDecoder::new(packed.as_slice()).take(RECORD_BYTES_MAX).read_to_end(&mut json)?;
                json
            }
            (None, None) => return Err(MessageError::Empty),
        };
        Ok((message.key, json))
    }
}

/// The characters that SQS takes
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
fn is_taken(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ObjectKey;
    use crate::telemetry::with_causes;

    fn check(json: &str, is_packed: bool) {
        let record = Record {
            key: ObjectKey::from("events/date=2026-01-01/1_x_Y.json".to_owned()),
            json: json.to_owned().into(),
        };
        let text = Message::of(&record).unwrap();
        assert_eq!(text.contains("gzip"), is_packed);
        assert!(text.len() <= BYTES_MAX && text.chars().all(is_taken));
        let (key, read) = Message::read(&text).unwrap();
        assert_eq!((key.as_ref(), read), (record.key.as_str(), record.json.to_vec()));
    }

    #[test]
    fn a_message_is_packed_only_where_it_must_be() {
        check(r#"{"a":"я\u0000\" 😀"}"#, false);
        check("{\"a\":\"\u{ffff}\"}", true);
        check(&format!(r#"{{"a":"{}"}}"#, "x".repeat(2 << 20)), true);
    }

    #[test]
    fn what_is_no_message_is_told() {
        for text in ["", "{}", "[]", r#"{"key":"k"}"#, r#"{"key":"k","gzip":"%"}"#, r#"{"key":"k","gzip":"YQ=="}"#] {
            assert!(Message::read(text).is_err(), "{text}");
        }
        assert!(!with_causes(&Message::read(r#""SECRET""#).unwrap_err()).contains("SECRET"));
    }
}
