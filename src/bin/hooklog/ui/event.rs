//! One event, whole: its tree in order, and the forms that somebody takes elsewhere.

use anyhow::{Context as _, Result};
use hooklog::form::{php_lossy, print_r};
use hooklog::record::Kept;
use serde::Serialize;
use serde_json::Value;

use super::Looking;
use super::question::Question;

/// An event as the page shows it.
#[derive(Serialize)]
pub struct Whole {
    key: String,
    /// The record, laid out.
    json: String,
    tree: Tree,
    form: Option<String>,
    query: Option<String>,
    print_r: Option<String>,
    /// The fields that hold a digest in a secret's place.
    redacted: Vec<String>,
    /// Why there is no form.
    error: Option<String>,
}

/// JSON whose objects are lists of pairs: JavaScript would put numeric names first.
#[derive(Serialize)]
#[serde(untagged)]
enum Tree {
    Leaf(Value),
    List { list: Vec<Tree> },
    Map { map: Vec<(String, Tree)> },
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => Self::List { list: items.into_iter().map(Self::from).collect() },
            Value::Object(members) => {
                Self::Map { map: members.into_iter().map(|(name, value)| (name, Self::from(value))).collect() }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Self::Leaf(value),
        }
    }
}

/// The bytes of the object that is asked for.
pub async fn object(looking: &Looking, question: &Question) -> Result<(String, Vec<u8>)> {
    let key = question.room.object(question.keys.first().context("say which with key=")?);
    let json = question.room.store(looking)?.get(&key).await?;
    let json = json.with_context(|| format!("{key} is gone: somebody removed it meanwhile"))?;
    Ok((key, json))
}

pub async fn read(looking: &Looking, question: &Question) -> Result<Whole> {
    let (key, json) = object(looking, question).await?;
    let value: Value = serde_json::from_slice(&json).with_context(|| format!("{key} is no event's record"))?;
    let mut whole = Whole {
        key,
        json: serde_json::to_string_pretty(&value)?,
        tree: value.into(),
        form: None,
        query: None,
        print_r: None,
        redacted: Vec::new(),
        error: None,
    };
    match forms(&json) {
        Ok((resend, printed)) => {
            (whole.form, whole.query, whole.redacted) = (Some(resend.body), resend.query, resend.redacted);
            whole.print_r = Some(printed);
        }
        Err(error) => whole.error = Some(format!("{error:#}")),
    }
    Ok(whole)
}

fn forms(json: &[u8]) -> Result<(hooklog::record::Resend, String)> {
    let kept = Kept::read(json).context("it has no form")?;
    let resend = kept.resend(&[]).context("it makes no form")?;
    let printed = print_r(kept.request().context("its raw form cannot be read")?.root());
    Ok((resend, php_lossy(&printed).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_keeps_its_order() {
        let tree = Tree::from(serde_json::from_str::<Value>(r#"{"b":["x"],"7":"y","1":{}}"#).unwrap());
        let expected = r#"{"map":[["b",{"list":["x"]}],["7","y"],["1",{"map":[]}]]}"#;
        assert_eq!(serde_json::to_string(&tree).unwrap(), expected);
    }
}
