//! Whole logs: what is read of them, what is not, and that nothing is lost.

#![expect(clippy::string_slice, reason = "a test may stop at whatever is wrong")]

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::form::{Form, Limits};

const DASHES: &str = "------------------------";

fn form(body: &str) -> Form {
    Form::parse(body.as_bytes(), &Limits::default()).unwrap()
}

fn entry(body: &str) -> String {
    let mut log = Vec::new();
    write_entry(date(2022, 12, 4).at(9, 5, 6, 0), "incoming", form(body).root(), &mut log);
    String::from_utf8(log).unwrap()
}

fn read(log: &[u8]) -> Vec<Part> {
    let mut reader = Reader::new(log);
    std::iter::from_fn(|| reader.next_part().unwrap()).collect()
}

/// The parts of a log: an entry by the tree, anything else by its reason.
#[track_caller]
fn check(log: &str, expected: &[(u64, Result<&str, Reason>)]) {
    let parts = read(log.as_bytes());
    let found: Vec<_> = parts
        .iter()
        .map(|part| match part {
            Part::Entry(entry) => (entry.line, Ok(serde_json::to_string(&entry.request).unwrap())),
            Part::Unread(unread) => (unread.line, Err(unread.reason)),
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|(line, part)| (*line, part.map(str::to_owned))).collect();
    assert_eq!(found, expected, "{log}");
}

#[test]
fn entries_come_back_with_their_lines() {
    let log = entry("a=1") + &entry("data[ID]=9");
    check(&log, &[(2, Ok(r#"{"a":"1"}"#)), (12, Ok(r#"{"data":{"ID":"9"}}"#))]);
    let [Part::Entry(first), _] = &read(log.as_bytes())[..] else { panic!("two entries") };
    assert_eq!((first.title.as_str(), first.date), ("incoming", date(2022, 12, 4).at(9, 5, 6, 0)));
}

#[test]
fn one_line_of_dashes_between_entries_is_enough() {
    let log = (entry("a=1") + &entry("a=2")).replace(&format!("{DASHES}\n\n{DASHES}"), DASHES);
    check(&log, &[(2, Ok(r#"{"a":"1"}"#)), (10, Ok(r#"{"a":"2"}"#))]);
}

#[test]
fn what_is_no_entry_is_told_by_its_line() {
    let (one, two) = (Ok(r#"{"a":"1"}"#), Ok(r#"{"a":"2"}"#));
    check(&("PHP Warning: x\n".to_owned() + &entry("a=1")), &[(1, Err(Reason::Stray)), (3, one)]);
    check(&(entry("a=1") + "PHP Warning: x\n" + &entry("a=2")), &[(2, one), (11, Err(Reason::Stray)), (13, two)]);
    let whole = entry("a=1");
    for cut in [60, 75, whole.len() - 20] {
        let log = entry("a=2") + &whole[..cut];
        let lines = log.lines().count() as u64 + 1;
        check(&log, &[(2, two), (12, Err(Reason::Unfinished { line: lines }))]);
        let parts = read((log + &entry("a=2")).as_bytes());
        assert!(matches!(parts[..], [Part::Entry(_), Part::Unread(_), Part::Entry(_)]), "{parts:?}");
    }
    let end = whole.len() - DASHES.len() - 2;
    check(&whole[..end], &[(2, Err(Reason::Unfinished { line: 9 }))]);
    check(&(whole[..end].to_owned() + &entry("a=2")), &[(2, one), (10, two)]);
    check(&entry("a=1").replace("Array\n(\n    [a] => 1\n)\n", "text"), &[(2, Err(Reason::NotAnArray))]);
    check(&entry("a=1").replace('\n', "\r\n"), &[(1, Err(Reason::WindowsLineEnds))]);
    check(&entry("a=1").replace("incoming", "in\tcoming"), &[(2, Err(Reason::Title))]);
    check("", &[]);
    check(&format!("\n\n{DASHES}\n"), &[]);
}

#[test]
fn a_log_in_a_text_is_never_taken_for_entries() {
    let forged = entry("event=FORGED").replace('\n', "%0A").replace('=', "%3D");
    for (title, expected) in [
        // Cut off by the beginning.
        (forged.clone(), 1),
        (format!("%0A)%0A{forged}%0Ax"), 1),
        // Ended by an end, so that nothing before the rest is sure.
        (format!("%0A        )%0A%0A)%0A%0A{DASHES}%0A{forged}"), 1),
    ] {
        let log = entry("a=1") + &entry(&format!("data[TITLE]=x{title}&data[ID]=1&ts=1")) + &entry("a=2");
        let entries = read(log.as_bytes()).into_iter().filter_map(|part| match part {
            Part::Entry(entry) => Some(serde_json::to_string(&entry.request).unwrap()),
            Part::Unread(_) => None,
        });
        let entries: Vec<_> = entries.collect();
        assert_eq!(entries.last().unwrap(), r#"{"a":"2"}"#);
        assert_eq!(entries.len(), expected, "{log} {entries:?}");
    }
}

#[test]
fn an_entry_cut_off_casts_no_doubt_on_others() {
    let log = entry("a=1") + &entry("a=2")[..75] + &entry("a=3");
    let log = log + &"x".repeat(10) + "\n" + &entry("a=4");
    assert_eq!(read(log.as_bytes()).iter().filter(|part| matches!(part, Part::Entry(_))).count(), 3, "{log}");
}

#[test]
fn any_part_that_is_not_read_comes_out_as_it_is() {
    let log = "x\n".to_owned() + &entry("a=1")[..70] + &entry("a=1")[..80];
    let raw: Vec<u8> = read(log.as_bytes())
        .into_iter()
        .flat_map(|part| match part {
            Part::Entry(entry) => entry.raw,
            Part::Unread(unread) => unread.raw,
        })
        .collect();
    assert_eq!(String::from_utf8(raw).unwrap(), log);
}

/// Pieces of logs, put together in any way.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let dashes = [DASHES, "\n"].concat();
    let pieces = [
        "\n",
        "\n",
        " ",
        "    ",
        "    [a] => ",
        "    [b] => Array\n",
        "        (\n",
        "            [c] => ",
        "        )\n\n",
        ")\n",
        "(\n",
        "Array\n",
        "Array\n(\n",
        "x",
        "2022.12.04 9:05:06\n",
        "incoming\n",
        &dashes,
        "[",
        "] => ",
        "\r\n",
        "token=",
    ];
    let pieces: Vec<Vec<u8>> =
        pieces.iter().map(|piece| piece.as_bytes().to_vec()).chain([vec![0xFF], entry("a=1").into_bytes()]).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

fn tree() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "data[x]", "data[y][0]", "data[y][1]", "auth[token]", "c[d][e][f]"]);
    let text = prop_oneof![
        3 => "[a-z ]{0,6}",
        1 => "([a-z)(\\[\\] ]|%0A|Array|%0A {4}|-{24}|%FF){0,6}",
    ];
    prop::collection::vec((name, text), 0..8)
        .prop_map(|fields| fields.iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join("&"))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_come_out_as_they_are(log in pieces()) {
        let mut out = Vec::new();
        for part in read(&log) {
            match part {
                Part::Entry(entry) => out.extend(entry.raw),
                Part::Unread(unread) => {
                    prop_assert!(mask(&unread.raw).len() >= unread.raw.len() / 100);
                    out.extend(unread.raw);
                }
            }
        }
        let words = |log: &[u8]| log.split(|b| *b == b'\n').filter(|l| !l.iter().all(|b| *b == b'-')).map(<[u8]>::to_vec).collect::<Vec<_>>();
        prop_assert_eq!(words(&out), words(&log));
    }

    #[test]
    fn what_was_printed_comes_back_or_is_refused(bodies in prop::collection::vec(tree(), 0..5)) {
        let mut log = Vec::new();
        for body in &bodies {
            write_entry(date(2022, 12, 4).at(9, 5, 6, 0), "incoming", form(body).root(), &mut log);
        }
        let plain = |body: &String| !body.contains("%0A");
        let parts = read(&log);
        if bodies.iter().all(plain) {
            prop_assert_eq!(parts.len(), bodies.len());
        }
        for (part, body) in parts.iter().zip(&bodies).take_while(|(_, body)| plain(body)) {
            let Part::Entry(entry) = part else { panic!("{body} was not read") };
            prop_assert!(entry.request.root() == form(body).root());
        }
    }
}
