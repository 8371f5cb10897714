//! The pause between two looks at a store that somebody follows.

use std::time::Duration;

/// Shortest after something came, and twice as long each time that nothing did.
pub const MIN: Duration = Duration::from_secs(2);
pub const MAX: Duration = Duration::from_secs(30);

pub struct Pause(Duration);

impl Pause {
    pub fn shortest() -> Self {
        Self(MIN)
    }

    /// How long to wait now. Unless something comes, the next time is longer.
    pub fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = now.saturating_mul(2).min(MAX);
        now
    }
}
