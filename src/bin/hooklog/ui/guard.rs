//! Who may look: the names that the page is known by, where a request comes from, and the cookie.

use std::net::{IpAddr, SocketAddr};

use hooklog::verify::Digest;
use hyper::header::{COOKIE, HOST, HeaderName, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Method};
use subtle::ConstantTimeEq as _;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Secrets are compared by their digests, so that no time tells how much of a guess is right.
pub struct Guard {
    key: Digest,
    password: Option<Digest>,
    session: String,
    /// Browsers do not keep the cookies of two ports apart, so the name has the port in it.
    cookie: String,
    names: Vec<String>,
    is_loopback: bool,
}

impl Guard {
    pub fn new(address: SocketAddr, key: &str, password: Option<&str>, session: String, names: Vec<String>) -> Self {
        Self {
            key: Digest::of(key.as_bytes()),
            password: password.map(|password| Digest::of(password.as_bytes())),
            session,
            cookie: format!("hooklog-ui-{}", address.port()),
            names,
            is_loopback: address.ip().is_loopback(),
        }
    }

    /// Is it this page that is asked? A foreign name that was made to point here (DNS rebinding) is none of its names;
    /// an address cannot be made to point elsewhere.
    pub fn is_asked(&self, headers: &HeaderMap) -> bool {
        let Some(authority) = text(headers, &HOST).and_then(|host| host.parse::<Authority>().ok()) else {
            return false;
        };
        let host = authority.host().trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback() || !self.is_loopback,
            Err(_) => {
                host.eq_ignore_ascii_case("localhost") || self.names.iter().any(|name| name.eq_ignore_ascii_case(host))
            }
        }
    }

    /// Does the request come from this page, not from another one, be it of this machine?
    pub fn is_own(method: &Method, headers: &HeaderMap) -> bool {
        let host = text(headers, &HOST).unwrap_or_default();
        let origin = text(headers, &ORIGIN);
        let is_origin = |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| authority == host);
        let is_site = text(headers, &FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
        is_site && origin.map_or(method != Method::POST, is_origin)
    }

    /// Is this the key of the printed URL?
    pub fn opens(&self, key: &str) -> bool {
        Digest::of(key.as_bytes()).ct_eq(&self.key).into()
    }

    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    pub fn is_password(&self, given: &str) -> bool {
        self.password.is_some_and(|password| Digest::of(given.as_bytes()).ct_eq(&password).into())
    }

    /// The cookie that the key is exchanged for: no script reads it, and no other site's page sends it.
    pub fn set_cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.session)
    }

    /// Does the request bring the cookie?
    pub fn knows(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split("; ")).filter_map(|cookie| cookie.split_once('='));
        let session = Digest::of(self.session.as_bytes());
        pairs.any(|(name, value)| name == self.cookie && Digest::of(value.as_bytes()).ct_eq(&session).into())
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(address: &str) -> Guard {
        let names = vec!["events.example.com".to_owned()];
        Guard::new(address.parse().unwrap(), "key", Some("password"), "session".to_owned(), names)
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_foreign_name_is_not_ours() {
        let asked = |address: &str, host: &str| guard(address).is_asked(&headers(&[(HOST, host)]));
        for host in ["127.0.0.1:9001", "localhost:9001", "[::1]:9001", "LOCALHOST", "events.example.com"] {
            assert!(asked("127.0.0.1:9001", host), "{host}");
        }
        for host in ["evil.example:9001", "192.0.2.1:9001", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
            assert!(!asked("127.0.0.1:9001", host), "{host}");
        }
        assert!(asked("0.0.0.0:9001", "192.0.2.1:9001") && !asked("0.0.0.0:9001", "evil.example:9001"));
        assert!(!guard("127.0.0.1:9001").is_asked(&HeaderMap::new()));
    }

    #[test]
    fn a_post_comes_from_this_very_page() {
        let own = |method: Method, more: &[(HeaderName, &str)]| {
            let mut all = vec![(HOST, "127.0.0.1:9001")];
            all.extend_from_slice(more);
            Guard::is_own(&method, &headers(&all))
        };
        assert!(own(Method::GET, &[]) && !own(Method::POST, &[]));
        assert!(own(Method::POST, &[(ORIGIN, "http://127.0.0.1:9001")]));
        for origin in ["http://127.0.0.1:8000", "http://evil.example", "null", "http://127.0.0.1:9001.evil.example"] {
            assert!(!own(Method::POST, &[(ORIGIN, origin)]) && !own(Method::GET, &[(ORIGIN, origin)]), "{origin}");
        }
        let from = |site| own(Method::GET, &[(FETCH_SITE, site)]);
        assert!(from("same-origin") && from("none") && !from("same-site") && !from("cross-site"));
    }

    #[test]
    fn only_the_cookie_that_was_given_counts() {
        let knows = |cookie: &str| guard("127.0.0.1:9001").knows(&headers(&[(COOKIE, cookie)]));
        assert!(knows("hooklog-ui-9001=session") && knows("a=b; hooklog-ui-9001=session"));
        assert!(!knows("hooklog-ui-9001=") && !knows("hooklog-ui-9002=session") && !knows("session"));
        let guard = guard("127.0.0.1:9001");
        assert!(guard.opens("key") && !guard.opens("") && guard.is_password("password") && !guard.is_password(""));
    }
}
