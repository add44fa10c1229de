//! Frames that say how the connection or a stream goes on, and carry nothing of a call, RFC 9113 §6.3 to §6.9.

use bytes::Bytes;
use http::Request;

use super::super::closed::By;
use super::super::frame::{Code, FIRST_TABLE, Head, MAX_WINDOW, flag, kind, number, setting};
use super::super::state::State;
use super::{Fatal, Fault, Lost, protocol};
use crate::service::{Body, Call};

impl<F, B> State<F, B>
where
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes> + Unpin,
{
    pub(super) fn reset(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        if payload.len() != 4 {
            return Err(Fatal(Code::FrameSizeError, "RST_STREAM of another size"));
        }
        self.is_not_idle(head.stream)?;
        if let Some(index) = self.index(head.stream) {
            if !self.resets.take() {
                return Err(Fatal(Code::EnhanceYourCalm, "too many calls are cancelled"));
            }
            self.remove(index, By::Client);
        }
        Ok(())
    }

    pub(super) fn settings(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        let size = Fatal(Code::FrameSizeError, "SETTINGS of another size");
        if head.has(flag::ACK) {
            return if payload.is_empty() { Ok(()) } else { Err(size) };
        }
        let (settings, rest) = payload.as_chunks::<6>();
        if !rest.is_empty() {
            return Err(size);
        }
        for [a, b, value @ ..] in settings {
            let value = u32::from_be_bytes(*value);
            match u16::from_be_bytes([*a, *b]) {
                setting::ENABLE_PUSH if value > 1 => return Err(protocol("ENABLE_PUSH is neither 0 nor 1")),
                setting::MAX_FRAME_SIZE if !(16_384..1 << 24).contains(&value) => {
                    return Err(protocol("MAX_FRAME_SIZE is out of range"));
                }
                setting::INITIAL_WINDOW_SIZE => {
                    let overflow = Fatal(Code::FlowControlError, "a window is too large");
                    let window = i64::from(value);
                    let more = window - self.first_send_window;
                    if window > MAX_WINDOW || self.streams.iter().any(|stream| stream.send_window + more > MAX_WINDOW) {
                        return Err(overflow);
                    }
                    self.first_send_window = window;
                    self.streams.iter_mut().for_each(|stream| stream.send_window += more);
                }
                setting::HEADER_TABLE_SIZE if value < FIRST_TABLE => self.out.confirm_no_table(),
                // Fields are not indexed, frames are never longer than all take, and nothing is pushed.
                _ => {}
            }
        }
        self.out.frame(kind::SETTINGS, flag::ACK, 0, &[]);
        Ok(())
    }

    pub(super) fn ping(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        if payload.len() != 8 {
            return Err(Fatal(Code::FrameSizeError, "PING of another size"));
        }
        if !head.has(flag::ACK) {
            self.out.frame(kind::PING, flag::ACK, 0, payload);
        }
        Ok(())
    }

    pub(super) fn client_goes_away(&mut self, payload: &[u8]) -> Result<(), Fault> {
        if payload.len() < 8 {
            return Err(Fatal(Code::FrameSizeError, "GOAWAY is cut off"));
        }
        // It opens no more streams, so those that are open are the last.
        self.going = true;
        Ok(())
    }

    pub(super) fn window_update(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        let by = number(payload).filter(|_| payload.len() == 4);
        let by = i64::from(by.ok_or(Fatal(Code::FrameSizeError, "WINDOW_UPDATE of another size"))?);
        if head.stream == 0 {
            self.send_window += by;
            return match by {
                0 => Err(protocol("a window is widened by nothing")),
                _ if self.send_window > MAX_WINDOW => Err(Fatal(Code::FlowControlError, "a window is too large")),
                _ => Ok(()),
            };
        }
        self.is_not_idle(head.stream)?;
        let Some(index) = self.index(head.stream) else {
            return Ok(());
        };
        let stream = &mut self.streams[index];
        stream.send_window += by;
        match by {
            0 => Err(Lost(head.stream, Code::ProtocolError)),
            _ if stream.send_window > MAX_WINDOW => Err(Lost(head.stream, Code::FlowControlError)),
            _ => Ok(()),
        }
    }
}

/// RFC 9113 §5.3.2: it says nothing any more, but has to be well formed.
pub(super) fn priority(head: Head, payload: &[u8]) -> Result<(), Fault> {
    match number(payload) {
        _ if payload.len() != 5 => Err(Fatal(Code::FrameSizeError, "PRIORITY of another size")),
        Some(on) if on == head.stream => Err(protocol("a stream depends on itself")),
        Some(_) | None => Ok(()),
    }
}
