//! The typed view of a body: the parts that say what kind of event it is and who claims to have sent it.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use crate::form::{Array, Value};

/// The members that Bitrix24 puts around an event's payload. A member of another shape counts as absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'f> {
    #[serde(borrow, deserialize_with = "or_absent")]
    pub event: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub ts: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub auth: Option<Auth<'f>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub module_id: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub message_id: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub event_token: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub workflow_id: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub document_id: Option<Vec<Cow<'f, str>>>,
}

/// Who claims to have sent the event. The application token is not here: only `verify` reads it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Auth<'f> {
    #[serde(borrow, deserialize_with = "or_absent")]
    pub domain: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub member_id: Option<Cow<'f, str>>,
    #[serde(borrow, deserialize_with = "or_absent")]
    pub access_token: Option<Cow<'f, str>>,
}

impl<'f> Envelope<'f> {
    pub fn read(root: Array<'f>) -> Self {
        Self::deserialize(Value::Array(root)).unwrap_or_default()
    }
}

/// A member whose shape is not the expected one is read as absent: it must not cost the event.
#[expect(clippy::unnecessary_wraps, reason = "serde's signature")]
fn or_absent<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(T::deserialize(deserializer).ok())
}
