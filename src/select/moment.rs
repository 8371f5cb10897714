//! Moments as somebody writes them: RFC 3339, a date, a local time, or how long ago.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A moment, of which some kinds need to know what time it is, and where.
#[derive(Clone, Debug)]
pub enum Moment {
    /// `2026-11-24T10:00:00Z`, `2026-11-24T13:00:00+03:00`
    At(Timestamp),
    /// `2026-11-24T13:00`: in the time zone of whoever wrote it.
    Local(DateTime),
    /// `2026-11-24`: the whole day.
    Day(Date),
    /// `15m`, `2h`, `7d`
    Ago(Span),
}

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// It is written in another way.
    #[error("give 2026-11-24T10:00:00Z, 2026-11-24, or how long ago: 15m, 2h, 7d")]
    Unreadable,
    /// No calendar goes there.
    #[error("it is too long ago, or too far ahead")]
    OutOfRange,
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let text = text.trim();
        let is_ago = text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(|c: char| c.is_ascii_lowercase());
        if let Some(span) = is_ago.then(|| text.parse::<Span>().ok()).flatten() {
            return Ok(Self::Ago(span.abs()));
        }
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        if text.contains(':') {
            return text.parse().map(Self::Local).or(Err(MomentError::Unreadable));
        }
        text.parse().map(Self::Day).or(Err(MomentError::Unreadable))
    }
}

impl Moment {
    /// The moment as a start: of a day, its first.
    ///
    /// # Errors
    /// [`MomentError::OutOfRange`] where no calendar goes.
    pub fn start(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, MomentError> {
        self.resolve(now, zone).or(Err(MomentError::OutOfRange))
    }

    /// The moment as an end: of a day, the first of the next one, so that the day is in.
    ///
    /// # Errors
    /// As [`Moment::start`].
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, MomentError> {
        let end = match self {
            Self::Day(date) => date.tomorrow().and_then(|next| Self::Day(next).resolve(now, zone)),
            Self::At(_) | Self::Local(_) | Self::Ago(_) => self.resolve(now, zone),
        };
        end.or(Err(MomentError::OutOfRange))
    }

    fn resolve(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
        Ok(match self {
            Self::At(at) => *at,
            Self::Local(local) => zone.to_timestamp(*local)?,
            Self::Day(date) => zone.to_timestamp(date.at(0, 0, 0, 0))?,
            Self::Ago(span) => now.to_zoned_datetime(zone.clone()).checked_sub(*span)?.timestamp(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, start: &str, end: &str) {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(3));
        let moment: Moment = text.parse().unwrap();
        let found = [moment.start(now, &zone), moment.end(now, &zone)].map(|at| at.unwrap().to_string());
        assert_eq!(found, [start, end], "{text}");
    }

    #[test]
    fn a_moment_is_written_in_many_ways() {
        let same = |text: &str, at: &str| check(text, at, at);
        same("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z");
        same("2026-11-24T10:00:00.5+01:00", "2026-11-24T09:00:00.5Z");
        same("2026-11-24 10:00", "2026-11-24T07:00:00Z");
        check("2026-11-24", "2026-11-23T21:00:00Z", "2026-11-24T21:00:00Z");
        same("15m", "2026-11-24T11:45:00Z");
        same("2h", "2026-11-24T10:00:00Z");
        same("7d", "2026-11-17T12:00:00Z");
        same("1h30m ago", "2026-11-24T10:30:00Z");
    }

    #[test]
    fn what_is_no_moment_is_told() {
        for text in ["", "yesterday", "24.11.2026", "2026-13-01", "15", "m", "-2h", "25:00"] {
            assert_eq!(text.parse::<Moment>().unwrap_err(), MomentError::Unreadable, "{text}");
        }
        let ages: Moment = "19000y".parse().unwrap();
        assert_eq!(ages.start(Timestamp::UNIX_EPOCH, &TimeZone::UTC), Err(MomentError::OutOfRange));
    }
}
