//! The tutorial's script, run by real PHP.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The script as it is copied from page to page, but for the clock.
const SCRIPT: &str = r#"
function writeToLog($data, $title, $now) {
  $log = "\n------------------------\n";
  $log .= date("Y.m.d G:i:s", $now) . "\n";
  $log .= (strlen($title) > 0 ? $title : 'DEBUG') . "\n";
  $log .= print_r($data, 1);
  $log .= "\n------------------------\n";
  file_put_contents(getcwd() . '/hook.log', $log, FILE_APPEND);
  return true;
}
while (($line = fgets(STDIN)) !== false) {
  [$query, $body, $title, $now] = array_map('base64_decode', explode(' ', $line));
  parse_str($query, $_GET);
  parse_str($body, $_POST);
  $_REQUEST = array_replace_recursive($_GET, $_POST);
  writeToLog($_REQUEST, $title, (int) $now);
}
"#;

/// A request that the script logs.
#[derive(Clone, Debug)]
pub struct Logged {
    pub query: Vec<u8>,
    pub body: Vec<u8>,
    pub title: String,
    /// In seconds since 1970.
    pub at: i64,
}

impl Logged {
    pub fn new(body: impl Into<Vec<u8>>, at: i64) -> Self {
        Self { query: Vec::new(), body: body.into(), title: "incoming".into(), at }
    }
}

/// Appends the requests to `hook.log` in this folder, on a server in this time zone.
pub fn write(folder: &Path, zone: &str, requests: &[Logged]) {
    let mut php = Command::new("php")
        .args(["-d", &format!("date.timezone={zone}"), "-d", "max_input_vars=1000000", "-r", SCRIPT])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("PHP writes the logs: apt-get install php-cli");
    let mut stdin = php.stdin.take().unwrap();
    for request in requests {
        let at = request.at.to_string();
        let parts = [&request.query, &request.body, request.title.as_bytes(), at.as_bytes()];
        let line = parts.map(|part| BASE64_STANDARD.encode(part)).join(" ");
        writeln!(stdin, "{line} ").unwrap();
    }
    drop(stdin);
    assert!(php.wait().unwrap().success());
}
