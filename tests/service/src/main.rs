//! [`TestServer`] as a program, for suites in other languages.
//!
//! Prints one line of JSON, `{"http":"http://127.0.0.1:PORT"}`, with `https` beside it, and runs until its standard input ends,
//! so that a suite that was killed leaves no server behind.

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use trivium_test_service::TestServer;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = TestServer::bind().await?;
    tell(&server)?;
    let mut stdin = tokio::io::stdin();
    let mut ignored = Vec::new();
    tokio::select! {
        ended = server.serve() => ended?,
        _ = stdin.read_to_end(&mut ignored) => {}
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the suite reads it")]
fn tell(server: &TestServer) -> anyhow::Result<()> {
    println!("{}", json!({ "http": server.http()?, "https": server.https()? }));
    Ok(())
}
