//! What `hooklog ui` answers its page, on a folder and on S3. The page itself is tested in a browser: `tests/ui`.

use std::process::{Child, Stdio};

use hooklog::store::{Folder, Store};
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::Value;

use crate::support::command::{Named, hooklog, text};
use crate::support::kept::{Planted, plant};
use crate::support::s3::{self, S3Server};
use crate::support::{collect, wait_for};

struct Ui {
    child: Child,
    origin: String,
    cookie: String,
    client: reqwest::Client,
}

impl Ui {
    async fn start(store: &Named) -> Self {
        let mut command = store.command(&["ui", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let printed = collect(child.stdout.take().unwrap());
        let url = wait_for("the URL of ui", || {
            Some(printed.lock().unwrap().split_once("Open ")?.1.split_once('\n')?.0.to_owned())
        });
        let redirect = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().redirect(redirect).build().unwrap();
        let answer = client.get(&url).send().await.unwrap();
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { child, origin: url.split("/?").next().unwrap().to_owned(), cookie, client }
    }

    async fn ask(&self, path: &str) -> reqwest::Response {
        let url = format!("{}{path}", self.origin);
        self.client.get(url).header(COOKIE, &self.cookie).send().await.unwrap()
    }

    /// The lines of an answer.
    async fn lines(&self, path: &str) -> Vec<Value> {
        let answer = self.ask(path).await.text().await.unwrap();
        answer.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Ui {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn event<'p>(received: &str, code: &'p str, subject: &'p str) -> Planted<'p> {
    Planted { received: received.parse().unwrap(), portal: "a.example", code, subject }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_answered_from_any_store() {
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let (server, folder) = (S3Server::start().await, tempfile::tempdir().unwrap());
    let both = [
        (Named::folder(folder.path()), Store::Folder(Folder::new(folder.path()))),
        (Named::s3(&server), s3::store(&server.endpoint)),
    ];
    for (named, store) in &both {
        let mut ids = Vec::new();
        for (received, code, subject) in [
            ("2026-11-22T10:00:00Z", "ONTASKADD", "1"),
            ("2026-11-24T10:00:00Z", "ONCRMDEALADD", "2"),
            ("2026-11-24T10:00:01Z", "ONTASKADD", "3"),
        ] {
            ids.push(plant(store, &event(received, code, subject)).await);
        }
        let ui = Ui::start(named).await;
        let listed = ui.lines("/api/list?code=ontask*").await;
        let keys: Vec<_> = listed[0]["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        assert!(keys.len() == 2 && keys[0].contains(&ids[2]) && keys[1].contains(&ids[0]), "newest first: {keys:?}");
        let found = ui.lines("/api/list?subject=2").await;
        assert!(found[0]["found"]["key"].as_str().unwrap().contains(&ids[1]), "{found:?}");
        let whole: Value = ui.ask(&format!("/api/event?key={}", keys[0])).await.json().await.unwrap();
        let printed = named.printed(&["show", &ids[2], "--format", "print_r"]);
        assert_eq!(whole["print_r"].as_str().unwrap(), printed);
        let summary = ui.lines("/api/summary?zone=UTC").await.pop().unwrap();
        assert_eq!(summary["summary"]["total"], 3);
        assert_eq!(summary["summary"]["unit"], "hour");
        assert_eq!(summary["summary"]["portals"]["a.example"]["count"], 3);
        assert!(ui.ask("/").await.text().await.unwrap().contains("/main.js"));
    }
}

#[test]
fn others_are_not_let_in_without_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let output = hooklog(&["ui", "--store", folder.path().to_str().unwrap(), "--listen", "0.0.0.0:0"], b"");
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("give a password with HOOKLOG_UI_PASSWORD or --password-file"));
    assert!(text(&output.stdout).is_empty());
}
