//! Keeps the engine's manifest as poor as its role: what decides a room's fate may neither wait nor look around.
//!
//! `deny.toml` says who may use a crate, but cannot say what one crate may use.

use anyhow::{Result, bail};

use crate::shell::{cargo, read};

/// What the engine may depend on: values and functions of them, and the trait of a random number generator that its caller
/// seeds.
const ALLOWED: [&str; 8] = [
    "base64",
    "rand",
    "regex",
    "serde",
    "sha2",
    "thiserror",
    "unicode-normalization",
    "unicode-segmentation",
];

/// What nothing under the engine may bring in.
const FORBIDDEN: [&str; 8] = [
    "async-std",
    "chrono",
    "futures-core",
    "getrandom",
    "mio",
    "tokio",
    "tonic",
    "web-time",
];

/// # Errors
///
/// The engine depends on more than it may.
pub(crate) fn stands_alone() -> Result<()> {
    let direct = dependencies(&["--depth", "1"])?;
    let all = dependencies(&[])?;
    let strangers = strangers(&direct, &all);
    if !strangers.is_empty() {
        bail!(
            "trivium-engine may not depend on {}; see xtask/src/engine.rs",
            strangers.join(", ")
        );
    }
    Ok(())
}

fn strangers<'a>(direct: &'a [String], all: &'a [String]) -> Vec<&'a str> {
    let direct = direct.iter().filter(|name| !ALLOWED.contains(&name.as_str()));
    let all = all.iter().filter(|name| FORBIDDEN.contains(&name.as_str()));
    direct.chain(all).map(String::as_str).collect()
}

/// Names of the crates that the engine is built with, itself left out.
fn dependencies(options: &[&str]) -> Result<Vec<String>> {
    let tree = [
        "tree",
        "--locked",
        "--package",
        "trivium-engine",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    let printed = read(cargo().args(tree).args(options))?;
    let names = printed
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next());
    Ok(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::strangers;

    #[test]
    fn strangers_are_found_at_any_depth() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (direct, all, expected) in [
            (&["serde"][..], &["serde", "serde_core"][..], &[][..]),
            (&["serde", "bytes"], &["serde", "bytes"], &["bytes"]),
            (&["rand"], &["rand", "getrandom"], &["getrandom"]),
        ] {
            assert_eq!(strangers(&names(direct), &names(all)), expected);
        }
    }
}
