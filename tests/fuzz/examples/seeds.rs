//! Writes the inputs that the targets begin with into `FOLDER/<target>/`, for a coverage-guided fuzzer.

use std::{env, fs, path::PathBuf};

use trivium_fuzz::TARGETS;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/fuzz/seeds".to_owned()));
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (index, seed) in (target.seeds)().into_iter().enumerate() {
            fs::write(folder.join(index.to_string()), seed)?;
        }
    }
    Ok(())
}
