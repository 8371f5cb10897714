//! HTTP/1.1's answers (<https://www.rfc-editor.org/rfc/rfc9112>), as far as a server that is asked for nothing special
//! gives them.

use std::io::{self, BufRead, ErrorKind, Read as _};
use std::str::FromStr;

/// A head that is longer is no head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A body that is longer is none of Lambda's: its payloads have 6 MB.
const BODY_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// An answer, with what is asked of its headers.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub status: u16,
    pub request_id: String,
    pub deadline: Option<u64>,
    pub body: Vec<u8>,
    /// Is this the connection's last answer?
    pub closes: bool,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for what is none or too long, [`ErrorKind::UnexpectedEof`] for what ends too early, and
    /// what reading meets.
    pub fn read(connection: &mut impl BufRead) -> io::Result<Self> {
        let mut head = Vec::with_capacity(1024);
        let first = read_line(&mut head, connection)?;
        let status = first.strip_prefix(b"HTTP/1.").and_then(|rest| number(rest.get(2..5)?));
        let status = status.ok_or_else(|| invalid("an answer without a status"))?;
        let mut answer = Self { status, ..Self::default() };
        let (mut length, mut is_chunked) = (None, false);
        loop {
            let line = read_line(&mut head, connection)?;
            if is_empty(line) {
                break;
            }
            if let Some(value) = value(line, "content-length") {
                length = Some(number(value).ok_or_else(|| invalid("a length that is no number"))?);
            } else if let Some(value) = value(line, "transfer-encoding") {
                is_chunked = value.eq_ignore_ascii_case(b"chunked");
            } else if let Some(value) = value(line, "connection") {
                answer.closes = value.eq_ignore_ascii_case(b"close");
            } else if let Some(value) = value(line, "lambda-runtime-aws-request-id") {
                answer.request_id = String::from_utf8_lossy(value).into_owned();
            } else if let Some(value) = value(line, "lambda-runtime-deadline-ms") {
                answer.deadline = number(value);
            }
        }
        match length {
            _ if is_chunked => answer.read_chunks(connection)?,
            Some(length) => answer.read_exactly(length, connection)?,
            None => {
                answer.closes = true;
                connection.take(BODY_BYTES_MAX).read_to_end(&mut answer.body)?;
            }
        }
        Ok(answer)
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

/// The value of the line's header, if it has this name.
fn value<'l>(line: &'l [u8], name: &str) -> Option<&'l [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name.as_bytes()).then(|| value.strip_prefix(b":").map(<[u8]>::trim_ascii))?
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

    /// The answer, and what is left after it.
    fn read(bytes: &str) -> io::Result<(Answer, String)> {
        let mut rest = bytes.as_bytes();
        Answer::read(&mut rest).map(|answer| (answer, String::from_utf8_lossy(rest).into_owned()))
    }

    #[test]
    fn a_body_ends_where_its_length_says() {
        let (answer, rest) = read("HTTP/1.1 200 OK\r\nOdd\r\nContent-length: 3\r\n\r\nabcHTTP").unwrap();
        assert_eq!((answer.status, answer.closes), (200, false));
        assert_eq!((&*answer.body, &*rest), (&b"abc"[..], "HTTP"));
        let (answer, rest) = read("HTTP/1.0 202 \nConnection: Close\nContent-Length: 0\n\n").unwrap();
        assert_eq!((answer.status, answer.closes, answer.body.len(), &*rest), (202, true, 0, ""));
    }

    #[test]
    fn an_event_comes_with_its_id_and_its_deadline() {
        let head = "HTTP/1.1 200 OK\r\nLambda-Runtime-Deadline-Ms: 1700000000000\r\nContent-Length: 0\r\n";
        let (answer, _) = read(&format!("{head}lambda-runtime-aws-request-id:\t8476a536 \r\n\r\n")).unwrap();
        assert_eq!((&*answer.request_id, answer.deadline), ("8476a536", Some(1_700_000_000_000)));
        let (answer, _) = read(&format!("{head}Lambda-Runtime-Aws-Request-Id-2: x\r\n\r\n")).unwrap();
        assert_eq!(answer.request_id, "");
    }

    #[test]
    fn chunks_are_one_body() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (answer, rest) = read(&format!("{head}3;x=y\r\nab\n\r\nA\r\n0123456789\r\n0\r\nT: r\r\n\r\nrest")).unwrap();
        assert_eq!((&*answer.body, &*rest, answer.closes), (&b"ab\n0123456789"[..], "rest", false));
        for cut in ["3\r\nab", "3\r\nabc\r\n", "x\r\n", "-1\r\n", "\r\n", "3\r\nabc\r\n0\r\n"] {
            read(&format!("{head}{cut}")).unwrap_err();
        }
    }

    #[test]
    fn without_a_length_a_body_ends_with_the_connection() {
        let (answer, _) = read("HTTP/1.1 200 OK\r\n\r\nabc").unwrap();
        assert_eq!((&*answer.body, answer.closes), (&b"abc"[..], true));
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
