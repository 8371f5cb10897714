//! The three places that the page shows: events, rejected requests, and what waits in the overflow.

use anyhow::{Context as _, Result, bail};
use hooklog::record::EventKey;
use hooklog::store::Store;

use super::Looking;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    #[default]
    Events,
    Rejected,
    Overflow,
}

impl Room {
    pub fn read(name: &str) -> Result<Self> {
        Ok(match name {
            "" | "events" => Self::Events,
            "rejected" => Self::Rejected,
            "overflow" => Self::Overflow,
            _ => bail!("there are the rooms events, rejected and overflow"),
        })
    }

    /// The store that it lies in.
    pub fn store(self, looking: &Looking) -> Result<&Store> {
        match self {
            Self::Events | Self::Rejected => Ok(&looking.store),
            Self::Overflow => looking.overflow.as_ref().context("HOOKLOG_OVERFLOW is no folder: there is none to show"),
        }
    }

    /// A key that this room has; nothing else can be read through the page.
    pub fn key(self, key: &str) -> Result<EventKey> {
        let event = match self {
            Self::Events | Self::Overflow => EventKey::read(key),
            Self::Rejected => EventKey::of_rejected(key),
        };
        event.context("this is no key of an event")
    }

    /// The object's key: a rejected request has the name that its event would have.
    pub fn object(self, key: &EventKey) -> String {
        match self {
            Self::Events | Self::Overflow => key.as_str().to_owned(),
            Self::Rejected => key.as_rejected(),
        }
    }
}
