//! A store that closes each connection after one answer without a word about it, as S3 does with idle ones.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;

pub struct ClosingStore {
    pub endpoint: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    puts: AtomicUsize,
    late: AtomicUsize,
}

impl ClosingStore {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let counts = Arc::<Counts>::default();
        let counting = Arc::clone(&counts);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let counts = Arc::clone(&counting);
                thread::spawn(move || counts.serve(connection.unwrap()));
            }
        });
        Self { endpoint, counts }
    }

    /// How many objects were put over connections that are closed by now.
    pub fn puts(&self) -> usize {
        self.counts.puts.load(SeqCst)
    }

    /// How many connections were still written to after they had been closed.
    pub fn late(&self) -> usize {
        self.counts.late.load(SeqCst)
    }
}

impl Counts {
    fn serve(&self, connection: TcpStream) {
        let mut requests = BufReader::new(connection);
        let mut head = String::new();
        while requests.read_line(&mut head).unwrap() > 2 {}
        let lower = head.to_lowercase();
        let length = lower.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
        let length = length.map_or(0, |length| length.parse().unwrap());
        (&mut requests).take(length).read_to_end(&mut Vec::new()).unwrap();
        requests.get_mut().write_all(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n").unwrap();
        requests.get_mut().shutdown(Shutdown::Write).unwrap();
        self.puts.fetch_add(usize::from(head.starts_with("PUT ")), SeqCst);
        let mut more = Vec::new();
        let _it_may_be_reset = requests.read_to_end(&mut more);
        self.late.fetch_add(usize::from(!more.is_empty()), SeqCst);
    }
}
