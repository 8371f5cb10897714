//! Bad input through both doors: the answers of the contract, and never a panic, a secret, or a key out of its place.

use serde_json::Value;

use crate::support::samples::{self, URL_TOKEN};
use crate::support::{Door, Post, record};

/// An application token of the samples.
const TOKEN: &str = "1sv6hyc1xqschcvz0jd272vrh872xu8e";

async fn check(status: u16, post: &Post<'_>) {
    for door in Door::both(&samples::tokens()).await {
        check_at(&door, status, post).await;
    }
}

async fn check_at(door: &Door, status: u16, post: &Post<'_>) {
    let answer = door.send(post).await;
    let start = String::from_utf8_lossy(&post.body[..post.body.len().min(80)]);
    assert_eq!(answer.status, status, "{} {start}: {}", post.path_and_query, answer.body);
    for secret in [TOKEN, URL_TOKEN] {
        assert!(!answer.body.contains(secret) && !door.printed().contains(secret), "{start}");
    }
    if status != 200 {
        assert_eq!(answer.content_type, "application/problem+json");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem.as_object().unwrap().len() == 2, "{problem}");
    }
}

fn verified(fields: &str) -> String {
    format!("{fields}&auth[application_token]={TOKEN}")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_post_brings_events() {
    for door in Door::both(&samples::tokens()).await {
        for (method, status) in [("GET", 200), ("HEAD", 200), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 405)] {
            let body = verified("event=X");
            let path = format!("/{URL_TOKEN}?{body}");
            let answer = door.send(&Post { method, ..Post::form(&path, &body) }).await;
            assert_eq!(answer.status, status, "{method}");
            match method {
                "GET" => assert_eq!(answer.body, "hooklog receiver is up\n"),
                "HEAD" => assert_eq!(answer.body, ""),
                _ => assert!(answer.headers.contains(&("allow".into(), "POST, GET, HEAD".into()))),
            }
        }
        assert_eq!(door.kept(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_form_is_read() {
    let body = verified("event=X");
    for door in Door::both(&samples::tokens()).await {
        for (content_type, status) in [
            (None, 200),
            (Some("application/x-www-form-urlencoded"), 200),
            (Some("Application/X-WWW-Form-Urlencoded; charset=windows-1251"), 200),
            (Some("application/x-www-form-urlencoded,x"), 200),
            (Some("application/json"), 415),
            (Some("multipart/form-data; boundary=x"), 415),
            (Some("application/x-www-form-urlencodedx"), 415),
        ] {
            check_at(&door, status, &Post { content_type, ..Post::form("/", &body) }).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_nobodys() {
    check(403, &Post::form("/", "")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_a_limit_is_refused_whole() {
    let too_long = verified(&format!("data={}", "x".repeat(2 << 20)));
    let fields: String = (0..100_001).map(|n| format!("f{n}=&")).collect();
    let nodes: String = (0..50_001).map(|n| format!("a[{n}][][][]&")).collect();
    for door in Door::both_with(&samples::tokens(), &[("HOOKLOG_BODY_MAX", "2000000")]).await {
        check_at(&door, 413, &Post::form("/", &too_long)).await;
        check_at(&door, 413, &Post::form("/", &verified(&fields))).await;
        check_at(&door, 413, &Post::form("/", &verified(&nodes))).await;
        check_at(&door, 413, &Post::form("/", &verified(&format!("a{}", "[x]".repeat(65))))).await;
        check_at(&door, 200, &Post::form("/", &verified(&format!("a{}=1", "[x]".repeat(64))))).await;
        check_at(&door, 200, &Post::form("/", &verified(&fields[..fields.len() - 30]))).await;
        let events = door.kept();
        assert_eq!(events.len(), 2);
        let deep = String::from_utf8(events[0].1.clone()).unwrap();
        assert!(deep.contains(&format!("{}\"1\"", "{\"x\":".repeat(64))), "{deep}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_one_right_text_is_refused() {
    let wrong = [
        "auth[application_token][]=TOKEN",
        "auth[application_token][x]=TOKEN",
        "auth[application_token]=",
        "auth[application_token]=wrong&auth[application_token]=TOKEN",
        "auth[application_token]=TOKEN&auth[application_token]=wrong",
        "auth[application_token]=TOKE",
        "auth[application_token]=TOKENx",
        "auth[application_token]=TOKEN%00",
        "auth[application_token]=+TOKEN",
        "auth=TOKEN",
        "auth[application_token",
        "auth[application_token=TOKEN",
        "auth[application_token]x=TOKEN&auth[application_token]=x",
        "data[auth][application_token]=TOKEN",
        "application_token=TOKEN",
        "AUTH[APPLICATION_TOKEN]=TOKEN",
    ];
    for door in Door::both(&samples::tokens()).await {
        for body in wrong {
            check_at(&door, 403, &Post::form("/", &format!("event=X&{}", body.replace("TOKEN", TOKEN)))).await;
        }
        // The query proves nothing: whoever fills a deal's title can write there.
        let query = format!("/?auth[application_token]={TOKEN}&token={URL_TOKEN}");
        check_at(&door, 403, &Post::form(&query, "event=X&auth[domain]=x")).await;
        check_at(&door, 403, &Post::form(&format!("/hook/{URL_TOKEN}"), "event=X")).await;
        check_at(&door, 403, &Post::form(&format!("/?/{URL_TOKEN}"), "event=X")).await;
        check_at(&door, 400, &Post::form("/%zz", "event=X")).await;
        assert_eq!(door.kept(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_bytes_are_kept() {
    let bodies: [&[u8]; 8] = [
        b"event=X&data[a]=\xff\xfe&data[\x80]=1",
        b"event=X&data=%D0&data2=%ED%A0%80",
        b"event=%E0%A4%A&data[%]=%&data[%4=%zz",
        b"event=X%00Y&data[t]=a%00b&data%00x=1",
        b"event[]=X&ts[]=1&document_id=5&data[FIELDS]=1",
        b"event=../../etc/passwd&auth[domain]=../../../x%2F%00%0A%0D..",
        b"event=%D0%AF%0A&auth[domain]=%D0%BF%D0%BE%D1%80%D1%82%D0%B0%D0%BB%0D%0AX:%20y&auth[member_id]=%00%0A",
        b"=1&[x]=2&__Host-a=3&a.b=4&x=1&x[y]=2&__proto__[a]=1",
    ];
    let long_domain = format!("event={}&auth[domain]={}", "E".repeat(5000), "d".repeat(5000));
    for door in Door::both(&samples::tokens()).await {
        let bodies = bodies.iter().copied().chain([long_domain.as_bytes()]);
        for body in bodies.clone() {
            let body = [body, format!("&auth[application_token]={TOKEN}").as_bytes()].concat();
            check_at(&door, 200, &Post::form("/", &body)).await;
        }
        let kept = door.kept();
        assert_eq!(kept.len(), bodies.count());
        for (key, json) in kept {
            record::check(&key, &json);
            assert!(!String::from_utf8(json).unwrap().contains(TOKEN));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn auth_that_is_a_text_is_no_proof_and_no_obstacle() {
    check(403, &Post::form("/", "event=X&auth=text")).await;
    check(200, &Post::form(&format!("/{URL_TOKEN}"), "event=X&auth=text")).await;
}
