//! Reading from a connection without a buffer of its own: what comes is taken from the stack.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// Most bytes of one read.
pub(crate) const SPACE: usize = 16 * 1024;

/// Reads once, at most `most` bytes and never more than [`SPACE`]; how many came, where none are the end.
pub(crate) fn poll_read(
    io: Pin<&mut impl AsyncRead>,
    cx: &mut Context<'_>,
    most: usize,
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    let mut space = [const { MaybeUninit::uninit() }; SPACE];
    let mut space = ReadBuf::uninit(&mut space[..most.min(SPACE)]);
    io.poll_read(cx, &mut space).map_ok(|()| {
        take(space.filled());
        space.filled().len()
    })
}
