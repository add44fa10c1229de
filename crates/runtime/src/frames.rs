//! Several frames as one buffer.

use bytes::{Bytes, BytesMut};
use smallvec::SmallVec;

/// Frames on their way into one buffer.
#[derive(Debug, Default)]
pub struct Frames {
    /// Nearly always one.
    frames: SmallVec<[Bytes; 1]>,
    size: usize,
}

impl Frames {
    /// Adds one behind the others.
    pub fn push(&mut self, frame: Bytes) {
        self.size += frame.len();
        self.frames.push(frame);
    }

    /// Bytes of all.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// One buffer with all frames, none if there are none. A single frame is handed on as it is, so that receivers share it.
    pub fn join(mut self) -> Option<Bytes> {
        if self.frames.len() <= 1 {
            return self.frames.pop();
        }
        let mut joined = BytesMut::with_capacity(self.size);
        for frame in &self.frames {
            joined.extend_from_slice(frame);
        }
        Some(joined.freeze())
    }
}
