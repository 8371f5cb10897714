//! The key of an event, read back.

use jiff::Timestamp;
use uuid::Uuid;

use super::key::utc_date;

/// Every event's key starts with this.
pub const EVENTS: &str = "events/date=";

/// What the keys of all rejected requests start with; the rest is that of the events that they would be.
pub const REJECTED: &str = "rejected/";

/// The milliseconds since 1970 that a `UUIDv7` begins with (RFC 9562, section 5.7).
#[must_use]
pub fn id_millis(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX)
}

/// The key of an event, read back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventKey {
    key: String,
    id: Uuid,
    received: Timestamp,
}

impl EventKey {
    /// Reads a key; nothing where it is no event's.
    #[must_use]
    pub fn read(key: &str) -> Option<Self> {
        let (date, name) = key.strip_prefix(EVENTS)?.split_once('/')?;
        let (id, names) = name.strip_suffix(".json")?.split_once('_')?;
        let (portal, code) = names.split_once('_')?;
        let id: Uuid = id.parse().ok()?;
        if date.len() != 10 || portal.is_empty() || code.is_empty() || name.contains('/') || id.get_version_num() != 7 {
            return None;
        }
        Some(Self { key: key.to_owned(), id, received: Timestamp::from_millisecond(id_millis(id)).ok()? })
    }

    /// The key that a rejected request would have as an event; nothing where its key is none of a rejected request.
    #[must_use]
    pub fn of_rejected(key: &str) -> Option<Self> {
        Self::read(&key.strip_prefix(REJECTED).map(|rest| format!("events/{rest}"))?)
    }

    /// The key that the event would have as a rejected request.
    #[must_use]
    pub fn as_rejected(&self) -> String {
        self.key.replacen("events/", REJECTED, 1)
    }

    /// What all keys of events that were received from this moment on sort after, and those before it do not.
    #[must_use]
    pub fn start(moment: Timestamp) -> String {
        let millis = u64::try_from(moment.as_millisecond()).unwrap_or(0);
        let (high, low) = (millis >> 16, millis & 0xFFFF);
        format!("{EVENTS}{}/{high:08x}-{low:04x}", utc_date(moment))
    }

    /// The key as the store knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// When the event was received, in milliseconds.
    #[must_use]
    pub fn received(&self) -> Timestamp {
        self.received
    }

    /// The portal's domain, as [`Domain::label`](crate::event::Domain::label) writes it.
    #[must_use]
    pub fn portal(&self) -> &str {
        self.names().0
    }

    /// The event code, as [`Code::label`](crate::event::Code::label) writes it.
    #[must_use]
    pub fn code(&self) -> &str {
        self.names().1
    }

    fn names(&self) -> (&str, &str) {
        let names = self.key.strip_suffix(".json").and_then(|key| key.split_once('_')).unwrap_or_default().1;
        names.split_once('_').unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "events/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707_a.bitrix24.ru_ON.X_128.json";

    #[test]
    fn a_key_tells_when_from_where_and_what() {
        let key = EventKey::read(KEY).unwrap();
        assert_eq!(key.as_str(), KEY);
        assert_eq!(key.id().to_string(), "01a20cdd-6647-7832-8707-070707070707");
        assert_eq!(key.received().to_string(), "2026-11-24T09:22:45.959Z");
        assert_eq!((key.portal(), key.code()), ("a.bitrix24.ru", "ON.X_128"));
    }

    #[test]
    fn a_moment_parts_the_keys() {
        let received = EventKey::read(KEY).unwrap().received();
        let later = received + jiff::SignedDuration::from_millis(1);
        assert!(KEY > EventKey::start(received).as_str() && KEY < EventKey::start(later).as_str());
    }

    #[test]
    fn what_is_no_events_key_is_told() {
        for stray in [
            "events/date=2026-11-24/README",
            "events/date=2026-11-24/x_a_B.json",
            "events/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707.json",
            "events/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707_a.json",
            "events/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707_a_.json",
            "events/date=2026-11-24/01a20cdd-6647-4832-8707-070707070707_a_B.json",
            "events/01a20cdd-6647-7832-8707-070707070707_a_B.json",
            "rejected/date=2026-11-24/01a20cdd-6647-7832-8707-070707070707_a_B.json",
        ] {
            assert_eq!(EventKey::read(stray), None, "{stray}");
        }
    }
}
