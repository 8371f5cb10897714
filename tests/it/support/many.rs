//! An S3 server with very many events, which are made when they are asked for, and a count of the calls. (s3s-fs reads
//! its whole folder for each page.)

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use hooklog::record::EventKey;
use jiff::SignedDuration;
use s3s::dto::{GetObjectInput, GetObjectOutput, ListObjectsV2Input, ListObjectsV2Output, Object, StreamingBlob};
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};

use super::kept::Planted;
use super::s3;

/// So many events that are spread evenly over a day, the last of them at this moment.
pub fn keys(count: usize, last: jiff::Timestamp) -> Vec<String> {
    let codes = ["ONCRMDEALUPDATE", "ONCRMLEADADD", "ONTASKADD", "ONTASKUPDATE", "ROBOT"];
    let gap = SignedDuration::from_hours(24) / i32::try_from(count).unwrap();
    let key = |n: usize| {
        let received = last - gap * i32::try_from(count - 1 - n).unwrap();
        let portal = if n.is_multiple_of(3) { "one.bitrix24.ru" } else { "two.bitrix24.com" };
        let event = Planted { received, portal, code: codes[n % codes.len()], subject: "1" };
        event.key(&event.id())
    };
    let mut keys: Vec<_> = (0..count).map(key).collect();
    keys.sort();
    keys
}

/// The record under a key.
pub fn record(key: &str) -> String {
    let key = EventKey::read(key).unwrap();
    let event = Planted { received: key.received(), portal: key.portal(), code: key.code(), subject: "1" };
    event.json(&key.id().to_string())
}

#[derive(Default)]
struct Calls {
    keys: Vec<String>,
    lists: AtomicUsize,
    gets: AtomicUsize,
}

#[derive(Clone)]
pub struct ManyS3 {
    pub endpoint: String,
    calls: Arc<Calls>,
}

impl ManyS3 {
    pub async fn start(keys: Vec<String>) -> Self {
        let calls = Arc::new(Calls { keys, ..Calls::default() });
        let endpoint = s3::listen(s3::with_keys(Bucket(Arc::clone(&calls))), None).await;
        Self { endpoint, calls }
    }

    /// The LIST and the GET calls since the last time.
    pub fn take_calls(&self) -> (usize, usize) {
        (self.calls.lists.swap(0, Relaxed), self.calls.gets.swap(0, Relaxed))
    }
}

struct Bucket(Arc<Calls>);

#[async_trait::async_trait]
impl S3 for Bucket {
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.0.lists.fetch_add(1, Relaxed);
        let (prefix, after) = (request.input.prefix.unwrap_or_default(), request.input.start_after.unwrap_or_default());
        let first = self.0.keys.partition_point(|key| *key <= after || *key < prefix);
        let mut found = self.0.keys[first..].iter().take_while(|key| key.starts_with(&prefix));
        let object = |key: &String| Object { key: Some(key.clone()), size: Some(900), ..Object::default() };
        let contents: Vec<_> = found.by_ref().take(1000).map(object).collect();
        let is_truncated = Some(found.next().is_some());
        Ok(S3Response::new(ListObjectsV2Output { contents: Some(contents), is_truncated, ..Default::default() }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.0.gets.fetch_add(1, Relaxed);
        let key = &request.input.key;
        self.0.keys.binary_search(key).map_err(|_absent| s3_error!(NoSuchKey))?;
        let body = StreamingBlob::from(Body::from(record(key)));
        Ok(S3Response::new(GetObjectOutput { body: Some(body), ..Default::default() }))
    }
}
