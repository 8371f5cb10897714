//! The samples and what each must become.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

pub const URL_TOKEN: &str = "hk3v9q2m7t5w8x4z6r1p0c2d5f7g9j3b";

#[derive(Clone, Deserialize)]
pub struct Sample {
    pub name: String,
    pub kind: String,
    pub path_and_query: String,
    pub content_type: String,
    pub body: String,
    pub php_parse_str: Option<Value>,
    pub php_query: Option<Value>,
}

/// Who must be found to have sent a sample, when all its tokens are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    ApplicationToken,
    UrlToken,
    Answer(u16),
}

pub fn all() -> Vec<Sample> {
    include_str!("../../../data/samples.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Sample {
    pub fn application_token(&self) -> Option<&str> {
        self.php_parse_str.as_ref()?["auth"]["application_token"].as_str().filter(|token| !token.is_empty())
    }

    pub fn expected(&self) -> Expected {
        match (self.name.as_str(), self.application_token()) {
            ("sale-delivery-calculate-json", _) => Expected::Answer(415),
            ("edge-token-twice", _) => Expected::Answer(403),
            (_, Some(_)) => Expected::ApplicationToken,
            (_, None) => Expected::UrlToken,
        }
    }

    /// The path and query under which the sample is posted: with the URL token in front where it has to prove itself
    /// by that.
    pub fn target(&self, url_token: &str) -> String {
        match self.expected() {
            Expected::UrlToken => format!("/{url_token}{}", self.path_and_query),
            Expected::ApplicationToken | Expected::Answer(_) => self.path_and_query.clone(),
        }
    }

    /// `$_REQUEST` by PHP's own word. No sample has a name both in its query and in its body.
    pub fn request(&self) -> Value {
        let body = self.php_parse_str.clone().unwrap_or_default();
        match (self.php_query.clone(), body) {
            (Some(Value::Object(mut query)), Value::Object(body)) => {
                query.extend(body);
                Value::Object(query)
            }
            (_, body) => body,
        }
    }

    /// Every text under a secret's name, by PHP's own word.
    pub fn secrets(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect_secrets(&self.request(), false, &mut found);
        found.retain(|secret| secret.len() >= 8);
        found
    }
}

/// Is what stands under this name a secret, by the contract?
pub fn is_secret(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "application_token",
        "access_token",
        "refresh_token",
        "event_token",
        "auth_id",
        "refresh_id",
        "client_secret",
        "password",
        "token",
    ];
    NAMES.contains(&name.to_lowercase().as_str())
}

fn collect_secrets(value: &Value, is_secret: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_secret => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect_secrets(item, is_secret, found)),
        Value::Object(members) => {
            for (name, value) in members {
                collect_secrets(value, is_secret || self::is_secret(name), found);
            }
        }
        _ => {}
    }
}

/// `HOOKLOG_TOKENS` for all samples: each application token, and the URL token.
pub fn tokens() -> String {
    let all = all();
    let tokens: BTreeSet<_> = all.iter().filter_map(Sample::application_token).collect();
    let named = tokens.iter().zip(1..).map(|(token, number)| format!("portal-{number}={token}"));
    named.chain([format!("url={URL_TOKEN}")]).collect::<Vec<_>>().join(" ")
}
