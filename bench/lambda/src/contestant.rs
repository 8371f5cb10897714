//! Who is measured: a command that is a Lambda's `bootstrap`, started as Lambda starts one.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::certificate::Tls;
use crate::event::TOKENS;
use crate::runtime_api::RuntimeApi;
use crate::s3::S3;

pub const BUCKET: &str = "events-bucket";

/// What every function finds in its environment, and what this one is configured with. There is nothing of this machine's
/// environment beside it.
const ENVIRONMENT: [(&str, &str); 17] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"),
    ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLE"),
    ("HOOKLOG_TOKENS", TOKENS),
    ("LANG", "en_US.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("TZ", ":UTC"),
    ("_HANDLER", "bootstrap"),
];

#[derive(Clone, Debug)]
pub struct Contestant {
    pub name: String,
    pub command: Vec<String>,
}

/// A running one; it is killed when it is dropped.
pub struct Process {
    child: Child,
    pub started: Instant,
}

impl Contestant {
    /// Only measures what any function must do: it speaks no TLS and makes no record.
    pub fn is_floor(&self) -> bool {
        self.name == "floor"
    }

    /// The length of its code as Lambda is given it, in bytes; nothing where it is a script.
    pub fn zipped_bytes(&self) -> Result<Option<usize>> {
        let [program] = self.command.as_slice() else { return Ok(None) };
        let zip = Command::new("gzip").args(["-9", "-c", program]).output().context("gzip cannot be run")?;
        Ok(Some(zip.stdout.len()))
    }

    pub fn start(&self, api: &RuntimeApi, s3: &S3, tls: Option<&Tls>) -> Result<Process> {
        let [program, arguments @ ..] = self.command.as_slice() else { anyhow::bail!("{} has no command", self.name) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
        command.env_clear().envs(ENVIRONMENT).env("HOOKLOG_STORE", format!("s3://{BUCKET}"));
        command.env("AWS_LAMBDA_RUNTIME_API", api.address.to_string()).env("AWS_ENDPOINT_URL_S3", &s3.endpoint);
        command.envs(tls.into_iter().flat_map(Tls::environment));
        let folder = Path::new(self.command.last().unwrap_or(program)).parent();
        command.env("LAMBDA_TASK_ROOT", folder.unwrap_or(Path::new(".")));
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("{program} cannot be run"))?;
        Ok(Process { child, started })
    }
}

impl Process {
    /// The CPU time of all of its threads, also of those that have ended, since it was made.
    pub fn cpu(&self) -> Result<Duration> {
        let clock = clock_getcpuclockid(Pid::from_raw(self.child.id().try_into()?))?;
        Ok(ClockId::now(clock)?.into())
    }

    /// The most memory that it ever held, in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        Ok(peak.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _status = self.child.wait();
    }
}
