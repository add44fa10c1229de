//! Judges that are written in Go, where there is Go: h2spec for HTTP/2, connectconformance for gRPC and gRPC-Web, grpcurl for
//! reflection, quic-go for WebTransport.
//!
//! They are left out where there is none, and say so; `docs/conformance.md` tells how each of them judges.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;
use trivium_test_service::TestServer;
use trivium_tests::{HEARD, Server, eventually};

use crate::programs::{Judge, root, told};

/// All that h2spec finds wrong: one port speaks HTTP/1.1 too, so what is no preface of HTTP/2 is answered with 400.
const KNOWN: [&str; 1] = ["http2/3.5: Sends invalid connection preface"];
/// For hundreds of calls and many servers.
const CONFORMANCE_PATIENCE: Duration = Duration::from_mins(2);
/// What h2spec tries, so that an empty run is not taken for a good one.
const RULES: usize = 146;
/// What connectconformance makes of `conformance/server.yaml`, and how much of it is in `conformance/known-failing.txt`.
const CONFORMING: [&str; 2] = ["680 passed, 0 failed", "Another 37 failed as expected"];
/// Cases of the client that is written with quic-go.
const CASES: usize = 9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h2spec_finds_what_is_known() {
    let Some(h2spec) = Judge::H2spec.command() else {
        return;
    };
    let server = Server::start().await;
    let (failed, printed) = h2spec_failures(h2spec, &server.http.port().to_string()).await;
    assert_eq!(failed, KNOWN, "{printed}");
    server.stop().await;
}

/// The cases that fail, and what is printed of all.
async fn h2spec_failures(mut h2spec: Command, port: &str) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().expect("a directory");
    let report = folder.path().join("report.xml");
    // Some cases break a request that is good up to there, so what is asked for must not be answered before.
    h2spec.args(["--strict", "--timeout", "5", "--path", HEARD, "--port", port]);
    h2spec.arg("--junit-report").arg(&report);
    let output = eventually(Judge::H2spec, h2spec.kill_on_drop(true).output()).await;
    let printed = String::from_utf8_lossy(&output.expect("it starts").stdout).into_owned();
    let report = std::fs::read_to_string(report).unwrap_or_else(|error| panic!("{error}: {printed}"));
    let (tried, failed) = failures(&report);
    assert_eq!(tried, RULES, "{printed}");
    (failed, printed)
}

/// How many cases a report of JUnit has, and which of them failed, as `package: case`.
fn failures(report: &str) -> (usize, Vec<String>) {
    let mut tried = 0;
    let mut failed = Vec::new();
    for case in report.split("<testcase ").skip(1) {
        tried += 1;
        if case.contains("<failure>") || case.contains("<error>") {
            failed.push(format!(
                "{}: {}",
                attribute(case, "package"),
                attribute(case, "classname")
            ));
        }
    }
    (tried, failed)
}

fn attribute<'a>(element: &'a str, name: &str) -> &'a str {
    let start = format!("{name}=\"");
    let value = element.split_once(&start).and_then(|(_, rest)| rest.split_once('"'));
    value.map_or("", |(value, _)| value)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connectconformance_finds_what_is_known() {
    let Some(mut judge) = Judge::Connectconformance.command() else {
        return;
    };
    let home = root().join("tests/interop/conformance");
    judge.args(["--mode", "server", "--conf"]).arg(home.join("server.yaml"));
    judge
        .arg("--known-failing")
        .arg(format!("@{}", home.join("known-failing.txt").display()));
    judge.args(["--", env!("CARGO_BIN_EXE_trivium-conformance")]);
    let judged = tokio::time::timeout(CONFORMANCE_PATIENCE, judge.kill_on_drop(true).output()).await;
    let output = judged.expect("it ends").expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    assert!(CONFORMING.iter().all(|line| printed.contains(line)), "{printed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpcurl_needs_nothing_but_the_address() {
    if Judge::Grpcurl.command().is_none() {
        return;
    }
    let server = Server::start().await;
    let services = grpcurl(&server, None, &["list"]).await.expect("a list");
    for service in [
        "grpc.health.v1.Health",
        "trivium.v1.RoomService",
        "trivium.v1.SessionService",
    ] {
        assert!(services.lines().any(|line| line == service), "{services}");
    }
    let described = grpcurl(&server, None, &["describe", "trivium.v1.CreateRoomRequest"]).await;
    assert!(described.expect("a description").contains("string title"));

    let health = grpcurl(&server, None, &["grpc.health.v1.Health/Check"])
        .await
        .expect("an answer");
    assert_eq!(json(&health)["status"], "SERVING");

    let request = json!({ "request_id": trivium_tests::game::id(), "kind": "ROOM_KIND_QUIZ", "title": "By grpcurl" });
    let call = ["-d", &request.to_string(), "trivium.v1.RoomService/CreateRoom"];
    let token = server.token("gerda");
    let created = grpcurl(&server, Some(&token), &call).await.expect("a room");
    assert_eq!(json(&created)["room"]["title"], "By grpcurl", "{created}");
    let refused = grpcurl(&server, None, &call).await.expect_err("nobody is signed in");
    assert!(refused.contains("Code: Unauthenticated"), "{refused}");
    server.stop().await;
}

/// What grpcurl prints, or what it complains about. Flags and then the name of a method, or a word and its arguments.
async fn grpcurl(server: &Server, token: Option<&str>, arguments: &[&str]) -> Result<String, String> {
    let mut command = Judge::Grpcurl.command().expect("it was there a moment ago");
    command.arg("-plaintext");
    if let Some(token) = token {
        command.args(["-H", &format!("authorization: Bearer {token}")]);
    }
    // The address stands between the two.
    let flags = if arguments[0] == "-d" { 2 } else { 0 };
    command
        .args(&arguments[..flags])
        .arg(server.http.to_string())
        .args(&arguments[flags..]);
    let output = eventually(Judge::Grpcurl, command.kill_on_drop(true).output())
        .await
        .expect("it starts");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quic_go_makes_every_kind_of_call_over_webtransport() {
    let Some(mut client) = Judge::WebTransportGo.command() else {
        return;
    };
    let server = TestServer::bind().await.expect("free ports");
    client.arg(server.http().expect("it is bound"));
    told(client, server, CASES).await;
}
