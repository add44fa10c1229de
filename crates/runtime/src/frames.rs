//! Several frames as one buffer.

use bytes::{Bytes, BytesMut};

/// One buffer with all frames, none if there are none. A single frame is handed on as it is, so that receivers share it.
pub fn join(mut frames: Vec<Bytes>) -> Option<Bytes> {
    if frames.len() <= 1 {
        return frames.pop();
    }
    let mut joined = BytesMut::with_capacity(frames.iter().map(Bytes::len).sum());
    for frame in &frames {
        joined.extend_from_slice(frame);
    }
    Some(joined.freeze())
}
