//! The Runtime API, by which a function takes its events and gives its answers
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
//!
//! It is plain HTTP to the function's own machine, one request after another, and a function has nothing else to do
//! while it waits: so this blocks. Of an event's processor time, an asynchronous client for it took a quarter.

mod http;

use std::fmt::Display;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use http::Answer;

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

/// Why the function cannot go on. Lambda starts it anew.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeApiError {
    /// No connection, or one that broke.
    #[error("Lambda's Runtime API cannot be reached at {address}")]
    Unreachable {
        /// Where it should be.
        address: String,
        /// What happened.
        source: io::Error,
    },
    /// An answer that is none of its.
    #[error("Lambda's Runtime API answered {what} with status {status}")]
    Refused {
        /// What it was asked for.
        what: &'static str,
        /// The answer's status.
        status: u16,
    },
    /// An event that cannot be answered.
    #[error("Lambda's Runtime API gave an event without a usable id")]
    NoId,
}

/// The connection to the Runtime API.
#[derive(Debug)]
pub struct RuntimeApi {
    address: String,
    connection: Option<BufReader<TcpStream>>,
}

impl RuntimeApi {
    /// The Runtime API at a host and port. It is not asked yet.
    #[must_use]
    pub fn new(address: String) -> Self {
        Self { address, connection: None }
    }

    /// Waits for an event, as long as it takes.
    ///
    /// # Errors
    /// [`RuntimeApiError`], after which there is nothing to wait for.
    pub fn next_event(&mut self) -> Result<Event, RuntimeApiError> {
        let answer = self.exchange("GET", "next", "", b"")?;
        if answer.status != 200 {
            return Err(RuntimeApiError::Refused { what: "a request for an event", status: answer.status });
        }
        let Answer { request_id, deadline, body, .. } = answer;
        if request_id.is_empty() || !request_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(RuntimeApiError::NoId);
        }
        Ok(Event { request_id, deadline, payload: body })
    }

    /// Gives an event's answer, which is JSON, or says why there is none.
    ///
    /// # Errors
    /// [`RuntimeApiError`] where it was not taken.
    pub fn answer<E: Display>(&mut self, request_id: &str, answer: Result<&[u8], E>) -> Result<(), RuntimeApiError> {
        let taken = match answer {
            Ok(json) => self.exchange("POST", request_id, "/response", json)?,
            Err(error) => {
                let error = serde_json::json!({ "errorType": "Error", "errorMessage": error.to_string() });
                self.exchange("POST", request_id, "/error", error.to_string().as_bytes())?
            }
        };
        if taken.status == 202 {
            return Ok(());
        }
        Err(RuntimeApiError::Refused { what: "an event's answer", status: taken.status })
    }

    fn exchange(&mut self, method: &str, id: &str, rest: &str, body: &[u8]) -> Result<Answer, RuntimeApiError> {
        let mut length = itoa::Buffer::new();
        let head =
            [method, " /2018-06-01/runtime/invocation/", id, rest, " HTTP/1.1\r\nHost: ", &self.address, HEADERS];
        let request = [head.concat().as_bytes(), length.format(body.len()).as_bytes(), b"\r\n\r\n", body].concat();
        self.send(&request).map_err(|source| RuntimeApiError::Unreachable { address: self.address.clone(), source })
    }

    /// A connection that was kept may have been closed meanwhile: then a new one is opened, once.
    fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        if let Some(connection) = self.connection.take()
            && let Some(answer) = self.send_by(connection, request)?
        {
            return Ok(answer);
        }
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        let answer = self.send_by(BufReader::new(stream), request)?;
        answer.ok_or_else(|| UnexpectedEof.into())
    }

    /// Gives nothing where the other side had closed the connection before it could read the request.
    fn send_by(&mut self, mut connection: BufReader<TcpStream>, request: &[u8]) -> io::Result<Option<Answer>> {
        let sent = connection.get_mut().write_all(request);
        match sent.and_then(|()| Ok(connection.fill_buf()?.is_empty())) {
            Ok(false) => {}
            Ok(true) => return Ok(None),
            Err(error) if matches!(error.kind(), BrokenPipe | ConnectionReset) => return Ok(None),
            Err(error) => return Err(error),
        }
        let answer = Answer::read(&mut connection)?;
        self.connection = (!answer.closes).then_some(connection);
        Ok(Some(answer))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    const EVENT: &str = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nContent-Length: 2\r\n\r\n{}";
    const ODD: &str = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: ../x\r\nContent-Length: 0\r\n\r\n";
    const NAMELESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
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
        io::Read::read_exact(connection, &mut body).unwrap();
        format!("{} {}", head.lines().next().unwrap(), String::from_utf8(body).unwrap())
    }

    fn answer(runtime_api: &mut RuntimeApi, answer: Result<&str, &str>) -> Result<(), RuntimeApiError> {
        runtime_api.answer("id-1", answer.map(str::as_bytes))
    }

    #[test]
    fn events_are_taken_and_answered_over_one_connection() {
        let (mut runtime_api, asked) = scripted(&[&[EVENT, TAKEN, EVENT, TAKEN]]);
        let event = runtime_api.next_event().unwrap();
        assert_eq!((&*event.request_id, event.deadline, &*event.payload), ("id-1", None, &b"{}"[..]));
        answer(&mut runtime_api, Ok("[1]")).unwrap();
        runtime_api.next_event().unwrap();
        answer(&mut runtime_api, Err("no")).unwrap();
        let asked = asked.join().unwrap();
        assert_eq!(asked[0], "GET /2018-06-01/runtime/invocation/next HTTP/1.1 ");
        assert_eq!(asked[1], "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1 [1]");
        assert_eq!(asked[2], asked[0]);
        assert!(asked[3].starts_with("POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1 {"), "{}", asked[3]);
        assert!(asked[3].contains("\"errorMessage\":\"no\""), "{}", asked[3]);
    }

    #[test]
    fn a_connection_that_was_closed_meanwhile_is_opened_again() {
        let (mut runtime_api, asked) = scripted(&[&[EVENT], &[TAKEN], &[EVENT]]);
        runtime_api.next_event().unwrap();
        answer(&mut runtime_api, Ok("1")).unwrap();
        runtime_api.next_event().unwrap();
        assert_eq!(asked.join().unwrap().len(), 3);
    }

    #[test]
    fn what_no_runtime_api_says_ends_the_function() {
        let (mut nobody, _) = scripted(&[&[""]]);
        assert!(matches!(nobody.next_event(), Err(RuntimeApiError::Unreachable { .. })));
        let (mut failing, _) = scripted(&[&["HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"]]);
        assert!(matches!(failing.next_event(), Err(RuntimeApiError::Refused { status: 500, .. })));
        let (mut refusing, _) = scripted(&[&[EVENT, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"]]);
        refusing.next_event().unwrap();
        assert!(matches!(answer(&mut refusing, Ok("1")), Err(RuntimeApiError::Refused { status: 413, .. })));
        let (mut nameless, _) = scripted(&[&[NAMELESS]]);
        assert!(matches!(nameless.next_event(), Err(RuntimeApiError::NoId)));
        let (mut odd, _) = scripted(&[&[ODD]]);
        assert!(matches!(odd.next_event(), Err(RuntimeApiError::NoId)));
    }
}
