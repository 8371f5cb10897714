//! A real PHP script as the receiver: what `$_REQUEST` is to it.

use std::process::{Child, Command, Stdio};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::port::on_free_port;

/// Writes a line for each request, and answers with the status that the path asks for.
const SCRIPT: &str = r"<?php
$flags = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_LINE_TERMINATORS | JSON_INVALID_UTF8_SUBSTITUTE;
$seen = [
    'request' => json_encode($_REQUEST, $flags),
    'print_r' => base64_encode(print_r($_REQUEST, true)),
    'body' => base64_encode(file_get_contents('php://input')),
    'target' => $_SERVER['REQUEST_URI'],
];
file_put_contents(__DIR__ . '/seen.jsonl', json_encode($seen) . PHP_EOL, FILE_APPEND | LOCK_EX);
if (preg_match('~/answer/(\d+)~', $_SERVER['REQUEST_URI'], $match)) {
    http_response_code((int) $match[1]);
}
";

pub struct Php {
    child: Child,
    pub url: String,
    folder: tempfile::TempDir,
}

/// What the script saw of a request.
#[derive(Debug, Deserialize)]
pub struct Seen {
    /// `json_encode($_REQUEST)`
    pub request: String,
    print_r: String,
    body: String,
    pub target: String,
}

impl Seen {
    pub fn print_r(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.print_r).unwrap()
    }

    pub fn body(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.body).unwrap()
    }
}

impl Php {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("hook.php");
        std::fs::write(&script, SCRIPT).unwrap();
        let (child, port) = on_free_port("PHP's server", |port| {
            let mut command = Command::new("php");
            command.args(["-d", "max_input_vars=100000", "-d", "display_errors=0", "-S", &format!("127.0.0.1:{port}")]);
            let child = command.arg(&script).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            child.expect("PHP is the receiver here: apt-get install php-cli")
        });
        Self { child, url: format!("http://127.0.0.1:{port}/hook.php"), folder }
    }

    /// The requests so far, in order. PHP may be writing one more.
    pub fn seen(&self) -> Vec<Seen> {
        let lines = std::fs::read(self.folder.path().join("seen.jsonl")).unwrap_or_default();
        let lines = String::from_utf8_lossy(&lines);
        let whole = lines.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Php {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
