//! As much HTTP/1.1 as the stand-ins speak.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// One request.
pub struct Request {
    pub method: String,
    /// As it was sent, with the query.
    pub path: String,
    /// Was `If-None-Match` given?
    pub is_conditional: bool,
    /// Is the body in S3's own chunks, inside whatever HTTP did with it?
    pub is_aws_chunked: bool,
    pub body: Vec<u8>,
}

/// Serves each connection on a free port of loopback in a thread of its own, until the process ends.
pub fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || {
                // A client that is killed breaks its connections; one that misses an answer says so itself.
                let _broken = stream.set_nodelay(true).and_then(|()| serve(stream));
            });
        }
    });
    Ok(address)
}

/// Reads the next request; nothing when the client has closed the connection.
pub fn read<S: Read + Write>(stream: &mut BufReader<S>) -> io::Result<Option<Request>> {
    let first = line(stream)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut request = Request { method, path, is_conditional: false, is_aws_chunked: false, body: Vec::new() };
    let (mut length, mut is_chunked, mut waits) = (0, false, false);
    loop {
        let header = line(stream)?;
        let Some((name, value)) = header.split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            "transfer-encoding" => is_chunked = value.trim().eq_ignore_ascii_case("chunked"),
            "content-encoding" => request.is_aws_chunked = value.contains("aws-chunked"),
            "if-none-match" => request.is_conditional = true,
            "expect" => waits = true,
            _ => {}
        }
    }
    if waits {
        stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        stream.get_mut().flush()?;
    }
    if is_chunked {
        request.body = chunks(stream)?;
    } else {
        request.body.resize(length, 0);
        stream.read_exact(&mut request.body)?;
    }
    Ok(Some(request))
}

/// Reads chunks, and passes over the trailer.
pub fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let head = line(stream)?;
        let length = head.split(';').next().unwrap_or_default();
        let length = u64::from_str_radix(length, 16).map_err(io::Error::other)?;
        if length == 0 {
            while !line(stream)?.is_empty() {}
            return Ok(body);
        }
        stream.by_ref().take(length).read_to_end(&mut body)?;
        line(stream)?;
    }
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

/// Answers in one write. `headers` are whole lines.
pub fn answer(stream: &mut impl Write, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat())?;
    stream.flush()
}
