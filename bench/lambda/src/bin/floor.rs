//! The yardstick: the least that a function can do and still keep an event. It takes the event, puts its bytes into the
//! bucket over plain HTTP, unsigned and unread, and answers 200.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let mut runtime = Connection::open(&variable("AWS_LAMBDA_RUNTIME_API")?)?;
    let endpoint = variable("AWS_ENDPOINT_URL_S3")?;
    let mut s3 = Connection::open(endpoint.trim_start_matches("http://"))?;
    let bucket = variable("HOOKLOG_STORE")?.replace("s3://", "");
    loop {
        let event = runtime.call("GET /2018-06-01/runtime/invocation/next", b"")?;
        let id = &event.request_id;
        s3.call(&format!("PUT /{bucket}/events/date=today/{id}.json"), &event.body)?;
        runtime.call(&format!("POST /2018-06-01/runtime/invocation/{id}/response"), br#"{"statusCode":200}"#)?;
    }
}

fn variable(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

struct Connection(BufReader<TcpStream>);

struct Answer {
    request_id: String,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// One request and its answer; any answer but a success ends the process.
    fn call(&mut self, request: &str, body: &[u8]) -> io::Result<Answer> {
        let head = format!("{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
        self.0.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 20") {
            return Err(io::Error::other(format!("{request} was answered {line:?}")));
        }
        let mut answer = Answer { request_id: String::new(), body: Vec::new() };
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                answer.body.resize(value.parse().map_err(io::Error::other)?, 0);
            } else if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
                value.clone_into(&mut answer.request_id);
            }
        }
        self.0.read_exact(&mut answer.body)?;
        Ok(answer)
    }
}
