//! How many rejected requests a process keeps: a flood of them must not run up a bill.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

const A_MINUTE_MAX: u32 = 30;

/// What is left of this minute. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Quota(Arc<Mutex<(i64, u32)>>);

impl Quota {
    /// Takes one, if one is left in the minute of this moment.
    pub(super) fn take(&self, now: Timestamp) -> bool {
        let minute = now.as_second() / 60;
        // Two numbers cannot be left half-changed.
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.0 != minute {
            *taken = (minute, 0);
        }
        taken.1 = taken.1.saturating_add(1);
        taken.1 <= A_MINUTE_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_a_minute_are_kept() {
        let quota = Quota::default();
        let taken = |second| (0..100).filter(|_| quota.take(Timestamp::from_second(second).unwrap())).count();
        assert_eq!([taken(60), taken(119), taken(120), taken(60)], [30, 0, 30, 30]);
    }
}
