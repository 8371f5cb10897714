//! Made-up trees: what a form can hold, with the keys that are easiest to get wrong.

use hooklog::form::{ArrayMut, Form};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub enum Tree {
    Text(Vec<u8>),
    Array(Entries),
}

/// Keys may repeat: a tree is then what putting one after the other makes.
type Entries = Vec<(Vec<u8>, Tree)>;

/// The top of a tree.
#[derive(Clone, Debug)]
pub struct Root(Entries);

impl Root {
    pub fn form(&self) -> Form {
        let mut form = Form::new();
        put_all(&self.0, form.root_mut());
        form
    }
}

fn put_all(entries: &Entries, mut array: ArrayMut) {
    for (key, tree) in entries {
        match tree {
            Tree::Text(text) => array.insert_text(key, text).unwrap(),
            Tree::Array(below) => put_all(below, array.insert_array(key).unwrap()),
        }
    }
}

/// Trees with any bytes in them, and empty arrays.
pub fn any_bytes() -> impl Strategy<Value = Root> {
    let bytes = prop_oneof![
        3 => text(),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    root(key(), bytes.boxed(), 0)
}

/// Trees of text, and empty arrays.
pub fn any_text() -> impl Strategy<Value = Root> {
    root(key(), text(), 0)
}

/// Trees that a form can say: PHP's names have no way to express some keys, nor an empty array.
pub fn writable() -> impl Strategy<Value = Root> {
    let group = key().prop_filter("not as a group", |key| {
        !matches!(&key[..], b"" | b" " | [b'\t'..=b'\r'])
            && !key.iter().any(|byte| matches!(byte, b']' | 0))
            && !key.starts_with(b"__")
    });
    root(group.boxed(), text(), 1).prop_filter("not as a name", |Root(entries)| {
        let is_name = |key: &[u8]| !key.iter().any(|byte| matches!(byte, b' ' | b'.' | b'['));
        entries.iter().all(|(key, _)| is_name(key))
    })
}

fn root(key: BoxedStrategy<Vec<u8>>, text: BoxedStrategy<Vec<u8>>, entries_min: usize) -> impl Strategy<Value = Root> {
    let entries = move |tree| prop::collection::vec((key.clone(), tree), entries_min..12);
    let tree = text.prop_map(Tree::Text).prop_recursive(4, 40, 12, {
        let entries = entries.clone();
        move |below| entries(below.boxed()).prop_map(Tree::Array)
    });
    entries(tree.boxed()).prop_map(Root)
}

fn key() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        4 => "[a-c]{1,2}".prop_map(String::into_bytes),
        4 => (-3..12_i64).prop_map(|number| number.to_string().into_bytes()),
        2 => any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        2 => prop::sample::select(vec![
            "", " ", "\t", "  ", "00", "-0", "08", "+7", "1.5", "9223372036854775808", "a]b", "[",
            "a[b", "a.b", "__Host-a", "~", "*", "a=b&c", "a\0b", "%41", "\u{FFFD}",
        ])
        .prop_map(|key| key.as_bytes().to_vec()),
        2 => text(),
    ]
    .boxed()
}

fn text() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        2 => "[a-z0-9 ]{0,6}",
        1 => "[ -~]{0,8}",
        1 => "[а-яё\u{0}-\u{20}]{0,4}",
        1 => "\\PC{0,4}",
    ]
    .prop_map(String::into_bytes)
    .boxed()
}
