//! Object keys: a listing alone tells when, from where and what, without reading an object.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::Receipt;
use crate::event::{Domain, Event};

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
        let date = utc_date(receipt.received);
        let domain = event.domain.as_ref().map_or_else(|| "unknown".to_owned(), Domain::label);
        Self(format!("{folder}/date={date}/{}_{domain}_{}.json", receipt.id, event.code.label()))
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
