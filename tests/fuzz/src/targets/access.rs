//! By what strangers get in: join codes, access tokens, tokens by which a session goes on.

use std::{sync::LazyLock, time::Duration};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use trivium_api::{
    auth::{
        AuthConfig, Authenticator, Principal, Roles, Secret,
        resume::{Resume, ResumeTokens},
    },
    ids::SessionId,
    join_code,
};
use trivium_engine::{Timestamp, UserId};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

static SECRET: LazyLock<Secret> = LazyLock::new(|| Secret::new([7; 32]).expect("long enough"));
static RESUME: LazyLock<ResumeTokens> = LazyLock::new(|| ResumeTokens::new(&SECRET, &[]));
static AUTHENTICATOR: LazyLock<Authenticator> =
    LazyLock::new(|| Authenticator::new(AuthConfig::local(SECRET.clone())).expect("nobody else has to be trusted"));

/// What opens was sealed, byte for byte.
pub(super) fn resume_token(input: &[u8]) {
    for user in [None, Some(ana())] {
        if let Ok(resume) = RESUME.open(input, user.as_ref(), NOW) {
            assert_eq!(RESUME.seal(&resume), input, "a token has one form");
        }
    }
}

/// Tokens in order.
pub(super) fn resume_tokens() -> Vec<Vec<u8>> {
    let session = SessionId::parse("0123456789abcdefghjkmnpqrs").expect("a name of a session");
    let resume = |user| Resume {
        session: session.clone(),
        user,
        issued_at: NOW,
    };
    [None, Some(ana())]
        .map(|user| RESUME.seal(&resume(user)).to_vec())
        .to_vec()
}

/// What somebody types means one code, however it is shown.
pub(super) fn join_code(input: &[u8]) {
    let Ok(typed) = std::str::from_utf8(input) else { return };
    if let Some(code) = join_code::normalize(typed) {
        assert!((join_code::MIN_LEN..=join_code::MAX_LEN).contains(&code.len()));
        assert_eq!(join_code::normalize(&code).as_ref(), Some(&code));
        assert_eq!(join_code::normalize(&join_code::display(&code)), Some(code));
    }
}

/// Codes in order.
pub(super) fn join_codes() -> Vec<Vec<u8>> {
    ["K7QM2RXD", "k7qm-2rxd", " K7 QM\u{2013}2R XD ", "234567"]
        .map(|code| code.as_bytes().to_vec())
        .to_vec()
}

/// Nobody is let in but by what the server made: a token that was changed in any way is refused.
pub(super) fn access_token(input: &[u8]) {
    let Ok(token) = std::str::from_utf8(input) else { return };
    if AUTHENTICATOR.verify(token, NOW).is_ok() {
        assert!(
            access_tokens().iter().any(|made| made == input),
            "a token that nobody made is believed: {token}"
        );
    }
}

/// Tokens in order.
pub(super) fn access_tokens() -> Vec<Vec<u8>> {
    static TOKENS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let principal = |guest, admin| Principal {
            user: ana(),
            name: "Ana".into(),
            guest,
            roles: Roles { service: false, admin },
            grants: [("r1".parse().expect("an id"), trivium_engine::Role::Member)].into(),
            expires_at: NOW,
            token_id: None,
        };
        let mut mint = |principal: &Principal| {
            let (token, _) = AUTHENTICATOR.mint(principal, Duration::from_hours(1), NOW, &mut rng);
            token.into_bytes()
        };
        vec![
            mint(&principal(false, false)),
            mint(&principal(true, false)),
            mint(&principal(false, true)),
        ]
    });
    TOKENS.clone()
}

fn ana() -> UserId {
    "ana".parse().expect("an id")
}
