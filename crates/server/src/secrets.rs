//! What lies in the data directory beside the database: the server's secret and the operator's token, for the owner's eyes only.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use rand::Rng as _;
use trivium_api::auth::{MIN_SECRET, Secret};

/// Makes the data directory if it is not there, closed to others.
///
/// # Errors
///
/// It cannot be made, or is something else.
pub fn make_directory(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .with_context(|| format!("data: cannot make the directory {}", path.display()))
}

/// The file with the server's secret.
pub fn secret_file(data: &Path) -> PathBuf {
    data.join("secret.key")
}

/// The file with the operator's token.
pub fn token_file(data: &Path) -> PathBuf {
    data.join("operator.token")
}

/// The file with self-made certificates and their keys.
pub fn certificates_file(data: &Path) -> PathBuf {
    data.join("certificates.pem")
}

/// Reads the server's secret, or makes it if there is none.
///
/// # Errors
///
/// The file cannot be read or made, is too short, or others may read it.
pub fn secret(data: &Path) -> Result<Secret> {
    let path = secret_file(data);
    if let Some(made) = make_secret(&path)? {
        return Ok(made);
    }
    read_secret(&path)
}

/// Reads a secret that must be there.
///
/// # Errors
///
/// As [`secret`].
pub fn read_secret(path: &Path) -> Result<Secret> {
    let about = || format!("the secret {}", path.display());
    let mut file = fs::File::open(path).with_context(about)?;
    check_private(&file, path)?;
    let mut bytes = Vec::with_capacity(MIN_SECRET);
    file.read_to_end(&mut bytes).with_context(about)?;
    Secret::new(bytes).with_context(about)
}

/// Writes a file that only its owner may read, at once or not at all.
///
/// # Errors
///
/// Those of the file system.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    let write = || {
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = private().open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// A new secret in a new file; none if there is a file already.
fn make_secret(path: &Path) -> Result<Option<Secret>> {
    let about = || format!("cannot make the secret {}", path.display());
    let mut file = match private().open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error).with_context(about),
    };
    let mut bytes = [0; MIN_SECRET];
    rand::rng().fill_bytes(&mut bytes);
    file.write_all(&bytes)
        .and_then(|()| file.sync_all())
        .with_context(about)?;
    Ok(Some(Secret::new(bytes)?))
}

/// A new file, for its owner only.
fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn check_private(file: &fs::File, path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions());
        // The six bits of group and others.
        ensure!(
            mode.trailing_zeros() >= 6,
            "{} may be read by others; chmod 600 it",
            path.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_private() {
        let data = tempfile::tempdir().expect("a directory");
        let made = format!("{:x?}", fs::read(secret_file(data.path())).ok());
        assert_eq!(made, "None");
        secret(data.path()).expect("made");
        let first = fs::read(secret_file(data.path())).expect("written");
        secret(data.path()).expect("read");
        assert_eq!(fs::read(secret_file(data.path())).expect("kept"), first);
        assert_eq!(first.len(), MIN_SECRET);
        assert!(first.iter().any(|byte| *byte != first[0]), "random");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let data = tempfile::tempdir().expect("a directory");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        secret(data.path()).expect("made");
        let path = secret_file(data.path());
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let error = secret(data.path()).expect_err("others may read it");
        assert!(error.to_string().contains("chmod 600"), "{error:#}");

        let token = token_file(data.path());
        for text in ["one", "two"] {
            write_private(&token, text).expect("written");
            assert_eq!(
                (fs::read_to_string(&token).expect("there").as_str(), mode(&token)),
                (text, 0o600)
            );
        }
    }

    #[test]
    fn a_short_secret_is_refused() {
        let data = tempfile::tempdir().expect("a directory");
        let path = secret_file(data.path());
        write_private(&path, "short").expect("written");
        assert!(secret(data.path()).is_err());
    }
}
