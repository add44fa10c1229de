//! The command `trivium`.

fn main() -> std::process::ExitCode {
    trivium_server::cli::main()
}
