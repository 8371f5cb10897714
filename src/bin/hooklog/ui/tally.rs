//! Counting for the chart and the portals: memory grows with minutes, codes and portals, and not with events.

use std::collections::{BTreeMap, VecDeque};

use hooklog::record::EventKey;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

const MINUTE_MS: i64 = 60_000;
/// So many of a portal's newest events are named, to tell how long they were on their way.
const NEWEST_MAX: usize = 8;
/// A shorter silence is none.
const SILENCE_MIN: SignedDuration = SignedDuration::from_hours(1);

/// How wide the chart's columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Minute,
    Hour,
    Day,
}

#[derive(Default)]
pub struct Tally {
    pub total: u64,
    minutes: BTreeMap<i64, BTreeMap<usize, u64>>,
    codes: Vec<(String, u64)>,
    pub portals: BTreeMap<String, Portal>,
}

/// When a portal was heard, and how regularly.
#[derive(Default, Serialize)]
pub struct Portal {
    pub count: u64,
    /// In milliseconds since 1970.
    pub last: i64,
    #[serde(skip)]
    longest_pause: SignedDuration,
    pub newest: VecDeque<String>,
}

/// A column of the chart.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// When it starts, in milliseconds since 1970.
    start: i64,
    /// How many of which code: its place in the list of codes.
    counts: BTreeMap<usize, u64>,
}

impl Tally {
    /// Counts for the chart.
    pub fn count(&mut self, key: &EventKey) {
        self.total = self.total.saturating_add(1);
        let code = self.codes.iter().position(|(code, _)| code == key.code()).unwrap_or_else(|| {
            self.codes.push((key.code().to_owned(), 0));
            self.codes.len().saturating_sub(1)
        });
        let minute = key.received().as_millisecond().div_euclid(MINUTE_MS);
        if let Some((_, count)) = self.codes.get_mut(code) {
            *count = count.saturating_add(1);
        }
        let count = self.minutes.entry(minute).or_default().entry(code).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts for its portal; oldest first, so that the pauses are known.
    pub fn hear(&mut self, key: &EventKey) {
        let at = key.received().as_millisecond();
        if !self.portals.contains_key(key.portal()) {
            self.portals.insert(key.portal().to_owned(), Portal { last: at, ..Portal::default() });
        }
        let Some(portal) = self.portals.get_mut(key.portal()) else { return };
        let pause = SignedDuration::from_millis(at.saturating_sub(portal.last));
        portal.longest_pause = portal.longest_pause.max(pause);
        (portal.count, portal.last) = (portal.count.saturating_add(1), at);
        if portal.newest.len() == NEWEST_MAX {
            portal.newest.pop_front();
        }
        portal.newest.push_back(key.as_str().to_owned());
    }

    pub fn codes(&self) -> &[(String, u64)] {
        &self.codes
    }

    /// The width that gives a chart some dozens of columns.
    pub fn unit(&self) -> Unit {
        let ends = self.minutes.first_key_value().zip(self.minutes.last_key_value());
        match ends.map_or(0, |((first, _), (last, _))| last.saturating_sub(*first)) {
            ..=240 => Unit::Minute,
            241..=14_400 => Unit::Hour,
            14_401.. => Unit::Day,
        }
    }

    /// The columns that have something in them, in order.
    pub fn columns(&self, unit: Unit, zone: &TimeZone) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for (minute, counts) in &self.minutes {
            let start = start(minute.saturating_mul(MINUTE_MS), unit, zone);
            if columns.last().is_none_or(|last| last.start != start) {
                columns.push(Column { start, counts: BTreeMap::new() });
            }
            let Some(column) = columns.last_mut() else { continue };
            for (code, count) in counts {
                let sum = column.counts.entry(*code).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        columns
    }
}

impl Portal {
    /// Is it quiet for more than twice as long as ever before, and for an hour at least? Of a single event, nobody
    /// knows what comes after it: for a day.
    pub fn is_silent(&self, now: Timestamp) -> bool {
        let quiet = SignedDuration::from_millis(now.as_millisecond().saturating_sub(self.last));
        let usual = if self.count < 2 { SignedDuration::from_hours(24) } else { self.longest_pause.saturating_mul(2) };
        quiet > usual.max(SILENCE_MIN)
    }
}

/// When the column starts that this moment is in.
fn start(millis: i64, unit: Unit, zone: &TimeZone) -> i64 {
    let local = Timestamp::from_millisecond(millis).map(|at| at.to_zoned_datetime(zone.clone()));
    let start = local.and_then(|local| match unit {
        Unit::Minute => Ok(local),
        Unit::Hour => local.with().minute(0).build(),
        Unit::Day => local.start_of_day(),
    });
    start.map_or(millis, |start| start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(received: &str, code: &str) -> EventKey {
        let at: Timestamp = received.parse().unwrap();
        let id = format!("{:012x}", at.as_millisecond());
        let (high, low) = id.split_at(8);
        EventKey::read(&format!(
            "{}-{low}-7000-8000-000000000000_a.example_{code}.json",
            EventKey::start(at).rsplit_once('/').map_or_else(String::new, |(date, _)| format!("{date}/{high}"))
        ))
        .unwrap()
    }

    fn tally(events: &[(&str, &str)]) -> Tally {
        let mut tally = Tally::default();
        for (received, code) in events {
            let key = key(received, code);
            tally.count(&key);
            tally.hear(&key);
        }
        tally
    }

    #[test]
    fn columns_are_as_wide_as_the_time_is_long() {
        let unit = |last: &str| tally(&[("2026-11-24T10:00:00Z", "A"), (last, "A")]).unit();
        assert_eq!(unit("2026-11-24T10:59:00Z"), Unit::Minute);
        assert_eq!(unit("2026-11-26T10:00:00Z"), Unit::Hour);
        assert_eq!(unit("2026-12-24T10:00:00Z"), Unit::Day);
    }

    #[test]
    fn a_day_is_one_of_whoever_looks() {
        let tally =
            tally(&[("2026-11-23T20:59:00Z", "A"), ("2026-11-23T21:01:00Z", "B"), ("2026-11-24T20:59:00Z", "B")]);
        let columns = tally.columns(Unit::Day, &TimeZone::fixed(jiff::tz::offset(3)));
        let counts: Vec<_> =
            columns.iter().map(|column| column.counts.clone().into_iter().collect::<Vec<_>>()).collect();
        assert_eq!(counts, [vec![(0, 1)], vec![(1, 2)]]);
        assert_eq!(tally.codes(), [("A".to_owned(), 1), ("B".to_owned(), 2)]);
    }

    #[test]
    fn a_portal_is_silent_after_twice_its_longest_pause() {
        let tally =
            tally(&[("2026-11-24T02:00:00Z", "A"), ("2026-11-24T10:00:00Z", "A"), ("2026-11-24T10:01:00Z", "A")]);
        let portal = &tally.portals["a.example"];
        assert!(!portal.is_silent("2026-11-25T02:00:00Z".parse().unwrap()));
        assert!(portal.is_silent("2026-11-25T02:02:00Z".parse().unwrap()));
    }
}
