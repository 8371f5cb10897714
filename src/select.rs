//! Finding kept events again: by time, portal and event code from the keys alone, by entity in the records.
//!
//! A [`Selection`] lists only the part of the store that its times allow, page by page, and reads objects while it
//! goes. What cannot be read is told with its key, and the others go on.

mod events;
mod follow;
mod keys;
mod moment;
mod newest;
mod pattern;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::record::{EventKey, Kept, id_millis};
pub use events::{Found, Unread, read};
pub use follow::Follow;
pub use keys::{Keys, Page};
pub use moment::{Moment, MomentError};
pub use newest::Newest;
pub use pattern::{CodePattern, PortalPattern};

/// Which events. One without any condition selects all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Those received at this moment or later.
    pub since: Option<Timestamp>,
    /// Those received before this moment.
    pub until: Option<Timestamp>,
    /// Those of any of these portals.
    pub portals: Vec<PortalPattern>,
    /// Those with any of these codes.
    pub codes: Vec<CodePattern>,
    /// Those about this entity.
    pub subject: Option<String>,
}

impl Selection {
    /// Does the key allow that the event is selected? Only the entity is not in it.
    #[must_use]
    pub fn allows(&self, key: &EventKey) -> bool {
        self.since.is_none_or(|since| key.received() >= since)
            && self.until.is_none_or(|until| key.received() < until)
            && (self.portals.is_empty() || self.portals.iter().any(|portal| portal.matches(key.portal())))
            && (self.codes.is_empty() || self.codes.iter().any(|code| code.matches(key.code())))
    }

    /// The part of the selection that this event can be in: an id tells its millisecond, so that only that is listed.
    #[must_use]
    pub fn around(&self, id: Uuid) -> Self {
        let since = Timestamp::from_millisecond(id_millis(id)).ok();
        let until = since.and_then(|since| since.checked_add(SignedDuration::from_millis(1)).ok());
        let until = [until, self.until].into_iter().flatten().min();
        Self { since: since.max(self.since), until, ..self.clone() }
    }

    /// Is it about the entity that is asked for?
    #[must_use]
    pub fn is_about(&self, record: &Kept) -> bool {
        self.subject.is_none() || self.subject == record.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_an_event_there_is_its_millisecond_and_never_more_than_was_asked_for() {
        let id: Uuid = "01a20cdd-6647-7832-8707-070707070707".parse().unwrap();
        let at = |time: &str| Some(time.parse::<Timestamp>().unwrap());
        let around = |since, until| {
            let around = Selection { since, until, ..Selection::default() }.around(id);
            (around.since, around.until)
        };
        let (first, end) = (at("2026-11-24T09:22:45.959Z"), at("2026-11-24T09:22:45.96Z"));
        assert_eq!(around(None, None), (first, end));
        assert_eq!(around(at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z")), (first, end));
        let (early, late) = (at("2026-11-23T00:00:00Z"), at("2026-11-25T00:00:00Z"));
        assert_eq!(around(late, early), (late, early));
    }
}
