//! `send` speaks for the portal.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::support::command::{command, hooklog, text};
use crate::support::s3::S3Server;
use crate::support::samples::{self, URL_TOKEN};
use crate::support::schema::check_lines;
use crate::support::serve::Serve;

#[test]
fn send_posts_samples_and_counts_the_answers() {
    let serve = Serve::start(&samples::tokens());
    let url = format!("http://{}/{URL_TOKEN}", serve.address());
    let two = ["send", "--to", &url, "--event", "ontaskadd", "--event", "ROBOT", "--count", "2", "--at-once", "4"];
    let sent = hooklog(&two, b"");
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    assert!(text(&sent.stdout).starts_with("30 x 200; p50 "), "{}", text(&sent.stdout));
    let refused = hooklog(&["send", "--to", &url, "--event", "ONTASKADD", "--token", "x"], b"");
    assert!(refused.status.success(), "the URL token still holds");
    let url = format!("http://{}/", serve.address());
    let refused = hooklog(&["send", "--to", &url, "--event", "ONTASKADD", "--token", "x"], b"");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("task-add: answered 403"));
    let refused = hooklog(&["send", "--to", &url, "--event", "ONTASKADD", "--token", "x", "--json"], b"");
    let [line, _] = &check_lines("send", text(&refused.stdout))[..] else { panic!("{}", text(&refused.stdout)) };
    assert_eq!((&line["name"], &line["code"], &line["status"]), (&"task-add".into(), &"ONTASKADD".into(), &403.into()));
    assert!(refused.status.code() == Some(1) && text(&refused.stderr).contains("2 x 403; p50 "));
    let nobody = hooklog(&["send", "--to", "http://127.0.0.1:1/", "--event", "ONTASKADD", "--json"], b"");
    assert!(check_lines("send", text(&nobody.stdout))[0]["status"].is_null());
    assert_eq!(hooklog(&["send", "--to", &url], b"").status.code(), Some(2));
    let unknown = hooklog(&["send", "--to", &url, "--event", "NOSUCH"], b"");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("Bitrix24 has no event code NOSUCH"));
}

#[test]
fn every_event_code_can_be_sent_and_is_kept_under_it() {
    let token = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
    let serve = Serve::start(&format!("portal={token}"));
    let url = format!("http://{}/{token}", serve.address());
    let codes = hooklog(&["send", "--codes"], b"");
    let codes: Vec<_> = text(&codes.stdout).lines().map(str::to_owned).collect();
    for code in ["ONCRMDEALADD", "ONIMBOTV2MESSAGEADD", "ROBOT", "ACTIVITY", "REQUEST"] {
        assert!(codes.iter().any(|listed| listed == code), "{code}");
    }
    let events = codes.iter().filter(|code| code.starts_with("ON") || code.contains(".ON."));
    let events: Vec<_> = events.flat_map(|code| ["--event", code]).collect();
    let sent = hooklog(&[&["send", "--to", &url, "--token", token], &events[..]].concat(), b"");
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    let stats = hooklog(&["stats", "--json", "--store", serve.folder().to_str().unwrap()], b"");
    let kept: Vec<_> = text(&stats.stdout).lines().filter(|line| line.starts_with(r#"{"by":"event""#)).collect();
    assert_eq!(kept.len(), events.len() / 2);
    let lag = hooklog(&["stats", "--lag", "--json", "--store", serve.folder().to_str().unwrap()], b"");
    let all: serde_json::Value = serde_json::from_str(text(&lag.stdout).lines().last().unwrap()).unwrap();
    assert!(all["lag_ms"]["p99"].as_i64().unwrap() < 60_000, "the portal made them now: {all}");
}

/// The head of one request, as it came over the wire.
fn head_of(arguments: &[&str]) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = Vec::new();
        while !read.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
            let mut some = [0; 1024];
            let length = stream.read(&mut some).unwrap();
            read.extend_from_slice(&some[..length]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8(read).unwrap().split_once("\r\n\r\n").unwrap().0.replace("\r\n", "\n")
    });
    let to = arguments.iter().map(|argument| argument.replace("ADDRESS", &address)).collect::<Vec<_>>();
    let sent = hooklog(&to.iter().map(String::as_str).collect::<Vec<_>>(), b"");
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    (receiver.join().unwrap(), address)
}

#[test]
fn the_head_is_the_one_that_was_captured() {
    let folder = tempfile::tempdir().unwrap();
    let form = folder.path().join("form");
    std::fs::write(&form, "event=X&a=1").unwrap();
    let (head, address) = head_of(&["send", "--to", "http://ADDRESS/TOKEN?x=1", form.to_str().unwrap()]);
    let expected = format!(
        "POST /TOKEN?x=1 HTTP/1.1\nHost: {address}\nUser-Agent: Bitrix24 Webhook Engine\nContent-Length: 11\n\
         Content-Type: application/x-www-form-urlencoded\nAccept-Encoding: gzip\nConnection: close"
    );
    assert_eq!(head, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_checked_against_the_systems_roots() {
    let (server, certificate) = S3Server::start_tls().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roots.pem");
    std::fs::write(&file, certificate).unwrap();
    let send = |environment: &[(&str, String)]| {
        let sent = command(&["send", "--to", &server.endpoint, "--event", "ROBOT"], environment).output().unwrap();
        text(&sent.stderr).to_owned()
    };
    let trusted = send(&[("SSL_CERT_FILE", file.to_str().unwrap().to_owned())]);
    assert!(trusted.contains(": answered 501"), "S3 takes no events, but it answers: {trusted}");
    let strange = send(&[]);
    assert!(strange.contains("does not answer: invalid peer certificate"), "{strange}");
}

#[test]
fn the_receivers_own_query_stays_before_the_samples() {
    let serve = Serve::start(&samples::tokens());
    let url = format!("http://{}/{URL_TOKEN}?own=1", serve.address());
    assert!(hooklog(&["send", "--to", &url, "--event", "ROBOT"], b"").status.success());
    let kept = crate::support::files(&serve.folder());
    let kept: Vec<_> = kept.iter().filter(|(key, _)| key.starts_with("events/")).collect();
    for (key, json) in &kept {
        assert!(text(json).contains(r#""data":{"own":"1","#), "{key} {}", text(json));
    }
    assert!(kept.iter().any(|(_, json)| text(json).contains(r#""data":{"own":"1","lead_id":"549148","#)));
}
