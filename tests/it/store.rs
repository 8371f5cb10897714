//! One contract for every store.

use aws_credential_types::Credentials;
use bytes::Bytes;
use hooklog::record::Record;
use hooklog::store::{Folder, Memory, Put, Store};
use hooklog::telemetry::with_causes;

use crate::support::faults::{Fault, FaultyS3, SESSION_TOKEN, Times};
use crate::support::kept;
use crate::support::moto;
use crate::support::s3::{ACCESS_KEY, S3Server, keys, store, store_with};
use crate::support::standin::StandIn;

const KEY: &str = "events/date=2026-01-02/0190_portal.example_ONTASKADD.json";

fn s3(server: &S3Server, prefix: &str) -> Store {
    store_with(&server.endpoint, keys(), prefix)
}

async fn put(store: &Store, key: &str, text: &str) -> Put {
    store.put_new(key, text.to_owned().into(), "application/json").await.unwrap()
}

async fn check(store: Store) {
    assert_eq!(store.get(KEY).await.unwrap(), None);
    assert_eq!(kept::keys(&store, "events/", "").await, [""; 0]);
    assert_eq!(put(&store, KEY, "first").await, Put::New);
    assert_eq!(put(&store, KEY, "second").await, Put::Existed);
    assert_eq!(store.get(KEY).await.unwrap().unwrap(), b"first");

    let keys: Vec<_> = (0..5).map(|n| format!("events/date=2026-01-03/{n}_x_Y.json")).collect();
    for key in keys.iter().rev() {
        assert_eq!(put(&store, key, "").await, Put::New);
    }
    assert_eq!(put(&store, "rejected/date=2026-01-03/9_x_Y.json", "").await, Put::New);
    let all: Vec<_> = [KEY.to_owned()].into_iter().chain(keys.clone()).collect();
    assert_eq!(kept::keys(&store, "events/", "").await, all);
    assert_eq!(kept::keys(&store, "events/date=2026-01-03", "").await, keys);
    assert_eq!(kept::keys(&store, "events/", &keys[2]).await, keys[3..]);
    assert_eq!(kept::keys(&store, "other/", "").await, [""; 0]);

    for _removed_twice in 0..2 {
        store.remove(&keys[0]).await.unwrap();
        assert_eq!(kept::keys(&store, "events/", "").await.len(), 5);
    }

    for bad in ["../x", "events/../../x", "/x", "", "a//b", "events/\0"] {
        assert!(store.put_new(bad, Bytes::new(), "application/json").await.is_err(), "{bad:?}");
        assert!(store.get(bad).await.is_err(), "{bad:?}");
        assert!(store.remove(bad).await.is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn memory_keeps_the_contract() {
    check(Store::Memory(Memory::default())).await;
}

#[tokio::test]
async fn a_folder_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("not/there/yet");
    check(Store::Folder(Folder::new(&root))).await;
    let left: Vec<_> = std::fs::read_dir(root.join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn s3_keeps_the_contract() {
    let server = S3Server::start().await;
    check(s3(&server, "")).await;
    check(s3(&server, "crm/one/")).await;
}

#[tokio::test]
async fn only_the_owner_can_read_a_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    put(&Store::Folder(Folder::new(&root)), KEY, "x").await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&root), mode(&root.join("events")), mode(&root.join(KEY))), (0o700, 0o700, 0o600));
}

#[tokio::test]
async fn many_writers_of_one_key_make_one_object() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::Folder(Folder::new(folder.path()));
    let writers = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { (n, put(&store, KEY, &n.to_string()).await) })
    });
    let mut winners = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        let (n, result) = writer.await.unwrap();
        if result == Put::New {
            winners.push(n.to_string().into_bytes());
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(store.get(KEY).await.unwrap().unwrap(), winners[0]);
}

#[tokio::test]
async fn what_an_error_tells_holds_nothing_that_s3_repeats() {
    let server = FaultyS3::start(Some((Fault::Answer(400, "InvalidToken"), Times::ForEver))).await;
    let error = store(&server.endpoint).put_new(KEY, Bytes::new(), "x/y").await.unwrap_err();
    let told = with_causes(&error);
    assert!(told.contains("InvalidToken") && told.contains("made up"), "{told}");
    assert!(!told.contains(SESSION_TOKEN), "{told}");
}

#[tokio::test]
async fn a_file_left_by_a_crash_is_never_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::Folder(Folder::new(folder.path()));
    put(&store, KEY, "kept").await;
    // A crash between the link and the removal leaves a second name of the kept event.
    for count in 0..100 {
        let name = format!("0190_portal.example_ONTASKADD.json-{}-{count}", std::process::id());
        std::fs::hard_link(folder.path().join(KEY), folder.path().join("tmp").join(name)).unwrap();
    }
    let again = store.put_new(KEY, Bytes::from_static(b"another"), "").await;
    assert!(!matches!(again, Ok(Put::New)));
    assert_eq!(store.get(KEY).await.unwrap().unwrap(), b"kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_s3_does_not_prove_that_an_object_is_kept() {
    for answer in [("200 OK", "content-type: text/html\r\n", "<p>Hello"), ("412 Precondition Failed", "", "no")] {
        let page = StandIn::start(answer, answer);
        store(&page.url).put_new(KEY, Bytes::new(), "x/y").await.unwrap_err();
        let overflow = moto::overflow(&page.url, "http://127.0.0.1/123456789012/queue");
        let record = Record { key: KEY.to_owned().into(), json: "{}".into() };
        overflow.put(&record).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_store_that_fails_says_what_and_why() {
    let server = S3Server::start().await;
    let keys = Credentials::new(ACCESS_KEY, "wrong", None, None, "test");
    let error = store_with(&server.endpoint, keys, "").put_new(KEY, Bytes::new(), "x/y").await.unwrap_err();
    let told = with_causes(&error);
    assert!(told.starts_with("S3 could not keep an object: answered 403 SignatureDoesNotMatch"), "{told}");
    assert_eq!(told.matches("SignatureDoesNotMatch").count(), 1, "{told}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let store = Store::Folder(Folder::new(folder.path().join("file")));
    assert_eq!(
        store.put_new(KEY, Bytes::new(), "").await.unwrap_err().to_string(),
        "the folder could not keep an object"
    );
}

#[tokio::test]
async fn a_pipe_named_like_an_event_is_told_at_once_and_a_day_moved_elsewhere_is_found() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Store::Folder(Folder::new(folder.path()));
    put(&store, KEY, "kept").await;
    let day = folder.path().join("events/date=2026-01-02");
    let moved = disk.path().join("day");
    std::fs::rename(&day, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &day).unwrap();
    // A circle, which nobody walks.
    std::os::unix::fs::symlink("..", moved.join("circle")).unwrap();
    let circle = format!("{}circle", &KEY[..23]);
    assert_eq!(kept::keys(&store, "events/", "").await, [KEY, &circle]);
    assert_eq!(store.get(KEY).await.unwrap().unwrap(), b"kept");

    let pipe = KEY.replace("0190", "0191");
    assert!(std::process::Command::new("mkfifo").arg(folder.path().join(&pipe)).status().unwrap().success());
    let told = with_causes(&store.get(&pipe).await.unwrap_err());
    assert!(told.contains("it is no file, but a pipe"), "{told}");
}
