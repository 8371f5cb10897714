//! Whatever strangers send and name, a terminal is told nothing to obey.

use std::process::{Command, Stdio};

use hooklog::store::{Folder, Store};

use crate::support::command::{Named, text};
use crate::support::kept::{Planted, plant_object};

/// Clears the screen, names the window, and clears the screen in one character.
const EVIL: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}2J";

/// What a terminal gets of both outputs.
fn on_terminal(named: &Named, arguments: &str) -> String {
    let hooklog = format!("{} {arguments} --store {}", env!("CARGO_BIN_EXE_hooklog"), named.place);
    let mut script = Command::new("script");
    script.args(["-qec", &hooklog, "/dev/null"]).env_remove("NO_COLOR").env("TERM", "xterm-256color");
    let output = script.stdin(Stdio::null()).output().expect("a terminal is made by script: apt-get install bsdutils");
    text(&output.stdout).replace("\r\n", "\n")
}

/// The text without the colours that hooklog gives, and without what its progress bar writes.
fn without_own(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |before, part| {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        match &part[end..=end] {
            "m" | "K" => before.trim_end_matches('\r').to_owned() + &part[end + 1..],
            _ => before + "\u{1b}[" + part,
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_gets_no_control_character_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let (named, store) = (Named::folder(folder.path()), Store::Folder(Folder::new(folder.path())));
    let event = Planted {
        received: "2026-11-24T10:00:00Z".parse().unwrap(),
        portal: "a.example",
        code: "ONTASKADD",
        subject: "1",
    };
    let id = event.id();
    let mut json: serde_json::Value = serde_json::from_str(&event.json(&id)).unwrap();
    json["type"] = format!("bitrix24.{EVIL}").into();
    json["subject"] = EVIL.into();
    json["data"][EVIL] = serde_json::json!({ "token": "sha256:2d711642", "text": EVIL });
    plant_object(&store, &event.key(&id), json.to_string().as_bytes()).await;
    std::fs::write(folder.path().join(format!("events/date=2026-11-24/{EVIL}.txt")), "").unwrap();
    let ledger = folder.path().join("ledger");
    let replay = format!("replay --to http://127.0.0.1:1/ --ledger {}", ledger.display());
    let dry = format!("{replay} --dry-run");
    let show = format!("show {id}");
    for arguments in [
        "tail --format print_r",
        "tail --format json",
        "tail",
        "stats",
        "export",
        "export --format hook.log --tz UTC",
        "export --format csv",
        "doctor",
        &show,
        &dry,
        &replay,
    ] {
        let printed = without_own(&on_terminal(&named, arguments));
        let obeyed = printed.find(|c: char| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(obeyed, None, "{arguments}: {printed:?}");
        assert!(printed.contains("2J"), "{arguments}: {printed}");
    }
    let piped = named.hooklog(&["tail", "--format", "print_r"]);
    assert!(text(&piped.stdout).contains(EVIL), "a pipe gets every byte");
    assert!(text(&piped.stderr).contains("\\u001b[2J") && !text(&piped.stderr).contains('\u{1b}'));
}
