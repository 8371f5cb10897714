//! What could not be read, in a file beside.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use hooklog::hook_log::Mask;
use rustix::fs::OFlags;

use crate::args::Import;

/// Only the owner reads and writes it.
const MODE: u32 = 0o600;

/// The files that are made when something is left, each with what was left by this run only.
pub struct Leftover<'a> {
    args: &'a Import,
    open: BTreeMap<PathBuf, File>,
    masks: BTreeMap<PathBuf, Mask>,
}

impl<'a> Leftover<'a> {
    /// # Errors
    /// Where such a file is one that is to be read.
    pub fn new(args: &'a Import) -> Result<Self> {
        let leftover = Self { args, open: BTreeMap::new(), masks: BTreeMap::new() };
        let read: Vec<_> = args.files.iter().filter_map(|file| identity(&opened(file).ok()?)).collect();
        for path in args.files.iter().map(|file| leftover.path(file)) {
            let old = fs::metadata(&path).ok().and_then(|old| identity(&old));
            if old.is_some_and(|old| read.contains(&old)) {
                bail!("{} is to be read, and what is left would be written over it: give --leftover", path.display());
            }
        }
        Ok(leftover)
    }

    /// Adds a part without its secrets, beginning on a line of its own.
    pub fn put(&mut self, file: &Path, raw: &[u8]) -> Result<()> {
        if self.args.dry_run {
            return Ok(());
        }
        let path = self.path(file);
        let cannot = || format!("{} cannot be written", path.display());
        let out = match self.open.get_mut(&path) {
            Some(out) => out,
            None => self.open.entry(path.clone()).or_insert(create(&path).with_context(cannot)?),
        };
        let part = self.masks.entry(file.to_owned()).or_default().part(raw);
        out.write_all(&part).with_context(cannot)?;
        if !part.ends_with(b"\n") {
            out.write_all(b"\n").with_context(cannot)?;
        }
        Ok(())
    }

    /// The files that were made.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.open.keys().map(|path| path.display().to_string())
    }

    fn path(&self, file: &Path) -> PathBuf {
        self.args.leftover.clone().unwrap_or_else(|| format!("{}.unread", name(file)).into())
    }
}

/// A log's name, as records and messages have it.
pub fn name(file: &Path) -> Cow<'_, str> {
    match file.file_name() {
        Some(name) if name != "-" => name.to_string_lossy(),
        Some(_) | None => "stdin".into(),
    }
}

/// What will be read under this name.
fn opened(file: &Path) -> io::Result<Metadata> {
    if file == Path::new("-") {
        return File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata();
    }
    fs::metadata(file)
}

/// What a file is whatever it is called. A pipe or a device cannot be written over.
fn identity(file: &Metadata) -> Option<(u64, u64)> {
    file.is_file().then(|| (file.dev(), file.ino()))
}

/// What customers wrote may be in it, so only the owner may read it, even where an older file is written over. A link
/// is refused: whoever put it there chooses which file is lost.
fn create(path: &Path) -> Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|old| old.is_symlink()) {
        bail!("it is a link, which is not followed: remove it, or give --leftover");
    }
    let no_link = OFlags::NOFOLLOW.bits().cast_signed();
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(MODE).custom_flags(no_link).open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(MODE))?;
        file.set_len(0)?;
    }
    Ok(file)
}
