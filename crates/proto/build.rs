//! Compiles proto/ with protox, so that no protoc is needed, and makes prost types, tonic code, the JSON mapping and
//! the validators of `buf.validate` from it.

use std::{env, fs, path::PathBuf};

use prost::Message as _;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("trivium/v1"))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "proto"));
    files.sort();

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;
    let descriptor_path = PathBuf::from(env::var("OUT_DIR")?).join("trivium.binpb");
    fs::write(&descriptor_path, compiler.encode_file_descriptor_set())?;
    let mut descriptors = compiler.file_descriptor_set();
    // The rules of buf.validate are compiled into validators below; nothing needs its messages as Rust types.
    descriptors.file.retain(|file| file.package() != "buf.validate");

    tonic_prost_build::configure()
        .bytes(".")
        .generate_default_stubs(true)
        .compile_fds(descriptors.clone())?;
    prost_protovalidate_build::Builder::new()
        .file_descriptor_set_path(&descriptor_path)?
        .compile()?;
    pbjson_build::Builder::new()
        .register_descriptors(&descriptors.encode_to_vec())?
        .build(&[".trivium.v1"])?;
    Ok(())
}
