//! Where the keys of this device are kept: a folder for each server and user, so that nobody's keys are taken for another's.
//!
//! Neighbours: [`private`](super::private) keeps them there.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Digits of the bytes that no path should have.
const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
];

/// The folder for a user of a server, in the one that was given or in the one of this person.
pub(super) fn folder(given: Option<PathBuf>, server: &str, user: &str) -> PathBuf {
    let home = || std::env::home_dir().unwrap_or_default().join(".local/share");
    let root = given.unwrap_or_else(|| {
        let data = std::env::var_os("XDG_DATA_HOME").filter(|data| !data.is_empty());
        data.map_or_else(home, PathBuf::from).join("trivium/keys")
    });
    let authority = server.parse::<http::Uri>().ok();
    let authority = authority.as_ref().and_then(http::Uri::authority);
    let server = authority.map_or(server, http::uri::Authority::as_str);
    root.join(file_name(server)).join(file_name(user))
}

/// Makes a folder for its owner only.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A name as one part of a path. The server says who the user is, and may not choose where files are written.
fn file_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for byte in name.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'@');
        if is_plain || (byte == b'.' && !safe.is_empty()) {
            safe.push(char::from(byte));
        } else {
            safe.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    if safe.is_empty() {
        safe.push('%');
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_of_each_server_has_a_folder_and_none_leads_elsewhere() {
        for (server, user, expected) in [
            ("https://quiz.example", "ana", "k/quiz.example/ana"),
            ("http://127.0.0.1:8080", "ana", "k/127.0.0.1%3A8080/ana"),
            ("http://[::1]:80/x", "a.b@c:d", "k/%5B%3A%3A1%5D%3A80/a.b@c%3Ad"),
            ("nonsense", "..", "k/nonsense/%2E."),
            ("", "../../.ssh", "k/%/%2E.%2F..%2F.ssh"),
        ] {
            let folder = folder(Some("k".into()), server, user);
            assert_eq!(folder, Path::new(expected), "{server} {user}");
        }
    }
}
