//! A page of a room's keys, from the newest back.

use std::collections::VecDeque;

use hooklog::record::{EventKey, REJECTED};
use hooklog::select::{Selection, Unread};
use hooklog::store::Store;
use jiff::{SignedDuration, Timestamp};

use super::question::Question;
use super::room::Room;

/// More than a page, so that a page goes on after the event that it comes before, which shares its millisecond.
const MARGIN: usize = 32;

/// The newest keys before some event, newest first.
#[derive(Debug, Default)]
pub struct PageOfKeys {
    pub keys: Vec<EventKey>,
    /// Are there older ones?
    pub is_more: bool,
    pub unread: Vec<Unread>,
}

pub async fn read(store: &Store, question: &Question, before: Option<&EventKey>, most: usize) -> PageOfKeys {
    let mut selection = question.of_keys();
    if let Some(end) = before.and_then(|before| after(before.received())) {
        selection.until = Some(selection.until.map_or(end, |until| until.min(end)));
    }
    let mut wanted = most.saturating_add(MARGIN);
    loop {
        let (keys, unread) = match question.room {
            Room::Events | Room::Overflow => {
                let newest = selection.newest(store, wanted, question.now).await;
                (newest.keys, newest.unread)
            }
            Room::Rejected => rejected(store, &selection, wanted).await,
        };
        let found = keys.len();
        let keys: Vec<_> = keys.into_iter().rev().filter(|key| before.is_none_or(|before| key < before)).collect();
        if keys.len() >= most || found < wanted {
            let is_more = keys.len() > most || found == wanted;
            return PageOfKeys { keys: keys.into_iter().take(most).collect(), is_more, unread };
        }
        // More than the margin share one millisecond.
        wanted = wanted.saturating_mul(2);
    }
}

/// Rejected requests are kept for some days only, so that all are listed; few are held.
async fn rejected(store: &Store, selection: &Selection, most: usize) -> (VecDeque<EventKey>, Vec<Unread>) {
    let (mut keys, mut unread) = (VecDeque::new(), Vec::new());
    let mut pages = store.pages(REJECTED, "");
    loop {
        match pages.next().await {
            Ok(None) => break,
            Ok(Some(page)) => {
                for key in page.iter().filter_map(|key| Room::Rejected.key(key).ok()) {
                    if selection.allows(&key) {
                        if keys.len() == most {
                            keys.pop_front();
                        }
                        keys.push_back(key);
                    }
                }
            }
            Err(error) => {
                unread.push(Unread::Listing(error));
                break;
            }
        }
    }
    (keys, unread)
}

/// The next millisecond.
fn after(moment: Timestamp) -> Option<Timestamp> {
    moment.checked_add(SignedDuration::from_millis(1)).ok()
}

#[cfg(test)]
mod tests {
    use hooklog::store::Memory;

    use super::*;

    /// Asks for page after page; gives what was found in all.
    async fn all(store: &Store, query: &str, most: usize) -> Vec<String> {
        let question = Question::read(query).unwrap();
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = read(store, &question, before.as_ref(), most).await;
            assert!(page.unread.is_empty() && page.keys.len() <= most);
            before = page.keys.last().cloned();
            found.extend(page.keys.into_iter().map(|key| question.room.object(&key)));
            if !page.is_more {
                return found;
            }
        }
    }

    async fn plant(store: &Store, folder: &str, count: usize, same: usize) -> Vec<String> {
        let start = "2026-11-24T09:22:45Z".parse::<Timestamp>().unwrap().as_millisecond();
        let mut keys = Vec::new();
        for number in 0..count {
            let at = start.checked_add(i64::try_from(number.div_euclid(same)).unwrap()).unwrap();
            let id = format!("{at:012x}");
            let (high, low) = id.split_at(8);
            let key = format!("{folder}/date=2026-11-24/{high}-{low}-7000-8000-{number:012x}_a.example_ONTASKADD.json");
            store.put_new(&key, "{}".into(), "application/json").await.unwrap();
            keys.insert(0, key);
        }
        keys
    }

    #[tokio::test]
    async fn pages_go_back_to_the_oldest_and_leave_none_out() {
        let store = Store::Memory(Memory::default());
        let events = plant(&store, "events", 100, 1).await;
        let rejected = plant(&store, "rejected", 50, 1).await;
        assert_eq!(all(&store, "", 7).await, events);
        assert_eq!(all(&store, "room=rejected", 7).await, rejected);
        assert!(all(&store, "code=ONCRM*", 7).await.is_empty());
    }

    #[tokio::test]
    async fn events_of_one_millisecond_are_not_left_out() {
        let store = Store::Memory(Memory::default());
        let events = plant(&store, "events", 200, 90).await;
        assert_eq!(all(&store, "", 5).await, events);
    }
}
