//! Finding kept events again, on every store.

use std::pin::pin;

use futures_util::StreamExt as _;
use hooklog::select::{Follow, Selection, Unread};
use hooklog::store::{Folder, Memory, Store};
use jiff::Timestamp;

use crate::support::kept::{Planted, plant, plant_object};
use crate::support::s3::{S3Server, store};

const NOW: &str = "2026-11-24T12:00:00Z";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// Events of three days: each name says when it was received.
async fn plant_three_days(store: &Store) {
    for (time, portal, code, subject) in [
        ("2026-11-22T23:59:59.999Z", "a.example", "ONTASKADD", "1"),
        ("2026-11-23T00:00:00Z", "a.example", "ONTASKUPDATE", "1"),
        ("2026-11-23T10:00:00Z", "b.example", "ONTASKADD", "2"),
        ("2026-11-24T11:59:58Z", "a.example", "ONCRMDEALADD", "7"),
        ("2026-11-24T11:59:59Z", "b.example", "ROBOT", "DEAL_1"),
    ] {
        plant(store, &Planted { received: at(time), portal, code, subject }).await;
    }
}

async fn stores() -> (Vec<Store>, S3Server, tempfile::TempDir) {
    let (server, folder) = (S3Server::start().await, tempfile::tempdir().unwrap());
    let stores =
        vec![Store::Memory(Memory::default()), Store::Folder(Folder::new(folder.path())), store(&server.endpoint)];
    (stores, server, folder)
}

async fn found(selection: &Selection, store: &Store) -> Vec<String> {
    let events: Vec<_> = selection.events(store).collect().await;
    events.into_iter().map(|found| found.unwrap().record.receivedtime.to_string()).collect()
}

#[tokio::test]
async fn events_are_selected_by_time_portal_code_and_entity() {
    let (stores, _server, _folder) = stores().await;
    for store in stores {
        plant_three_days(&store).await;
        let check = async |selection: Selection, days: &[&str]| {
            let times = found(&selection, &store).await;
            let days_found: Vec<_> = times.iter().map(|time| &time[8..13]).collect();
            assert_eq!(days_found, days, "{selection:?}");
        };
        let all = Selection::default;
        check(all(), &["22T23", "23T00", "23T10", "24T11", "24T11"]).await;
        let since = Some(at("2026-11-23T00:00:00Z"));
        check(Selection { since, ..all() }, &["23T00", "23T10", "24T11", "24T11"]).await;
        check(Selection { until: since, ..all() }, &["22T23"]).await;
        let until = Some(at("2026-11-23T10:00:00Z"));
        check(Selection { since, until, ..all() }, &["23T00"]).await;
        check(Selection { since: until, until: since, ..all() }, &[]).await;
        check(Selection { portals: vec!["b.*".parse().unwrap()], ..all() }, &["23T10", "24T11"]).await;
        let codes = vec!["onTaskAdd".parse().unwrap(), "bitrix24.robot".parse().unwrap()];
        check(Selection { codes, ..all() }, &["22T23", "23T10", "24T11"]).await;
        check(Selection { subject: Some("1".into()), ..all() }, &["22T23", "23T00"]).await;
    }
}

#[tokio::test]
async fn the_newest_are_found_whatever_lies_between_them() {
    let (stores, _server, _folder) = stores().await;
    for store in stores {
        plant_three_days(&store).await;
        let newest = async |selection: Selection, most| {
            let newest = selection.newest(&store, most, at(NOW)).await;
            assert!(newest.unread.is_empty());
            newest.keys.iter().map(|key| key.received().to_string()[8..19].to_owned()).collect::<Vec<_>>()
        };
        let all = Selection::default;
        assert_eq!(newest(all(), 1).await, ["24T11:59:59"]);
        assert_eq!(newest(all(), 3).await, ["23T10:00:00", "24T11:59:58", "24T11:59:59"]);
        assert_eq!(newest(all(), 100).await.len(), 5);
        assert_eq!(newest(Selection { codes: vec!["ONTASK*".parse().unwrap()], ..all() }, 1).await, ["23T10:00:00"]);
        assert_eq!(newest(Selection { subject: Some("1".into()), ..all() }, 1).await, ["23T00:00:00"]);
        let until = Some(at("2026-11-23T10:00:00Z"));
        assert_eq!(newest(Selection { until, ..all() }, 1).await, ["23T00:00:00"]);
        let since = Some(at("2026-11-24T11:59:59Z"));
        assert_eq!(newest(Selection { since, ..all() }, 9).await, ["24T11:59:59"]);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_the_others_go_on() {
    let (stores, _server, _folder) = stores().await;
    for store in stores {
        plant_three_days(&store).await;
        let broken = "events/date=2026-11-23/019ab000-0000-7000-8000-000000000000_a.example_ONTASKADD.json";
        plant_object(&store, broken, b"{\"id\":").await;
        plant_object(&store, "events/date=2026-11-23/README.txt", b"hello").await;
        let events: Vec<_> = Selection::default().events(&store).collect().await;
        assert_eq!(events.iter().filter(|event| event.is_ok()).count(), 5);
        let told: Vec<_> = events.into_iter().filter_map(|event| event.err().map(|error| error.to_string())).collect();
        assert!(told.contains(&format!("{broken} is no event's record")), "{told:?}");
        assert!(told.iter().any(|error| error.starts_with("events/date=2026-11-23/README.txt lies among")), "{told:?}");
    }
}

#[tokio::test]
async fn a_listing_that_fails_ends_the_events_and_is_told() {
    let (server, folder) = (S3Server::start().await, tempfile::tempdir().unwrap());
    std::fs::remove_dir(server.bucket_folder()).unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for store in [store(&server.endpoint), Store::Folder(Folder::new(file))] {
        let mut events = pin!(Selection::default().events(&store));
        assert!(matches!(events.next().await, Some(Err(Unread::Listing(_)))));
        assert!(events.next().await.is_none());
        assert!(matches!(Selection::default().newest(&store, 1, at(NOW)).await.unread[..], [Unread::Listing(_)]));
    }
}

#[tokio::test]
async fn following_gives_each_event_once_even_one_that_came_late() {
    let (stores, _server, _folder) = stores().await;
    for store in stores {
        plant_three_days(&store).await;
        let known = Selection::default().newest(&store, 1, at(NOW)).await.keys;
        let mut follow = Follow::new(&Selection::default(), at(NOW), known);
        let look = async |follow: &mut Follow| {
            let page = follow.look(&store).await.unwrap();
            page.keys.iter().map(|key| key.received().to_string()[11..19].to_owned()).collect::<Vec<_>>()
        };
        let come = async |time: &str| {
            let event = Planted { received: at(time), portal: "a.example", code: "X", subject: "1" };
            plant(&store, &event).await;
        };
        assert_eq!(look(&mut follow).await, [""; 0], "what was there is no news");
        come("2026-11-24T11:59:30Z").await;
        come("2026-11-24T11:58:30Z").await;
        assert_eq!(look(&mut follow).await, ["11:59:30"], "it is older than the newest, and came after the start");
        come("2026-11-24T12:00:30Z").await;
        come("2026-11-24T12:03:00Z").await;
        assert_eq!(look(&mut follow).await, ["12:00:30", "12:03:00"]);
        come("2026-11-24T12:02:30Z").await;
        come("2026-11-24T12:03:01Z").await;
        assert_eq!(look(&mut follow).await, ["12:02:30", "12:03:01"]);
        assert_eq!(look(&mut follow).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_listing_of_many_pages_gives_every_key_once() {
    let (stores, server, folder) = stores().await;
    let mut keys: Vec<_> = (0..2500).map(|n| format!("events/date=2026-01-0{}/{n:04}", n / 1000 + 1)).collect();
    let others = ["events/date=2026-01-01.txt".to_owned(), "events-other/x".to_owned()];
    for key in keys.iter().chain(&others).rev() {
        plant_object(&stores[0], key, b"").await;
        for root in [folder.path(), &server.bucket_folder()] {
            std::fs::create_dir_all(root.join(key).parent().unwrap()).unwrap();
            std::fs::write(root.join(key), "").unwrap();
        }
    }
    // A dot sorts before the slash.
    keys.insert(0, others[0].clone());
    for store in stores {
        for after in [0, 11, 1001] {
            let mut pages = store.pages("events/date=", &keys[after]);
            let mut listed = Vec::new();
            while let Some(page) = pages.next().await.unwrap() {
                assert!((1..=1000).contains(&page.len()));
                listed.extend(page);
            }
            assert_eq!(listed, keys[after + 1..]);
        }
    }
}
