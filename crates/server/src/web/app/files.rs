//! Where the files of the web app come from: the binary itself, or a folder into which Vite builds while somebody works on it.
//!
//! Neighbours: `build.rs` makes the list of embedded files; [`app`](super) answers with them.

use std::path::{Path, PathBuf};

use bytes::Bytes;

/// The page that everything else hangs on.
const INDEX: &str = "index.html";
/// Largest file that is served from a folder, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A file in the binary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Embedded {
    /// Without a slash in front.
    path: &'static str,
    /// Names its content.
    tag: &'static str,
    plain: &'static [u8],
    /// The same, compressed, where that is worth it.
    gzip: Option<&'static [u8]>,
}

/// What was built when the server was; in the order of their paths.
static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/app/files.rs"));

/// The files of the app.
#[derive(Clone, Debug)]
pub(super) enum Files {
    Embedded(&'static [Embedded]),
    Folder(PathBuf),
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) plain: Bytes,
    pub(super) gzip: Option<Bytes>,
    /// Names the content; none where the next request may find another.
    pub(super) tag: Option<&'static str>,
}

impl Files {
    pub(super) fn new(folder: Option<&Path>) -> Self {
        folder.map_or(Self::Embedded(EMBEDDED), |folder| Self::Folder(folder.to_owned()))
    }

    /// The page, with the places where its nonce goes; none if the app has not been built.
    pub(super) async fn index(&self) -> Option<String> {
        String::from_utf8(self.find(INDEX).await?.plain.into()).ok()
    }

    /// The file of that path, without a slash in front.
    pub(super) async fn find(&self, path: &str) -> Option<File> {
        if !is_plain(path) {
            return None;
        }
        match self {
            Self::Embedded(files) => {
                let at = files.binary_search_by(|file| file.path.cmp(path)).ok()?;
                let file = files[at];
                Some(File {
                    plain: Bytes::from_static(file.plain),
                    gzip: file.gzip.map(Bytes::from_static),
                    tag: Some(file.tag),
                })
            }
            Self::Folder(folder) => {
                let path = folder.join(path);
                let about = tokio::fs::metadata(&path).await.ok()?;
                if !about.is_file() || about.len() > MAX_FILE {
                    return None;
                }
                let plain = tokio::fs::read(&path).await.ok()?.into();
                Some(File {
                    plain,
                    gzip: None,
                    tag: None,
                })
            }
        }
    }
}

/// Whether a path is one that Vite would write, and leads nowhere else.
fn is_plain(path: &str) -> bool {
    let is_plain = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed)
    };
    path.split('/').all(is_plain)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An app as Vite builds it.
    pub(in crate::web) static APP: &[Embedded] = &[
        Embedded {
            path: "assets/index-0a1B_-9z.js",
            tag: "script",
            plain: b"alert('plain')",
            gzip: Some(b"packed"),
        },
        Embedded {
            path: "assets/index-DEADBEEF.css",
            tag: "style",
            plain: b"body{}",
            gzip: None,
        },
        Embedded {
            path: "icon.svg",
            tag: "icon",
            plain: b"<svg/>",
            gzip: None,
        },
        Embedded {
            path: INDEX,
            tag: "page",
            plain:
                b"<meta nonce='__CSP_NONCE__'><script nonce='__CSP_NONCE__' src='/assets/index-0a1B_-9z.js'></script>",
            gzip: None,
        },
    ];

    #[tokio::test]
    async fn a_folder_gives_its_own_files_only() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("dist");
        std::fs::create_dir_all(folder.join("assets")).expect("made");
        for path in [
            "secret",
            "dist/index.html",
            "dist/assets/a.js",
            "dist/.hidden",
            "dist/with space",
        ] {
            std::fs::write(root.path().join(path), path).expect("written");
        }
        let files = Files::new(Some(&folder));
        for (path, there) in [
            ("index.html", true),
            ("assets/a.js", true),
            ("assets", false),
            ("none.js", false),
            ("../secret", false),
            ("assets/../../secret", false),
            ("assets/%2e%2e/%2e%2e/secret", false),
            ("/etc/passwd", false),
            ("assets//a.js", false),
            ("assets\\a.js", false),
            (".hidden", false),
            ("with space", false),
            ("", false),
        ] {
            assert_eq!(files.find(path).await.is_some(), there, "{path:?}");
        }
        std::fs::write(folder.join("index.html"), "newer").expect("written");
        assert_eq!(files.index().await.as_deref(), Some("newer"), "each request reads it");
    }

    #[tokio::test]
    async fn embedded_files_are_found() {
        let paths: Vec<_> = EMBEDDED.iter().map(|file| file.path).collect();
        assert!(paths.is_sorted(), "{paths:?}");
        assert_eq!(paths.is_empty(), !paths.contains(&INDEX), "{paths:?}");
        let files = Files::Embedded(APP);
        for file in APP {
            let found = files.find(file.path).await.expect(file.path);
            assert_eq!(
                (found.plain, found.tag),
                (Bytes::from_static(file.plain), Some(file.tag))
            );
        }
        assert_eq!(files.find("icon.svg.gz").await, None);
    }
}
