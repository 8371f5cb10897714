//! A folder as a store: object keys are file paths, and what [`Folder::put_new`] returned for survives a power loss.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::walk::Walk;
use super::{Put, StoreError};

/// Files are written here, and appear under their key only when they are whole.
pub(super) const UNFINISHED: &str = "tmp";

/// Events hold what customers wrote, so only the owner may read them.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// A folder on this machine.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    /// The folders below it whose names are known to be durable.
    durable: Arc<Mutex<HashSet<PathBuf>>>,
}

impl Folder {
    /// The folder at this path; it is made when the first object comes.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), durable: Arc::default() }
    }

    pub(super) async fn put_new(self, key: String, bytes: Bytes) -> Result<Put, StoreError> {
        let written = tokio::task::spawn_blocking(move || self.write_new(&key, &bytes)).await;
        let written = written.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        written.map_err(|source| StoreError::Folder { action: "keep an object", source })
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match read_file(&self.root.join(key)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(absent) if absent.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::Folder { action: "read an object", source }),
        }
    }

    pub(super) fn remove(&self, key: &str) -> Result<(), StoreError> {
        match fs::remove_file(self.root.join(key)) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(StoreError::Folder { action: "remove an object", source })
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub(super) fn walk(&self, prefix: &str, after: &str) -> Walk {
        Walk::new(self.root.clone(), prefix, after)
    }

    /// Writes a file of its own, syncs it, links it to its key, which fails where the key is taken, and syncs the
    /// folder that holds the link.
    fn write_new(&self, key: &str, bytes: &[u8]) -> io::Result<Put> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let path = self.root.join(key);
        let unfinished = self.root.join(UNFINISHED);
        let (folder, name) = (path.parent().unwrap_or(&self.root), path.file_name().unwrap_or_default());
        self.make_durable(&unfinished)?;
        self.make_durable(folder)?;
        // No other record has this name, and no other writer of this record. A file that is there already may be a
        // durable event's second name, so it is never opened.
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = unfinished.join(format!("{}-{}-{count}", name.display(), std::process::id()));
        let put = write_synced(&temporary, bytes).and_then(|()| link(&temporary, &path));
        // What stays behind in `tmp` after a failure costs space and nothing else.
        let _left_behind = fs::remove_file(&temporary);
        put
    }

    /// Makes a folder and those above it, and makes sure that they outlast a power loss, whoever made them.
    fn make_durable(&self, folder: &Path) -> io::Result<()> {
        if self.durable().contains(folder) {
            return Ok(());
        }
        make_folder(folder)?;
        self.durable().insert(folder.to_owned());
        Ok(())
    }

    fn durable(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever opens a pipe waits for its other end, for ever.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        return fs::read(path);
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "it is no file, but a pipe, a socket or the like"))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn link(temporary: &Path, path: &Path) -> io::Result<Put> {
    let put = match fs::hard_link(temporary, path) {
        Ok(()) => Put::New,
        Err(taken) if taken.kind() == ErrorKind::AlreadyExists => Put::Existed,
        Err(error) => return Err(error),
    };
    sync_folder(path)?;
    Ok(put)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.is_dir()) {
        make_folder(parent)?;
    }
    match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => sync_folder(folder),
    }
}

/// Syncs the folder that holds this path, so that the name itself is durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}
