//! The Runtime API, by which a function takes its events and gives its answers
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
//!
//! It is plain HTTP to the function's own machine, one request after another, and a function has nothing else to do
//! while it waits: so this blocks. Of an event's processor time, an asynchronous client for it took a fifth.

mod http1;

use std::fmt::Display;
use std::io::{self, BufReader, Write as _};
use std::net::TcpStream;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep};

use http1::Reply;

/// Sooner than the time-outs of an event's requests.
const ALARM: Duration = Duration::from_millis(500);

/// The headers after `Host`, up to the body's length.
const HEADERS: &str = concat!(
    "\r\nUser-Agent: hooklog/",
    env!("CARGO_PKG_VERSION"),
    "\r\nContent-Type: application/json\r\nContent-Length: "
);

/// One event that the function is asked to handle.
#[derive(Debug)]
pub struct Event {
    /// Lambda's id of the invocation.
    pub request_id: String,
    /// When Lambda stops waiting, in milliseconds since 1970.
    pub deadline: Option<u64>,
    /// What the service that invokes the function sent: JSON.
    pub payload: Vec<u8>,
}

/// What went wrong between the function and Lambda.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeApiError {
    /// No connection, one that broke, or an answer that is none.
    #[error("the exchange with Lambda's Runtime API at {address} failed")]
    Broken {
        /// Where it should be.
        address: String,
        /// What happened.
        source: io::Error,
    },
    /// No event.
    #[error("Lambda's Runtime API gave no event, but status {0}")]
    NoEvent(u16),
    /// An event that cannot be answered.
    #[error("Lambda's Runtime API gave an event without a usable id")]
    NoId,
    /// A no to an event's answer.
    #[error("Lambda's Runtime API refused the answer to {request_id} with status {status}")]
    NotTaken {
        /// The event's id.
        request_id: String,
        /// The status.
        status: u16,
    },
}

impl RuntimeApiError {
    /// Is it only this answer that is lost? Otherwise the function must end, so that Lambda starts it anew.
    #[must_use]
    pub fn can_go_on(&self) -> bool {
        matches!(self, Self::NotTaken { status: ..500, .. })
    }
}

/// The connection to the Runtime API.
#[derive(Debug)]
pub struct RuntimeApi {
    address: String,
    connection: Option<BufReader<TcpStream>>,
    /// For a timer that is due sooner than what tokio sleeps for, it wakes itself by a write to the system. With this
    /// one set, whose end nobody waits for, the time-outs of an event are later.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl RuntimeApi {
    /// The Runtime API at a host and port. It is not asked yet.
    #[must_use]
    pub fn new(address: String) -> Self {
        Self { address, connection: None, alarm: None }
    }

    /// Waits for an event, as long as it takes. It blocks the thread: what else goes on there stands still, as it does
    /// between two events anyway, when Lambda stops the whole machine. Await it in a spawned task: connections that
    /// were woken have their turn before that, but not before a future that the runtime blocks on.
    ///
    /// # Errors
    /// [`RuntimeApiError`], after which the function must end. It does not ask twice: of two requests, Lambda could
    /// answer the one that nobody reads any more.
    pub async fn next_event(&mut self) -> Result<Event, RuntimeApiError> {
        let reply = self.exchange("GET", "next", "", b"")?;
        if reply.status != 200 {
            return Err(RuntimeApiError::NoEvent(reply.status));
        }
        let Reply { request_id, deadline, body, .. } = reply;
        if request_id.is_empty() || !request_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(RuntimeApiError::NoId);
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(ALARM))).as_mut();
        alarm.reset(Instant::now().checked_add(ALARM).unwrap_or_else(Instant::now));
        // Lets other connections learn what came meanwhile: one that the store has closed is not to be used again.
        yield_now().await;
        Ok(Event { request_id, deadline, payload: body })
    }

    /// Gives an event's answer, which is JSON, or says why there is none. Once more, if the connection breaks: an
    /// answer that was taken is not taken again.
    ///
    /// # Errors
    /// [`RuntimeApiError`] where it was not taken.
    pub fn answer<E: Display>(&mut self, request_id: &str, answer: Result<&[u8], E>) -> Result<(), RuntimeApiError> {
        let (rest, json) = match answer {
            Ok(json) => ("/response", json),
            Err(error) => {
                let error = serde_json::json!({ "errorType": "Error", "errorMessage": error.to_string() });
                ("/error", &*error.to_string().into_bytes())
            }
        };
        let mut post = || self.exchange("POST", request_id, rest, json);
        match post().or_else(|_broken| post())?.status {
            200..300 => Ok(()),
            status => Err(RuntimeApiError::NotTaken { request_id: request_id.to_owned(), status }),
        }
    }

    fn exchange(&mut self, method: &str, id: &str, rest: &str, body: &[u8]) -> Result<Reply, RuntimeApiError> {
        let mut length = itoa::Buffer::new();
        let head =
            [method, " /2018-06-01/runtime/invocation/", id, rest, " HTTP/1.1\r\nHost: ", &self.address, HEADERS];
        let request = [head.concat().as_bytes(), length.format(body.len()).as_bytes(), b"\r\n\r\n", body].concat();
        self.send(&request).map_err(|source| RuntimeApiError::Broken { address: self.address.clone(), source })
    }

    /// Sends a request over the connection that was kept, or over a new one. One that breaks is not kept.
    fn send(&mut self, request: &[u8]) -> io::Result<Reply> {
        let kept = self.connection.take();
        let mut connection = kept.map_or_else(|| self.connect(), Ok)?;
        connection.get_mut().write_all(request)?;
        let reply = Reply::read(&mut connection)?;
        self.connection = (!reply.closes).then_some(connection);
        Ok(reply)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, Read as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    const EVENT: &str = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nContent-Length: 2\r\n\r\n{}";
    const ODD: &str = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: ../x\r\nContent-Length: 0\r\n\r\n";
    const NAMELESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    const FAILED: &str = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
    const TAKEN_LAST: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const TAKEN: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

    /// A Runtime API that gives these answers, a list for each connection, and closes it then; and what it was asked.
    fn scripted(connections: &'static [&'static [&'static str]]) -> (RuntimeApi, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let runtime_api = RuntimeApi::new(listener.local_addr().unwrap().to_string());
        let asked = thread::spawn(move || {
            let mut asked = Vec::new();
            for answers in connections {
                let mut connection = BufReader::new(listener.accept().unwrap().0);
                for answer in *answers {
                    asked.push(request(&mut connection));
                    connection.get_mut().write_all(answer.as_bytes()).unwrap();
                }
            }
            asked
        });
        (runtime_api, asked)
    }

    /// A request's first line and its body.
    fn request(connection: &mut BufReader<TcpStream>) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            connection.read_line(&mut head).unwrap();
        }
        let length = head.split_once("Content-Length: ").and_then(|(_, rest)| rest.split("\r\n").next());
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        connection.read_exact(&mut body).unwrap();
        format!("{} {}", head.lines().next().unwrap(), String::from_utf8(body).unwrap())
    }

    fn answer(runtime_api: &mut RuntimeApi, answer: Result<&str, &str>) -> Result<(), RuntimeApiError> {
        runtime_api.answer("id-1", answer.map(str::as_bytes))
    }

    #[tokio::test]
    async fn events_are_taken_and_answered_over_one_connection() {
        let (mut runtime_api, asked) = scripted(&[&[EVENT, TAKEN, EVENT, TAKEN]]);
        let event = runtime_api.next_event().await.unwrap();
        assert_eq!((&*event.request_id, event.deadline, &*event.payload), ("id-1", None, &b"{}"[..]));
        answer(&mut runtime_api, Ok("[1]")).unwrap();
        runtime_api.next_event().await.unwrap();
        answer(&mut runtime_api, Err("no")).unwrap();
        let asked = asked.join().unwrap();
        assert_eq!(asked[0], "GET /2018-06-01/runtime/invocation/next HTTP/1.1 ");
        assert_eq!(asked[1], "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1 [1]");
        assert_eq!(asked[2], asked[0]);
        assert!(asked[3].starts_with("POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1 {"), "{}", asked[3]);
        assert!(asked[3].contains("\"errorMessage\":\"no\""), "{}", asked[3]);
    }

    #[tokio::test]
    async fn a_closed_connection_is_opened_again_for_an_answer() {
        let (mut runtime_api, asked) = scripted(&[&[EVENT], &[TAKEN_LAST], &[EVENT]]);
        runtime_api.next_event().await.unwrap();
        answer(&mut runtime_api, Ok("1")).unwrap();
        runtime_api.next_event().await.unwrap();
        assert_eq!(asked.join().unwrap().len(), 3);
    }

    /// Lambda could give the event to the first request, which nobody reads any more.
    #[tokio::test]
    async fn an_event_is_not_asked_for_twice() {
        let (mut runtime_api, asked) = scripted(&[&[EVENT, TAKEN, ""]]);
        runtime_api.next_event().await.unwrap();
        answer(&mut runtime_api, Ok("1")).unwrap();
        let error = runtime_api.next_event().await.unwrap_err();
        assert!(matches!(error, RuntimeApiError::Broken { .. }) && !error.can_go_on(), "{error}");
        assert_eq!(asked.join().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn only_a_refused_answer_leaves_a_function_that_can_go_on() {
        let (mut refusing, _) = scripted(&[&[EVENT, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", EVENT, FAILED]]);
        refusing.next_event().await.unwrap();
        let error = answer(&mut refusing, Ok("1")).unwrap_err();
        assert!(matches!(error, RuntimeApiError::NotTaken { status: 413, .. }) && error.can_go_on(), "{error}");
        refusing.next_event().await.unwrap();
        let error = answer(&mut refusing, Ok("1")).unwrap_err();
        assert!(matches!(error, RuntimeApiError::NotTaken { status: 500, .. }) && !error.can_go_on(), "{error}");
        let (mut failing, _) = scripted(&[&[FAILED]]);
        assert!(matches!(failing.next_event().await, Err(RuntimeApiError::NoEvent(500))));
        for (mut odd, _) in [scripted(&[&[NAMELESS]]), scripted(&[&[ODD]])] {
            assert!(matches!(odd.next_event().await, Err(RuntimeApiError::NoId)));
        }
    }
}
