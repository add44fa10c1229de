//! Puts the web app that Vite has built into the binary: each file as it is, and compressed where that helps.
//!
//! Neighbours: `src/web/app` serves them; `cargo xtask run` builds the app first. Without a built app the list is empty, so that
//! building the server never needs Node.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// Where Vite puts the app.
const DIST: &str = "../../clients/ts/app/dist";
/// What is not for browsers that merely use the app, besides everything whose name begins with a dot.
const LEFT_OUT: [&str; 1] = ["map"];

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let dist = variable("CARGO_MANIFEST_DIR")?.join(DIST);
    let out = variable("OUT_DIR")?.join("app");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", watched(&dist).display());
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    let mut files = Vec::new();
    // Without its page the rest is the debris of a build that failed.
    if dist.join("index.html").is_file() {
        list(&dist, &mut files)?;
    }
    let mut paths = Vec::new();
    for file in files {
        let parts = file.strip_prefix(&dist).map_err(io::Error::other)?.iter();
        let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
        paths.push((parts.ok_or(io::ErrorKind::InvalidData)?.join("/"), file));
    }
    // The server finds them by bisection.
    paths.sort();
    let mut code = String::from("&[\n");
    for (number, (path, file)) in paths.iter().enumerate() {
        write_entry(&mut code, path, &fs::read(file)?, &out.join(number.to_string()))?;
    }
    code.push_str("]\n");
    fs::write(out.join("files.rs"), code)
}

/// What Cargo watches: the app or, while there is none, the folder in which it will appear. A path that is not there would have
/// the server built anew each time.
fn watched(dist: &Path) -> &Path {
    dist.ancestors().find(|path| path.exists()).unwrap_or(dist)
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            list(&path, found)?;
        } else if !extension.is_some_and(|extension| LEFT_OUT.contains(&extension)) {
            found.push(path);
        }
    }
    Ok(())
}

/// Writes copies, so that the next run of Vite does not pull the files from under the compiler, and the entry that names them.
fn write_entry(code: &mut String, path: &str, plain: &[u8], copy: &Path) -> io::Result<()> {
    fs::write(copy, plain)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    io::Write::write_all(&mut encoder, plain)?;
    let packed = encoder.finish()?;
    // Fonts and pictures are compressed by themselves.
    let gzip = if packed.len() < plain.len() / 10 * 9 {
        let packed_copy = copy.with_extension("gz");
        fs::write(&packed_copy, packed)?;
        format!("Some(include_bytes!({:?}))", packed_copy.display().to_string())
    } else {
        "None".to_owned()
    };
    let hash = Sha256::digest(plain);
    let mut tag = String::new();
    for byte in &hash[..12] {
        write!(tag, "{byte:02x}").map_err(io::Error::other)?;
    }
    let copy = copy.display().to_string();
    writeln!(
        code,
        "    Embedded {{ path: {path:?}, tag: {tag:?}, plain: include_bytes!({copy:?}), gzip: {gzip} }},"
    )
    .map_err(io::Error::other)
}
