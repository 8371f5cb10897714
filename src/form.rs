//! Forms: bytes to PHP's `$_REQUEST` by PHP's rules, and back.
//!
//! [`Form::parse`] reads a query or a body, [`Form::merge`] makes the request of both. A tree is
//! read through [`Array`] and [`Value`], key by key or as a whole ([`Array::view`]), and written
//! as JSON (`serde`), as a form ([`build_query`]) or as a log ([`print_r()`]). What fields mean, and
//! which of them are secret, is left to the rooms that know Bitrix24.
//!
//! The rules are those of PHP 8.2, but nothing is cut: above the [`Limits`] a form is refused. Each
//! row is checked by a test:
//!
//! | rule | form | request |
//! |---|---|---|
//! | only `&` separates, and empty pieces are skipped | `&a=1;b=2&&c=3&` | `{"a":"1;b=2","c":"3"}` |
//! | the first `=` ends the name, before decoding | `a=b=c&d%3De=%26` | `{"a":"b=c","d=e":"&"}` |
//! | without `=` the value is empty | `a&b=` | `{"a":"","b":""}` |
//! | escapes are decoded once, strays stay | `a=%2541+%zz%4` | `{"a":"%41 %zz%4"}` |
//! | a NUL ends the name, not the value | `a%00b=c%00d` | `{"a":"c\u0000d"}` |
//! | leading spaces of a name go, trailing ones do not | `++a+=1` | `{"a_":"1"}` |
//! | space and dot become `_`, but not in brackets | `a.b+c[d.e]=1` | `{"a_b_c":{"d.e":"1"}}` |
//! | without a name before the brackets it is dropped | `=1&[a]=2&+[]=3&.=4` | `{"_":"4"}` |
//! | brackets nest, escaped or not | `a[b][c]=1&a%5bb%5D[d]=2` | `{"a":{"b":{"c":"1","d":"2"}}}` |
//! | a key goes up to the next `]` | `a[b[c]=1&a[+d]=2` | `{"a":{"b[c":"1"," d":"2"}}` |
//! | empty brackets count on, also with one white space | `a[]=1&a[+]=2` | `{"a":["1","2"]}` |
//! | each pair of empty brackets is a new element | `a[][x]=1&a[][x]=2` | `{"a":[{"x":"1"},{"x":"2"}]}` |
//! | a bracket that is not closed becomes `_` | `a[b.c[d=1` | `{"a_b_c_d":"1"}` |
//! | a later one is dropped with the rest | `a[b][c=1` | `{"a":{"b":"1"}}` |
//! | so is what follows a `]` | `a[b]c[d]=1` | `{"a":{"b":"1"}}` |
//! | a cookie prefix must have been sent as such | `..Host-a=1&__Host-a=2` | `{"__Host-a":"2"}` |
//! | in a key too, where the arrays stay | `a[__Secure-b]=1` | `{"a":[]}` |
//! | canonical decimals are integers, others names | `a[7]=1&a[07]=2&a[]=3` | `{"a":{"7":"1","07":"2","8":"3"}}` |
//! | counting goes on below zero | `a[-5]=1&a[]=2` | `{"a":{"-5":"1","-4":"2"}}` |
//! | after the greatest integer there is no next | `a[9223372036854775807]=1&a[]=2` | `{"a":{"9223372036854775807":"1"}}` |
//! | a list has the keys 0, 1, 2 … in this order | `1=a&0=b` | `{"1":"a","0":"b"}` |
//! | at the top too | `0=a&1=b` | `["a","b"]` |
//! | the first position stays, the last value wins | `a=1&b=2&a=3` | `{"a":"3","b":"2"}` |
//! | an array replaces a text | `a=1&a[b]=2` | `{"a":{"b":"2"}}` |
//! | a text replaces an array, which then starts anew | `a[]=1&a[]=2&a=3&a[]=4` | `{"a":["4"]}` |
//! | bytes that are not UTF-8 are kept, but not in JSON | `a=%ED%A0%80%FF` | `{"a":"��"}` |

mod arena;
mod build;
mod de;
mod decode;
mod index;
mod json;
mod key;
mod limits;
mod lossy;
mod merge;
mod name;
mod parse;
mod print_r;
mod query;
mod shape_error;
mod sibling;
mod tree;
mod view;
mod walk;

pub use arena::Form;
pub use build::ArrayMut;
pub use decode::decode;
pub use key::Key;
pub use limits::{DEPTH_MAX, FormError, Limits};
pub use lossy::php_lossy;
pub use print_r::print_r;
pub use query::build_query;
pub use shape_error::ShapeError;
pub use view::{Array, Value};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_rules_is_true() {
        let rows = include_str!("form.rs").lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix("` |"));
        let mut checked = 0;
        for row in rows {
            let (_, examples) = row.split_once(" | `").unwrap();
            let (input, request) = examples.split_once("` | `").unwrap();
            let form = Form::parse(input.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(serde_json::to_string(&form).unwrap(), request, "{input}");
            checked += 1;
        }
        assert_eq!(checked, 26);
    }
}
