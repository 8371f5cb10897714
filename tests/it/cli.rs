//! The other verbs of `hooklog`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::command::{hooklog, text};
use crate::support::schema::check_lines;
use crate::support::{files, record};

#[test]
fn decode_prints_what_php_makes_of_a_form() {
    let output = hooklog(&["decode", "--query", "a[x]=1&b=2"], b"a[y]=%D0%BF&b=3&c[]=4");
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "{\"a\":{\"x\":\"1\",\"y\":\"п\"},\"b\":\"3\",\"c\":[\"4\"]}\n");
}

#[test]
fn decode_reads_lines_and_goes_on_after_a_form_that_is_refused() {
    let deep = format!(r#"{{"id":2,"body":"a{}"}}"#, "[]".repeat(65));
    let lines =
        format!("{}\n{deep}\n{}\n", r#"{"id":"x","query":"a=1","body":"b=2"}"#, r#"{"id":[3],"body_b64":"Yz0z"}"#);
    let output = hooklog(&["decode", "--jsonl"], lines.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout),
        "{\"id\":\"x\",\"request\":{\"a\":\"1\",\"b\":\"2\"}}\n\
         {\"id\":2,\"error\":\"more than 64 levels of arrays\"}\n\
         {\"id\":[3],\"request\":{\"c\":\"3\"}}\n"
    );
}

#[test]
fn decode_names_the_line_that_is_no_request() {
    let output = hooklog(&["decode", "--jsonl"], b"{\"id\":1}\nnonsense\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("hooklog: line 2 is no request: "), "{}", text(&output.stderr));
}

#[test]
fn a_token_and_its_digest_are_both_accepted() {
    let token = hooklog(&["token", "new"], b"");
    let token = text(&token.stdout).trim();
    assert_eq!(token.len(), 32);
    let digest = hooklog(&["token", "digest"], format!("{token}\n").as_bytes());
    let digest = text(&digest.stdout).trim();
    assert_eq!(digest.len(), "sha256:".len() + 64);
    let tokens: hooklog::verify::Tokens = digest.parse().unwrap();
    let form = hooklog::form::Form::parse(b"", &hooklog::form::Limits::default()).unwrap();
    let claim = hooklog::verify::Claim::read(&form, hooklog::verify::Token::new(token.as_bytes()));
    assert!(tokens.verify(&claim).is_ok());
    assert_eq!(hooklog(&["token", "digest"], b"\n").status.code(), Some(1));
}

#[test]
fn demo_keeps_every_sample() {
    let folder = tempfile::tempdir().unwrap();
    let output = hooklog(&["demo", "--keep", folder.path().to_str().unwrap()], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("99 of 99 sample events kept and verified"));
    let mut kept = files(&folder.path().to_owned());
    kept.retain(|(key, _)| key.starts_with("events/"));
    assert_eq!(kept.len(), 99);
    for (key, json) in &kept {
        record::check(key, json);
    }
}

#[test]
fn what_an_import_tells_is_as_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (log, store, rest) = (path("hook.log"), path("store"), path("rest"));
    std::fs::write(&log, "nonsense\n").unwrap();
    let arguments = ["import", &log, "--tz", "UTC", "--store", &store, "--leftover", &rest, "--json"];
    let imported = hooklog(&arguments, b"");
    let lines = check_lines("import", text(&imported.stdout));
    assert_eq!((lines.len(), &lines[0]["line"], &lines[1]["unread"]), (2, &1.into(), &1.into()), "{lines:?}");
}

#[test]
fn wrong_usage_exits_2_and_a_reader_that_leaves_is_no_error() {
    assert_eq!(hooklog(&["nonsense"], b"").status.code(), Some(2));
    assert_eq!(hooklog(&["serve", "--listen", "x"], b"").status.code(), Some(2));
    let mut child = Command::new(env!("CARGO_BIN_EXE_hooklog"));
    let mut child = child.args(["decode", "--jsonl"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let _closed_early = stdin.write_all("{\"id\":1}\n".repeat(100_000).as_bytes());
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn every_verb_explains_itself_with_an_example_and_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    assert!(hooklog(&["man", folder.path().to_str().unwrap()], b"").status.success());
    let help = hooklog(&["--help"], b"");
    let verbs = text(&help.stdout).lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs: Vec<_> = verbs.map_while(|line| line.split_whitespace().next()).filter(|verb| *verb != "help").collect();
    assert!(verbs.len() >= 12, "{verbs:?}");
    for verb in verbs {
        let help = hooklog(&[verb, "--help"], b"");
        let (help, command) = (text(&help.stdout), format!("hooklog {verb}"));
        let (_, examples) = help.split_once("Example").unwrap_or_else(|| panic!("{verb} has no example"));
        assert!(examples.contains(&command), "{verb}");
        let page = std::fs::read_to_string(folder.path().join(format!("hooklog-{verb}.1"))).unwrap();
        assert!(page.contains(".SH DESCRIPTION"), "{verb}");
    }
    assert!(text(&hooklog(&["man"], b"").stdout).contains(".TH hooklog 1"));
}

#[test]
fn a_shell_learns_the_verbs() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = hooklog(&["completions", shell], b"");
        assert!(script.status.success());
        assert!(["tail", "replay", "dry-run"].iter().all(|word| text(&script.stdout).contains(word)), "{shell}");
    }
    let bash = hooklog(&["completions", "bash"], b"").stdout;
    let mut check = Command::new("bash").args(["-n"]).stdin(Stdio::piped()).spawn().unwrap();
    check.stdin.take().unwrap().write_all(&bash).unwrap();
    assert!(check.wait().unwrap().success());
}
