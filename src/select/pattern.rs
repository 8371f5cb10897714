//! Patterns for portals and event codes, in which `*` stands for any text and `?` for one character.

use std::convert::Infallible;
use std::str::FromStr;

use wildmatch::WildMatch;

/// A pattern for a portal's domain, in any letter case, with or without `https://`.
#[derive(Clone, Debug)]
pub struct PortalPattern(WildMatch);

/// A pattern for an event code, in any letter case, with or without `bitrix24.` before it.
#[derive(Clone, Debug)]
pub struct CodePattern(WildMatch);

impl PortalPattern {
    /// Does a key's portal match?
    #[must_use]
    pub fn matches(&self, portal: &str) -> bool {
        self.0.matches(portal)
    }
}

impl CodePattern {
    /// Does a key's code match?
    #[must_use]
    pub fn matches(&self, code: &str) -> bool {
        self.0.matches(code)
    }
}

impl FromStr for PortalPattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.to_ascii_lowercase();
        let domain = text.strip_prefix("https://").unwrap_or(&text).trim_end_matches('/');
        let is_label = |c| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
        Ok(Self(WildMatch::new(&labelled(domain, is_label))))
    }
}

impl FromStr for CodePattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.to_ascii_uppercase();
        let code = text.strip_prefix("BITRIX24.").unwrap_or(&text);
        let is_label = |c| matches!(c, 'A'..='Z' | '0'..='9' | '_' | '.' | '-');
        Ok(Self(WildMatch::new(&labelled(code, is_label))))
    }
}

/// Keys have `-` for what they cannot hold, so the pattern has it too.
fn labelled(pattern: &str, keeps: impl Fn(char) -> bool) -> String {
    pattern.chars().map(|c| if keeps(c) || matches!(c, '*' | '?') { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_is_found_however_it_is_written() {
        let check = |pattern: &str, portal: &str| pattern.parse::<PortalPattern>().unwrap().matches(portal);
        for pattern in ["a.bitrix24.ru", "A.Bitrix24.RU", "https://a.bitrix24.ru/", "*.bitrix24.ru", "?.bitrix24.*"] {
            assert!(check(pattern, "a.bitrix24.ru"), "{pattern}");
        }
        assert!(check("box.example:8443", "box.example-8443"));
        assert!(!check("bitrix24.ru", "a.bitrix24.ru") && !check("a.bitrix24.ru", "aabitrix24.ru"));
    }

    #[test]
    fn a_code_is_found_however_it_is_written() {
        let check = |pattern: &str, code: &str| pattern.parse::<CodePattern>().unwrap().matches(code);
        for pattern in ["ONCRMDEALADD", "onCrmDealAdd", "bitrix24.ONCRMDEALADD", "oncrm*", "*ADD", "*"] {
            assert!(check(pattern, "ONCRMDEALADD"), "{pattern}");
        }
        assert!(check("catalog.*", "CATALOG.PRODUCT.ON.ADD") && !check("ONCRM", "ONCRMDEALADD"));
    }
}
