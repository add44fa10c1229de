//! Files that only their owner can read, written whole or not at all.
//!
//! Neighbours: [`keys`](super::keys) and [`directory`](super::directory) are kept in such files.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

use super::SealError;

/// What a file holds; none if there is none.
pub(super) fn load<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, SealError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| failed(path, &error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, &error)),
    }
}

/// Writes a file beside the old one and then in its place.
pub(super) fn save(path: &Path, value: &impl Serialize) -> Result<(), SealError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|error| failed(path, &error))?;
    write(path, &bytes).map_err(|error| failed(path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    // One that was left behind may have been readable to others.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)
}

fn failed(path: &Path, error: &impl std::fmt::Display) -> SealError {
    SealError::File(format!("{}: {error}", path.display()))
}
