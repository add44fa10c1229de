//! The program `trivium`, with fail points that standard input arms while it runs.
//!
//! Each line of standard input is an order:
//!
//! - `stall SITE`: the next time that `SITE` is reached, its thread stops there for ever.
//! - `stall SITE after FIRST`: the same, but only once `FIRST` was reached.
//!
//! Each is answered by `armed` on standard output, and the stop itself by `stalled`. At the end of its input the program
//! ends, so that none is left behind by a suite that was killed. [`process`](trivium_tests::process) is the other end.

#![expect(clippy::print_stdout, reason = "the suite reads it")]

use std::{io, process::ExitCode, thread};

fn main() -> ExitCode {
    thread::spawn(obey);
    trivium_server::cli::main()
}

fn obey() {
    for line in io::stdin().lines().map_while(Result::ok) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["stall", site] => stall(site),
            ["stall", site, "after", first] => {
                let site = site.to_owned();
                on(first, move || stall(&site));
            }
            _ => panic!("{line:?} is no order"),
        }
        println!("armed");
    }
    std::process::exit(1);
}

fn stall(site: &str) {
    on(site, || {
        println!("stalled");
        loop {
            thread::park();
        }
    });
}

fn on(site: &str, action: impl Fn() + Send + Sync + 'static) {
    fail::cfg_callback(site, action).expect("callbacks are always taken");
}
