//! Object keys: a listing alone tells when, from where and what, without reading an object.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use uuid::Uuid;

use super::Receipt;
use crate::event::{Code, Domain, Event};

/// Where an object is kept, below the store's own prefix:
/// `events/date=YYYY-MM-DD/UUIDV7_DOMAIN_CODE.json`, the date of receipt in UTC. Keys sort by time of receipt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey(String);

impl ObjectKey {
    pub(super) fn event(receipt: &Receipt<'_>, event: &Event<'_>) -> Self {
        Self::below("events", receipt, event)
    }

    pub(super) fn rejected(receipt: &Receipt<'_>, event: &Event<'_>) -> Self {
        Self::below("rejected", receipt, event)
    }

    fn below(folder: &str, receipt: &Receipt<'_>, event: &Event<'_>) -> Self {
        Self::of(folder, receipt.received, receipt.id, event.domain.as_ref(), &event.code)
    }

    /// The key of an event that was received at this moment.
    pub(super) fn made(received: Timestamp, id: Uuid, domain: Option<&Domain>, code: &Code) -> Self {
        Self::of("events", received, id, domain, code)
    }

    fn of(folder: &str, received: Timestamp, id: Uuid, domain: Option<&Domain>, code: &Code) -> Self {
        let date = utc_date(received);
        let domain = domain.map_or_else(|| "unknown".to_owned(), Domain::label);
        Self(format!("{folder}/date={date}/{id}_{domain}_{}.json", code.label()))
    }

    /// The key, with `/` between its parts.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ObjectKey {
    /// Takes a key that was made before; the store checks it.
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn utc_date(moment: Timestamp) -> jiff::civil::Date {
    Offset::UTC.to_datetime(moment).date()
}
