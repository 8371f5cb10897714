//! Walking a folder's files in the order of their keys: each folder is read once, and only when its turn comes.

use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::folder::UNFINISHED;

/// A walk that goes on where it stopped. It holds the names of the folders that it is in, and of no others.
#[derive(Debug)]
pub(super) struct Walk {
    root: PathBuf,
    prefix: String,
    after: String,
    /// What comes next, last first. A folder's key ends in `/`; the root's is empty.
    waiting: Vec<String>,
}

impl Walk {
    pub fn new(root: PathBuf, prefix: &str, after: &str) -> Self {
        let folder = prefix.rfind('/').and_then(|slash| prefix.get(..=slash)).unwrap_or_default();
        Self { root, prefix: prefix.to_owned(), after: after.to_owned(), waiting: vec![folder.to_owned()] }
    }

    /// The next keys, at most so many; none at the end.
    pub fn next(&mut self, most: usize) -> io::Result<Vec<String>> {
        let mut keys = Vec::new();
        while keys.len() < most
            && let Some(next) = self.waiting.pop()
        {
            if next.is_empty() || next.ends_with('/') {
                self.enter(&next)?;
            } else {
                keys.push(next);
            }
        }
        Ok(keys)
    }

    fn enter(&mut self, folder: &str) -> io::Result<()> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        let first = self.waiting.len();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_folder = is_folder(&entry, folder)?;
            let key = format!("{folder}{name}{}", if is_folder { "/" } else { "" });
            if self.wants(&key, is_folder) {
                self.waiting.push(key);
            }
        }
        if let Some(entered) = self.waiting.get_mut(first..) {
            entered.sort_unstable_by(|one, other| other.cmp(one));
        }
        Ok(())
    }

    /// Is this one of the keys, or can they be in this folder?
    fn wants(&self, key: &str, is_folder: bool) -> bool {
        if is_folder {
            let is_unfinished = key.strip_suffix('/') == Some(UNFINISHED);
            let is_prefixed = key.starts_with(&self.prefix) || self.prefix.starts_with(key);
            !is_unfinished && is_prefixed && (key > self.after.as_str() || self.after.starts_with(key))
        } else {
            key.starts_with(&self.prefix) && key > self.after.as_str()
        }
    }
}

/// Is it a folder, or a link to one? Somebody may have moved a day's events to another disk. Links further down are
/// not followed: a circle of them has no end.
fn is_folder(entry: &DirEntry, above: &str) -> io::Result<bool> {
    let kind = entry.file_type()?;
    let is_followed = kind.is_symlink() && above.matches('/').count() <= 1;
    Ok(kind.is_dir() || is_followed && fs::metadata(entry.path()).is_ok_and(|target| target.is_dir()))
}
