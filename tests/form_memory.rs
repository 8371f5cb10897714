//! What a hostile form can cost in memory. A test crate of its own, as it counts every allocation.

use std::alloc::System;

use hooklog::form::{Form, Limits};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many bytes may be allocated for one byte of a form.
const FACTOR_MAX: usize = 40;

/// Counts all that is ever allocated while a form is read, so the peak is no more than that.
#[test]
fn a_form_costs_no_more_than_forty_times_its_bytes() {
    let check = |name: &str, form: &str| {
        let region = Region::new(ALLOCATOR);
        let tree = Form::parse(form.as_bytes(), &Limits::default());
        let factor = region.change().bytes_allocated / form.len();
        println!("{factor:4} × {} bytes: {name}", form.len());
        assert!(tree.is_ok() && factor < FACTOR_MAX);
    };
    let deepest = "[]".repeat(64);
    check("one deep name", &format!("a{deepest}"));
    check("deep names", &fields(3_000, |_| format!("a{deepest}&")));
    check("other deep names", &fields(3_000, |n| format!("{n}{deepest}&")));
    check("names of two levels", &fields(66_000, |_| "a[][]&".to_owned()));
    check("one list", &fields(100_000, |_| "a[]&".to_owned()));
    check("names", &fields(100_000, |n| format!("{n:x}&")));
    check("lists", &fields(100_000, |n| format!("{n:x}[]&")));
    check("one name", &fields(100_000, |_| "a&".to_owned()));
    check("text and array in turn", &fields(50_000, |_| "a&a[]&".to_owned()));
    check("nothing but separators", &"&".repeat(1_000_000));
    check("a long value", &format!("a={}", "%41".repeat(1_000_000)));
    check("a long name", &"a".repeat(1_000_000));
    let list = fields(99_000, |_| "a[]&".to_owned());
    check("long indices", &format!("a[9223372036854000000]&{list}"));
}

fn fields(count: usize, field: impl Fn(usize) -> String) -> String {
    (0..count).map(field).collect()
}
