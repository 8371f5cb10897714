//! The most memory that a process had.
//!
//! It is the kernel's own figure, read while the process lives: what `wait4` gives after its end is the memory of the whole
//! test run, from which the process came.

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// So far, in kB; `None` where the process has ended.
pub fn peak_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

/// Waits for a process; gives the most that it had, in kB.
pub fn wait(child: &mut Child) -> (ExitStatus, u64) {
    let (started, mut peak) = (Instant::now(), 0);
    let status = loop {
        peak = peak_kb(child.id()).unwrap_or(peak);
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
        assert!(started.elapsed().as_secs() < 900, "the process does not end");
    };
    assert!(peak > 0, "no memory was seen");
    (status, peak)
}
