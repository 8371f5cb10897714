//! Listing a store page by page: each page is read when it is asked for, and no key twice.

use std::io;

use super::memory::Memory;
use super::s3::S3;
use super::walk::Walk;
use super::{Store, StoreError};

/// As many as S3 gives at once.
const KEYS_MAX: usize = 1000;

/// The pages of a listing.
#[derive(Debug)]
pub struct Pages(Source);

#[derive(Debug)]
enum Source {
    /// `next` is `None` after the last page; else the key that the next page comes after.
    S3 {
        s3: S3,
        prefix: String,
        next: Option<String>,
    },
    Folder(Option<Box<Walk>>),
    Memory {
        memory: Memory,
        prefix: String,
        after: String,
    },
}

impl Pages {
    pub(super) fn new(store: &Store, prefix: &str, after: &str) -> Self {
        Self(match store {
            Store::S3(s3) => Source::S3 { s3: s3.clone(), prefix: prefix.to_owned(), next: Some(after.to_owned()) },
            Store::Folder(folder) => Source::Folder(Some(Box::new(folder.walk(prefix, after)))),
            Store::Memory(memory) => {
                Source::Memory { memory: memory.clone(), prefix: prefix.to_owned(), after: after.to_owned() }
            }
        })
    }

    /// The next page, in order; nothing after the last one. A page is never empty.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer.
    pub async fn next(&mut self) -> Result<Option<Vec<String>>, StoreError> {
        let page = match &mut self.0 {
            Source::S3 { s3, prefix, next } => match next {
                None => Vec::new(),
                Some(after) => {
                    let (page, is_more) = s3.page(prefix, after).await?;
                    *next = page.last().filter(|_| is_more).cloned();
                    page
                }
            },
            Source::Folder(walk) => walk_on(walk).await?,
            Source::Memory { memory, prefix, after } => {
                let page = memory.page(prefix, after, KEYS_MAX);
                page.last().inspect(|last| after.clone_from(last));
                page
            }
        };
        Ok(Some(page).filter(|page| !page.is_empty()))
    }
}

/// A folder can hold a million files, so it is read in a thread of its own.
async fn walk_on(waiting: &mut Option<Box<Walk>>) -> Result<Vec<String>, StoreError> {
    let Some(mut walk) = waiting.take() else { return Ok(Vec::new()) };
    let page = tokio::task::spawn_blocking(move || (walk.next(KEYS_MAX), walk)).await;
    let (page, walk) = page.map_err(|stopped| failed(io::Error::other(stopped)))?;
    *waiting = Some(walk);
    page.map_err(failed)
}

fn failed(source: io::Error) -> StoreError {
    StoreError::Folder { action: "list objects", source }
}
