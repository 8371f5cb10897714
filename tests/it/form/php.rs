//! PHP itself as the judge, where it can be asked about what nobody has recorded.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use base64::{Engine, prelude::BASE64_STANDARD};
use hooklog::form::{Array, Form, Key, Value, build_query, php_lossy, print_r};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{parse, trees};

/// Asks one PHP process to answer each input with the body of a function of `$input`.
fn ask(function: &str, inputs: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let script = format!(
        "function answer($input) {{ {function} }}
         while (($line = fgets(STDIN)) !== false) {{
             echo base64_encode(answer(base64_decode($line))), PHP_EOL;
         }}"
    );
    let mut php = Command::new("php")
        .args(["-d", "max_input_vars=1000000", "-r", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("PHP is the judge here: apt-get install php-cli");
    let mut stdin = php.stdin.take().unwrap();
    let lines: String = inputs.iter().map(|input| BASE64_STANDARD.encode(input) + "\n").collect();
    let writer = thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = php.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(|line| BASE64_STANDARD.decode(line).unwrap()).collect()
}

/// Compares our answer to each case with what PHP says to the case's input.
#[track_caller]
fn check<T>(cases: &[T], input: impl Fn(&T) -> Vec<u8>, function: &str, ours: impl Fn(&T) -> Vec<u8>) {
    let inputs: Vec<_> = cases.iter().map(input).collect();
    let answers = ask(function, &inputs);
    assert_eq!(answers.len(), cases.len());
    let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
    for ((case, answer), input) in cases.iter().zip(answers).zip(inputs) {
        assert_eq!(show(&ours(case)), show(&answer), "{}", show(&input));
    }
}

/// So many values of a strategy, the same in each run.
fn sample<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    let draw = |_| strategy.new_tree(&mut runner).unwrap().current();
    (0..count).map(draw).collect()
}

/// A tree as PHP's `serialize` writes it: any bytes, and integer keys told from names.
fn serialized(array: Array) -> Vec<u8> {
    let mut out = format!("a:{}:{{", array.len()).into_bytes();
    for (key, value) in array.iter() {
        match key {
            Key::Index(number) => out.extend(format!("i:{number};").bytes()),
            Key::Name(name) => out.extend(serialized_text(name)),
        }
        match value {
            Value::Text(text) => out.extend(serialized_text(text)),
            Value::Array(below) => out.extend(serialized(below)),
        }
    }
    out.push(b'}');
    out
}

fn serialized_text(text: &[u8]) -> Vec<u8> {
    let length = format!("s:{}:\"", text.len());
    [length.as_bytes(), text, b"\";"].concat()
}

/// What means something to PHP; some of it more often.
const PIECES: &str = "a a b b [ [ ] ] [] [a] [b] [+] %5B %5b %5D = = & & & ; &amp; . + %20 %09 %0B \
    %0D%0A %00 0 1 2 -5 08 -0 % %% %4 %41 %zz %C3 %A9 %FF я ~ * ' \" __Host- __Secure- ..Host- \
    9223372036854775807 9223372036854775806 9223372036854775808 -9223372036854775808";

/// Forms of pieces put together in any way.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let raw: &[&[u8]] = &[b" ", b"\t", b"\x0B", b"\n", b"\xFF"];
    let pieces: Vec<_> = PIECES.split(' ').map(str::as_bytes).chain(raw.iter().copied()).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

/// Forms of fields that are often beside, below or in the place of each other.
fn meeting() -> impl Strategy<Value = Vec<u8>> {
    let groups = "[a] [b] [a] [b] [] %5Ba%5D %5Bb%5D [%30] [1] x %00";
    let group = prop::sample::select(groups.split(' ').collect::<Vec<_>>());
    let groups = prop::collection::vec(group, 0..4);
    let base = prop::sample::select(vec!["a", "a", "a", "b", "+a"]);
    let field = (base, groups, "[12]").prop_map(|(base, groups, value)| format!("{base}{}={value}", groups.concat()));
    prop::collection::vec(field, 0..20).prop_map(|fields| fields.join("&").into_bytes())
}

#[track_caller]
fn check_read(inputs: &[Vec<u8>]) {
    let function = "parse_str($input, $tree); return serialize($tree);";
    check(inputs, Clone::clone, function, |input| serialized(parse(input).unwrap().root()));
}

#[test]
fn php_reads_any_form_as_we_do() {
    check_read(&sample(nasty(), 5_000));
}

#[test]
fn php_lets_fields_meet_as_we_do() {
    check_read(&sample(meeting(), 3_000));
}

/// `array_replace_recursive` does to any arrays what `php_autoglobal_merge` does to the request's.
#[test]
fn php_merges_query_and_body_as_we_do() {
    check(
        &sample((meeting(), meeting()), 2_000),
        |(query, body)| [&query[..], b"\0", body].concat(),
        "[$query, $body] = explode(chr(0), $input);
         parse_str($query, $get); parse_str($body, $post);
         return serialize(array_replace_recursive($get, $post));",
        |(query, body)| {
            let request = Form::merge(parse(query).unwrap(), &parse(body).unwrap());
            serialized(request.unwrap().root())
        },
    );
}

/// Compares what we write for trees of all kinds with what PHP writes.
#[track_caller]
fn check_written(function: &str, ours: impl Fn(Array) -> Vec<u8>) {
    let forms: Vec<_> = sample(trees::any_bytes(), 1_000).iter().map(trees::Root::form).collect();
    let function = format!("$tree = unserialize($input); return {function};");
    check(&forms, |form| serialized(form.root()), &function, |form| ours(form.root()));
}

#[test]
fn php_writes_the_same_forms() {
    check_written("http_build_query($tree)", |tree| build_query(tree).into_bytes());
}

#[test]
fn php_prints_the_same_text() {
    check_written("print_r($tree, true)", print_r);
}

#[test]
fn php_writes_the_same_json() {
    let flags = "JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
        | JSON_UNESCAPED_LINE_TERMINATORS | JSON_INVALID_UTF8_SUBSTITUTE";
    check_written(&format!("json_encode($tree, {flags})"), |tree| serde_json::to_vec(&tree).unwrap());
}

#[test]
fn php_replaces_the_same_bytes() {
    let edges = [0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5];
    let mut texts = vec![Vec::new()];
    for _ in 0..4 {
        let longer = |text: &Vec<u8>| edges.map(|edge| [&text[..], &[edge]].concat());
        texts = texts.iter().flat_map(longer).collect();
    }
    check(&texts, Clone::clone, "return json_decode(json_encode($input, JSON_INVALID_UTF8_SUBSTITUTE));", |text| {
        php_lossy(text).into_owned().into_bytes()
    });
}
