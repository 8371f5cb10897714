//! `hooklog` as a command: arguments and input in, output and exit code out.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use super::s3::S3Server;

/// Runs a verb with nothing in its environment but the settings that are given.
pub fn hooklog(arguments: &[&str], input: &[u8]) -> Output {
    run(command(arguments, &[]), input)
}

/// Runs a verb; gives what it printed, and its exit code.
pub fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _closed_early = writer.join().unwrap();
    output
}

pub fn command(arguments: &[&str], environment: &[(&str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooklog"));
    for variable in ["HOOKLOG_STORE", "HOOKLOG_TOKENS", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.args(arguments).env("TZ", "UTC").envs(environment.iter().cloned());
    command
}

pub fn text(output: &[u8]) -> &str {
    std::str::from_utf8(output).unwrap()
}

/// A store as the command line names it.
pub struct Named {
    pub place: String,
    pub environment: Vec<(&'static str, String)>,
}

impl Named {
    pub fn folder(folder: &std::path::Path) -> Self {
        Self { place: folder.to_str().unwrap().to_owned(), environment: Vec::new() }
    }

    pub fn s3(server: &S3Server) -> Self {
        Self { place: format!("s3://{}", super::s3::BUCKET), environment: server.environment().to_vec() }
    }

    /// A verb on this store.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments, &self.environment);
        command.args(["--store", &self.place]);
        command
    }

    pub fn hooklog(&self, arguments: &[&str]) -> Output {
        run(self.command(arguments), b"")
    }

    /// What a verb that must end well prints.
    #[track_caller]
    pub fn printed(&self, arguments: &[&str]) -> String {
        let output = self.hooklog(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    }
}
