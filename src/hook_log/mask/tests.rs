//! What of a log's text is masked, notation by notation, and that no secret is left.

use proptest::prelude::*;

use super::*;
use crate::form::{Form, Limits, print_r};

#[track_caller]
fn check(raw: &str, expected: &str) {
    assert_eq!(String::from_utf8(mask(raw.as_bytes())).unwrap(), expected, "{raw}");
}

/// Nothing of a line but what is named is left of the secrets, each of which has the word in it.
#[track_caller]
fn check_gone(raw: &str) {
    let masked = String::from_utf8(mask(raw.as_bytes())).unwrap();
    assert!(!masked.contains("SECRET"), "{raw}\n---\n{masked}");
}

#[test]
fn secrets_are_masked_in_any_notation() {
    check(
        "    [application_token] => x y\n    [ts] => 1\n",
        "    [application_token] => sha256:887fcea6\n    [ts] => 1\n",
    );
    check("a auth%5BAPPLICATION_token%5D=x&b=1", "a auth%5BAPPLICATION_token%5D=sha256:2d711642&b=1");
    check("{\"access_token\": \"x\"}\r\n", "{\"access_token\": \"sha256:2d711642\"}\r\n");
    check("'password' => 'x', <token>x</token>", "'password' => 'sha256:2d711642', <token>sha256:2d711642</token>");
    check("{\"token\":null,\"a\":\"b\"}", "{\"token\":sha256:74234e98,\"a\":\"b\"}");
    check("no token here, token_type=bearer, wrong token", "no token here, token_type=bearer, wrong token");
}

#[test]
fn a_secret_goes_on_to_its_own_end() {
    check_gone(r#"{"token":["x","SECRET1"],"password":"one SECRET2 (SECRET3)"}"#);
    check_gone("password=a(SECRET4)&x=1");
    for (raw, end) in [
        (r#"{"token":["x]","SECRET"],"b":"kept"}"#, r#","b":"kept"}"#),
        (r#"{"token":{"a":[{"SECRET":"}"}, "SECRET"]},"b":"kept"}"#, r#","b":"kept"}"#),
        (r#"{"password":"a \" SECRET \\","b":"kept"}"#, r#","b":"kept"}"#),
        ("{\"token\":\n\n    [\n  \"SECRET\",\n\"SECRET\"\n],\n\"b\":\"kept\"}", "\"b\":\"kept\"}"),
        ("password=a(SECRET) [\"SECRET&\"]&b=kept", "&b=kept"),
        ("PassWord=a&b=c&x[TOKEN]=SECRET SECRET&d=kept", "&d=kept"),
        ("auth%5Btoken%5D%3DSECRET%26SECRET&d=kept", "&d=kept"),
        ("'token' => 'it\\'s SECRET', 'b' => 'kept'", ", 'b' => 'kept'"),
        ("$a['token'] = ['SECRET', 'x' => \"SECRET\"];kept", ";kept"),
        ("<token>a SECRET, \"SECRET\"</token>kept", "</token>kept"),
    ] {
        check_gone(raw);
        let masked = mask(raw.as_bytes());
        assert!(masked.ends_with(end.as_bytes()), "{}", String::from_utf8_lossy(&masked));
    }
}

#[test]
fn what_is_in_doubt_is_masked_with_the_rest_of_its_line() {
    for raw in [
        "password=SECRET SECRET",
        "password: SECRET, SECRET; SECRET",
        "password=\u{43f}\u{430}\u{440}SECRET",
        "password=!SECRET",
        "token[x]=SECRET&y=1",
        "password%5B%5D=SECRET",
        "auth%255Btoken%255D%253DSECRET",
        "to%6Ben=SECRET",
        "token.x=SECRET",
        "token%20x=SECRET",
        "x={\\\"token\\\":\\\"SECRET \\\\\\\" SECRET\\\"}",
        "x=\"a\\ntoken=SECRET\"",
        "{\\u0022token\\u0022:\\u0022SECRET\\u0022}",
        "%7B%22token%22%3A%22SECRET%22%7D",
        "{&quot;token&quot;:&quot;SECRET&quot;}",
        "password=&quot;SECRET&quot;",
        "password=a&#039;SECRET",
        "a:1:{s:5:\"token\";s:6:\"SECRET\";}",
        "X-Token: SECRET",
        "--password \"SECRET\"",
        "$token = 'a' . 'SECRET';",
        "$x['token']['a'] = 'x\nSECRET';",
        "'token' => (string) 'SECRET', ",
        "password='it''s SECRET'",
        "password=array('a&b','SECRET')",
        "<token><![CDATA[SECRET]]></token>",
        "<input name=\"password\" value=\"SECRET\">",
        "name=\"token\"\r\n\r\nSECRET\r\n",
    ] {
        check_gone(raw);
    }
}

#[test]
fn a_secret_of_several_lines_is_masked_to_its_end() {
    check(
        "    [token] => Array\n        (\n            [a] => x\n        )\n\n    [b] => x\n",
        "    [token] => Array\n        (\nsha256:37908e13\n        )\n\n    [b] => x\n",
    );
    check("[password] => x\nx\n\n)\n[b] => x\n", "[password] => sha256:2d711642\nsha256:2d711642\n\n)\n[b] => x\n");
    for raw in [
        "    [TOKEN] => x\n------------------------\nSECRET\n)\nSECRET\n    [b] => 1\n",
        "    [x[token] => Array\n        (\n            [a] => Array\n                (\n                    [0] => SECRET\nSECRET\n",
        "    [token] => Array\n        (\n            [SECRET] => Array\n                (\n                )\n\n            [c] => SECRET\n",
        "    [a] => {\"token\": \"x\n    [SECRET\",\n    [b] => 1\n",
        "'token' => \n  array (\n    0 => 'SECRET',\n    1 => \n    array (\n      'b' => 'SECRET',\n    ),\n  ),\n",
        "  [\"token\"]=>\n  string(6) \"x\nSECRET\"\n",
        "  [\"token\"]=>\n  array(1) {\n    [0]=>\n    string(6) \"SECRET\"\n  }\n",
        "token: Array\n(\n    [0] => SECRET\n)\n",
        "token:\n  - x\n  - SECRET\n",
        "token: |\n  x\n\n  SECRET\n",
        "$token = <<<END\nSECRET\n\nSECRET\nEND;\n",
        "$token = 'a'\n    . 'SECRET';\n",
        "<token>\n  SECRET\n</token>\n",
    ] {
        check_gone(raw);
    }
}

#[test]
fn a_secret_goes_on_in_the_next_part_where_the_log_was_cut_within_it() {
    let long = "x ".repeat(ENTRY_BYTES_MAX / 2);
    for (begin, end) in [("    [token] => a", "\n"), ("{\"token\":\"", "\n"), ("token=", ""), ("x=", "&tok")] {
        let mut mask = Mask::default();
        mask.part(format!("{begin}{long}{end}").as_bytes());
        let masked = String::from_utf8(mask.part(b"en=SECRET\nSECRET")).unwrap();
        assert!(!masked.contains("SECRET"), "{begin} {masked}");
        assert_eq!(mask.part(b"kept"), b"kept");
    }
}

#[test]
fn a_long_line_is_read_in_linear_time() {
    // A look back from each comma would not end here.
    check_gone(&format!("{{\"token\":{} SECRET{}", "a".repeat(1 << 20), ",".repeat(1 << 20)));
}

#[test]
fn a_secret_is_masked_wherever_it_is_repeated_and_only_once() {
    check("u /abcdefgh/x\n[token] => abcdefgh", "u /sha256:9c56cc51/x\n[token] => sha256:9c56cc51");
    check("[token] => sha256:9c56cc51\n", "[token] => sha256:9c56cc51\n");
    check("{\"token\":\"sha256:9c56cc51\"}\n", "{\"token\":\"sha256:9c56cc51\"}\n");
    check_gone("a 0123456789SECRET\n{\"token\":[\"x\",\"0123456789SECRET\"]}");
}

/// Texts of the marks that notations are made of, with a secret before, between and after them.
fn secret() -> impl Strategy<Value = String> {
    let marks = [
        "",
        " ",
        "\n",
        "\n\n",
        "\"",
        "'",
        "\\",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        ";",
        "&",
        "=",
        " => ",
        ":",
        "<",
        ">",
        "token",
        "token=",
        "\"token\":\"",
        "Array",
        "%5D",
        "&amp;",
        "\u{44f}",
        "    ",
        "        (\n",
        "--------\n",
        "\r\n",
    ];
    let pieces = prop::collection::vec(prop::sample::select(marks.to_vec()), 0..8);
    pieces.prop_map(|pieces| pieces.iter().fold("SECRET".to_owned(), |text, piece| text + piece + "SECRET"))
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["token", "PASSWORD", "Auth_Id", "application_token", "client_id"])
}

fn escaped(text: &str) -> String {
    percent_encoding::percent_encode(text.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What `var_export` makes of a text.
fn exported(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

proptest! {
    #[test]
    fn no_value_sent_under_a_secrets_name_survives(name in name(), one in secret(), two in secret(), cut in 0..4_usize) {
        let body = format!(
            "a=1&data%5B{name}%5D%5B%5D={0}&data[{name}][x][]={1}&data%5Bb%5D=kept&auth[{name}]={0}&{name}={1}&z=2",
            escaped(&one), escaped(&two)
        );
        let form = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
        let tree = serde_json::json!({"a": "1", "data": {name: [one, {"x": two}], "b": "kept"}, name: two, "z": "2"});
        let (one, two) = (exported(&one), exported(&two));
        let code = format!("array (\n  'data' => \n  array (\n    '{name}' => \n    array (\n      0 => {one},\n      1 => {two},\n    ),\n  ),\n  '{name}' => {two},\n)");
        let json = tree.to_string();
        for raw in [
            body.into_bytes(),
            print_r(form.root()),
            serde_json::to_vec_pretty(&tree).unwrap(),
            serde_json::to_vec(&json).unwrap(),
            escaped(&json).into_bytes(),
            json.into_bytes(),
            code.into_bytes(),
        ] {
            let whole = raw.len().saturating_mul(4_usize.saturating_sub(cut)) / 4;
            let masked = mask(&raw[..whole]);
            let (raw, masked) = (String::from_utf8_lossy(&raw), String::from_utf8_lossy(&masked));
            prop_assert!(!masked.contains("SECRET"), "{raw}\n---\n{masked}");
        }
    }
}
