//! Resume tokens: by what a client that comes back goes on with its session, on any road and on any node.
//!
//! `version:u8 | issued_at:u64 | session:26 bytes | user | tag:32 bytes`. The tag is a keyed hash of all before it. A
//! token is good for its user only, so that whoever picks it up can do nothing with it.

use bytes::Bytes;
use trivium_engine::{Timestamp, UserId};

use super::Secret;
use crate::ids::{self, SessionId};

/// How long a session can be gone on with.
pub const LIFETIME_MS: u64 = 24 * 60 * 60 * 1_000;
/// How far ahead of us the clock of another node may be.
const SKEW_MS: u64 = 5_000;
const VERSION: u8 = 1;
const TAG: usize = 32;
/// Version, time and session.
const HEAD: usize = 1 + 8 + ids::LEN;

/// What a resume token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The session.
    pub session: SessionId,
    /// Whose it is; none if it began before a guest had joined.
    pub user: Option<UserId>,
    /// When the token was given.
    pub issued_at: Timestamp,
}

/// Why a session cannot be gone on with. The client begins a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// It is none of our tokens.
    #[error("this is no resume token")]
    Invalid,
    /// It is too old.
    #[error("the resume token has expired")]
    Expired,
    /// It is another user's.
    #[error("the resume token is another user's")]
    OtherUser,
}

/// Gives and takes resume tokens.
#[derive(Debug, Clone)]
pub struct ResumeTokens {
    /// The first signs, all are accepted.
    secrets: Vec<Secret>,
}

impl ResumeTokens {
    /// Signs with a key made from `secret`, and accepts what was signed with those before it.
    pub fn new(secret: &Secret, previous: &[Secret]) -> Self {
        let secrets = std::iter::once(secret).chain(previous);
        Self {
            secrets: secrets.map(|secret| secret.derive("resume tokens")).collect(),
        }
    }

    /// The token of a session.
    pub fn seal(&self, resume: &Resume) -> Bytes {
        let user = resume.user.as_ref().map_or("", UserId::as_str);
        let mut token = Vec::with_capacity(HEAD + user.len() + TAG);
        token.push(VERSION);
        token.extend(resume.issued_at.0.to_be_bytes());
        token.extend(resume.session.as_str().bytes());
        token.extend(user.bytes());
        let tag = self.secrets[0].sign(&token);
        token.extend(tag);
        token.into()
    }

    /// What a token says, for this user at this time.
    pub fn open(&self, token: &[u8], user: Option<&UserId>, now: Timestamp) -> Result<Resume, ResumeError> {
        let (signed, tag) = token.split_last_chunk::<TAG>().ok_or(ResumeError::Invalid)?;
        if !self.secrets.iter().any(|secret| secret.is_signed(signed, tag)) {
            return Err(ResumeError::Invalid);
        }
        let resume = parse(signed).ok_or(ResumeError::Invalid)?;
        if now.since(resume.issued_at).0 >= LIFETIME_MS || resume.issued_at.since(now).0 > SKEW_MS {
            return Err(ResumeError::Expired);
        }
        if resume.user.as_ref() != user {
            return Err(ResumeError::OtherUser);
        }
        Ok(resume)
    }
}

fn parse(signed: &[u8]) -> Option<Resume> {
    let (version, rest) = signed.split_first()?;
    let (issued_at, rest) = rest.split_first_chunk::<8>()?;
    let (session, user) = rest.split_at_checked(ids::LEN)?;
    let user = std::str::from_utf8(user).ok()?;
    (*version == VERSION).then_some(Resume {
        session: SessionId::parse(std::str::from_utf8(session).ok()?)?,
        user: if user.is_empty() {
            None
        } else {
            Some(user.parse().ok()?)
        },
        issued_at: Timestamp(u64::from_be_bytes(*issued_at)),
    })
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn secret(byte: u8) -> Secret {
        Secret::new(vec![byte; 32]).expect("long enough")
    }

    fn resume(user: Option<&str>) -> Resume {
        Resume {
            session: SessionId::new(NOW, &mut StdRng::seed_from_u64(1)),
            user: user.map(|user| user.parse().expect("an id")),
            issued_at: NOW,
        }
    }

    #[test]
    fn a_session_goes_on_for_its_user_for_a_day() {
        let tokens = ResumeTokens::new(&secret(1), &[]);
        for user in [None, Some("ana"), Some(&*"u".repeat(64))] {
            let resume = resume(user);
            let token = tokens.seal(&resume);
            assert!(token.len() <= 512, "fits its field");
            let open = |at: u64| tokens.open(&token, resume.user.as_ref(), Timestamp(at));
            assert_eq!(open(NOW.0), Ok(resume.clone()));
            assert_eq!(open(NOW.0 + LIFETIME_MS - 1), Ok(resume.clone()));
            assert_eq!(open(NOW.0 + LIFETIME_MS), Err(ResumeError::Expired));
            assert_eq!(open(NOW.0 - 5_000), Ok(resume.clone()));
            assert_eq!(open(NOW.0 - 5_001), Err(ResumeError::Expired));
        }
    }

    #[test]
    fn a_token_is_of_no_use_to_others() {
        let tokens = ResumeTokens::new(&secret(1), &[]);
        let (ana, bo) = ("ana".parse().expect("an id"), "bo".parse().expect("an id"));
        let token = tokens.seal(&resume(Some("ana")));
        assert_eq!(tokens.open(&token, Some(&bo), NOW), Err(ResumeError::OtherUser));
        assert_eq!(tokens.open(&token, None, NOW), Err(ResumeError::OtherUser));
        let nobodys = tokens.seal(&resume(None));
        assert_eq!(tokens.open(&nobodys, Some(&ana), NOW), Err(ResumeError::OtherUser));
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let tokens = ResumeTokens::new(&secret(1), &[]);
        let resume = resume(Some("ana"));
        let token = tokens.seal(&resume);
        for index in 0..token.len() * 8 {
            let mut changed = token.to_vec();
            changed[index / 8] ^= 1 << (index % 8);
            assert_eq!(
                tokens.open(&changed, resume.user.as_ref(), NOW),
                Err(ResumeError::Invalid),
                "bit {index}"
            );
        }
        for len in 0..token.len() {
            assert_eq!(
                tokens.open(&token[..len], resume.user.as_ref(), NOW),
                Err(ResumeError::Invalid)
            );
        }
    }

    #[test]
    fn what_an_older_secret_signed_is_good_until_it_is_dropped() {
        let resume = resume(Some("ana"));
        let token = ResumeTokens::new(&secret(1), &[]).seal(&resume);
        let open = |tokens: ResumeTokens| tokens.open(&token, resume.user.as_ref(), NOW);
        assert_eq!(open(ResumeTokens::new(&secret(2), &[secret(1)])), Ok(resume.clone()));
        assert_eq!(open(ResumeTokens::new(&secret(2), &[])), Err(ResumeError::Invalid));
    }
}
