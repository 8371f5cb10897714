//! How fast a request becomes a record: the tree alone, the tree with its proof and record, and the whole way into a
//! store that costs nothing.

#![expect(clippy::unwrap_used, reason = "a bench may stop at whatever is wrong")]

mod samples;

use std::fmt;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use hooklog::form::{Form, Limits};
use hooklog::receive::{Outcome, Receiver, Request};
use hooklog::record::{Forms, Receipt, Record};
use hooklog::store::{Memory, Store};
use hooklog::verify::{Claim, Token, Tokens};
use jiff::Timestamp;

/// Some samples have no application token, so each is posted to a URL with this one.
const URL_TOKEN: &str = "hk3v9q2m7t5w8x4z6r1p0c2d5f7g9j3b";

fn main() {
    divan::main();
}

/// The bodies that are read one after another.
struct Input {
    name: &'static str,
    bodies: Vec<String>,
}

impl fmt::Display for Input {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({} bytes)", self.name, self.bytes())
    }
}

impl Input {
    fn bytes(&self) -> usize {
        self.bodies.iter().map(String::len).sum()
    }
}

fn inputs() -> [Input; 3] {
    [
        Input { name: "task event", bodies: vec![samples::body("task-add")] },
        Input { name: "bot event", bodies: vec![samples::body("bot-v2-command-add")] },
        Input { name: "all accepted samples", bodies: accepted() },
    ]
}

/// A few samples are there to be refused.
fn accepted() -> Vec<String> {
    let tokens = tokens();
    let is_accepted = |body: &String| {
        let form = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
        tokens.verify(&Claim::read(&form, Token::new(URL_TOKEN.as_bytes()))).is_ok()
    };
    samples::all().into_iter().map(|sample| sample.body).filter(is_accepted).collect()
}

fn measure(bencher: Bencher, input: &Input, one: impl Fn(&[u8])) {
    let all = || input.bodies.iter().for_each(|body| one(black_box(body.as_bytes())));
    bencher.counter(BytesCount::new(input.bytes())).bench_local(all);
}

/// As the doors make it, with a moment of its own.
fn receipt<'r>() -> Receipt<'r> {
    let mut receipt = Receipt::new(Timestamp::from_second(1_795_512_165).unwrap(), rand());
    receipt.source_ip = Some("192.0.2.10".into());
    receipt.user_agent = Some("Bitrix24 Webhook Engine".into());
    receipt
}

fn rand() -> [u8; 10] {
    std::array::from_fn(|_| fastrand::u8(..))
}

fn tokens() -> Tokens {
    format!("url={URL_TOKEN}").parse().unwrap()
}

#[divan::bench(args = inputs())]
fn tree(bencher: Bencher, input: &Input) {
    measure(bencher, input, |body| {
        black_box(Form::parse(body, &Limits::default()).unwrap());
    });
}

/// From bytes to the finished JSON.
#[divan::bench(args = inputs())]
fn record(bencher: Bencher, input: &Input) {
    let tokens = tokens();
    measure(bencher, input, |body| {
        let form = Form::parse(body, &Limits::default()).unwrap();
        let forms = Forms { raw_query: b"", raw_body: body, query: &Form::default(), request: &form };
        let claim = Claim::read(&form, Token::new(URL_TOKEN.as_bytes()));
        black_box(Record::new(tokens.verify(&claim).unwrap(), &forms, &receipt()).unwrap());
    });
}

/// From a request to its answer.
#[divan::bench(args = inputs())]
fn receive(bencher: Bencher, input: &Input) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let receiver = Receiver::new(tokens(), Store::Memory(Memory::default()), None, 6 << 20);
    let path = format!("/{URL_TOKEN}");
    measure(bencher, input, |body| {
        let request = Request { method: "POST", path: &path, query: b"", content_type: None, body };
        let kept = runtime.block_on(receiver.receive(&request, &receipt()));
        assert!(matches!(kept.outcome, Outcome::Stored(_)), "{:?}", kept.outcome);
    });
}
