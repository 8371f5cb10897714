//! moto's server: a real peer for the SQS client, with queues of its own in each test.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Region};
use hooklog::aws::sdk_http_client;
use hooklog::overflow::{Overflow, Sqs};

use super::port::on_free_port;
use super::s3;

pub struct Moto {
    server: Child,
    pub endpoint: String,
}

impl Moto {
    pub fn start() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/venv/bin/moto_server");
        assert!(path.exists(), "{} is missing: run `./check tools`", path.display());
        let (server, port) = on_free_port("moto", |port| {
            let mut command = Command::new(&path);
            command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        });
        Self { server, endpoint: format!("http://127.0.0.1:{port}") }
    }

    pub fn client(&self) -> Client {
        let settings = Config::builder().behavior_version(BehaviorVersion::latest()).http_client(sdk_http_client());
        let settings = settings.endpoint_url(&self.endpoint).region(Region::new("eu-central-1"));
        Client::from_conf(settings.credentials_provider(s3::keys()).build())
    }

    /// Makes a queue and returns its URL.
    pub async fn queue(&self, name: &str) -> String {
        let queue = self.client().create_queue().queue_name(name).send().await.unwrap();
        queue.queue_url().unwrap().to_owned()
    }

    /// The texts of the messages that wait in a queue.
    pub async fn messages(&self, queue: &str) -> Vec<String> {
        let receive = self.client().receive_message().queue_url(queue).max_number_of_messages(10);
        let received = receive.send().await.unwrap();
        received.messages().iter().map(|message| message.body().unwrap().to_owned()).collect()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _already_gone = self.server.kill();
        let _status = self.server.wait();
    }
}

pub fn overflow(endpoint: &str, queue: &str) -> Overflow {
    Overflow::Sqs(Sqs::new(s3::access(s3::keys()), Some(endpoint), queue.to_owned()))
}
