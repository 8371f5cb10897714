//! `hooklog tail`: the newest events, and what comes.

use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use futures_util::StreamExt as _;
use hooklog::config::Place;
use hooklog::record::EventKey;
use hooklog::select::{Follow, Unread, read};

use crate::args::{Format, Tail};
use crate::chosen::{Chosen, Complaints};
use crate::pause::{self, Pause};
use crate::print::EventPrinter;
use crate::{output, setup};

/// What S3 takes for 1000 LIST calls (<https://aws.amazon.com/s3/pricing/>, Standard, us-east-1).
const LISTS_1000_USD: f64 = 0.005;

pub async fn run(args: &Tail) -> Result<ExitCode> {
    let chosen = Chosen::open(&args.choice).await?;
    let format = if args.choice.json { Format::Json } else { args.format };
    let mut shown =
        Shown { printer: EventPrinter::new(format, chosen.zone.clone()), complaints: Complaints::default() };
    let newest = chosen.selection.newest(&chosen.store, args.most, chosen.now).await;
    newest.unread.iter().for_each(|unread| shown.complaints.tell(unread));
    shown.printer.expect(newest.keys.iter());
    shown.show(&chosen, newest.keys.clone()).await?;
    if args.follow {
        follow(&chosen, newest.keys, &mut shown).await?;
    } else if newest.keys.is_empty() && shown.complaints.code() == ExitCode::SUCCESS {
        output::complain("No event is like this.");
    }
    Ok(shown.complaints.code())
}

struct Shown {
    printer: EventPrinter,
    complaints: Complaints,
}

impl Shown {
    async fn show(&mut self, chosen: &Chosen, keys: impl IntoIterator<Item = EventKey>) -> Result<()> {
        let mut events = pin!(read(&chosen.store, keys));
        while let Some(found) = events.next().await {
            match found {
                Ok(found) if chosen.selection.is_about(&found.record) => {
                    self.printer.print(&found, &mut self.complaints)?;
                }
                Ok(_) => {}
                Err(unread) => self.complaints.tell(&unread),
            }
        }
        Ok(())
    }
}

/// Looks again and again, until interrupted or past the end that was asked for. A look that fails is told once, and
/// made again later.
async fn follow(chosen: &Chosen, given: impl IntoIterator<Item = EventKey>, shown: &mut Shown) -> Result<()> {
    let mut follow = Follow::new(&chosen.selection, chosen.now, given);
    if let Place::S3 { .. } = chosen.place {
        output::complain(&cost());
    }
    let mut pause = Pause::shortest();
    let mut is_failing = false;
    loop {
        match follow.look(&chosen.store).await {
            Ok(page) => {
                is_failing = false;
                if !page.keys.is_empty() {
                    pause = Pause::shortest();
                }
                page.strays.into_iter().for_each(|key| shown.complaints.tell(&Unread::Stray { key }));
                shown.show(chosen, page.keys).await?;
            }
            Err(error) if is_failing => drop(error),
            Err(error) => {
                shown.complaints.tell(&Unread::Listing(error));
                is_failing = true;
            }
        }
        if chosen.selection.until.is_some_and(|until| setup::now() >= until) {
            return Ok(());
        }
        tokio::time::sleep(pause.next()).await;
    }
}

/// What looking costs.
fn cost() -> String {
    let a_day = |pause: Duration| 86_400.0 / pause.as_secs_f64() * LISTS_1000_USD / 1e3;
    format!(
        "Looking every {} to {} s. Each look is a LIST of S3, at ${LISTS_1000_USD} for 1000: ${:.2} to ${:.2} a day.",
        pause::MIN.as_secs(),
        pause::MAX.as_secs(),
        a_day(pause::MAX),
        a_day(pause::MIN)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_costs_what_s3_takes() {
        let cost = cost();
        assert!(cost.starts_with("Looking every 2 to 30 s.") && cost.ends_with(": $0.01 to $0.22 a day."), "{cost}");
    }
}
