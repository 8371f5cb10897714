//! `bootstrap` under AWS's own Runtime Interface Emulator, with an S3 server behind it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::port::{free_port, on_free_port};
use super::s3::{BUCKET, S3Server};
use super::{Answer, Post, collect};

/// A function of ours under the emulator.
pub struct Function {
    emulator: Child,
    invocations: String,
    printed: Arc<Mutex<String>>,
    client: reqwest::Client,
}

impl Function {
    pub fn start(binary: &str, environment: &[(&str, &str)]) -> Self {
        let (mut process, port) = on_free_port("the emulator", |port| {
            let mut command = Command::new(emulator_path());
            command.args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")]);
            command.args(["--runtime-api-address", &format!("127.0.0.1:{}", free_port())]).arg(binary);
            command.env("AWS_LAMBDA_FUNCTION_NAME", "receiver").envs(environment.iter().copied());
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
        });
        let printed = collect(process.stdout.take().unwrap());
        let invocations = format!("http://127.0.0.1:{port}/2015-03-31/functions/function/invocations");
        Self { emulator: process, invocations, printed, client: super::client() }
    }

    /// Invokes the function with any event and returns its response.
    pub async fn invoke(&self, event: &Value) -> Value {
        let answer = self.client.post(&self.invocations).body(event.to_string()).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // The emulator ends its function when it is asked to end, and not when it is killed.
        let asked = Command::new("kill").arg(self.emulator.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _already_gone = self.emulator.kill();
        }
        let _status = self.emulator.wait();
    }
}

/// The receiving function with an S3 server of its own.
pub struct Bootstrap {
    function: Function,
    s3: S3Server,
}

impl Bootstrap {
    pub async fn start(tokens: &str) -> Self {
        Self::start_with(tokens, &[]).await
    }

    pub async fn start_with(tokens: &str, environment: &[(&str, &str)]) -> Self {
        let s3 = S3Server::start().await;
        let own = s3.environment();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let store = format!("s3://{BUCKET}");
        let own = own.chain([("HOOKLOG_STORE", store.as_str()), ("HOOKLOG_TOKENS", tokens)]);
        let environment: Vec<_> = own.chain(environment.iter().copied()).collect();
        Self { function: Function::start(env!("CARGO_BIN_EXE_bootstrap"), &environment), s3 }
    }

    pub fn folder(&self) -> PathBuf {
        self.s3.bucket_folder()
    }

    pub fn printed(&self) -> String {
        self.function.printed()
    }

    pub async fn invoke(&self, event: &Value) -> Value {
        self.function.invoke(event).await
    }

    pub async fn send(&self, post: &Post<'_>) -> Answer {
        answer(&self.invoke(&event(post)).await)
    }
}

/// What a client of the function URL sees of a response.
pub fn answer(response: &Value) -> Answer {
    let headers = response["headers"].as_object().unwrap_or_else(|| panic!("no answer: {response}"));
    Answer {
        status: response["statusCode"].as_u64().unwrap().try_into().unwrap(),
        content_type: headers["content-type"].as_str().unwrap().to_owned(),
        headers: headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        body: response["body"].as_str().unwrap().to_owned(),
    }
}

/// The event that a function URL makes of a request (payload format 2.0).
pub fn event(post: &Post<'_>) -> Value {
    let (path, query) = post.path_and_query.split_once('?').unwrap_or((post.path_and_query, ""));
    let mut headers = json!({ "user-agent": "Bitrix24 Webhook Engine", "host": "example.lambda-url.on.aws" });
    if let Some(content_type) = post.content_type {
        headers["content-type"] = content_type.into();
    }
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "http": {
                "method": post.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.10",
                "userAgent": "Bitrix24 Webhook Engine",
            },
            "requestId": "5b1a2e3c-0000-4444-8888-1234567890ab",
        },
        "body": BASE64_STANDARD.encode(post.body),
        "isBase64Encoded": true,
    })
}

fn emulator_path() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/aws-lambda-rie");
    assert!(path.exists(), "{} is missing: run `./check tools`", path.display());
    path
}
