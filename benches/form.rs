//! How fast a form becomes a tree, beside a bare split of the same bytes and beside `serde_qs`.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a bench may stop at whatever is wrong")]

mod samples;

use std::fmt;
use std::fmt::Write;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use hooklog::form::{Form, Limits};

fn main() {
    divan::main();
}

/// What is measured, by its name in the table.
struct Input {
    name: &'static str,
    body: String,
}

impl fmt::Display for Input {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({} bytes)", self.name, self.body.len())
    }
}

fn inputs() -> [Input; 3] {
    [
        Input { name: "task event", body: samples::body("task-add") },
        Input { name: "bot event", body: samples::body("bot-v2-command-add") },
        Input { name: "large deal", body: large_deal() },
    ]
}

/// A deal with many fields of its own, some of them long or lists, as one form of 200 kB.
fn large_deal() -> String {
    let mut body = "event=ONCRMDEALUPDATE&ts=1670179131".to_owned();
    let mut field = 0;
    while body.len() < 200_000 {
        field += 1;
        let name = format!("data%5BFIELDS%5D%5BUF_CRM_{}%5D", 1_600_000_000 + field);
        match field % 4 {
            0 => write!(body, "&{name}={}", "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82+".repeat(2)),
            1 => write!(body, "&{name}%5B0%5D={field}&{name}%5B1%5D={field}"),
            2 => write!(body, "&{name}=https%3A%2F%2Fexample.bitrix24.ru%2Fcrm%2Fdeal%2F{field}%2F"),
            _ => write!(body, "&{name}=a+plain+text+of+some+words"),
        }
        .unwrap();
    }
    body + "&auth%5Bdomain%5D=example.bitrix24.ru"
}

fn measure(bencher: Bencher, input: &Input, read: impl Fn(&[u8]) + Sync) {
    bencher.counter(BytesCount::of_str(&input.body)).bench(|| read(black_box(input.body.as_bytes())));
}

/// The tree.
#[divan::bench(args = inputs())]
fn hooklog(bencher: Bencher, input: &Input) {
    measure(bencher, input, |body| {
        black_box(Form::parse(body, &Limits::default()).unwrap());
    });
}

/// Names and values, decoded but not put into any structure.
#[divan::bench(args = inputs())]
fn split(bencher: Bencher, input: &Input) {
    measure(bencher, input, |body| {
        for (name, value) in form_urlencoded::parse(body) {
            black_box((name.len(), value.len()));
        }
    });
}

/// A tree by other rules, its keys sorted.
#[divan::bench(args = inputs())]
fn serde_qs(bencher: Bencher, input: &Input) {
    let reader = serde_qs::Config::new().max_depth(64).use_form_encoding(true);
    measure(bencher, input, |body| {
        black_box(reader.deserialize_bytes::<serde_json::Value>(body).unwrap());
    });
}
