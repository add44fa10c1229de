//! Errors as exit codes, so that scripts can tell them apart.

use std::{fmt, io};

use tonic::Code;
use trivium_client::Error;

pub(super) const FAILED: u8 = 1;
pub(super) const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const UNREACHABLE: u8 = 4;

pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused by the server, 4 the server cannot be reached";

/// What was asked for cannot be, whatever the server says.
#[derive(Debug)]
pub(super) struct Usage(pub(super) String);

/// The server did not answer in time.
#[derive(Debug)]
pub(super) struct Unreachable(pub(super) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to {}", self.0)
    }
}

impl std::error::Error for Usage {}
impl std::error::Error for Unreachable {}

/// The exit code for an error.
pub(super) fn code(error: &anyhow::Error) -> u8 {
    // Whoever read our output has had enough of it.
    if error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    }) {
        return 0;
    }
    if error.is::<Usage>() {
        return USAGE;
    }
    if error.is::<Unreachable>() {
        return UNREACHABLE;
    }
    match error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(Error::Rejected(rejection)) if rejection.code == Code::Unavailable => UNREACHABLE,
        Some(Error::Rejected(_) | Error::Ended { .. }) => REFUSED,
        Some(Error::Connect(_) | Error::Disconnected) => UNREACHABLE,
        Some(_) | None => FAILED,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};
    use tonic::Status;
    use trivium_client::ConnectError;

    use super::*;

    #[test]
    fn each_kind_of_error_has_its_code() {
        let refused = || Error::from(Status::not_found("no such room"));
        for (error, expected) in [
            (anyhow!("something"), FAILED),
            (anyhow!(Usage("no".to_owned())), USAGE),
            (anyhow!(refused()), REFUSED),
            (
                Err::<(), _>(refused()).context("cannot join").expect_err("an error"),
                REFUSED,
            ),
            (anyhow!(Error::from(Status::unavailable("gone"))), UNREACHABLE),
            (anyhow!(Error::from(ConnectError::TimedOut)), UNREACHABLE),
            (anyhow!(Unreachable("x".to_owned())), UNREACHABLE),
            (anyhow!(Error::Closed), FAILED),
            (anyhow!(io::Error::from(io::ErrorKind::BrokenPipe)), 0),
        ] {
            assert_eq!(code(&error), expected, "{error:#}");
        }
    }
}
