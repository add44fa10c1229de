//! Counts of instructions under callgrind, which do not depend on how busy the machine is: of the paths in `benches/counts`, and of
//! a whole server.
//!
//! Parts: `server` runs one, `book` compares with `benches/COUNTS.md` and writes it.

mod book;
mod server;

use std::{env, path::PathBuf, process::Stdio};

use anyhow::{Context as _, Result, bail};

use self::book::{Book, Section};
use super::build;
use crate::{
    shell::{cargo, read},
    tools,
};

const PATHS: &str = "Paths, each once";
const SERVER: &str = "A server, per delivery";

/// # Errors
///
/// What is needed is not there or cannot be built, a run fails, or a count has grown by more than it may.
pub(super) fn count(arguments: &[&str]) -> Result<()> {
    let (mut paths, mut server, mut write, mut programs) = (true, false, false, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "paths" => (paths, server) = (true, false),
            "server" => (paths, server) = (false, true),
            "all" => (paths, server) = (true, true),
            "--write" => write = true,
            "--programs" => {
                let directory = words.next().context("--programs: a directory is missing")?;
                programs = Some(PathBuf::from(directory));
            }
            word => bail!("bench count: {word}? There are paths, server, all, --write and --programs DIR"),
        }
    }
    let valgrind = tools::valgrind()?;
    let mut book = Book::read()?;
    let mut grown = Vec::new();
    if paths {
        grown.extend(book.enter(Section::counted(PATHS, &valgrind, count_paths()?)?));
    }
    if server {
        let programs = match programs {
            Some(programs) => programs,
            None => build(&["trivium-benches", "trivium-server"])?,
        };
        grown.extend(book.enter(Section::counted(SERVER, &valgrind, server::count(&programs)?)?));
    }
    if write {
        return book.write();
    }
    if !grown.is_empty() {
        bail!("more than benches/COUNTS.md allows: {}", grown.join("; "));
    }
    Ok(())
}

/// Runs `benches/counts`. The runner is found on the path: a variable that names it would be compiled in.
fn count_paths() -> Result<Vec<(String, u64)>> {
    let mut folders = vec![tools::gungraun_runner()?];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let bench = [
        "bench",
        "--locked",
        "--package",
        "trivium-benches",
        "--bench",
        "counts",
        "--",
        "--callgrind-metrics=ir",
        "--nosummary",
    ];
    let told = read(
        cargo()
            .args(bench)
            .env("PATH", env::join_paths(folders)?)
            .env("NO_COLOR", "1")
            .stderr(Stdio::inherit()),
    )?;
    let counts = found(&told);
    if counts.is_empty() {
        bail!("gungraun-runner tells no counts:\n{told}");
    }
    Ok(counts)
}

/// What stands in lines as `counts::rooms::fan_out subscribers_10:(Crowd :: hearing(10))` and, further down, `Instructions: 123|122 (…)`.
fn found(told: &str) -> Vec<(String, u64)> {
    let mut counts = Vec::new();
    let mut name = None;
    for line in told.lines() {
        if let Some(named) = line.strip_prefix("counts::") {
            // An argument is told behind the third colon.
            name = Some(named.splitn(4, ':').take(3).collect::<Vec<_>>().join(":"));
        } else if let Some(count) = line.trim_start().strip_prefix("Instructions:") {
            let (count, _) = count.split_once('|').unwrap_or((count, ""));
            counts.extend(name.take().zip(count.trim().parse().ok()));
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn counts_are_found_in_what_the_runner_tells() {
        let told = "\
counts::rooms::entry_to_json chat:(message())
  Instructions:                        5123|5100                 (+0.45098%) [+1.00451x]
counts::rooms::fan_out subscribers_10:(Crowd :: hearing(10))
  Instructions:                       91234|N/A                  (*********)
";
        let counts = [
            ("rooms::entry_to_json chat", 5_123),
            ("rooms::fan_out subscribers_10", 91_234),
        ];
        assert_eq!(found(told), counts.map(|(name, count)| (name.to_owned(), count)));
        assert!(found("Instructions: 7|7").is_empty());
    }
}
