//! Counting: memory grows with the number of codes, portals and days, and not with that of events. (The lags are eight
//! bytes an event, when they are asked for.)

use std::collections::BTreeMap;

use hooklog::record::{EventKey, Kept};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How many, and when the last one came.
#[derive(Clone, Copy)]
pub struct Group {
    pub count: u64,
    pub last: Timestamp,
}

#[derive(Default)]
pub struct Tally {
    pub all: Option<Group>,
    pub first: Option<Timestamp>,
    pub codes: BTreeMap<String, Group>,
    pub portals: BTreeMap<String, Group>,
    pub days: BTreeMap<Date, Group>,
    /// In milliseconds.
    lags: Vec<i64>,
}

/// How long events were on their way, in milliseconds.
pub struct Lag {
    pub p50: i64,
    pub p90: i64,
    pub p99: i64,
    pub longest: i64,
}

impl Tally {
    pub fn count(&mut self, key: &EventKey, zone: &TimeZone) {
        let at = key.received();
        self.first.get_or_insert(at);
        self.all = Some(self.all.map_or_else(|| Group { count: 1, last: at }, |group| group.and(at)));
        count(&mut self.codes, key.code(), at);
        count(&mut self.portals, key.portal(), at);
        let day = self.days.entry(zone.to_datetime(at).date()).or_insert(Group { count: 0, last: at });
        *day = day.and(at);
    }

    /// An event without a time of its own has that of its receipt, to the millisecond: it tells nothing of the way.
    pub fn count_lag(&mut self, record: &Kept) {
        if record.time != record.receivedtime {
            self.lags.push(i64::try_from(record.lag().as_millis()).unwrap_or(i64::MAX));
        }
    }

    pub fn lag(&mut self) -> Option<Lag> {
        self.lags.sort_unstable();
        let last = self.lags.len().checked_sub(1)?;
        let at = |percent: usize| self.lags.get(last.saturating_mul(percent) / 100).copied();
        Some(Lag { p50: at(50)?, p90: at(90)?, p99: at(99)?, longest: at(100)? })
    }
}

impl Group {
    fn and(self, at: Timestamp) -> Self {
        Self { count: self.count.saturating_add(1), last: self.last.max(at) }
    }
}

fn count(groups: &mut BTreeMap<String, Group>, name: &str, at: Timestamp) {
    if let Some(group) = groups.get_mut(name) {
        *group = group.and(at);
    } else {
        groups.insert(name.to_owned(), Group { count: 1, last: at });
    }
}
