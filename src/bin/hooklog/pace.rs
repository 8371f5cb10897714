//! At most so many a second, also after an answer that was slow: what was missed is not made up for.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// A pace, or none.
pub struct Pace(Option<Interval>);

impl Pace {
    pub fn new(per_second: Option<u32>) -> Self {
        Self(per_second.map(|per_second| {
            let mut pace = interval(Duration::from_secs_f64(1.0 / f64::from(per_second)));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            pace
        }))
    }

    /// Waits until the next one may start.
    pub async fn wait(&mut self) {
        if let Some(pace) = &mut self.0 {
            pace.tick().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn after_a_slow_answer_nothing_comes_faster_than_the_pace() {
        let mut pace = Pace::new(Some(50));
        pace.wait().await;
        let _slow_answer = tokio::time::timeout(Duration::from_millis(200), std::future::pending::<()>()).await;
        pace.wait().await;
        let first = Instant::now();
        pace.wait().await;
        pace.wait().await;
        assert!(first.elapsed() >= Duration::from_millis(38), "{:?}", first.elapsed());
    }
}
