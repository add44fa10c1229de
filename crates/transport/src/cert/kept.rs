//! Self-made certificates as text, so that a server has the same ones after a restart and clients need not ask again.
//!
//! ```text
//! made 1795250000                       seconds since the Unix epoch
//! names localhost 127.0.0.1 ::1
//! -----BEGIN CERTIFICATE----- ...       the one in use and its key, then the next one and its key
//! ```

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Certificates, SelfMade, Set, VALIDITY, all_names, read};

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

impl Certificates {
    /// The set as text, with its private keys; none for issued certificates, which are somebody else's to keep.
    pub fn to_text(&self) -> Option<String> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Set::Issued(_) => None,
            Set::SelfMade {
                names,
                made,
                current,
                next,
            } => {
                let made = made.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
                let names = names.join(" ");
                Some(format!("made {made}\nnames {names}\n{}{}", current.pem, next.pem))
            }
        }
    }

    /// The set that [`to_text`](Self::to_text) wrote; none if it is not readable, is for other names than
    /// [`self_made`](Self::self_made) would make, or has run out. Then a new one has to be made.
    pub fn from_text(text: &str, names: &[String], now: SystemTime) -> Option<Self> {
        let (made, rest) = text.strip_prefix("made ")?.split_once('\n')?;
        let made = UNIX_EPOCH + Duration::from_secs(made.parse().ok()?);
        let (written, rest) = rest.strip_prefix("names ")?.split_once('\n')?;
        let names = all_names(names);
        let in_time = now.duration_since(made).is_ok_and(|age| age < VALIDITY);
        if written != names.join(" ") || !in_time {
            return None;
        }
        let mut pairs = rest
            .split(CERTIFICATE)
            .skip(1)
            .map(|pair| self_made(&format!("{CERTIFICATE}{pair}")));
        let (current, next) = (pairs.next()??, pairs.next()??);
        Some(Self(Arc::new(RwLock::new(Set::SelfMade {
            names,
            made,
            current,
            next,
        }))))
    }
}

fn self_made(pem: &str) -> Option<SelfMade> {
    let key = read(pem.as_bytes(), pem.as_bytes()).ok()?;
    Some(SelfMade { key, pem: pem.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_comes_back_from_its_text_as_long_as_it_fits() {
        let now = SystemTime::now();
        let names = ["quiz.example".to_owned()];
        let certificates = Certificates::self_made(&names, now).expect("made");
        let text = certificates.to_text().expect("self-made");
        let day = Duration::from_hours(24);

        let again = Certificates::from_text(&text, &names, now + 5 * day).expect("readable");
        assert_eq!(again.hashes(), certificates.hashes());
        assert_eq!(again.to_text().as_ref(), Some(&text));
        assert!(
            again.rotate_if_due(now + 7 * day).expect("made"),
            "it rotates when the first one would have"
        );

        let comes_back = |text: &str, names: &[String], at| Certificates::from_text(text, names, at).is_some();
        assert!(!comes_back(&text, &[], now), "other names");
        assert!(!comes_back(&text, &names, now + 15 * day), "run out");
        assert!(!comes_back(&text, &names, now - day), "from the future");
        for cut in [0, 5, 20, text.len() / 2, text.len() - 60] {
            assert!(!comes_back(&text[..cut], &names, now), "cut at {cut}");
        }
    }
}
