//! Places: what `HOOKLOG_STORE` and `--store` take.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::store::is_key_part;

/// A place for objects, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `s3://BUCKET[/PREFIX]`
    S3 {
        /// The bucket's name.
        bucket: String,
        /// Before every key: empty, or ending in `/`.
        prefix: String,
    },
    /// `file:///…`, or a path.
    Folder(PathBuf),
}

/// Why a text names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing is written there.
    #[error("it is empty; give s3://BUCKET[/PREFIX] or a folder")]
    Empty,
    /// Another scheme.
    #[error("there is s3://BUCKET[/PREFIX], file:///FOLDER or a path, and no other scheme")]
    Scheme,
    /// No name of a bucket.
    #[error("a bucket's name is 3 to 63 of a-z 0-9 . - after s3://")]
    Bucket,
    /// A prefix that no key can have.
    #[error("a prefix is made of parts of A-Z a-z 0-9 _ . - = between single slashes")]
    Prefix,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Folder(path) => path.display().fmt(f),
        }
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        if let Some(bucket) = text.strip_prefix("s3://") {
            return s3(bucket);
        }
        match text.strip_prefix("file://") {
            Some(path) if path.starts_with('/') => Ok(Self::Folder(path.into())),
            None if !text.is_empty() && !text.contains("://") && !text.starts_with("s3:") => {
                Ok(Self::Folder(text.into()))
            }
            None if text.is_empty() => Err(PlaceError::Empty),
            Some(_) | None => Err(PlaceError::Scheme),
        }
    }
}

fn s3(text: &str) -> Result<Place, PlaceError> {
    let (bucket, prefix) = text.split_once('/').unwrap_or((text, ""));
    let is_bucket = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
    if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_bucket) {
        return Err(PlaceError::Bucket);
    }
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    if prefix.is_empty() {
        return Ok(Place::S3 { bucket: bucket.to_owned(), prefix: String::new() });
    }
    if !prefix.split('/').all(is_key_part) {
        return Err(PlaceError::Prefix);
    }
    Ok(Place::S3 { bucket: bucket.to_owned(), prefix: format!("{prefix}/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<Place, PlaceError> {
        text.parse()
    }

    #[test]
    fn a_place_is_a_bucket_or_a_folder() {
        let s3 = |prefix: &str| Ok(Place::S3 { bucket: "my-bucket".into(), prefix: prefix.into() });
        assert_eq!(place("s3://my-bucket"), s3(""));
        assert_eq!(place("s3://my-bucket/"), s3(""));
        assert_eq!(place("s3://my-bucket/crm/2026/"), s3("crm/2026/"));
        assert_eq!(place("file:///var/hooklog"), Ok(Place::Folder("/var/hooklog".into())));
        assert_eq!(place("./hooklog-data"), Ok(Place::Folder("./hooklog-data".into())));
    }

    #[test]
    fn what_is_no_place_is_told() {
        assert_eq!(place(""), Err(PlaceError::Empty));
        assert_eq!(place("https://x"), Err(PlaceError::Scheme));
        assert_eq!(place("s3:/bucket"), Err(PlaceError::Scheme));
        assert_eq!(place("file://x/y"), Err(PlaceError::Scheme));
        assert_eq!(place("s3://"), Err(PlaceError::Bucket));
        assert_eq!(place("s3://My_Bucket"), Err(PlaceError::Bucket));
        assert_eq!(place("s3://my-bucket//x"), Err(PlaceError::Prefix));
        assert_eq!(place("s3://my-bucket/../x"), Err(PlaceError::Prefix));
    }
}
