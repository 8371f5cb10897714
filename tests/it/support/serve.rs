//! `hooklog serve` as a process of its own, on a free port and a temporary folder.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::{Answer, Post, collect, wait_for};

pub struct Serve {
    child: Child,
    url: String,
    folder: Option<tempfile::TempDir>,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
    client: reqwest::Client,
}

impl Serve {
    /// Starts with these accepted tokens; with none, `serve` makes one of its own.
    pub fn start(tokens: &str) -> Self {
        Self::start_with(tokens, &[])
    }

    pub fn start_with(tokens: &str, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("data");
        let mut serve = Self::start_at(store.to_str().unwrap(), tokens, environment);
        serve.folder = Some(folder);
        serve
    }

    /// Starts on a store that somebody else looks after.
    pub fn start_at(store: &str, tokens: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hooklog"));
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--store", store]);
        command.env("HOOKLOG_TOKENS", tokens).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let url = wait_for("the URL of serve", || {
            let stderr = stderr.lock().unwrap();
            Some(stderr.split_once("Receiving at ")?.1.split_once('\n')?.0.to_owned())
        });
        Self { child, url, folder: None, stdout, stderr, client: super::client() }
    }

    /// Ends the process as a power cut would: at once.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap().split('/').next().unwrap()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.as_ref().unwrap().path().join("data")
    }

    pub fn printed(&self) -> String {
        format!("{}{}", self.stdout.lock().unwrap(), self.stderr.lock().unwrap())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process ends by itself.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        wait_for("the end of serve", || self.child.try_wait().unwrap())
    }

    pub async fn send(&self, post: &Post<'_>) -> Answer {
        let url = format!("http://{}{}", self.address(), post.path_and_query);
        let request = self.client.request(post.method.parse().unwrap(), url).body(post.body.to_vec());
        let request = match post.content_type {
            Some(content_type) => request.header("content-type", content_type),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let header = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        Answer {
            status: answer.status().as_u16(),
            content_type: header(&answer.headers()["content-type"]),
            headers: answer.headers().iter().map(|(name, value)| (name.to_string(), header(value))).collect(),
            body: answer.text().await.unwrap(),
        }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
