//! SHA-256, as this project writes it down.

use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// What a fingerprint is: this, and so many hex digits of the digest.
const FINGERPRINT: &str = "sha256:";
const DIGITS: usize = 8;

/// Was this text written in the place of a secret?
#[must_use]
pub fn is_fingerprint(text: &[u8]) -> bool {
    let digits = text.strip_prefix(FINGERPRINT.as_bytes()).unwrap_or_default();
    digits.len() == DIGITS && digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Does something stand in this text that was written in the place of a secret?
#[must_use]
pub fn has_fingerprint(text: &str) -> bool {
    let mut after = text.split(FINGERPRINT).skip(1);
    after.any(|after| after.bytes().take_while(u8::is_ascii_hexdigit).count() >= DIGITS)
}

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests the bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// All 64 hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// All of it in base64, as HTTP headers carry it.
    #[must_use]
    pub fn base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// The first 8 hex digits: enough to tell tokens apart, useless for guessing one.
    #[must_use]
    pub fn short(&self) -> String {
        hex(self.0.first_chunk::<4>().unwrap_or(&[0; 4]))
    }

    /// What is written in the place of a secret with this digest.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{FINGERPRINT}{}", self.short())
    }
}

/// `hex::encode` makes the text character by character, which takes as long as the digest itself. There is room for each
/// digit, so that nothing can fail.
fn hex(bytes: &[u8]) -> String {
    let mut digits = vec![0; bytes.len().saturating_mul(2)];
    let written = hex::encode_to_slice(bytes, &mut digits).ok();
    written.and_then(|()| String::from_utf8(digits).ok()).unwrap_or_default()
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<Sha256> for Digest {
    fn from(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

impl FromStr for Digest {
    type Err = hex::FromHexError;

    fn from_str(digits: &str) -> Result<Self, Self::Err> {
        let mut digest = [0; 32];
        hex::decode_to_slice(digits, &mut digest)?;
        Ok(Self(digest))
    }
}

impl ConstantTimeEq for Digest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}
