//! A stand-in for Lambda's Runtime API
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>), one for each process.

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use crate::http;

/// A process that says nothing for so long is broken.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// What a process asks for or tells, and when that was read.
enum Call {
    Next(TcpStream),
    Response(Vec<u8>),
    Error(Vec<u8>),
}

pub struct RuntimeApi {
    pub address: SocketAddr,
    calls: Receiver<(Instant, Call)>,
}

/// A process that waits for an event.
pub struct Waiting {
    pub since: Instant,
    stream: TcpStream,
}

impl RuntimeApi {
    pub fn start() -> io::Result<Self> {
        let (sender, calls) = channel();
        let address = http::listen(move |stream| serve(stream, &sender))?;
        Ok(Self { address, calls })
    }

    /// Waits until the process asks for an event.
    pub fn next(&self) -> Result<Waiting> {
        match self.call()? {
            (since, Call::Next(stream)) => Ok(Waiting { since, stream }),
            (_, Call::Response(body) | Call::Error(body)) => bail!("unasked: {}", String::from_utf8_lossy(&body)),
        }
    }

    /// Gives the event, and waits for its answer, which must have the status 200.
    pub fn invoke(&self, mut waiting: Waiting, event: &[u8], number: u64) -> Result<Duration> {
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() + 30_000;
        let headers = format!(
            "Content-Type: application/json\r\n\
             Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-{number:012x}\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:bench\r\n\
             Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n"
        );
        let given = Instant::now();
        http::answer(&mut waiting.stream, "200 OK", &headers, event)?;
        let (at, body) = match self.call()? {
            (at, Call::Response(body)) => (at, body),
            (_, Call::Error(body)) => bail!("the event failed: {}", String::from_utf8_lossy(&body)),
            (_, Call::Next(_)) => bail!("the event was not answered"),
        };
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        if answer["statusCode"] != 200 {
            bail!("the event was answered {answer}");
        }
        Ok(at - given)
    }

    fn call(&self) -> Result<(Instant, Call)> {
        self.calls.recv_timeout(WAIT_MAX).context("the process does not call the Runtime API")
    }
}

fn serve(stream: TcpStream, calls: &Sender<(Instant, Call)>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = http::read(&mut stream)? {
        let at = Instant::now();
        let call = if request.path.ends_with("/invocation/next") {
            Call::Next(stream.get_ref().try_clone()?)
        } else {
            http::answer(stream.get_mut(), "202 Accepted", "", b"")?;
            if request.path.ends_with("/response") { Call::Response(request.body) } else { Call::Error(request.body) }
        };
        if calls.send((at, call)).is_err() {
            break;
        }
    }
    Ok(())
}
