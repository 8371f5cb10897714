//! What the tests stand on: doors to the real binaries, a real S3 server, the samples, and what must hold for a record.

pub mod bootstrap;
pub mod closing_store;
pub mod command;
pub mod faults;
pub mod hook_log;
pub mod kept;
pub mod many;
pub mod moto;
pub mod peak;
pub mod php;
pub mod port;
pub mod record;
pub mod s3;
pub mod samples;
pub mod schema;
pub mod serve;
pub mod standin;

use std::path::PathBuf;

/// An answer from either door.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A request for either door.
#[derive(Clone, Debug)]
pub struct Post<'r> {
    pub method: &'r str,
    pub path_and_query: &'r str,
    pub content_type: Option<&'r str>,
    pub body: &'r [u8],
}

impl<'r> Post<'r> {
    pub fn form(path_and_query: &'r str, body: &'r (impl AsRef<[u8]> + ?Sized)) -> Self {
        let content_type = Some("application/x-www-form-urlencoded");
        Self { method: "POST", path_and_query, content_type, body: body.as_ref() }
    }
}

/// The two doors of the receiver, each on a store of its own.
pub enum Door {
    Serve(serve::Serve),
    Bootstrap(bootstrap::Bootstrap),
}

impl Door {
    pub async fn both(tokens: &str) -> [Self; 2] {
        Self::both_with(tokens, &[]).await
    }

    pub async fn both_with(tokens: &str, environment: &[(&str, &str)]) -> [Self; 2] {
        [
            Self::Serve(serve::Serve::start_with(tokens, environment)),
            Self::Bootstrap(bootstrap::Bootstrap::start_with(tokens, environment).await),
        ]
    }

    pub async fn send(&self, post: &Post<'_>) -> Answer {
        match self {
            Self::Serve(door) => door.send(post).await,
            Self::Bootstrap(door) => door.send(post).await,
        }
    }

    /// The events that are kept, by object key.
    pub fn kept(&self) -> Vec<(String, Vec<u8>)> {
        self.below("events/")
    }

    /// The rejected requests that are kept, by object key.
    pub fn rejected(&self) -> Vec<(String, Vec<u8>)> {
        self.below("rejected/")
    }

    fn below(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let mut files = files(&match self {
            Self::Serve(door) => door.folder(),
            Self::Bootstrap(door) => door.folder(),
        });
        files.retain(|(key, _)| key.starts_with(prefix));
        files
    }

    /// Everything that the process printed so far.
    pub fn printed(&self) -> String {
        match self {
            Self::Serve(door) => door.printed(),
            Self::Bootstrap(door) => door.printed(),
        }
    }
}

/// The files below a folder by their path, in order. A dot before a name is the S3 server's own bookkeeping.
pub fn files(root: &PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.map(Result::unwrap) {
            let path = entry.path();
            if entry.file_name().to_str().unwrap().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let key = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((key, std::fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Collects what a child process prints, as it prints it.
pub fn collect(output: impl std::io::Read + Send + 'static) -> std::sync::Arc<std::sync::Mutex<String>> {
    use std::io::BufRead as _;
    let text = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let lines = std::sync::Arc::clone(&text);
    std::thread::spawn(move || {
        for line in std::io::BufReader::new(output).split(b'\n') {
            let Ok(line) = line else { return };
            let mut lines = lines.lock().unwrap();
            lines.push_str(&String::from_utf8_lossy(&line));
            lines.push('\n');
        }
    });
    text
}

/// Waits until a condition holds; a test that would wait for ever says what it waited for.
pub fn wait_for<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let started = std::time::Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(started.elapsed().as_secs() < 30, "waited 30 s for {what}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// A client that talks to this machine only.
pub fn client() -> reqwest::Client {
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
