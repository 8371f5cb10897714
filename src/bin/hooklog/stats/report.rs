//! What was counted, for people and for programs.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::tally::{Group, Lag, Tally};
use crate::chosen::Chosen;
use crate::columns::Columns;
use crate::figures::{bar, grouped, on_the_way, rough};
use crate::print::local;
use crate::{output, paint};

/// The longest bar, and the shortest that a narrow terminal makes of it.
const BAR_MAX: usize = 24;
const BAR_MIN: usize = 6;
/// The columns of a time, and the gaps between four columns.
const REST: usize = 19 + 3 * 2;
/// So many of the last days are shown, those without events too.
const DAYS_MAX: usize = 31;

/// A line of `--json`: `schema/stats.schema.json`.
#[derive(Serialize)]
struct Line<'l> {
    by: &'static str,
    name: Option<&'l str>,
    count: u64,
    last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_ms: Option<LagMs>,
}

#[derive(Serialize)]
struct LagMs {
    p50: i64,
    p90: i64,
    p99: i64,
    max: i64,
}

pub fn print_json(mut tally: Tally) -> Result<()> {
    let lag = tally.lag();
    for (code, group) in by_count(&tally.codes) {
        print_line("event", Some(code), Some(group), None)?;
    }
    for (portal, group) in by_count(&tally.portals) {
        print_line("portal", Some(portal), Some(group), None)?;
    }
    for (day, group) in &tally.days {
        print_line("day", Some(&day.to_string()), Some(*group), None)?;
    }
    print_line("all", None, tally.all, lag)
}

fn print_line(by: &'static str, name: Option<&str>, group: Option<Group>, lag: Option<Lag>) -> Result<()> {
    let lag_ms = lag.map(|lag| LagMs { p50: lag.p50, p90: lag.p90, p99: lag.p99, max: lag.longest });
    let (count, last) = (group.map_or(0, |group| group.count), group.map(|group| group.last.to_string()));
    Ok(output::say(&serde_json::to_string(&Line { by, name, count, last, lag_ms })?)?)
}

pub fn print(mut tally: Tally, chosen: &Chosen) -> Result<()> {
    let Some(all) = tally.all else { return Ok(()) };
    let named = |(name, group): (&str, Group)| (name.to_owned(), paint::code(name), group);
    table("EVENT", &by_count(&tally.codes).into_iter().map(named).collect::<Vec<_>>(), chosen)?;
    let named = |(name, group): (&str, Group)| (name.to_owned(), paint::PLAIN, group);
    table("PORTAL", &by_count(&tally.portals).into_iter().map(named).collect::<Vec<_>>(), chosen)?;
    let days = last_days(&tally.days, all.last);
    table("DAY", &days, chosen)?;
    let shown: u64 = days.iter().map(|(_, _, group)| group.count).sum();
    if shown < all.count {
        output::say(&format!("{} events are older.\n", grouped(all.count.saturating_sub(shown))))?;
    }
    if let Some(lags) = tally.lag() {
        let Lag { p50, p90, p99, longest } = lags;
        let [p50, p90, p99, longest] = [p50, p90, p99, longest].map(on_the_way);
        output::say(&format!("Lag: p50 {p50}, p90 {p90}, p99 {p99}, longest {longest}"))?;
    }
    let first = tally.first.map(|first| local(&chosen.zone, first)).unwrap_or_default();
    let last = local(&chosen.zone, all.last);
    let ago = rough(chosen.now.duration_since(all.last).as_secs().max(0));
    let events = if all.count == 1 { "event" } else { "events" };
    output::say(&format!("{} {events}, from {first} to {last} ({ago} ago).", grouped(all.count)))?;
    Ok(())
}

type Row = (String, anstyle::Style, Group);

fn table(title: &str, rows: &[Row], chosen: &Chosen) -> Result<()> {
    let most = rows.iter().map(|(_, _, group)| group.count).max().unwrap_or(1).max(1);
    let count_width = grouped(most).len().max("COUNT".len());
    let name_width = rows.iter().map(|(name, ..)| name.width()).max().unwrap_or(0).max(title.len());
    let taken = name_width.saturating_add(count_width).saturating_add(REST);
    let terminal = output::terminal_width();
    let bar_max = terminal.map_or(BAR_MAX, |terminal| terminal.saturating_sub(taken).clamp(BAR_MIN, BAR_MAX));
    let lines: Vec<_> = rows
        .iter()
        .map(|(name, style, group)| {
            let last = if group.count == 0 { String::new() } else { local(&chosen.zone, group.last) };
            (name, *style, format!("{:>count_width$}", grouped(group.count)), bar(group.count, most, bar_max), last)
        })
        .collect();
    let count_title = format!("{:>count_width$}", "COUNT");
    let titles = [title, &*count_title, "", "LAST"];
    let texts = lines.iter().map(|(name, _, count, bar, last)| [name.as_str(), count, bar, last]);
    let mut columns = Columns::new(iter::once(titles).chain(texts), [true, false, false, false], terminal);
    output::show(&columns.line(titles.map(|title| (title, paint::DIM))))?;
    for (name, style, count, bar, last) in &lines {
        let row = [(name.as_str(), *style), (count, paint::BOLD), (bar, paint::BAR), (last, paint::DIM)];
        output::show(&columns.line(row))?;
    }
    Ok(output::say("")?)
}

fn by_count(groups: &BTreeMap<String, Group>) -> Vec<(&str, Group)> {
    let mut groups: Vec<_> = groups.iter().map(|(name, group)| (name.as_str(), *group)).collect();
    groups.sort_by_key(|(_, group)| Reverse(group.count));
    groups
}

/// The last days up to that of the last event: a day on which nothing came may be the one that is looked for.
fn last_days(days: &BTreeMap<Date, Group>, last: Timestamp) -> Vec<Row> {
    let (Some(first), Some(day)) = (days.keys().next(), days.keys().next_back()) else { return Vec::new() };
    let back = iter::successors(Some(*day), |day| day.yesterday().ok().filter(|day| day >= first)).take(DAYS_MAX);
    let nothing = Group { count: 0, last };
    let row = |day: Date| (day.strftime("%Y-%m-%d %a").to_string(), paint::PLAIN, *days.get(&day).unwrap_or(&nothing));
    let mut rows: Vec<_> = back.map(row).collect();
    rows.reverse();
    rows
}
