//! Servers that must be told their port.

use std::net::{TcpListener, TcpStream};
use std::process::Child;

/// Starts a server on a free port and waits until it listens; on another port where it ended, as somebody else may have
/// taken that one in between.
pub fn on_free_port(what: &str, start: impl Fn(u16) -> Child) -> (Child, u16) {
    for _ in 0..5 {
        let port = free_port();
        let mut server = start(port);
        let mut has_ended = || server.try_wait().unwrap().is_some();
        let ended_or_listens = || (has_ended() || TcpStream::connect(("127.0.0.1", port)).is_ok()).then_some(());
        super::wait_for(what, ended_or_listens);
        if server.try_wait().unwrap().is_none() {
            return (server, port);
        }
    }
    panic!("{what} ended at once on five ports");
}

/// A port that nobody listens on yet.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_server_that_ends_is_started_on_another_port() {
    use std::process::{Command, Stdio};
    let ports = std::cell::RefCell::new(Vec::new());
    let (mut server, port) = on_free_port("PHP's server", |port| {
        ports.borrow_mut().push(port);
        let mut command = Command::new(if ports.borrow().len() == 1 { "false" } else { "php" });
        let command = command.args(["-S", &format!("127.0.0.1:{port}")]).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!((ports.borrow().len(), ports.borrow().last()), (2, Some(&port)));
}
