//! Why a service did not do it, and whether asking again can help.

use aws_credential_types::provider::error::CredentialsError;
use http::StatusCode;

/// Why a request failed. The cause is in `source`.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// Nowhere to sign for.
    #[error("no region is set; give that of the bucket or the queue")]
    NoRegion,
    /// Nobody to sign as.
    #[error("no credentials are set; give a key and its secret, a profile or a role")]
    NoCredentials,
    /// Nobody to sign as until they come.
    #[error("the credentials are still being fetched")]
    NoCredentialsYet,
    /// Nobody to sign as for now.
    #[error("credentials cannot be had")]
    Credentials(#[from] CredentialsError),
    /// A header that is no text.
    #[error("the request cannot be signed")]
    Unsignable,
    /// A name or an address that no request can be made of.
    #[error("the request cannot be written")]
    Request(#[from] http::Error),
    /// No answer within an attempt's time.
    #[error("no answer in time")]
    TimedOut,
    /// No connection, or one that broke.
    #[error("the connection failed")]
    Connection(#[from] hyper_util::client::legacy::Error),
    /// An answer that broke off, or is no answer of such a service.
    #[error("the answer could not be read")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A yes that is not the service's: something else answers there.
    #[error("answered as no such service does")]
    Strange,
    /// A no.
    #[error("answered {}", [&status.to_string(), code.as_str(), message].join(" ").trim_end())]
    Refused {
        /// The status.
        status: u16,
        /// The service's own code for it, such as `NoSuchBucket`, or nothing.
        code: String,
        /// The service's own words for it.
        message: String,
    },
}

impl AwsError {
    pub(super) fn answered(status: StatusCode, body: &[u8]) -> Self {
        let text = str::from_utf8(body).unwrap_or_default();
        Self::Refused { status: status.as_u16(), code: code(text).to_owned(), message: message(text) }
    }

    /// Is it the credentials that are refused? Others may be good.
    pub(super) fn is_about_credentials(&self) -> bool {
        const CODES: [&str; 8] = [
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSecurity",
            "InvalidToken",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ];
        matches!(self, Self::Refused { code, .. } if CODES.contains(&code.as_str()))
    }

    /// Did the service itself say that a condition does not hold? Anybody can answer 412.
    pub(crate) fn is_precondition_failed(&self) -> bool {
        matches!(self, Self::Refused { status: 412, code, .. } if code == "PreconditionFailed")
    }

    /// The service's own code for a refusal, where it gave one.
    pub(crate) fn code(&self) -> Option<&str> {
        if let Self::Refused { code, .. } = self { Some(code.as_str()).filter(|code| !code.is_empty()) } else { None }
    }

    /// Is another try worth its time? An event has one chance, so this says yes wherever the next answer can be another
    /// one: to what S3's documents call temporary; to 409, by which S3 answers when two conditional puts of one key
    /// race, of which one is an attempt of ours that timed out
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>); and to 403 and 404, which
    /// pass while credentials or a bucket are being changed.
    pub(super) fn can_pass(&self) -> bool {
        match self {
            Self::TimedOut
            | Self::Connection(_)
            | Self::Broken(_)
            | Self::Credentials(_)
            | Self::NoCredentialsYet
            | Self::Refused { status: 403 | 404 | 408 | 409 | 429 | 500.., .. } => true,
            Self::NoRegion | Self::NoCredentials | Self::Unsignable | Self::Strange | Self::Request(_) => false,
            Self::Refused { code, .. } => {
                code.contains("Throttl") || code.starts_with("RequestTimeout") || self.is_about_credentials()
            }
        }
    }
}

/// A service's code for its error: `<Code>…</Code>` from S3, `"__type":"…#…"` from SQS.
fn code(answer: &str) -> &str {
    let sqs = || between(answer, "\"__type\":\"", '"')?.rsplit('#').next();
    let code = between(answer, "<Code>", '<').or_else(sqs).unwrap_or_default();
    let is_code = code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    if is_code { code } else { "" }
}

/// A service's words for its error. Nothing else of the answer is repeated: S3 puts the credentials' session token into
/// some.
fn message(answer: &str) -> String {
    const CHARS_MAX: usize = 300;
    let message = between(answer, "<Message>", '<').or_else(|| between(answer, "\"message\":\"", '"'));
    message.unwrap_or_default().chars().filter(|char| !char.is_control()).take(CHARS_MAX).collect()
}

fn between<'a>(answer: &'a str, before: &str, after: char) -> Option<&'a str> {
    Some(answer.split_once(before)?.1.split_once(after)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_is_found_and_nothing_else_is_repeated() {
        let told = |answer: &str| AwsError::answered(StatusCode::BAD_REQUEST, answer.as_bytes()).to_string();
        let s3 = "<Error><Code>SlowDown</Code><Message>Less, please</Message><Token-0>SECRET</Token-0></Error>";
        assert_eq!(told(s3), "answered 400 SlowDown Less, please");
        let sqs = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no \n queue"}"#;
        assert_eq!(told(sqs), r"answered 400 QueueDoesNotExist no \n queue");
        assert_eq!(told("a proxy's page"), "answered 400");
        for odd in ["", "<Code>", "<Code></Code>", "<Code>a b</Code>", "<Code>a\"b</Code>", "{\"__type\":\"", "\u{44f}"]
        {
            assert_eq!(code(odd), "", "{odd}");
        }
    }

    #[test]
    fn what_can_pass_is_tried_again() {
        let refused = |status: u16, code: &str| {
            AwsError::Refused { status, code: code.into(), message: String::new() }.can_pass()
        };
        assert!(
            refused(503, "SlowDown") && refused(500, "InternalError") && refused(409, "ConditionalRequestConflict")
        );
        assert!(refused(400, "RequestTimeout") && refused(400, "ThrottlingException") && refused(403, "AccessDenied"));
        assert!(refused(400, "ExpiredToken"));
        assert!(!refused(412, "PreconditionFailed") && !refused(400, "InvalidArgument") && !refused(301, "Moved"));
    }
}
