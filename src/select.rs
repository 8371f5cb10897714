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

use jiff::Timestamp;

use crate::record::{EventKey, Kept};
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

    /// Is it about the entity that is asked for?
    #[must_use]
    pub fn is_about(&self, record: &Kept) -> bool {
        self.subject.is_none() || self.subject == record.subject
    }
}
