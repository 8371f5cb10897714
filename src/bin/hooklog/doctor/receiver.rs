//! The receiver through its URL: up, open, closed to strangers, its clock, its tokens.

use anyhow::Result;
use jiff::fmt::rfc2822::DateTimeParser;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::{Finding, Report, TEST_CODE};
use crate::sender::{Delivery, FORM, Post, Sender};
use crate::setup;

/// AWS refuses signed requests whose clock is further off
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>).
const CLOCK_OFF_MAX_S: i64 = 300;
/// Bitrix24 waits for a slow receiver, and then sends less.
const SLOW_MS: u128 = 2000;
const UP: &str = "hooklog receiver is up";
const OUTPUT: &str = "compare it with HandlerUrl, an output of the stack, and see whether the stack is still there";
const LOG: &str = "read the receiver's log: aws logs tail LOG-GROUP --since 10m (LogGroup is an output of the stack)";
const FORBIDDEN: &str = "give the function both permissions for everybody, lambda:InvokeFunctionUrl and lambda:InvokeFunction with \
    InvokedViaFunctionUrl: deploy template.yaml with a current SAM, and see whether the organization denies them";

/// Looks at the receiver. Gives the id of the test event, where one was taken.
pub async fn examine(url: &Url, token: Option<&str>, report: &mut Report) -> Result<Option<Uuid>> {
    report.add(&tls(url))?;
    let up = match Sender::new(url.as_str())?.get().await {
        Ok(up) => up,
        Err(error) => {
            report.add(&Finding::broken("url", format!("{error:#}"), OUTPUT))?;
            return Ok(None);
        }
    };
    report.add(&answers(&up))?;
    report.add(&clock(&up))?;
    if up.status != 200 {
        return Ok(None);
    }
    report.add(&strangers(url).await)?;
    if token.is_none() && url.path() == "/" {
        report.add(&Finding::unknown(
            "token",
            "no token was tried",
            "give --token, or the URL token behind the URL, to send a test event through it all",
        ))?;
        return Ok(None);
    }
    let (finding, id) = test_event(url, token).await;
    report.add(&finding)?;
    Ok(id)
}

fn tls(url: &Url) -> Finding {
    let is_here = url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
    match url.scheme() {
        "https" => Finding::ok("tls", "the URL is https, so tokens are not sent in clear text"),
        _ if is_here => Finding::ok("tls", "the URL is not https, and does not leave this machine"),
        _ => Finding::broken("tls", "the URL is not https: tokens are sent in clear text", "use https"),
    }
}

fn answers(up: &Delivery) -> Finding {
    const CHECK: &str = "url";
    let body = String::from_utf8_lossy(&up.body);
    let ms = up.took.as_millis();
    match up.status {
        200 if !body.contains(UP) => {
            Finding::broken(CHECK, "something answers, and it is not hooklog", "is this the receiver's URL?")
        }
        200 if ms > SLOW_MS => Finding::hint(
            CHECK,
            format!("the receiver is up, and took {ms} ms to say so"),
            "ask again: the first request after a pause is the slowest; if it stays slow, raise MemoryMb",
        ),
        200 => Finding::ok(CHECK, format!("the receiver is up, {ms} ms")),
        403 => Finding::broken("permissions", "AWS refuses every request before hooklog sees it (403)", FORBIDDEN),
        404 => Finding::broken(CHECK, "there is nothing at this URL (404)", OUTPUT),
        429 => Finding::broken(
            CHECK,
            "too many requests at once (429): events are being lost",
            "ask for a higher quota: Service Quotas, AWS Lambda, Concurrent executions",
        ),
        status @ 500..=599 => Finding::broken(CHECK, format!("the function does not work ({status})"), LOG),
        status => Finding::broken(CHECK, format!("it answers GET with {status}"), OUTPUT),
    }
}

fn clock(up: &Delivery) -> Finding {
    const CHECK: &str = "clock";
    let date = up.headers.get("date").and_then(|date| date.to_str().ok());
    let Some(date) = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok()) else {
        return Finding::unknown(CHECK, "the answer has no Date", "compare this machine's clock with another one");
    };
    let off = setup::now().as_second().saturating_sub(date.as_second());
    match off.abs() {
        0..=10 => Finding::ok(CHECK, format!("this machine's clock and the receiver's differ by {} s", off.abs())),
        seconds => {
            let says = format!("this machine's clock is {seconds} s {}", if off > 0 { "ahead" } else { "behind" });
            let remedy = "set this machine's clock: timedatectl set-ntp true";
            if seconds < CLOCK_OFF_MAX_S {
                Finding::hint(CHECK, says, remedy)
            } else {
                Finding::broken(CHECK, format!("{says}: AWS refuses what it signs"), remedy)
            }
        }
    }
}

/// Posts a form that nothing proves; the receiver's own refusal is the right answer.
async fn strangers(url: &Url) -> Finding {
    const CHECK: &str = "strangers";
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    let answer = match post(&root, None).await {
        Ok(answer) => answer,
        Err(error) => return Finding::broken(CHECK, format!("a post fails: {error:#}"), LOG),
    };
    let is_ours = answer.headers.get("content-type").is_some_and(|media| media == "application/problem+json");
    match answer.status {
        403 if is_ours => Finding::ok(CHECK, "a form without a token is refused"),
        403 => Finding::broken("permissions", "AWS refuses posts before hooklog sees them (403)", FORBIDDEN),
        200 => Finding::broken(
            CHECK,
            "a form without a token is accepted: anybody can write events",
            "this is no receiver of hooklog's, or not only: look who answers at this URL",
        ),
        status => Finding::broken(CHECK, format!("a form without a token is answered {status}, not 403"), LOG),
    }
}

/// Sends an event that says what it is, and gives its id.
async fn test_event(url: &Url, token: Option<&str>) -> (Finding, Option<Uuid>) {
    const CHECK: &str = "token";
    let answer = match post(url, token).await {
        Ok(answer) => answer,
        Err(error) => return (Finding::broken(CHECK, format!("the test event fails: {error:#}"), LOG), None),
    };
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let id = body.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let finding = match (answer.status, &id) {
        (200, Some(id)) => {
            Finding::ok(CHECK, format!("the token is accepted: test event {id}, {} ms", answer.took.as_millis()))
        }
        (403, _) => Finding::broken(
            CHECK,
            "the token is not accepted",
            "add what `hooklog token digest` prints for it to TokenDigests and deploy; a token that is bound to a portal (with \
             @MEMBER_ID) cannot be tried from here",
        ),
        (503, _) => Finding::broken(CHECK, "the token is accepted, and the event could not be kept (503)", LOG),
        (status, _) => Finding::broken(CHECK, format!("the test event is answered {status}"), LOG),
    };
    (finding, id.filter(|_| answer.status == 200))
}

async fn post(url: &Url, token: Option<&str>) -> Result<Delivery> {
    let ts = setup::now().as_second();
    let mut form = format!("event={TEST_CODE}&ts={ts}&auth[domain]=hooklog-doctor.invalid");
    if let Some(token) = token {
        form = format!("{form}&auth[application_token]={}", utf8_percent_encode(token, NON_ALPHANUMERIC));
    }
    Sender::new(url.as_str())?.post(&Post { query: None, content_type: FORM, body: form.as_bytes() }).await
}
