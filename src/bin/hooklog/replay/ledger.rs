//! The ledger of a replay: a line for each answer, so that an interrupted one goes on where it stopped.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A line of the ledger: `schema/replay.schema.json`.
#[derive(Debug, Deserialize, Serialize)]
pub struct Entry {
    pub id: Uuid,
    /// The digest of the receiver's URL: what one receiver answered, another did not.
    pub to: String,
    /// Nothing where none came.
    pub status: Option<u16>,
    /// Milliseconds to the answer.
    pub ms: Option<u64>,
    /// The fields that were posted with a secret's digest instead of the secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
}

/// A ledger that only this process writes.
pub struct Ledger {
    file: File,
    path: PathBuf,
}

impl Ledger {
    pub fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let mut file = file.with_context(|| format!("the ledger {} cannot be opened", path.display()))?;
        file.try_lock().with_context(|| format!("another replay writes the ledger {}", path.display()))?;
        end_last_line(&mut file)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes a line, at once: a later interruption leaves it as it is.
    pub fn write(&mut self, entry: &Entry) -> Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line).with_context(|| format!("the ledger {} cannot be written", self.path.display()))
    }
}

/// Which events are done, without making a ledger.
pub fn answered(path: &Path, to: &str) -> Result<HashSet<Uuid>> {
    match File::open(path) {
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
        file => file
            .and_then(|file| read(&file, to))
            .with_context(|| format!("the ledger {} cannot be read", path.display())),
    }
}

/// A line that was cut off, as by a power loss, is none: its event is posted again.
fn read(file: &File, to: &str) -> io::Result<HashSet<Uuid>> {
    let mut answered = HashSet::new();
    for line in BufReader::new(file).split(b'\n') {
        if let Ok(entry) = serde_json::from_slice::<Entry>(&line?)
            && entry.to == to
            && entry.status.is_some_and(|status| (200..300).contains(&status))
        {
            answered.insert(entry.id);
        }
    }
    Ok(answered)
}

fn end_last_line(file: &mut File) -> Result<()> {
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        io::Read::read_exact(file, &mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u128, status: Option<u16>) -> Entry {
        Entry { id: Uuid::from_u128(id), to: "a".into(), status, ms: Some(1), redacted: vec![] }
    }

    #[test]
    fn what_was_answered_is_known_again_even_after_a_torn_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        assert!(answered(&path, "a").unwrap().is_empty() && !path.exists());
        let mut ledger = Ledger::open(&path).unwrap();
        for (id, status) in [(1, Some(200)), (2, Some(500)), (3, None), (4, Some(204))] {
            ledger.write(&entry(id, status)).unwrap();
        }
        assert!(Ledger::open(&path).is_err(), "two replays would tear each other's lines");
        drop(ledger);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":\"0000").unwrap();
        let mut ledger = Ledger::open(&path).unwrap();
        ledger.write(&entry(5, Some(200))).unwrap();
        drop(ledger);
        let done: HashSet<_> = [1, 4, 5].map(Uuid::from_u128).into();
        assert_eq!(answered(&path, "a").unwrap(), done);
        assert!(answered(&path, "b").unwrap().is_empty(), "what one receiver answered, another did not");
    }
}
