//! One call: what has come of its request, and what has left of its response.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http::{HeaderMap, Method, header};
use http_body::Body;

use super::frame::{Code, MAX_PAYLOAD};
use super::out::Out;
use crate::fields::{dated, without_connection};
use crate::inbound::{End, Inbound};
use crate::service::Call;

pub(super) struct Stream<B> {
    pub(super) id: u32,
    /// Bytes that the client may take; below 0 if it has changed its mind.
    pub(super) send_window: i64,
    /// Bytes that the client may send.
    pub(super) receive_window: i64,
    /// Bytes that have come and are not credited yet.
    pub(super) uncredited: usize,
    /// Where the request's body goes; none if it has none.
    pub(super) inbound: Option<Inbound>,
    /// Whether the request has ended.
    heard: bool,
    /// How much of the body its head says is still to come.
    pub(super) announced: Option<u64>,
    answer: Answer<B>,
    /// DATA of the body that the windows do not let out.
    held: Bytes,
    /// Whether the body ends behind it.
    ends: bool,
    head_only: bool,
    /// None for a call that is looked at whenever its connection wakes.
    alarm: Option<Arc<Alarm>>,
}

enum Answer<B> {
    Called(Call<B>),
    Body(B),
}

/// Wakes a connection, and tells it for which of its calls.
struct Alarm {
    woken: AtomicBool,
    connection: Arc<AtomicWaker>,
}

/// How far a call has got.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on when it wakes its connection, when a window opens, or when something is written.
    Waiting,
    /// The same, and of its response there is the head, since now, and nothing else.
    Begun,
    /// Its response is complete.
    Answered,
    /// Its body has failed.
    Failed,
}

impl<B: Body<Data = Bytes> + Unpin> Stream<B> {
    /// `alone` says that the connection has no other call, so it need not be told for which one it was woken.
    pub(super) fn new(
        id: u32,
        method: &Method,
        inbound: Option<Inbound>,
        call: Call<B>,
        alone: bool,
        connection: &Arc<AtomicWaker>,
    ) -> Self {
        let alarm = || {
            Arc::new(Alarm {
                woken: AtomicBool::new(true),
                connection: Arc::clone(connection),
            })
        };
        Self {
            id,
            send_window: 0,
            receive_window: 0,
            uncredited: 0,
            heard: inbound.is_none(),
            inbound,
            announced: None,
            answer: Answer::Called(call),
            held: Bytes::new(),
            ends: false,
            head_only: method == Method::HEAD,
            alarm: (!alone).then(alarm),
        }
    }

    /// Whether it has a waker of its own, so that the connection has to listen to those.
    pub(super) fn is_one_of_many(&self) -> bool {
        self.alarm.is_some()
    }

    /// Goes on as far as the windows, the buffer and the service allow. `window` is the connection's.
    pub(super) fn poll(&mut self, window: &mut i64, out: &mut Out, cx: &mut Context<'_>) -> Progress {
        let Some(alarm) = &self.alarm else {
            return self.proceed(window, out, cx);
        };
        if !alarm.woken.swap(false, Ordering::AcqRel) && self.held.is_empty() {
            return Progress::Waiting;
        }
        let waker = Waker::from(Arc::clone(alarm));
        self.proceed(window, out, &mut Context::from_waker(&waker))
    }

    fn proceed(&mut self, window: &mut i64, out: &mut Out, cx: &mut Context<'_>) -> Progress {
        let mut waiting = Progress::Waiting;
        if let Answer::Called(call) = &mut self.answer {
            let Poll::Ready(response) = call.as_mut().poll(cx) else {
                return Progress::Waiting;
            };
            let (head, body) = response.into_parts();
            let mut fields = head.headers;
            self.complete(&mut fields, &body);
            let ends = body.is_end_stream() || self.head_only;
            out.headers(self.id, Some(head.status), &fields, ends);
            self.answer = Answer::Body(body);
            if ends {
                return Progress::Answered;
            }
            waiting = Progress::Begun;
        }
        loop {
            if !self.held.is_empty() {
                let room = self.send_window.min(*window).max(0);
                let size = usize::try_from(room)
                    .unwrap_or(usize::MAX)
                    .min(self.held.len())
                    .min(MAX_PAYLOAD);
                if size == 0 {
                    return Progress::Waiting;
                }
                let data = self.held.split_to(size);
                let ends = self.ends && self.held.is_empty();
                out.data(self.id, data, ends);
                let size = i64::try_from(size).unwrap_or(i64::MAX);
                self.send_window -= size;
                *window -= size;
                if ends {
                    return Progress::Answered;
                }
            }
            if out.is_full() {
                // It was not asked for more, so nothing but this will have it looked at again.
                self.look_again();
                return Progress::Waiting;
            }
            if !self.held.is_empty() {
                continue;
            }
            let Answer::Body(body) = &mut self.answer else {
                return Progress::Waiting;
            };
            match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Pending => return waiting,
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => {
                        self.ends = body.is_end_stream();
                        if data.is_empty() && self.ends {
                            out.data(self.id, data, true);
                            return Progress::Answered;
                        }
                        self.held = data;
                        waiting = Progress::Waiting;
                    }
                    Err(frame) => {
                        if let Ok(trailers) = frame.into_trailers() {
                            out.headers(self.id, None, &trailers, true);
                            return Progress::Answered;
                        }
                    }
                },
                Poll::Ready(Some(Err(_))) => return Progress::Failed,
                Poll::Ready(None) => {
                    out.data(self.id, Bytes::new(), true);
                    return Progress::Answered;
                }
            }
        }
    }

    fn look_again(&self) {
        if let Some(alarm) = &self.alarm {
            alarm.woken.store(true, Ordering::Release);
        }
    }

    /// Adds what RFC 9110 wants of a server, and takes away what HTTP/2 does not have.
    fn complete(&self, fields: &mut HeaderMap, body: &B) {
        without_connection(fields);
        let size = body.size_hint().exact();
        if let Some(size) = size.filter(|size| *size > 0 || !self.head_only) {
            fields.entry(header::CONTENT_LENGTH).or_insert_with(|| size.into());
        }
        dated(fields);
    }

    /// Whether the request has ended.
    pub(super) fn is_heard(&self) -> bool {
        self.heard
    }

    /// Takes bytes of the request's body, which came in a frame of this size.
    ///
    /// # Errors
    /// They are more than its head has announced.
    pub(super) fn push(&mut self, data: &[u8], frame: usize) -> Result<(), Code> {
        if let Some(announced) = &mut self.announced {
            let left = announced.checked_sub(data.len() as u64);
            *announced = left.ok_or(Code::ProtocolError)?;
        }
        if let Some(inbound) = &self.inbound {
            inbound.push(data, frame - data.len());
        }
        Ok(())
    }

    /// The request has ended.
    ///
    /// # Errors
    /// It is shorter than its head has announced.
    pub(super) fn end_request(&mut self, end: End) -> Result<(), Code> {
        if self.announced.is_some_and(|left| left > 0) {
            return Err(Code::ProtocolError);
        }
        self.heard = true;
        if let Some(inbound) = &self.inbound {
            inbound.end(end);
        }
        Ok(())
    }

    /// Bytes that were read of the body and can be credited to the client, if they are enough.
    pub(super) fn credit(&mut self, enough: usize) -> Option<usize> {
        let read = self.inbound.as_ref()?.credit(enough)?;
        self.uncredited = self.uncredited.saturating_sub(read);
        Some(read)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.connection.wake();
    }
}
