//! HTTP/1.1's answers (<https://www.rfc-editor.org/rfc/rfc9112>), as far as a server that is asked for nothing special
//! gives them.

use std::io::{self, BufRead, ErrorKind, Read as _};
use std::str::FromStr;

/// A head that is longer is no head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A body that is longer is none of Lambda's: its payloads have 6 MB.
const BODY_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// An answer, with what is wanted of its headers.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub status: u16,
    pub request_id: String,
    pub deadline: Option<u64>,
    pub body: Vec<u8>,
    /// Is this the connection's last answer?
    pub closes: bool,
    length: Option<u64>,
    is_chunked: bool,
}

impl Reply {
    /// Reads an answer; those that only announce it are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for what is none or too long, [`ErrorKind::UnexpectedEof`] for what ends too early, and
    /// what reading meets.
    pub fn read(connection: &mut impl BufRead) -> io::Result<Self> {
        let mut reply = Self::read_head(connection)?;
        while (100..200).contains(&reply.status) {
            reply = Self::read_head(connection)?;
        }
        match reply.length {
            _ if matches!(reply.status, 204 | 304) => {}
            _ if reply.is_chunked => reply.read_chunks(connection)?,
            Some(length) => reply.read_exactly(length, connection)?,
            None => reply.read_to_end(connection)?,
        }
        Ok(reply)
    }

    fn read_head(connection: &mut impl BufRead) -> io::Result<Self> {
        let mut head = Vec::with_capacity(1024);
        let first = read_line(&mut head, connection)?;
        let status = first.strip_prefix(b"HTTP/1.").and_then(|rest| number(rest.get(2..5)?));
        let status = status.ok_or_else(|| invalid("an answer without a status"))?;
        let mut reply = Self { status, closes: first.starts_with(b"HTTP/1.0"), ..Self::default() };
        loop {
            let line = read_line(&mut head, connection)?;
            if is_empty(line) {
                return Ok(reply);
            }
            if let Some(length) = field(line, "content-length") {
                reply.length = Some(number(length).ok_or_else(|| invalid("a length that is no number"))?);
            } else if let Some(coding) = field(line, "transfer-encoding") {
                reply.is_chunked = coding.eq_ignore_ascii_case(b"chunked");
            } else if let Some(option) = field(line, "connection") {
                reply.closes = option.eq_ignore_ascii_case(b"close");
            } else if let Some(id) = field(line, "lambda-runtime-aws-request-id") {
                reply.request_id = String::from_utf8_lossy(id).into_owned();
            } else if let Some(millis) = field(line, "lambda-runtime-deadline-ms") {
                reply.deadline = number(millis);
            }
        }
    }

    fn read_to_end(&mut self, connection: &mut impl BufRead) -> io::Result<()> {
        self.closes = true;
        let read = connection.take(BODY_BYTES_MAX.saturating_add(1)).read_to_end(&mut self.body)?;
        if read as u64 > BODY_BYTES_MAX { Err(invalid("a body that is too long")) } else { Ok(()) }
    }

    fn read_chunks(&mut self, connection: &mut impl BufRead) -> io::Result<()> {
        loop {
            let mut line = Vec::new();
            read_line(&mut line, connection)?;
            let length = str::from_utf8(&line).ok().and_then(|line| line.split(';').next());
            let length = length.and_then(|length| u64::from_str_radix(length.trim_ascii(), 16).ok());
            let length = length.ok_or_else(|| invalid("a chunk's length that is no number"))?;
            if length == 0 {
                // Fields may follow that nobody asked for.
                while !is_empty(read_line(&mut line, connection)?) {}
                return Ok(());
            }
            self.read_exactly(length, connection)?;
            if !is_empty(read_line(&mut Vec::new(), connection)?) {
                return Err(invalid("a chunk that is longer than it says"));
            }
        }
    }

    fn read_exactly(&mut self, length: u64, connection: &mut impl BufRead) -> io::Result<()> {
        let before = self.body.len();
        let all = length.saturating_add(before as u64);
        let (Ok(length), true) = (usize::try_from(length), all <= BODY_BYTES_MAX) else {
            return Err(invalid("a body that is too long"));
        };
        self.body.resize(before.saturating_add(length), 0);
        connection.read_exact(self.body.get_mut(before..).unwrap_or_default())
    }
}

/// Reads a line, its end included, behind others.
fn read_line<'h>(head: &'h mut Vec<u8>, connection: &mut impl BufRead) -> io::Result<&'h [u8]> {
    let before = head.len();
    let room = HEAD_BYTES_MAX.saturating_sub(before);
    connection.take(room as u64).read_until(b'\n', head)?;
    match head.get(before..) {
        Some(line) if line.ends_with(b"\n") => Ok(line),
        Some(line) if line.len() == room => Err(invalid("a head that is too long")),
        _ => Err(ErrorKind::UnexpectedEof.into()),
    }
}

/// The value of a header line with this name.
fn field<'l>(line: &'l [u8], name: &str) -> Option<&'l [u8]> {
    let (start, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":").filter(|_| start.eq_ignore_ascii_case(name.as_bytes()))?;
    Some(value.trim_ascii())
}

fn number<N: FromStr>(digits: &[u8]) -> Option<N> {
    str::from_utf8(digits).ok()?.parse().ok()
}

fn is_empty(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reply, and what is left after it.
    fn read(bytes: &str) -> io::Result<(Reply, String)> {
        let mut rest = bytes.as_bytes();
        Reply::read(&mut rest).map(|reply| (reply, String::from_utf8_lossy(rest).into_owned()))
    }

    #[test]
    fn a_body_ends_where_its_length_says() {
        let (reply, rest) = read("HTTP/1.1 200 OK\r\nOdd\r\nContent-length: 3\r\n\r\nabcHTTP").unwrap();
        assert_eq!((reply.status, reply.closes), (200, false));
        assert_eq!((&*reply.body, &*rest), (&b"abc"[..], "HTTP"));
        let (reply, rest) = read("HTTP/1.0 202 \nConnection: Close\nContent-Length: 0\n\n").unwrap();
        assert_eq!((reply.status, reply.closes, reply.body.len(), &*rest), (202, true, 0, ""));
    }

    #[test]
    fn an_event_comes_with_its_id_and_its_deadline() {
        let head = "HTTP/1.1 200 OK\r\nLambda-Runtime-Deadline-Ms: 1700000000000\r\nContent-Length: 0\r\n";
        let (reply, _) = read(&format!("{head}lambda-runtime-aws-request-id:\t8476a536 \r\n\r\n")).unwrap();
        assert_eq!((&*reply.request_id, reply.deadline), ("8476a536", Some(1_700_000_000_000)));
        let (reply, _) = read(&format!("{head}Lambda-Runtime-Aws-Request-Id-2: x\r\n\r\n")).unwrap();
        assert_eq!(reply.request_id, "");
    }

    #[test]
    fn chunks_are_one_body() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (reply, rest) = read(&format!("{head}3;x=y\r\nab\n\r\nA\r\n0123456789\r\n0\r\nT: r\r\n\r\nrest")).unwrap();
        assert_eq!((&*reply.body, &*rest, reply.closes), (&b"ab\n0123456789"[..], "rest", false));
        for cut in ["3\r\nab", "3\r\nabc\r\n", "x\r\n", "-1\r\n", "\r\n", "3\r\nabc\r\n0\r\n"] {
            read(&format!("{head}{cut}")).unwrap_err();
        }
    }

    #[test]
    fn what_only_announces_an_answer_is_passed_over_and_some_answers_have_no_body() {
        let (reply, rest) =
            read("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nrest").unwrap();
        assert_eq!((reply.status, reply.closes, &*rest), (204, false, "rest"));
    }

    #[test]
    fn without_a_length_a_body_ends_with_the_connection() {
        let (reply, _) = read("HTTP/1.1 200 OK\r\n\r\nabc").unwrap();
        assert_eq!((&*reply.body, reply.closes), (&b"abc"[..], true));
        assert_eq!(
            read(&format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(33_554_433))).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
        assert!(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap().0.closes);
    }

    #[test]
    fn what_is_no_answer_or_too_long_or_cut_is_an_error() {
        let kind = |bytes: &str| read(bytes).unwrap_err().kind();
        assert_eq!(kind("HTTP/2 200\r\n\r\n"), ErrorKind::InvalidData);
        assert_eq!(kind("HTTP/1.1 2\u{e4}\u{e4} OK\r\n\r\n"), ErrorKind::InvalidData);
        assert_eq!(kind("HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n"), ErrorKind::InvalidData);
        for length in ["33554433", "18446744073709551615"] {
            assert_eq!(kind(&format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n")), ErrorKind::InvalidData);
        }
        assert_eq!(kind(""), ErrorKind::UnexpectedEof);
        assert_eq!(kind("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc"), ErrorKind::UnexpectedEof);
        assert_eq!(kind(&format!("HTTP/1.1 200 {}\r\n\r\n", "x".repeat(70_000))), ErrorKind::InvalidData);
        assert_eq!(kind(&format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(20_000))), ErrorKind::InvalidData);
    }
}
