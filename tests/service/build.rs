//! Compiles tests/proto with protox, so that no protoc is needed.

use std::{env, path::PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = [
        "grpc/testing/test.proto",
        "trivium/test/v1/probe_service.proto",
        "connectrpc/conformance.proto",
    ];
    let descriptors = protox::compile(files, [&root])?;
    let mut config = prost_build::Config::new();
    config.bytes(["."]);
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds_with_config(descriptors, config)?;
    Ok(())
}
