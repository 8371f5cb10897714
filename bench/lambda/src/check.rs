//! Whether a contestant did the job: one object for each event, each in its place, and all records alike.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::contestant::BUCKET;
use crate::event::TOKEN;
use crate::measure::Entry;
use crate::s3::Objects;

/// What must be the same whoever made the record.
#[derive(Debug, PartialEq)]
struct Same {
    members: Vec<String>,
    data: Value,
    content_hash: Value,
}

/// Fails where a contestant kept too little, too much or something else than the others.
pub fn check(entries: &[Entry<'_>], events: u64) -> Result<()> {
    let mut reference: Option<(&str, BTreeMap<String, Same>)> = None;
    for entry in entries {
        let name = entry.contestant.name.as_str();
        let objects = entry.s3.objects();
        ensure!(objects.len() as u64 == events, "{name} kept {} objects of {events} events", objects.len());
        let prefix = format!("/{BUCKET}/events/date=");
        if let Some(stray) = objects.keys().find(|path| !path.starts_with(&prefix)) {
            bail!("{name} kept {stray}");
        }
        if entry.contestant.is_floor() {
            continue;
        }
        let records = records(&objects).with_context(|| format!("{name}'s records"))?;
        ensure!(records.len() as u64 == events, "{name} kept {} different events of {events}", records.len());
        match &reference {
            None => reference = Some((name, records)),
            Some((other, expected)) => {
                for (task, record) in &records {
                    let expected = expected.get(task).with_context(|| format!("{other} did not keep task {task}"))?;
                    ensure!(record == expected, "{name} kept {record:#?}\nwhere {other} kept {expected:#?}");
                }
            }
        }
    }
    Ok(())
}

/// The records by the tasks they are about.
fn records(objects: &Objects) -> Result<BTreeMap<String, Same>> {
    let record = |json: &Vec<u8>| {
        let text = std::str::from_utf8(json)?;
        ensure!(!text.contains(TOKEN), "the token stands in {text}");
        let mut record: BTreeMap<String, Value> = serde_json::from_str(text)?;
        let task = record.get("subject").and_then(Value::as_str).context("no subject")?.to_owned();
        let mut members: Vec<_> = record.keys().cloned().collect();
        members.sort();
        let [data, content_hash] = ["data", "contenthash"].map(|name| record.remove(name).unwrap_or_default());
        Ok((task, Same { members, data, content_hash }))
    };
    objects.values().map(record).collect()
}
