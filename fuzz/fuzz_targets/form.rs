//! Any bytes are read and written without a panic, and a form that lost nothing is read back.

#![no_main]

use hooklog::form::{Form, Limits, build_query, print_r};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let parse = |input: &[u8]| Form::parse(input, &Limits::default());
    let Ok(form) = parse(input) else { return };
    let json = serde_json::to_string(&form).unwrap();
    let kept: Form = serde_json::from_str(&json).unwrap();
    assert!(print_r(form.root()).ends_with(b")\n"));
    let again = parse(build_query(form.root()).as_bytes()).unwrap();
    if form.is_lossless() {
        assert!(kept.root() == form.root());
        assert!(again.root() == form.root() && again.is_lossless());
    }
});
