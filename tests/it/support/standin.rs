//! A server with fixed answers, for what no real server here would say.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What a request is answered with: the status line's end, header lines, and the body.
pub type Fixed = (&'static str, &'static str, &'static str);

pub struct StandIn {
    pub url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Answers GET with the first and everything else with the second, until the test ends.
    pub fn start(get: Fixed, other: Fixed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while lines.read_line(&mut head).unwrap() > 2 {}
                let lower = head.to_lowercase();
                let length = lower
                    .split_once("content-length: ")
                    .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
                lines.take(length).read_to_end(&mut Vec::new()).unwrap();
                let (status, headers, body) = if head.starts_with("GET ") { get } else { other };
                seen.lock().unwrap().push(head);
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, heads }
    }

    /// The requests' heads so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}
