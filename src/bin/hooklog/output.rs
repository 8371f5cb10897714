//! Printing: the one place that knows standard output and standard error.

use std::io::{self, Write as _};

/// Prints a line of what was asked for.
pub fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.write_all(b"\n")
}

/// Prints a line about what went wrong. Where that fails, there is nobody to tell.
pub fn complain(line: &str) {
    let _nobody_to_tell = writeln!(io::stderr().lock(), "{line}");
}
