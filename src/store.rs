//! Bytes under keys: an S3 bucket, a folder, or memory for tests.

#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the functions only put"))]
mod folder;
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the functions only put"))]
mod memory;
#[cfg(feature = "cli")]
mod pages;
#[cfg(feature = "cli")]
mod read;
mod s3;
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the functions only put"))]
mod walk;

use bytes::Bytes;

pub use folder::Folder;
pub use memory::Memory;
#[cfg(feature = "cli")]
pub use pages::Pages;
pub use s3::S3;

/// Where objects are kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// An S3 bucket, or a prefix in one.
    S3(S3),
    /// A folder on this machine.
    Folder(Folder),
    /// This process's memory.
    Memory(Memory),
}

/// How a put ended well. Either way the object is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The object is new.
    New,
    /// An object was there under this key, and it was left as it is.
    Existed,
}

/// Why a store could not do it. The cause is in `source`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A key that could leave the store's place.
    #[error("the key is not made of plain parts between slashes")]
    Key,
    /// Whoever waited for it waited no longer.
    #[error("the store did not answer in time")]
    TimedOut,
    /// The folder's file system refused.
    #[error("the folder could not {action}")]
    Folder {
        /// What was tried.
        action: &'static str,
        /// The file system's answer.
        source: std::io::Error,
    },
    /// S3 refused, or did not answer in time.
    #[error("S3 could not {action}")]
    S3 {
        /// What was tried.
        action: &'static str,
        /// S3's own code for the error, such as `NoSuchBucket`; the cause tells it too.
        code: Option<String>,
        /// The whole error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Store {
    /// The store for somebody who can wait: an attempt has 30 s instead of the one that Bitrix24 has patience for.
    #[must_use]
    pub fn patient(self) -> Self {
        match self {
            Self::S3(s3) => Self::S3(s3.patient()),
            Self::Folder(_) | Self::Memory(_) => self,
        }
    }

    /// Opens the connection that the first object would have to wait for. What is wrong with the store, the first
    /// object will tell.
    pub async fn connect(&self) {
        match self {
            Self::S3(s3) => s3.connect().await,
            Self::Folder(_) | Self::Memory(_) => {}
        }
    }

    /// Keeps the bytes under a key that is not taken yet. When it returns, they are durable.
    ///
    /// # Errors
    /// [`StoreError`] when it is not sure that they are.
    pub async fn put_new(&self, key: &str, bytes: Bytes, media_type: &str) -> Result<Put, StoreError> {
        check(key)?;
        match self {
            Self::S3(s3) => s3.put_new(key, bytes, media_type).await,
            Self::Folder(folder) => folder.clone().put_new(key.to_owned(), bytes).await,
            Self::Memory(memory) => Ok(memory.put_new(key, bytes)),
        }
    }
}

/// Can this stand between the slashes of a key? No part is empty, `.` or `..`, and none has a character that a file
/// system reads in its own way.
#[must_use]
pub fn is_key_part(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-=".contains(&b))
}

fn check(key: &str) -> Result<(), StoreError> {
    if key.split('/').all(is_key_part) { Ok(()) } else { Err(StoreError::Key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_leave_its_place() {
        assert!(check("events/date=2026-01-02/0190_portal.example_X.json").is_ok());
        for key in ["", "/etc/passwd", "events/../x", "events//x", "events/", "./x", "a\\b", "a\0", "a b", "я"] {
            assert!(check(key).is_err(), "{key:?}");
        }
    }
}
