//! The newest events of a selection, without listing all of it: keys sort by time, so the search goes back in steps,
//! each longer than all before it together.

use std::collections::VecDeque;
use std::pin::pin;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};

use super::{Selection, Unread};
use crate::record::EventKey;
use crate::store::Store;

/// The first step. A busy portal sends some thousand events in it, a page or two of a listing.
const FIRST_STEP: SignedDuration = SignedDuration::from_mins(1);
const GROWTH: i32 = 4;
/// Ten years; what is older is found in one last step.
const LONGEST_STEP: SignedDuration = SignedDuration::from_hours(24 * 3650);

/// The newest events.
#[derive(Debug, Default)]
pub struct Newest {
    /// Their keys, oldest first.
    pub keys: VecDeque<EventKey>,
    /// What could not be read on the way.
    pub unread: Vec<Unread>,
}

impl Selection {
    /// The newest events, at most so many. Where an entity is asked for, the objects are read to find it. When the
    /// listing breaks off, what was found until then is given, with [`Unread::Listing`].
    pub async fn newest(&self, store: &Store, most: usize, now: Timestamp) -> Newest {
        let mut newest = Newest::default();
        let mut step = FIRST_STEP;
        let mut until = self.until;
        while newest.keys.len() < most {
            let since = until.map_or(now, |until| until.min(now)).checked_sub(step).ok();
            let since = since.filter(|_| step < LONGEST_STEP).max(self.since);
            let part = Self { since, until, ..self.clone() };
            let is_whole = part.collect(store, most, &mut newest).await;
            if !is_whole || since == self.since {
                break;
            }
            until = since;
            step = step.saturating_mul(GROWTH);
        }
        newest
    }

    /// Puts the newest of this part before what was found in later ones. Tells whether the listing went to its end.
    async fn collect(&self, store: &Store, most: usize, newest: &mut Newest) -> bool {
        let wanted = most.saturating_sub(newest.keys.len());
        let mut part = VecDeque::new();
        let mut keep = |key: EventKey| {
            if part.len() == wanted {
                part.pop_front();
            }
            part.push_back(key);
        };
        let mut is_whole = true;
        let mut unread = |error: Unread| {
            is_whole &= !matches!(error, Unread::Listing(_));
            newest.unread.push(error);
        };
        if self.subject.is_some() {
            let mut events = pin!(self.events(store));
            while let Some(found) = events.next().await {
                found.map_or_else(&mut unread, |found| keep(found.key));
            }
        } else {
            let mut keys = self.keys(store);
            loop {
                match keys.next().await {
                    Err(error) => break unread(Unread::Listing(error)),
                    Ok(None) => break,
                    Ok(Some(page)) => {
                        page.keys.into_iter().for_each(&mut keep);
                        page.strays.into_iter().for_each(|key| unread(Unread::Stray { key }));
                    }
                }
            }
        }
        part.append(&mut newest.keys);
        newest.keys = part;
        is_whole
    }
}
