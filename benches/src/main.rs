//! `trivium-load`: the load generator, and `against`, which measures ours and the peers with it.

#![expect(clippy::print_stdout, reason = "a program for the command line")]

mod against;

use anyhow::Result;
use clap::Parser;
use trivium_benches::{Scenario, Telling};

/// Load for a Trivium server or a peer, on one thread.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    telling: Telling,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    #[command(flatten)]
    Load(Scenario),
    /// Ours and the peers in turn; writes the results.
    Against(against::Args),
}

fn main() -> Result<()> {
    let Arguments { telling, command } = Arguments::parse();
    match command {
        Command::Load(scenario) => trivium_benches::run(scenario, &telling),
        Command::Against(args) => trivium_benches::on_this_thread(against::run(args)),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_lines_are_understood_or_refused() {
        Arguments::command().debug_assert();
        for (line, good) in [
            ("fan-out --pid 1 --burst 1,16", true),
            ("fan-out --rate 500 --every-ms 2", false),
            ("fan-out --burst 16 --orders 100", true),
            ("fan-out --orders 100 --seconds 5", false),
            ("fan-out --orders 100 --rate 500", false),
            ("fan-out --bystanders", true),
            ("mesh --url https://quiz.example --token x", true),
            ("mesh --token x --data y", false),
            ("join-wave --url http://localhost:1 --code ABCD --rate 0.5 --hear", true),
            ("join-wave --rate 0", false),
            (
                "reconnect --spread-ms 2000 --protocol grpc-web --json --plots out",
                true,
            ),
            ("slow --sessions 10 --stalled 2", true),
            ("quiz-day --rooms 3", true),
            ("soak --minutes 0.5 --most 1", true),
            ("soak --minutes soon", false),
            ("against --peers here", true),
        ] {
            let words = std::iter::once("trivium-load").chain(line.split(' '));
            assert_eq!(Arguments::try_parse_from(words).is_ok(), good, "{line}");
        }
    }
}
