//! The costs as a Markdown table: a row for each measure, a column for each contestant, and hooklog's ratios.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;

use crate::measure::{Cost, Entry};

type Measure = fn(&Cost) -> f64;

/// Smaller is better in each.
const MEASURES: [(&str, Measure); 6] = [
    ("cold start to first answer, CPU ms", |cost| median_ms(&cost.cold_cpu)),
    ("start to first `/next`, ms", |cost| median_ms(&cost.init)),
    ("first event, ms", |cost| median_ms(&cost.first_event)),
    ("warm event, ms", |cost| median_ms(&cost.warm_event)),
    ("warm event, CPU µs", |cost| millis(cost.warm_cpu) * 1e3 / count(cost.warm_event.len())),
    ("peak memory, MB", |cost| megabytes(usize::try_from(cost.peak_memory).unwrap_or(usize::MAX))),
];

/// The whole table.
pub fn table(entries: &[Entry<'_>]) -> Result<String> {
    let mut names: Vec<_> = entries.iter().map(|entry| entry.contestant.name.as_str()).collect();
    let has_floor = entries.iter().any(|entry| entry.contestant.is_floor());
    names.extend(has_floor.then_some("hooklog / floor"));
    names.push("hooklog / better of the others");
    let mut table = format!("| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (name, measure) in MEASURES {
        let values: Vec<_> = entries.iter().map(|entry| Some(measure(&entry.cost))).collect();
        let ratios = ratios(entries, &values);
        write_row(&mut table, name, values.into_iter().chain(ratios))?;
    }
    let zipped = entries.iter().map(|entry| Ok(entry.contestant.zipped_bytes()?.map(megabytes)));
    let zipped: Vec<_> = zipped.collect::<Result<_>>()?;
    let ratios = ratios(entries, &zipped);
    write_row(&mut table, "zipped, MB", zipped.into_iter().chain(ratios))?;
    let slower = entries.iter().map(|entry| {
        let cost = &entry.cost;
        Some(median_ms(&cost.first_event) / median_ms(&cost.warm_event))
    });
    let no_ratios = vec![None; names.len() - entries.len()];
    write_row(&mut table, "first event / warm event", slower.chain(no_ratios))?;
    Ok(table)
}

/// hooklog's value as a part of the floor's, where there is a floor, and of the best among the others.
fn ratios(entries: &[Entry<'_>], values: &[Option<f64>]) -> Vec<Option<f64>> {
    let (mut hooklog, mut floor, mut best): (_, _, Option<f64>) = (None, None, None);
    for (entry, value) in entries.iter().zip(values) {
        match entry.contestant.name.as_str() {
            "hooklog" => hooklog = *value,
            "floor" => floor = Some(*value),
            _ => best = best.into_iter().chain(*value).min_by(f64::total_cmp),
        }
    }
    floor.into_iter().chain([best]).map(|other| Some(hooklog? / other?)).collect()
}

fn write_row(table: &mut String, name: &str, cells: impl Iterator<Item = Option<f64>>) -> Result<()> {
    let cells: Vec<_> = cells.map(|cell| cell.map_or("–".to_owned(), digits)).collect();
    writeln!(table, "| {name} | {} |", cells.join(" | "))?;
    Ok(())
}

/// Three digits that count.
fn digits(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn median_ms(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().map_or(f64::NAN, millis)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn megabytes(bytes: usize) -> f64 {
    count(bytes) / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "no count here is near 2^52")]
fn count(count: usize) -> f64 {
    count as f64
}
