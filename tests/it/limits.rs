//! `serve` under clients that want it to run out of something: real events are answered all the while, and memory stays
//! bounded.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::peak::peak_kb;
use crate::support::samples::{self, URL_TOKEN};
use crate::support::serve::Serve;
use crate::support::{files, wait_for};

const IDLE: usize = 1000;
const MEGABYTES_MAX: u64 = 256;

#[test]
fn hostile_clients_neither_stop_events_nor_fill_the_memory() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let serve = Serve::start(&samples::tokens());
    let connect = || TcpStream::connect(serve.address()).unwrap();
    let idle: Vec<_> = (0..IDLE).map(|_| connect()).collect();
    let is_over = AtomicBool::new(false);
    let mut longest = Duration::ZERO;
    std::thread::scope(|scope| {
        // Heads that come a byte at a time, bodies that never end, and many large bodies at once.
        for _ in 0..50 {
            scope.spawn(|| {
                let mut client = connect();
                for byte in b"POST / HTTP/1.1\r\nx: y\r\n".iter().cycle() {
                    if is_over.load(Ordering::Relaxed) || client.write_all(&[*byte]).is_err() {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            });
        }
        for chunk in [1 << 10, 1 << 16, 1 << 20, 1 << 20] {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    endless(connect(), chunk);
                }
            });
        }
        for _ in 0..40 {
            scope.spawn(|| {
                let mut client = connect();
                let body = "x".repeat(6 << 20);
                let head = format!("POST /x HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _cut_off = client.write_all(head.as_bytes()).and_then(|()| client.write_all(body.as_bytes()));
                let _reset = client.read_to_end(&mut Vec::new());
            });
        }
        for _ in 0..100 {
            let started = Instant::now();
            let mut client = connect();
            client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            let body = "event=ONTASKADD";
            write!(
                client,
                "POST /{URL_TOKEN} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
            longest = longest.max(started.elapsed());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let megabytes = peak_kb(serve.pid()).unwrap() / 1024;
    println!("{IDLE} idle clients and worse: longest answer {} ms, peak memory {megabytes} MB", longest.as_millis());
    assert!(megabytes < MEGABYTES_MAX, "{megabytes} MB");
    assert!(longest < Duration::from_secs(4), "{longest:?}");
    let mut events = files(&serve.folder());
    events.retain(|(key, _)| key.starts_with("events/"));
    assert_eq!(events.len(), 100);
    // Those that never said anything are cut off in the end.
    for mut client in idle {
        client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
    }
}

#[test]
fn many_large_events_at_once_are_all_answered() {
    let serve = Serve::start(&samples::tokens());
    let body = format!("event=X&data={}", "x".repeat((6 << 20) - 13));
    let post = || {
        let mut client = TcpStream::connect(serve.address()).unwrap();
        let head = format!("POST /{URL_TOKEN} HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len());
        let _refused_before_its_end =
            client.write_all(head.as_bytes()).and_then(|()| client.write_all(body.as_bytes()));
        let mut answer = String::new();
        let _reset = client.read_to_string(&mut answer);
        answer
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..24).map(|_| scope.spawn(post)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let kept = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 200")).count();
    println!("{kept} of {} events of 6 MiB kept at once", answers.len());
    assert!(kept >= 16, "{answers:?}");
    let told = wait_for("a line of log for each", || {
        let told = serve.printed().matches(r#""outcome":""#).count();
        (told == answers.len()).then_some(told)
    });
    assert_eq!(told, 24);
    let mut events = files(&serve.folder());
    events.retain(|(key, _)| key.starts_with("events/"));
    assert_eq!(events.len(), kept);
}

/// Sends a chunked body until it is cut off.
fn endless(mut client: TcpStream, chunk: usize) {
    let mut send = |bytes: &[u8]| client.write_all(bytes).is_ok();
    if !send(b"POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n") {
        return;
    }
    let body = [format!("{chunk:x}\r\n").as_bytes(), &vec![b'x'; chunk], b"\r\n"].concat();
    while send(&body) {}
}
