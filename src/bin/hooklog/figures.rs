//! Numbers as somebody reads them at a glance.

/// A bar in eighths of a character.
pub fn bar(count: u64, most: u64, longest: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = count.saturating_mul(longest.saturating_mul(8) as u64).div_ceil(most.max(1));
    let eighths = usize::try_from(eighths).unwrap_or(0);
    let (whole, rest) = (eighths / 8, eighths % 8);
    format!("{}{}", "█".repeat(whole), EIGHTHS.get(rest).copied().unwrap_or_default())
}

/// `1,234,567`
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (left, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        text.push(digit);
        if left > 0 && left % 3 == 0 {
            text.push(',');
        }
    }
    text
}

/// A time that an event was on its way.
#[expect(clippy::cast_precision_loss, reason = "tenths of a second are shown")]
pub fn on_the_way(millis: i64) -> String {
    if millis.abs() < 120_000 { format!("{:.1} s", millis as f64 / 1e3) } else { rough(millis / 1000) }
}

/// A time in one unit.
pub fn rough(seconds: i64) -> String {
    match seconds.abs() {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_nothing_for_something() {
        assert_eq!(bar(100, 100, 24), "█".repeat(24));
        assert_eq!(bar(50, 100, 24), "█".repeat(12));
        assert_eq!((bar(1, 1_000_000, 24), bar(0, 5, 24)), ("▏".to_owned(), String::new()));
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([1, 999, 1000, 1_234_567].map(grouped), ["1", "999", "1,000", "1,234,567"]);
        assert_eq!([5, 300, 10_000, -400_000].map(rough), ["5 s", "5 min", "2 h", "-4 days"]);
        assert_eq!([1959, -300, 150_000].map(on_the_way), ["2.0 s", "-0.3 s", "2 min"]);
    }
}
