//! `hooklog serve`: what only that door has.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::samples::{self, URL_TOKEN};
use crate::support::serve::Serve;
use crate::support::{Post, files, record, wait_for};

#[tokio::test]
async fn without_a_token_it_makes_one_and_prints_the_whole_url() {
    let serve = Serve::start("");
    let path = serve.url().strip_prefix(&format!("http://{}", serve.address())).unwrap();
    assert_eq!(path.len(), 33);
    let body = "event=ONTASKADD&auth[application_token]=unknown-to-it";
    assert_eq!(serve.send(&Post::form(path, body)).await.status, 200);
    assert_eq!(serve.send(&Post::form("/", body)).await.status, 403);
    let kept = files(&serve.folder());
    assert_eq!(record::check(&kept[0].0, &kept[0].1)["tokenname"], "serve");
}

#[tokio::test]
async fn it_stops_when_told_and_finishes_what_is_under_way() {
    let mut serve = Serve::start(&samples::tokens());
    let mut client = TcpStream::connect(serve.address()).unwrap();
    let body = "event=ONTASKADD&data=12345";
    let head = format!("POST /{URL_TOKEN} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    client.write_all(head.as_bytes()).unwrap();
    client.write_all(&body.as_bytes()[..10]).unwrap();
    // The head has been read when another connection, made later, is answered.
    assert_eq!(serve.send(&Post { method: "GET", ..Post::form("/", "") }).await.status, 200);
    assert!(std::process::Command::new("kill").arg(serve.pid().to_string()).status().unwrap().success());
    wait_for("the listener to close", || TcpStream::connect(serve.address()).err());
    client.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(serve.wait().success());
    assert_eq!(files(&serve.folder()).len(), 1);
    wait_for("the last word", || serve.printed().contains("Stopped.").then_some(()));
}

#[tokio::test]
async fn seven_megabytes_are_too_much_and_six_are_not() {
    let serve = Serve::start(&samples::tokens());
    let path = format!("/{URL_TOKEN}");
    let form = |bytes: usize| format!("data={}", "x".repeat(bytes - 5));
    assert_eq!(serve.send(&Post::form(&path, &form(7 << 20))).await.status, 413);
    assert_eq!(serve.send(&Post::form(&path, &form((6 << 20) + 1))).await.status, 413);
    assert_eq!(serve.send(&Post::form(&path, &form(6 << 20))).await.status, 200);
}

#[test]
fn a_client_that_says_nothing_or_too_much_is_cut_off() {
    let serve = Serve::start(&samples::tokens());
    let cut_off = |request: &[u8]| {
        let mut client = TcpStream::connect(serve.address()).unwrap();
        client.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let _cut_off_while_writing = client.write_all(request);
        let mut answer = Vec::new();
        let _reset = client.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(cut_off(b""), ""));
        scope.spawn(|| assert_eq!(cut_off(b"POST / HT"), ""));
        scope.spawn(|| {
            let head = [b"POST / HTTP/1.1\r\n".to_vec(), b"x: y\r\n".repeat(200)].concat();
            assert!(cut_off(&head).starts_with("HTTP/1.1 431"));
        });
        scope.spawn(|| {
            let head = format!("POST / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
            assert!(cut_off(head.as_bytes()).starts_with("HTTP/1.1 431"));
        });
        scope.spawn(|| assert!(cut_off(b"\x16\x03\x01\x02\x00\r\n\r\n").starts_with("HTTP/1.1 400")));
        scope.spawn(|| {
            let answer = cut_off(b"POST / HTTP/1.1\r\ncontent-length: 100\r\n\r\nabc");
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        });
    });
    assert_eq!(files(&serve.folder()), []);
}

#[test]
fn nobody_who_reads_along_can_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hooklog"));
    command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--store"]).arg(folder.path());
    command.env("HOOKLOG_TOKENS", samples::tokens()).stdout(std::process::Stdio::piped());
    let mut serve = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let stderr = crate::support::collect(serve.stderr.take().unwrap());
    let address = wait_for("the URL of serve", || {
        let stderr = stderr.lock().unwrap();
        Some(stderr.split_once("http://")?.1.split_once('/')?.0.to_owned())
    });
    // A pipe holds 64 KiB, and 500 lines are more.
    for _ in 0..500 {
        let mut client = TcpStream::connect(&address).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(client, "POST /{URL_TOKEN} HTTP/1.1\r\ncontent-length: 7\r\n\r\nevent=X").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert!(std::process::Command::new("kill").arg(serve.id().to_string()).status().unwrap().success());
    assert!(wait_for("the end of serve", || serve.try_wait().unwrap()).success());
}

#[test]
fn an_overflow_in_the_store_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hooklog"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(folder.path());
    let output = command.env("HOOKLOG_OVERFLOW", folder.path().join("overflow")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("HOOKLOG_OVERFLOW and the store are one folder"));
}

#[test]
fn the_log_is_one_json_object_a_line_with_its_metrics() {
    let serve = Serve::start_with(&samples::tokens(), &[("AWS_LAMBDA_FUNCTION_NAME", "receiver")]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let post = |path: &str| runtime.block_on(serve.send(&Post::form(path, "event=onTaskAdd&ts=1670179131"))).status;
    assert_eq!((post(&format!("/{URL_TOKEN}")), post("/")), (200, 403));
    let lines = wait_for("two lines of log", || {
        let printed = serve.printed();
        let lines = printed.lines().filter_map(|line| serde_json::from_str(line).ok());
        Some(lines.collect::<Vec<serde_json::Value>>()).filter(|lines| lines.len() == 2)
    });
    let (stored, rejected) = (&lines[0], &lines[1]);
    assert_eq!((&stored["outcome"], &stored["level"]), (&"stored".into(), &"INFO".into()));
    assert_eq!((&rejected["outcome"], &rejected["level"]), (&"rejected".into(), &"WARN".into()));
    assert_eq!(stored["event"], "ONTASKADD");
    assert_eq!(stored["bytes"], 29);
    assert!(stored["lag"].as_f64().unwrap() > 1e8);
    for line in &lines {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "hooklog");
        assert_eq!(directive["Dimensions"], serde_json::json!([["FunctionName"]]));
        assert_eq!(line["FunctionName"], "receiver");
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{line}");
        }
    }
    assert_eq!((&stored["Stored"], &rejected["Rejected"]), (&1.0.into(), &1.0.into()));
}
