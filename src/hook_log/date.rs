//! The date line: `date("Y.m.d G:i:s")` and its meaning in a time zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Reads a date line: `2022.12.04 9:05:06`, also with `09`.
#[must_use]
pub fn parse_date(line: &[u8]) -> Option<DateTime> {
    let (day, time) = str::from_utf8(line).ok()?.split_once(' ')?;
    let [year, month, day] = numbers(day, '.', [4..=4, 2..=2, 2..=2])?;
    let [hour, minute, second] = numbers(time, ':', [1..=2, 2..=2, 2..=2])?;
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(i8::try_from);
    DateTime::new(year, month.ok()?, day.ok()?, hour.ok()?, minute.ok()?, second.ok()?, 0).ok()
}

fn numbers(text: &str, mark: char, digits: [std::ops::RangeInclusive<usize>; 3]) -> Option<[i16; 3]> {
    let mut parts = text.split(mark);
    let mut found = [0; 3];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
}

pub(super) fn date_line(date: DateTime) -> String {
    format!(
        "{:04}.{:02}.{:02} {}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        date.minute(),
        date.second()
    )
}

/// The moment that a clock in this zone showed a date, and whether it is the only one.
///
/// An hour that came twice is taken for the first time, and one that was skipped as if the clock had not been changed.
/// `None` for a date outside of what [`Timestamp`] can hold.
#[must_use]
pub fn local_time(date: DateTime, zone: &TimeZone) -> Option<(Timestamp, bool)> {
    let found = zone.to_ambiguous_timestamp(date);
    let is_only_one = matches!(found.offset(), AmbiguousOffset::Unambiguous { .. });
    Some((found.compatible().ok()?, is_only_one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_line_is_what_php_writes_and_nothing_else() {
        for line in ["2022.12.04 9:05:06", "2022.12.04 18:38:52", "2024.02.29 0:00:00"] {
            assert_eq!(date_line(parse_date(line.as_bytes()).unwrap()), line);
        }
        assert_eq!(parse_date(b"2022.12.04 09:05:06"), parse_date(b"2022.12.04 9:05:06"));
        for line in [
            "",
            "2022.12.04",
            "2022.12.04 9:05",
            "2022-12-04 9:05:06",
            "2023.02.29 9:05:06",
            "2022.12.04 24:00:00",
            "22.12.04 9:05:06",
            "2022.12.04 9:05:06 ",
            "2022.12.04 +9:05:06",
            "2022.12.04.1 9:05:06",
            "2022.1.04 9:05:06",
        ] {
            assert_eq!(parse_date(line.as_bytes()), None, "{line}");
        }
    }
}
