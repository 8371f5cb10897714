//! Printing: the one place that knows standard output and standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::printable::{printable, printable_coloured};

/// How many lines wait for a reader that has stopped reading.
const LINES_WAITING_MAX: usize = 10_000;
/// How long the last lines are waited for at the end.
const LAST_LINES_WAIT_MAX: Duration = Duration::from_secs(1);

/// Prints a line with colours, which only a terminal gets, and only where `NO_COLOR` is not set.
///
/// What strangers wrote in it must be [`printable`] already: an escape character is taken for a colour's.
pub fn show(line: &str) -> io::Result<()> {
    let is_terminal = io::stdout().is_terminal();
    let line = if is_terminal { printable_coloured(line) } else { line.into() };
    writeln!(anstream::stdout().lock(), "{line}")
}

/// Prints bytes: as they are, but for a terminal, which would obey some.
pub fn say_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        return out.write_all(printable(&String::from_utf8_lossy(bytes)).as_bytes());
    }
    out.write_all(bytes)
}

/// `1 event`, `2 events`
pub fn events(count: u64) -> String {
    format!("{count} event{}", if count == 1 { "" } else { "s" })
}

/// How many columns the terminal has; nothing where standard output is none.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(terminal_size::Width(columns), _)| usize::from(columns))
}

/// A bar on standard error, where that is a terminal.
pub fn progress(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec}");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A spinner on standard error, where that is a terminal.
pub fn spinner(what: &'static str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} {pos} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::no_length().with_style(style).with_message(what)
}

/// Prints a line of what was asked for, as [`say_bytes`].
pub fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let line = if out.is_terminal() { printable(line) } else { line.into() };
    out.write_all(line.as_bytes())?;
    out.write_all(b"\n")
}

/// Prints a line about what went wrong, which names what strangers named. Where that fails, there is nobody to tell.
pub fn complain(line: &str) {
    let _nobody_to_tell = writeln!(io::stderr().lock(), "{}", printable(line));
}

/// Prints lines in a thread of its own: whoever receives events does not wait for whoever reads about them.
pub struct Printer {
    lines: SyncSender<String>,
    printed_all: Receiver<()>,
}

impl Printer {
    pub fn start() -> Self {
        let (lines, waiting) = sync_channel::<String>(LINES_WAITING_MAX);
        let (done, printed_all) = channel();
        thread::spawn(move || {
            while let Ok(line) = waiting.recv() {
                if say(&line).is_err() {
                    break;
                }
            }
            let _nobody_waits = done.send(());
        });
        Self { lines, printed_all }
    }

    /// A way to print. A line is left out when nobody reads the ones before it.
    pub fn printing(&self) -> impl Fn(String) + Send + Sync + use<> {
        let lines = self.lines.clone();
        move |line| match lines.try_send(line) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Prints what still waits, when every way to print is gone.
    pub fn finish(self) {
        drop(self.lines);
        let _nobody_reads = self.printed_all.recv_timeout(LAST_LINES_WAIT_MAX);
    }
}
