//! gRPC's interoperability cases by its two official stacks, in C and in JavaScript, against `grpc.testing.TestService`.
//!
//! Each case is a function in `interop_cases.py` and one in `interop_cases.mjs`; here they are counted.

use trivium_test_service::TestServer;

use crate::programs::{Program, told};

const PYTHON: Program = Program::Python("interop_cases.py");
const NODE: Program = Program::Node("interop_cases.mjs");
/// How many there are. All but those about accounts of Google, and `cacheable_unary`, which libraries have dropped.
const CASES: usize = 18;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpcio_passes_the_cases_without_tls() {
    let server = TestServer::bind().await.expect("free ports");
    let url = server.http().expect("it is bound");
    judge(PYTHON, server, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpcio_passes_the_cases_with_tls() {
    let server = TestServer::bind().await.expect("free ports");
    let url = server.https().expect("it is bound");
    judge(PYTHON, server, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpc_js_passes_the_cases() {
    let server = TestServer::bind().await.expect("free ports");
    let url = server.http().expect("it is bound");
    judge(NODE, server, &url).await;
}

async fn judge(program: Program, server: TestServer, url: &str) {
    let mut command = program.command();
    command.arg(url);
    told(command, server, CASES).await;
}
