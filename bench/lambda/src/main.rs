//! Drives any Lambda `bootstrap` the way the service does, with stand-ins for the Runtime API and S3 on loopback, and
//! prints what it cost, once with S3 over plain HTTP and once over TLS.
//!
//! ```text
//! lambda-bench [--cold N] [--warm N] NAME COMMAND [ARGUMENT…] [-- NAME COMMAND [ARGUMENT…]]…
//! ```
//!
//! hooklog is compared with the contestant named `floor`, and with the best of the others.

mod certificate;
mod check;
mod contestant;
mod event;
mod http;
mod measure;
mod runtime_api;
mod s3;
mod table;

use anyhow::{Context as _, Result, bail};

use certificate::Tls;
use contestant::Contestant;
use event::Sample;
use measure::{Counts, Entry};

fn main() -> Result<()> {
    let (counts, contestants) = arguments(std::env::args().skip(1))?;
    let sample = Sample::read()?;
    println!("Median of {} cold starts and of {} warm events one after another.\n", counts.cold, counts.warm);
    println!("S3 over plain HTTP:\n\n{}", compare(contestants.iter(), &sample, counts, None)?);
    let with_tls = contestants.iter().filter(|contestant| !contestant.is_floor());
    println!("S3 over TLS:\n\n{}", compare(with_tls, &sample, counts, Some(&Tls::new()?))?);
    Ok(())
}

/// Measures them, makes sure that each has kept every event, and tells what it cost.
fn compare<'c>(
    contestants: impl Iterator<Item = &'c Contestant>,
    sample: &Sample,
    counts: Counts,
    tls: Option<&Tls>,
) -> Result<String> {
    let entries = contestants.map(|contestant| Entry::new(contestant, tls));
    let mut entries: Vec<_> = entries.collect::<Result<_>>()?;
    measure::run(&mut entries, sample, counts, tls)?;
    check::check(&entries, measure::events(counts))?;
    table::table(&entries)
}

fn arguments(arguments: impl Iterator<Item = String>) -> Result<(Counts, Vec<Contestant>)> {
    let mut counts = Counts { cold: 20, warm: 2000 };
    let mut arguments = arguments.peekable();
    while let Some(option) = arguments.next_if(|argument| argument.starts_with("--")) {
        let number = arguments.next().with_context(|| format!("{option} needs a number"))?;
        let number = number.parse().with_context(|| format!("{option} {number}"))?;
        match option.as_str() {
            "--cold" => counts.cold = number,
            "--warm" => counts.warm = number,
            _ => bail!("there is no option {option}"),
        }
    }
    let words: Vec<_> = arguments.collect();
    let contestants = words.split(|word| word == "--").map(|words| match words {
        [name, command @ ..] if !command.is_empty() => Ok(Contestant { name: name.clone(), command: command.to_vec() }),
        _ => bail!("a contestant is a name and a command; they are separated by `--`"),
    });
    Ok((counts, contestants.collect::<Result<_>>()?))
}
