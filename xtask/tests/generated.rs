//! Holds the files that are generated and committed to their sources; `cargo xtask gen` lets this test write them.

use std::{env, fs, path::Path};

/// What `tools/protoc` hands out: the rules of protovalidate with the files that they import, without comments.
#[test]
fn rules_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut compiler = protox::Compiler::new([root.join("proto")]).unwrap();
    compiler
        .include_imports(true)
        .include_source_info(false)
        .open_file("buf/validate/validate.proto")
        .unwrap();
    let made = compiler.encode_file_descriptor_set();

    let path = root.join("tools/buf-validate.binpb");
    if env::var_os("TRIVIUM_GENERATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(
        fs::read(&path).unwrap() == made,
        "run `cargo xtask gen` and commit {}",
        path.display()
    );
}
