//! How long a store takes: memory, and a folder, whose `put_new` waits for the disk.

#![expect(clippy::unwrap_used, reason = "a bench may stop at whatever is wrong")]

mod samples;

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use hooklog::record::MEDIA_TYPE;
use hooklog::store::{Folder, Memory, Put, Store};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// How many objects are listed at once.
const LISTED: u64 = 1000;

fn main() {
    divan::main();
}

/// Where the objects go.
#[derive(Clone, Copy, Debug)]
enum Place {
    Memory,
    Folder,
}

const PLACES: [Place; 2] = [Place::Memory, Place::Folder];
/// A place, and the sample whose body is an object.
const OBJECTS: [(Place, &str); 4] = [
    (Place::Memory, "task-add"),
    (Place::Memory, "bot-v2-command-add"),
    (Place::Folder, "task-add"),
    (Place::Folder, "bot-v2-command-add"),
];

/// A store with nothing in it, on the disk that the project is built on.
struct Opened {
    store: Store,
    runtime: Runtime,
    _folder: TempDir,
}

impl Opened {
    fn new(place: Place) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let runtime = Builder::new_current_thread().build().unwrap();
        let store = match place {
            Place::Memory => Store::Memory(Memory::default()),
            Place::Folder => Store::Folder(Folder::new(folder.path())),
        };
        Self { store, runtime, _folder: folder }
    }

    /// Puts the bytes under a new key.
    fn put(&self, bytes: Bytes) -> String {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let key = format!("events/date=2026-11-24/{:032x}.json", COUNT.fetch_add(1, Ordering::Relaxed));
        let put = self.runtime.block_on(self.store.put_new(&key, bytes, MEDIA_TYPE)).unwrap();
        assert_eq!(put, Put::New);
        key
    }
}

fn object(sample: &str) -> Bytes {
    samples::body(sample).into()
}

#[divan::bench(args = OBJECTS)]
fn put_new(bencher: Bencher, (place, sample): (Place, &str)) {
    let (opened, object) = (Opened::new(place), object(sample));
    bencher.counter(BytesCount::new(object.len())).bench_local(|| opened.put(black_box(object.clone())));
}

#[divan::bench(args = OBJECTS)]
fn get(bencher: Bencher, (place, sample): (Place, &str)) {
    let (opened, object) = (Opened::new(place), object(sample));
    let key = opened.put(object.clone());
    let get = || opened.runtime.block_on(opened.store.get(black_box(&key))).unwrap().unwrap();
    bencher.counter(BytesCount::new(object.len())).bench_local(get);
}

#[divan::bench(args = PLACES)]
fn list(bencher: Bencher, place: Place) {
    let opened = Opened::new(place);
    for _ in 0..LISTED {
        opened.put(Bytes::new());
    }
    let list = || opened.runtime.block_on(keys(&opened.store, black_box("events/"))).len();
    bencher.counter(ItemsCount::new(LISTED)).bench_local(list);
}

async fn keys(store: &Store, prefix: &str) -> Vec<String> {
    let mut pages = store.pages(prefix, "");
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        keys.extend(page);
    }
    keys
}
