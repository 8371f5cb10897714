//! A kept event as a form that can be posted again.

use std::borrow::Cow;
use std::iter;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use super::Kept;
use super::redact::fingerprint;
use crate::form::{Array, ArrayMut, Form, FormError, Value, build_query, decode, php_lossy};
use crate::verify::has_fingerprint;

/// A form to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resend {
    /// Only where the query is known apart from the body; else its fields are in the body, and `$_REQUEST` is the same.
    pub query: Option<String>,
    /// The form.
    pub body: String,
    /// The names of the fields that hold a secret's digest still, such as `auth[access_token]`.
    pub redacted: Vec<String>,
}

impl Kept {
    /// The form as it was: the same fields in the same order, exact bytes where the raw form was kept.
    ///
    /// A token is put back where its digest is a whole name or value. The application token that is in none of
    /// `tokens` is replaced by the first of them: the receiver may know the portal by another one.
    ///
    /// # Errors
    /// [`FormError`] where it is larger than any form can be.
    pub fn resend(&self, tokens: &[String]) -> Result<Resend, FormError> {
        let tokens = PutBack::new(self, tokens);
        if let Some(raw) = &self.rawform {
            let raw = [self.rawquery.as_deref().unwrap_or_default(), raw].map(|raw| tokens.put_back_escaped(raw));
            let redacted = raw.iter().flat_map(|raw| raw.split('&')).filter_map(redacted_field).collect();
            let [query, body] = raw;
            return Ok(Resend { query: (!query.is_empty()).then_some(query), body, redacted });
        }
        let mut form = Form::new();
        let mut redacted = Vec::new();
        tokens.copy(self.data.root(), &mut form.root_mut(), "", &mut redacted)?;
        Ok(Resend { query: None, body: build_query(form.root()), redacted })
    }
}

/// Which digest becomes which token.
struct PutBack<'t>(Vec<(String, &'t str)>);

impl<'t> PutBack<'t> {
    fn new(kept: &Kept, tokens: &'t [String]) -> Self {
        // An empty secret is none, and its digest is known.
        let known = iter::once("").chain(tokens.iter().map(String::as_str));
        let mut pairs: Vec<_> = known.map(|token| (fingerprint(token.as_bytes()), token)).collect();
        let sent = kept.data.root().get("auth").and_then(|auth| auth.as_array()?.get("application_token"));
        if let (Some(sent), Some(first)) = (sent.and_then(Value::as_str), tokens.first())
            && has_fingerprint(&sent)
            && !pairs.iter().any(|(digest, _)| *digest == *sent)
        {
            pairs.push((sent.into_owned(), first));
        }
        Self(pairs)
    }

    /// A text that only contains a digest, somebody may have written.
    fn put_back<'v>(&self, text: Cow<'v, str>) -> Cow<'v, str>
    where
        't: 'v,
    {
        self.0.iter().find(|(digest, _)| *digest == *text).map_or(text, |(_, token)| Cow::Borrowed(token))
    }

    /// In a raw form, names and values.
    fn put_back_escaped(&self, raw: &str) -> String {
        let put_back = |half: &str| {
            let token = self.0.iter().find(|(digest, _)| digest.replace(':', "%3A") == half);
            token.map_or_else(
                || half.to_owned(),
                |(_, token)| percent_encode(token.as_bytes(), NON_ALPHANUMERIC).to_string(),
            )
        };
        let fields = raw.split('&').map(|field| field.splitn(2, '=').map(put_back).collect::<Vec<_>>().join("="));
        fields.collect::<Vec<_>>().join("&")
    }

    /// Recursion is bounded by `DEPTH_MAX`, as no deeper tree can be made.
    fn copy(
        &self,
        from: Array<'_>,
        to: &mut ArrayMut<'_>,
        above: &str,
        redacted: &mut Vec<String>,
    ) -> Result<(), FormError> {
        for (key, value) in from.entries() {
            let key = self.put_back(php_lossy(key));
            let name = if above.is_empty() { key.to_string() } else { format!("{above}[{key}]") };
            match value {
                Value::Array(below) => self.copy(below, &mut to.insert_array(&*key)?, &name, redacted)?,
                Value::Text(text) => {
                    let text = self.put_back(php_lossy(text));
                    to.insert_text(&*key, &*text)?;
                    if has_fingerprint(&text) || has_fingerprint(&key) {
                        redacted.push(name);
                    }
                }
            }
        }
        Ok(())
    }
}

fn redacted_field(field: &str) -> Option<String> {
    let mut decoded = Vec::new();
    decode(field.as_bytes(), &mut decoded);
    has_fingerprint(&php_lossy(&decoded)).then(|| {
        let name = field.split('=').next().unwrap_or_default();
        let mut decoded = Vec::new();
        decode(name.as_bytes(), &mut decoded);
        php_lossy(&decoded).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "1sv6hyc1xqschcvz0jd272vrh872xu8e";
    const DIGEST: &str = "sha256:186574d8";

    fn resend(data: &str, raw: &str, tokens: &[&str]) -> Resend {
        let json = format!(
            r#"{{"id":"01a20cdd-6647-7832-8707-070707070707","source":"https://a","type":"bitrix24.X",
            "time":"2026-11-24T09:22:44Z","receivedtime":"2026-11-24T09:22:45.959Z","data":{data}{raw}}}"#
        );
        let tokens: Vec<_> = tokens.iter().map(|&token| token.to_owned()).collect();
        Kept::read(json.as_bytes()).unwrap().resend(&tokens).unwrap()
    }

    #[test]
    fn fields_come_back_in_their_order_with_the_token() {
        let data = format!(r#"{{"b":["x y"],"a":{{"7":"1"}},"auth":{{"application_token":"{DIGEST}"}}}}"#);
        let rest = "b%5B0%5D=x+y&a%5B7%5D=1&auth%5Bapplication_token%5D=";
        let body = |tokens: &[&str]| resend(&data, "", tokens);
        assert_eq!(body(&[TOKEN]), Resend { query: None, body: format!("{rest}{TOKEN}"), redacted: vec![] });
        assert_eq!(body(&["other", TOKEN]).body, format!("{rest}{TOKEN}"), "the one that it came with");
        assert_eq!(body(&["other"]).body, format!("{rest}other"));
        assert_eq!(body(&[]).redacted, ["auth[application_token]"]);
    }

    #[test]
    fn an_empty_token_stays_empty() {
        let found = resend(r#"{"auth":{"application_token":"sha256:e3b0c442"}}"#, "", &[TOKEN]);
        assert_eq!(found.body, "auth%5Bapplication_token%5D=");
    }

    #[test]
    fn a_token_is_put_back_for_a_whole_text_and_other_digests_are_named() {
        let data = format!(
            r#"{{"u":"see {DIGEST}","h":"sha256:e3b0c44298fc","auth":{{"access_token":"sha256:00000000"}},"{DIGEST}":"1"}}"#
        );
        let found = resend(&data, "", &[TOKEN]);
        assert_eq!(found.redacted, ["u", "h", "auth[access_token]"]);
        let rest = "u=see+sha256%3A186574d8&h=sha256%3Ae3b0c44298fc&auth%5Baccess_token%5D=sha256%3A00000000";
        assert_eq!(found.body, format!("{rest}&{TOKEN}=1"));
        let raw = "a=see%20sha256%3A186574d8&b=sha256%3Ae3b0c44298fc&c=sha256%3A186574d8=&sha256%3A186574d8=1";
        let found = resend("{}", &format!(r#","rawform":"{raw}&d=sha256%3A186574d8""#), &[TOKEN]);
        assert_eq!(found.body, format!("{}{TOKEN}=1&d={TOKEN}", raw.strip_suffix("sha256%3A186574d8=1").unwrap()));
    }

    #[test]
    fn the_raw_form_keeps_its_bytes() {
        let data = format!(r#"{{"a":"\ufffd","auth":{{"application_token":"{DIGEST}"}}}}"#);
        let raw = r#","rawquery":"q=%fF","rawform":"a=%FF&auth[application_token]=sha256%3A186574d8&password=sha256%3A2d711642""#;
        let found = resend(&data, raw, &[TOKEN]);
        assert_eq!(found.query.as_deref(), Some("q=%fF"));
        assert_eq!(found.body, format!("a=%FF&auth[application_token]={TOKEN}&password=sha256%3A2d711642"));
        assert_eq!(found.redacted, ["password"]);
    }
}
