//! Certificates: one set, shared by every acceptor, that can be exchanged while it is in use.
//!
//! Browsers accept a self-made certificate over WebTransport if the page names its SHA-256 hash, the key is ECDSA P-256 and it is
//! valid for at most 14 days. So a self-made set always holds two: the one in use and the next one. Pages are given both
//! hashes, which keeps a page that was loaded at any time valid for at least one rotation period (6 days).
//!
//! Neighbours: [`webtransport`](crate::webtransport) drives [`Certificates::rotate_if_due`]; [`http`](crate::http) uses the same set for TLS.

mod kept;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::crypto::ring;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};

/// Longest validity that browsers accept with a hash.
const VALIDITY: Duration = Duration::from_hours(14 * 24);
/// A certificate is the next one for this long, then the one in use for as long again; the rest is margin.
const ROTATION: Duration = Duration::from_hours(6 * 24);
/// How far a client's clock may be behind.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A name that cannot stand in a certificate, or a failure of the key generator.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// The PEM data is unreadable or incomplete.
    #[error("cannot read PEM data: {0}")]
    Pem(#[from] rustls_pki_types::pem::Error),
    /// The key is of no known kind, or does not belong to the certificate.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// A set of certificates; clones are handles to the same set.
#[derive(Clone)]
pub struct Certificates(Arc<RwLock<Set>>);

enum Set {
    /// From a file; trusted through its issuer.
    Issued(Arc<CertifiedKey>),
    /// Self-made; trusted by hash.
    SelfMade {
        names: Vec<String>,
        made: SystemTime,
        current: SelfMade,
        next: SelfMade,
    },
}

/// A self-made certificate, in use and as text.
#[derive(Clone)]
struct SelfMade {
    key: Arc<CertifiedKey>,
    /// Certificate and private key.
    pem: Arc<str>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("hashes", &self.hashes().len())
            .finish_non_exhaustive()
    }
}

impl Certificates {
    /// Makes a set for `localhost`, `127.0.0.1`, `::1` and `names` (host names or addresses).
    ///
    /// # Errors
    /// [`CertificateError::Make`] for an impossible name.
    pub fn self_made(names: &[String], now: SystemTime) -> Result<Self, CertificateError> {
        let all = all_names(names);
        let current = make(&all, now)?;
        let next = make(&all, now)?;
        Ok(Self(Arc::new(RwLock::new(Set::SelfMade {
            names: all,
            made: now,
            current,
            next,
        }))))
    }

    /// Reads a chain, the server's own certificate first, and its key.
    ///
    /// # Errors
    /// [`CertificateError::Pem`], [`CertificateError::Unusable`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        Ok(Self(Arc::new(RwLock::new(Set::Issued(read(chain, key)?)))))
    }

    /// Like [`from_pem`](Self::from_pem), from two files.
    ///
    /// # Errors
    /// [`CertificateError::Pem`], [`CertificateError::Unusable`].
    pub fn from_pem_files(chain: &Path, key: &Path) -> Result<Self, CertificateError> {
        let chain = CertificateDer::pem_file_iter(chain)?.collect::<Result<Vec<_>, _>>()?;
        let key = certified(chain, PrivateKeyDer::from_pem_file(key)?)?;
        Ok(Self(Arc::new(RwLock::new(Set::Issued(key)))))
    }

    /// Puts `other`'s certificates in place of these, for connections from now on.
    pub fn reload(&self, other: &Self) {
        if Arc::ptr_eq(&self.0, &other.0) {
            return;
        }
        let set = other.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = set;
    }

    /// The SHA-256 hashes that a client may be asked to trust, the one in use first; empty for issued certificates.
    pub fn hashes(&self) -> Vec<[u8; 32]> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Set::Issued(_) => Vec::new(),
            Set::SelfMade { current, next, .. } => [current, next].into_iter().map(|made| hash(&made.key)).collect(),
        }
    }

    /// Puts the next self-made certificate into use if it is time; whether it was.
    ///
    /// # Errors
    /// [`CertificateError::Make`]; the set is unchanged.
    pub fn rotate_if_due(&self, now: SystemTime) -> Result<bool, CertificateError> {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Set::SelfMade {
            names,
            made,
            current,
            next,
        } = &mut *set
        else {
            return Ok(false);
        };
        if now.duration_since(*made).is_ok_and(|age| age < ROTATION) {
            return Ok(false);
        }
        let fresh = make(names, now)?;
        // After a long sleep, or a clock set back, the waiting certificate may be unusable as well.
        let waiting_is_usable = now.duration_since(*made).is_ok_and(|age| age < 2 * ROTATION);
        *current = if waiting_is_usable {
            next.clone()
        } else {
            make(names, now)?
        };
        *next = fresh;
        *made = now;
        Ok(true)
    }

    /// The TLS configuration that always offers the certificate in use. Sessions are not resumed and 0-RTT is off, because early
    /// data can be replayed.
    pub(crate) fn tls_config(
        &self,
        alpn: &[&[u8]],
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ServerConfig {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("the provider has suites for every version asked for")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Set::Issued(key) => Some(key.clone()),
            Set::SelfMade { current, .. } => Some(current.key.clone()),
        }
    }
}

impl Clone for Set {
    fn clone(&self) -> Self {
        match self {
            Self::Issued(key) => Self::Issued(key.clone()),
            Self::SelfMade {
                names,
                made,
                current,
                next,
            } => Self::SelfMade {
                names: names.clone(),
                made: *made,
                current: current.clone(),
                next: next.clone(),
            },
        }
    }
}

/// The names that every self-made certificate has, and `names`.
fn all_names(names: &[String]) -> Vec<String> {
    let mut all = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    for name in names {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    all
}

fn make(names: &[String], now: SystemTime) -> Result<SelfMade, CertificateError> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = rcgen::CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "trivium");
    params.not_before = (now - CLOCK_SKEW).into();
    params.not_after = (now - CLOCK_SKEW + VALIDITY).into();
    let certificate = params.self_signed(&key)?;
    let pem = certificate.pem() + &key.serialize_pem();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok(SelfMade {
        key: certified(vec![certificate.der().clone()], key.into())?,
        pem: pem.into(),
    })
}

fn read(chain: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, CertificateError> {
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>()?;
    certified(chain, PrivateKeyDer::from_pem_slice(key)?)
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<CertifiedKey>, CertificateError> {
    Ok(Arc::new(CertifiedKey::from_der(chain, key, &ring::default_provider())?))
}

fn hash(key: &CertifiedKey) -> [u8; 32] {
    let certificate = key
        .end_entity_cert()
        .expect("a certified key has at least one certificate");
    Sha256::digest(certificate).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn a_published_hash_outlives_a_rotation() {
        let start = SystemTime::now();
        let certificates = Certificates::self_made(&["quiz.example".to_owned()], start).unwrap();
        let first = certificates.hashes();
        assert_eq!(first.len(), 2);
        assert!(!certificates.rotate_if_due(start + 5 * DAY).unwrap());
        assert_eq!(certificates.hashes(), first);
        assert!(certificates.rotate_if_due(start + 6 * DAY).unwrap());
        let second = certificates.hashes();
        assert_eq!(second[0], first[1], "what was announced is in use");
        assert_ne!(second[1], first[0]);
    }

    #[test]
    fn after_a_long_sleep_or_a_clock_set_back_both_are_fresh() {
        let start = SystemTime::now();
        for now in [start + 13 * DAY, start - DAY] {
            let certificates = Certificates::self_made(&[], start).unwrap();
            let before = certificates.hashes();
            assert!(certificates.rotate_if_due(now).unwrap());
            assert!(certificates.hashes().iter().all(|hash| !before.contains(hash)));
        }
    }

    #[test]
    fn certificates_are_exchanged_in_place() {
        let ours = Certificates::self_made(&[], SystemTime::now()).unwrap();
        let handle = ours.clone();
        let theirs = Certificates::self_made(&[], SystemTime::now()).unwrap();
        ours.reload(&theirs);
        assert_eq!(handle.hashes(), theirs.hashes());
        ours.reload(&handle);
    }

    #[test]
    fn unusable_input_is_an_error() {
        assert!(matches!(
            Certificates::self_made(&["\u{e9}".to_owned()], SystemTime::now()),
            Err(CertificateError::Make(_))
        ));
        assert!(matches!(
            Certificates::from_pem(b"", b""),
            Err(CertificateError::Pem(_))
        ));
        let one = rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap();
        let mixed = Certificates::from_pem(one.cert.pem().as_bytes(), other.signing_key.serialize_pem().as_bytes());
        assert!(matches!(mixed, Err(CertificateError::Unusable(_))), "{mixed:?}");
    }
}
